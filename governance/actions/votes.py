"""What is said in a meeting, recorded by its secretary; and votes outside a meeting, cast by the members themselves."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from django.utils import timezone

from governance.actions.meetings import add_item, lock_meeting, refuse_over, save_meeting
from governance.choices import (
    ItemKind,
    MeetingKind,
    MeetingState,
    Presence,
    SubmissionState,
    VoteChoice,
)
from governance.gates import GATES
from governance.models import AgendaItem, Attendance, GateSubmission, Meeting, Vote
from governance.queries.agenda import open_items
from governance.queries.deciders import Seats
from governance.queries.meetings import VOTED, Line, MeetingPage, is_vote_open, meeting_page, standing
from governance.sentences import objection
from measures.choices import DoI
from portfolio.choices import Office
from portfolio.deeds import deed
from portfolio.errors import Conflict, NotAllowed, Objection, Refused
from portfolio.models import User


@dataclass(frozen=True)
class ItemTerms:
    """What the secretary writes beside an item; without `consent` it is voted on."""

    note: str = ""
    consent: bool = False
    deferred: bool = False
    overrule_reason: str = ""


@dataclass(frozen=True)
class Record:
    """All that the secretary has written down: who was there, what became of the items, and each member's word."""

    attendance: Mapping[int, str]
    items: Mapping[int, ItemTerms]
    words: Mapping[tuple[int, int], str]


def record_meeting(
    meeting: Meeting,
    record: Record,
    *,
    by: User,
    on: date,
    hand_over: bool = False,
    expected_version: int | None = None,
    key: UUID | None = None,
) -> Meeting:
    """Attendance, notes and votes are as the secretary says; handed over, the meeting waits for its chair.

    Earlier rows stay, the latest counts; each names the secretary as who recorded it. Refused, with every objection
    at once: who does not keep the record, somebody who is no member, a word of the recused or the absent, consent to
    a vetoed submission, and handing over with nobody present. Recorded: deed, attendance and votes that are new.
    """
    standing(by, meeting.committee, on=on).require_keeping()
    with deed("meeting_recorded", by=by, subject=meeting, key=key):
        meeting = lock_meeting(meeting, expected_version)
        refuse_over(meeting)
        if meeting.is_circular:
            raise Refused(objection("vote_own_name"))
        page = meeting_page(meeting, on=on)
        news = _news(page, record)
        _refuse_record(page, news, hand_over)
        _write(page, news, by=by)
        if hand_over:
            meeting.state = MeetingState.HELD
        return save_meeting(meeting)


def _news(page: MeetingPage, record: Record) -> Record:
    """What differs from what was recorded before."""
    lines = {line.item.pk: line for line in page.lines if line.is_open}
    attendance = {
        user: presence
        for user, presence in record.attendance.items()
        if user not in page.attendance or page.attendance[user].presence != presence
    }
    items = {pk: terms for pk, terms in record.items.items() if pk in lines and terms != _terms(lines[pk].item)}
    words = {
        (pk, member): choice
        for (pk, member), choice in record.words.items()
        if pk in lines and choice and choice != _said(lines[pk], member)
    }
    return replace(record, attendance=attendance, items=items, words=words)


def _terms(item: AgendaItem) -> ItemTerms:
    return ItemTerms(item.note, item.consent, item.deferred, item.overrule_reason)


def _said(line: Line, member: int) -> str:
    vote = line.votes.get(member)
    return "" if vote is None else vote.choice


def _refuse_record(page: MeetingPage, news: Record, hand_over: bool) -> None:
    members = {user.pk: user for user in page.seats.members}
    there = {user.pk for user in page.present} - set(news.attendance)
    there |= {user for user, presence in news.attendance.items() if presence == Presence.PRESENT}
    found = [objection("not_a_voter", name=f"#{user}") for user in news.attendance if user not in members]
    lines = {line.item.pk: line for line in page.lines}
    for (pk, member), choice in news.words.items():
        found += _word_objections(lines[pk], page.seats, members, member, choice, there)
    found += _terms_objections(lines, news.items)
    if hand_over and not there:
        found.append(objection("nobody_present"))
    if found:
        # The same sentence once, however many items it is about.
        raise Refused(*{one.sentence: one for one in found}.values())


def _word_objections(
    line: Line, seats: Seats, members: Mapping[int, User], member: int, choice: str, there: Collection[int]
) -> list[Objection]:
    if member not in members:
        return [objection("not_a_voter", name=f"#{member}")]
    name = members[member].name
    if member not in {user.pk for user in line.voters(seats)}:
        return [objection("recused_vote", name=name)]
    if member not in there and choice != VoteChoice.RECUSED:
        return [objection("absent_vote", name=name)]
    return []


def _terms_objections(lines: Mapping[int, Line], terms: Mapping[int, ItemTerms]) -> list[Objection]:
    asked = [lines[pk] for pk, one in terms.items() if one.consent]
    found = []
    if any(line.item.kind not in VOTED for line in asked):
        found.append(objection("consent_needs_vote"))
    if any(line.veto is not None for line in asked):
        found.append(objection("vetoed_no_consent"))
    return found


def _write(page: MeetingPage, news: Record, *, by: User) -> None:
    now = timezone.now()
    for user, presence in sorted(news.attendance.items()):
        Attendance.objects.create(meeting=page.meeting, user_id=user, presence=presence, recorded_by=by, at=now)
    for (pk, member), choice in sorted(news.words.items()):
        Vote.objects.create(item_id=pk, member_id=member, choice=choice, recorded_by=by, at=now)
    items = {line.item.pk: line.item for line in page.lines}
    for pk, terms in sorted(news.items.items()):
        item = items[pk]
        item.note, item.consent, item.deferred = terms.note.strip(), terms.consent, terms.deferred
        item.overrule_reason = terms.overrule_reason.strip()
        item.version += 1
        item.save(update_fields=["note", "consent", "deferred", "overrule_reason", "version"])


# Outside a meeting


def open_vote(
    submission: GateSubmission,
    *,
    closes_at: datetime,
    zone: str,
    by: User,
    on: date,
    now: datetime,
    key: UUID | None = None,
) -> Meeting:
    """The members vote on the submission in their browsers until `closes_at`.

    Refused: who does not keep the committee's record, a gate no committee decides, a submission that no longer
    waits or is voted on already, an end in the past. Recorded: deed and history.
    """
    committee = submission.measure.committee
    if committee is None or Office.COMMITTEE not in GATES[DoI(submission.from_stage)].deciders:
        raise Refused(objection("no_committee_gate"))
    standing(by, committee, on=on).require_keeping()
    with deed("vote_opened", by=by, subject=submission.measure, key=key):
        fresh = GateSubmission.objects.select_for_update().get(pk=submission.pk)
        if fresh.state != SubmissionState.OPEN:
            raise Conflict(objection("already_decided"))
        found = []
        if closes_at <= now:
            found.append(objection("vote_end_early"))
        if open_items().filter(submission=submission).exists():
            found.append(objection("vote_running"))
        if found:
            raise Refused(*found)
        meeting = Meeting.objects.create(
            committee=committee,
            kind=MeetingKind.CIRCULAR,
            starts_at=now,
            closes_at=closes_at,
            zone=zone,
            planned_by=by,
        )
        add_item(
            meeting, kind=ItemKind.SUBMISSION, measure=submission.measure, ref=str(submission.pk), submission=submission
        )
        return meeting


def cast_vote(
    meeting: Meeting, *, choice: str, by: User, on: date, now: datetime, note: str = "", key: UUID | None = None
) -> Vote:
    """The member has voted in their own name; until the vote ends they may change it, and the latest word counts.

    Refused: outside a vote that is open, who is no member, who owns, sponsors or submitted the measure. Recorded:
    deed and the vote.
    """
    with deed("vote_cast", by=by, subject=meeting, key=key):
        meeting = lock_meeting(meeting)
        page = meeting_page(meeting, on=on)
        if by not in page.seats.members:
            raise NotAllowed(objection("only_members_vote"))
        line = next((one for one in page.lines if one.is_voted), None)
        if line is None or not line.is_open:
            raise Conflict(objection("vote_after_decision"))
        if not meeting.is_circular:
            raise Refused(objection("not_on_agenda"))
        refuse_over(meeting)
        if not is_vote_open(meeting, now):
            raise Conflict(objection("vote_is_over"))
        if by not in line.voters(page.seats):
            raise NotAllowed(objection("recused_vote", name=by.name))
        return Vote.objects.create(
            item=line.item, member=by, choice=VoteChoice(choice), note=note.strip(), recorded_by=by, at=now
        )
