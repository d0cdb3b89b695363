"""A person's own mails by the calendar: what waits for an owner each week, what a controller closes each month."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from governance.choices import Way
from governance.models import Notice
from governance.queries.inbox import Item, inbox
from measures.models import Measure
from portfolio.models import User

# What a controller has to do before a month closes.
MONTH_END = ("claims", "dispute", "close", "consent")
LISTED = 20


@dataclass(frozen=True)
class Waiting:
    """One thing that waits; amounts are left out, because a mail is read anywhere."""

    kind: str
    code: str
    name: str
    detail: str
    ref: str
    due: date | None
    overdue: int


@dataclass(frozen=True)
class PersonalContent:
    """What waits for a person, most urgent first, and what happened that the person wanted in the digest."""

    items: tuple[Waiting, ...]
    hidden: int
    notices: tuple[tuple[int, str, dict[str, object]], ...]

    @property
    def is_empty(self) -> bool:
        return not self.items and not self.notices


def personal_content(kind: str, reader: User, *, on: date) -> PersonalContent:
    """The content of one mail; empty when nothing waits, for then none is sent.

    The weekly mail holds everything; the reminder of the month end is for controllers and holds their work only.
    """
    if kind == "month_end_reminder" and not Measure.objects.filter(controller=reader).exists():
        return PersonalContent((), 0, ())
    found = inbox(reader, on=on)
    wanted = [item for item in found.items if kind == "weekly_digest" or item.kind in MONTH_END]
    notices = _for_the_digest(reader) if kind == "weekly_digest" else ()
    return PersonalContent(tuple(_waiting(item) for item in wanted[:LISTED]), max(len(wanted) - LISTED, 0), notices)


def _waiting(item: Item) -> Waiting:
    return Waiting(item.kind, item.code, item.name, item.detail, item.ref, item.due, item.overdue)


def _for_the_digest(reader: User) -> tuple[tuple[int, str, dict[str, object]], ...]:
    """What happened, is not read, and was to come with the next digest."""
    rows = Notice.objects.filter(user=reader, way=Way.DIGEST, mailed_at__isnull=True, read_at__isnull=True)
    return tuple((row.pk, row.code, row.params) for row in rows.order_by("pk")[:LISTED])
