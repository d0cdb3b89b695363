"""The fiscal calendar as the figures read it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from finance.models import FiscalPeriod
from finance.rules.periods import fiscal_year_months, fiscal_year_of
from portfolio.models import OrganizationSettings


@dataclass(frozen=True, slots=True)
class Calendar:
    """The months of an organization by period index, and where a day stands among them."""

    on: date
    fiscal_year_start: int
    months: Mapping[int, FiscalPeriod]

    @property
    def current(self) -> int:
        """The month the day lies in."""
        return self.ordinal_on(self.on)

    @property
    def last_closed(self) -> int | None:
        """The latest month that is closed on the day."""
        return max((ordinal for ordinal in self.months if self.is_closed(ordinal)), default=None)

    @property
    def fiscal_year(self) -> int:
        return self.year_of(self.current)

    def ordinal_on(self, day: date) -> int:
        """The month a day lies in; beyond the calendar every month is as long as it is named."""
        found = (ordinal for ordinal, month in self.months.items() if month.starts_on <= day <= month.ends_on)
        return next(found, day.year * 12 + day.month - 1)

    def starts_on(self, ordinal: int) -> date:
        month = self.months.get(ordinal)
        return date(ordinal // 12, ordinal % 12 + 1, 1) if month is None else month.starts_on

    def is_closed(self, ordinal: int) -> bool:
        month = self.months.get(ordinal)
        return month is not None and month.closes_on <= self.on

    def has_passed(self, ordinal: int) -> bool:
        """Whether the calendar end of the month lies before the day, so that its forecast stays."""
        month = self.months.get(ordinal)
        return month is not None and month.ends_on < self.on

    def year_of(self, ordinal: int) -> int:
        return fiscal_year_of(ordinal, self.fiscal_year_start)

    def months_of(self, year: int) -> range:
        return fiscal_year_months(year, self.fiscal_year_start)


def calendar_on(on: date, settings: OrganizationSettings | None = None) -> Calendar:
    """The calendar as of a day."""
    settings = settings or OrganizationSettings.objects.get()
    months = {month.ordinal: month for month in FiscalPeriod.objects.all()}
    return Calendar(on, settings.fiscal_year_start, months)


def fiscal_year_on(on: date) -> int:
    """The fiscal year of a day."""
    return calendar_on(on).fiscal_year
