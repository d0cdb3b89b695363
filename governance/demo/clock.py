"""The demo's time: months counted from the last closed one, so that every run looks equally fresh."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from finance.models import FiscalPeriod
from finance.rules.periods import fiscal_year_of


@dataclass(frozen=True, slots=True)
class Clock:
    """`closed` is the index of the last closed month on `today`; offsets are months from it, 0 being itself."""

    today: date
    closed: int

    @property
    def fiscal_year(self) -> int:
        return fiscal_year_of(self.today.year * 12 + self.today.month - 1)

    def month(self, offset: int) -> int:
        """The month some months after the last closed one, as a period index."""
        return self.closed + offset

    def day(self, offset: int, dom: int) -> date:
        """A day of that month; `dom` from 1 to 28."""
        month = self.month(offset)
        return date(month // 12, month % 12 + 1, dom)

    def past(self, offset: int, dom: int) -> date:
        """The same, but never after today: a deed cannot be done in the future."""
        return min(self.day(offset, dom), self.today)

    def ago(self, days: int) -> date:
        return self.today - timedelta(days=days)


def clock_on(today: date) -> Clock:
    """The clock of the active organization on that day."""
    closed = FiscalPeriod.objects.filter(closes_on__lte=today).latest("ordinal")
    return Clock(today, closed.ordinal)
