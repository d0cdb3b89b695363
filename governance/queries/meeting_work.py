"""What of meetings and votes waits for a person, for the one list of `governance/queries/inbox.py`."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db.models import DateField, DecimalField, Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Coalesce

from governance.choices import ItemKind, MeetingKind, MeetingState
from governance.models import AgendaItem, Meeting, Vote
from governance.queries.meetings import committees_of, kept_by
from measures.queries import measures_with_right
from portfolio.choices import Right
from portfolio.models import User

MEETINGS_AHEAD = timedelta(days=14)

# Rows, the kind of work they are, and the columns in which they differ from work on a measure.
Work = tuple[QuerySet[Any], str, dict[str, Any]]


def meeting_work(user: User, *, on: date) -> list[Work]:
    """Meetings to go to or to record, votes asked, and what waits for the person's confirmation."""
    return [_meetings(user, on), _votes_asked(user, on), _to_confirm(user, on)]


def _meetings(user: User, on: date) -> Work:
    """Meetings of the person's committees soon; whoever keeps the record sees those not recorded yet, too."""
    rows = Meeting.objects.filter(
        kind=MeetingKind.MEETING,
        state__in=(MeetingState.PLANNED, MeetingState.PRE_READ),
        committee__in=committees_of(user, on=on),
        starts_at__date__lte=on + MEETINGS_AHEAD,
    ).filter(Q(starts_at__date__gte=on) | kept_by(user, "committee__"))
    return rows, "meeting", {**_OF_MEETING, "since": Value(on, DateField()), "due": _day("starts_at")}


def _votes_asked(user: User, on: date) -> Work:
    """Votes outside a meeting in which the person may take part and has not."""
    rows = AgendaItem.objects.filter(
        outcome="",
        meeting__kind=MeetingKind.CIRCULAR,
        meeting__state=MeetingState.PLANNED,
        meeting__closes_at__date__gte=on,
        meeting__committee__in=committees_of(user, on=on, seated=True),
    )
    rows = rows.exclude(measure__owner=user).exclude(submission__submitted_by=user)
    rows = rows.exclude(measure__sponsor__isnull=False, measure__sponsor=user)
    asked = rows.exclude(Exists(Vote.objects.filter(item=OuterRef("pk"), member=user)))
    columns = {
        "detail": F("submission__to_stage"),
        "ref": F("meeting_id"),
        "since": _day("meeting__starts_at"),
        "due": _day("meeting__closes_at"),
    }
    return asked, "vote", columns


def _to_confirm(user: User, on: date) -> Work:
    """Meetings that were held, and votes that end today or have ended, with items over which the person presides."""
    voted = (ItemKind.SUBMISSION, ItemKind.PROPOSAL, ItemKind.RATIFICATION)
    mine = Q(kind__in=voted, measure__in=measures_with_right(user, Right.DECIDE_AS_COMMITTEE))
    noted = ~Q(kind__in=voted) & Q(meeting__committee__chair=user)
    items = AgendaItem.objects.filter(mine | noted, meeting=OuterRef("pk"), outcome="")
    anything = AgendaItem.objects.filter(meeting=OuterRef("pk"))
    ended = Q(kind=MeetingKind.CIRCULAR, state=MeetingState.PLANNED, closes_at__date__lte=on)
    rows = Meeting.objects.filter(Q(state=MeetingState.HELD) | ended).filter(
        Q(Exists(items)) | Q(committee__chair=user) & ~Q(Exists(anything))
    )
    return rows, "minutes", {**_OF_MEETING, "since": _day(Coalesce("closes_at", "starts_at"))}


def _day(value: Any) -> Any:
    return Cast(value, DateField())


_OF_MEETING: dict[str, Any] = {
    "code": Value(""),
    "name": F("committee__name"),
    "detail": F("committee__name"),
    "ref": F("pk"),
    "money": Value(None, DecimalField(max_digits=20, decimal_places=4)),
}
