"""Planning meetings of a committee, their agenda and their pre-read."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID
from zoneinfo import available_timezones

from django.db.models import Max
from django.utils import timezone

from governance.choices import ItemKind, ItemOutcome, MeetingState
from governance.models import AgendaItem, Meeting, PreRead
from governance.queries.agenda import Waiting, waiting_for
from governance.queries.meetings import VOTED, meeting_page, standing
from governance.queries.pre_reads import content_of, frozen_text
from governance.sentences import objection
from portfolio.deeds import deed, refuse_stale
from portfolio.errors import Conflict, Objection, Refused
from portfolio.models import SteeringCommittee, User

SHORTEST, LONGEST = 5, 24 * 60
TOLD = ("starts_at", "zone", "minutes", "place")


def plan_meeting(
    committee: SteeringCommittee,
    *,
    starts_at: datetime,
    zone: str,
    minutes: int,
    place: str,
    by: User,
    on: date,
    now: datetime,
    key: UUID | None = None,
) -> Meeting:
    """The committee meets, with everything on the agenda that waits for it.

    Refused: who neither keeps the committee's record nor works for the transformation office, a time in the past or
    of no known zone. Recorded: deed and history.
    """
    standing(by, committee, on=on).require_planning()
    with deed("meeting_planned", by=by, subject=committee, key=key):
        _refuse_time(starts_at, zone, minutes, now)
        meeting = Meeting.objects.create(
            committee=committee, starts_at=starts_at, zone=zone, minutes=minutes, place=place.strip(), planned_by=by
        )
        put_on_agenda(meeting, waiting_for(committee, on=on))
        return meeting


def change_meeting(
    meeting: Meeting,
    *,
    starts_at: datetime,
    zone: str,
    minutes: int,
    place: str,
    by: User,
    on: date,
    now: datetime,
    expected_version: int | None = None,
    key: UUID | None = None,
) -> Meeting:
    """The meeting is at this time and place; whoever was invited must be told, so its sequence rises.

    Refused: as in planning, and once it has been held. Recorded: deed and history.
    """
    standing(by, meeting.committee, on=on).require_planning()
    with deed("meeting_changed", by=by, subject=meeting, key=key):
        meeting = lock_meeting(meeting, expected_version)
        refuse_held(meeting)
        _refuse_time(starts_at, zone, minutes, now)
        before = [getattr(meeting, name) for name in TOLD]
        meeting.starts_at, meeting.zone, meeting.minutes, meeting.place = starts_at, zone, minutes, place.strip()
        if before != [getattr(meeting, name) for name in TOLD]:
            meeting.sequence += 1
        return save_meeting(meeting)


def cancel_meeting(
    meeting: Meeting, *, reason: str, by: User, on: date, expected_version: int | None = None, key: UUID | None = None
) -> Meeting:
    """The meeting, or the vote outside one, does not take place; what was on its agenda waits again.

    Refused: without a reason, and once it has been held. Recorded: deed and history.
    """
    standing(by, meeting.committee, on=on).require_planning()
    with deed("meeting_cancelled", by=by, subject=meeting, reason=reason, key=key):
        meeting = lock_meeting(meeting, expected_version)
        refuse_held(meeting)
        if not reason.strip():
            raise Refused(objection("reason_missing"))
        meeting.state, meeting.cancel_reason = MeetingState.CANCELLED, reason.strip()
        meeting.sequence += 1
        return save_meeting(meeting)


def arrange_agenda(
    meeting: Meeting,
    *,
    order: Sequence[int],
    consent: Collection[int],
    removed: Collection[int] = (),
    added: Collection[str] = (),
    title: str = "",
    by: User,
    on: date,
    expected_version: int | None = None,
    key: UUID | None = None,
) -> Meeting:
    """The agenda has its items in this order; those of `consent` are taken without a vote unless pulled out.

    `added` names waiting things by kind, measure and ref as in `identity_text`; a `title` adds a note. Refused: who
    does not keep the record, a meeting that was held, consent to what is not voted on or was vetoed. Recorded: deed
    and history.
    """
    standing(by, meeting.committee, on=on).require_keeping()
    with deed("agenda_changed", by=by, subject=meeting, key=key):
        meeting = lock_meeting(meeting, expected_version)
        refuse_held(meeting)
        _refuse_consent(meeting, set(consent) - set(removed), on)
        places = {pk: number for number, pk in enumerate(order, start=1)}
        for item in AgendaItem.objects.filter(meeting=meeting, outcome="").order_by("pk"):
            if item.pk in removed:
                settle_item(item, ItemOutcome.REMOVED, by=by)
            else:
                _place(item, places.get(item.pk, item.position), item.pk in consent)
        waiting = {identity_text(one): one for one in waiting_for(meeting.committee, on=on)}
        put_on_agenda(meeting, [waiting[name] for name in added if name in waiting])
        if title.strip():
            add_item(meeting, kind=ItemKind.NOTE, title=title.strip()[:200])
        return save_meeting(meeting)


def freeze_pre_read(meeting: Meeting, *, by: User, on: date, now: datetime, key: UUID | None = None) -> PreRead:
    """What the members are to read stands fixed as of now, as canonical text with its SHA-256.

    It may be frozen again; each keeps its number. Refused: who does not keep the record, an empty agenda, a meeting
    that was held. Recorded: deed, the pre-read, and that it was sent.
    """
    standing(by, meeting.committee, on=on).require_keeping()
    with deed("pre_read_frozen", by=by, subject=meeting, key=key):
        meeting = lock_meeting(meeting)
        refuse_held(meeting)
        page = meeting_page(meeting, on=on)
        if not page.lines:
            raise Refused(objection("agenda_empty"))
        text = frozen_text(content_of(page, now=now))
        latest = PreRead.objects.filter(meeting=meeting).aggregate(latest=Max("number"))["latest"] or 0
        meeting.state = MeetingState.PRE_READ
        save_meeting(meeting)
        return PreRead.objects.create(
            meeting=meeting,
            number=latest + 1,
            body=text,
            sha256=sha256(text.encode()).hexdigest(),
            frozen_by=by,
            as_of=now,
        )


# Shared by all deeds on meetings


def lock_meeting(meeting: Meeting, expected_version: int | None = None) -> Meeting:
    """The meeting as it is now, held until the transaction ends; two at once come one after the other."""
    related = ("committee__chair", "committee__deputy_chair", "committee__secretary")
    fresh = Meeting.objects.select_for_update(of=("self",)).select_related(*related).get(pk=meeting.pk)
    refuse_stale(fresh, expected_version)
    return fresh


def save_meeting(meeting: Meeting) -> Meeting:
    meeting.version += 1
    meeting.save()
    return meeting


def refuse_over(meeting: Meeting) -> None:
    if meeting.is_over:
        raise Conflict(objection("meeting_over"))


def refuse_held(meeting: Meeting) -> None:
    refuse_over(meeting)
    if meeting.state == MeetingState.HELD:
        raise Conflict(objection("meeting_held"))


def settle_item(item: AgendaItem, outcome: ItemOutcome, *, by: User, **fields: Any) -> AgendaItem:
    """The item has its outcome, once."""
    for name, value in fields.items():
        setattr(item, name, value)
    item.outcome, item.settled_by, item.settled_at = outcome, by, timezone.now()
    item.version += 1
    item.save()
    return item


def put_on_agenda(meeting: Meeting, found: Iterable[Waiting]) -> list[AgendaItem]:
    return [
        add_item(
            meeting,
            kind=one.kind,
            measure=one.measure,
            ref=one.ref,
            submission=one.submission,
            proposal_id=one.proposal_id,
        )
        for one in found
    ]


def add_item(meeting: Meeting, **fields: Any) -> AgendaItem:
    last = AgendaItem.objects.filter(meeting=meeting).aggregate(last=Max("position"))["last"] or 0
    return AgendaItem.objects.create(meeting=meeting, position=last + 1, **fields)


def identity_text(one: Waiting) -> str:
    """How a form names something that waits."""
    return ":".join(map(str, one.identity))


def _place(item: AgendaItem, position: int, consent: bool) -> None:
    if (item.position, item.consent) != (position, consent):
        item.position, item.consent = position, consent
        item.version += 1
        item.save(update_fields=["position", "consent", "version"])


def _refuse_time(starts_at: datetime, zone: str, minutes: int, now: datetime) -> None:
    found: list[Objection] = []
    if zone not in available_timezones():
        found.append(objection("zone_unknown", zone=zone))
    if starts_at <= now:
        found.append(objection("meeting_in_past"))
    if not SHORTEST <= minutes <= LONGEST:
        found.append(objection("duration_unlikely"))
    if found:
        raise Refused(*found)


def _refuse_consent(meeting: Meeting, consent: Collection[int], on: date) -> None:
    lines = [line for line in meeting_page(meeting, on=on).lines if line.item.pk in consent]
    found = []
    if any(line.item.kind not in VOTED for line in lines):
        found.append(objection("consent_needs_vote"))
    if any(line.veto is not None for line in lines):
        found.append(objection("vetoed_no_consent"))
    if found:
        raise Refused(*found)
