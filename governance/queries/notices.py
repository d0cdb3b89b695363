"""The inbox of one person: what the person was told, why, and what is out of sight for a while."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from governance.choices import Way
from governance.events import EVENTS, Event, event_of, ways_of
from governance.models import Notice, Subscription
from measures.models import Measure
from portfolio.models import User

UNREAD, SNOOZED, ALL = "unread", "snoozed", "all"
STATES = (UNREAD, SNOOZED, ALL)


@dataclass(frozen=True)
class Told:
    """One notice with what it needs to be read; no measure where it is about none."""

    notice: Notice
    event: Event
    measure: Measure | None
    by: User | None


@dataclass(frozen=True)
class Choice:
    """An event with what the person may choose, and has; none for a mandatory one."""

    event: Event
    ways: tuple[Way, ...]
    chosen: str


def notices_of(user: User, *, on: date, state: str = UNREAD, event: str = "") -> QuerySet[Notice, Notice]:
    """The person's notices, the newest first. What is snoozed comes back on its day."""
    rows = Notice.objects.filter(user=user)
    asleep = Q(snoozed_until__gt=on)
    if state == UNREAD:
        rows = rows.filter(read_at__isnull=True).exclude(asleep)
    if state == SNOOZED:
        rows = rows.filter(asleep, read_at__isnull=True)
    if event:
        rows = rows.filter(code=event)
    return rows.order_by("-at", "-pk")


def unread_count(user: User, *, on: date) -> int:
    """How many notices the person has not read and has not put off."""
    return notices_of(user, on=on).order_by().count()


def with_surroundings(notices: Iterable[Notice]) -> list[Told]:
    """The notices with their measures and the people who did it, in two statements."""
    rows = list(notices)
    measures = Measure.objects.in_bulk({row.measure_id for row in rows if row.measure_id})
    people = User.objects.in_bulk({row.params["by"] for row in rows if isinstance(row.params.get("by"), int)})
    return [
        Told(row, event_of(row.code), measures.get(row.measure_id or 0), people.get(row.params.get("by", 0)))
        for row in rows
    ]


def choices_of(user: User) -> list[Choice]:
    """Every event in the order of the table, with how the person hears of it."""
    chosen = dict(Subscription.objects.filter(user=user).values_list("event", "way"))
    return [
        Choice(event, ways_of(event), event.way if event.mandatory else chosen.get(event.code, event.way))
        for event in EVENTS.values()
    ]


def wants_mail(user: User, event: str) -> bool:
    """Whether mails by the calendar go to the person at all."""
    chosen = Subscription.objects.filter(user=user, event=event).values_list("way", flat=True).first()
    return (chosen or event_of(event).way) == Way.NOW
