"""The chair's one confirmation: every item of a meeting becomes what was voted, each a decision of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from governance.actions.closure import REAUTHENTICATION_HOLDS
from governance.actions.gates import Outcome, decide_as_committee, return_submission
from governance.actions.meetings import lock_meeting, refuse_over, save_meeting, settle_item
from governance.actions.take_over_decisions import ratify_take_over
from governance.choices import ItemKind, ItemOutcome, MeetingState
from governance.models import GateDecision, Meeting
from governance.queries.meetings import Line, MeetingPage, is_vote_open, meeting_page
from governance.rules.sittings import Sitting
from governance.sentences import objection
from measures.actions.measures import lock_measures
from portfolio import tenancy
from portfolio.database_errors import database_refusals
from portfolio.deeds import check_now, deed, refuse_stale
from portfolio.errors import Conflict, DomainError, Objection, Refused
from portfolio.models import User


@dataclass(frozen=True)
class Settled:
    """What became of one item."""

    outcome: ItemOutcome
    decision: GateDecision | None = None
    objections: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True)
class Question:
    """An item that was voted on, as its decider finds it."""

    line: Line
    sitting: Sitting
    by: User
    on: date
    reason: str


def confirm_meeting(
    meeting: Meeting,
    *,
    by: User,
    on: date,
    now: datetime,
    reauthenticated_at: datetime | None,
    reason: str = "",
    expected_version: int | None = None,
    key: UUID | None = None,
) -> Meeting:
    """Every item over which the person presides has its outcome, all in one transaction; the record is fixed.

    Each item that was voted on becomes one decision with the vote in its snapshot. What has become stale, or is
    refused, is reported on its item and goes on waiting, while the others are decided. `reason` stands for items
    without a note of their own. Items of another who presides (the chair recused) wait for that person; with the
    last one the meeting is confirmed. Refused: a password older than five minutes, a meeting not handed over, a vote
    still open, and who has nothing to confirm; of two at once the second finds it done.
    """
    with database_refusals(), transaction.atomic():
        with deed("meeting_confirmed", by=by, subject=meeting, reason=reason, key=key) as row:
            meeting = lock_meeting(meeting)
            page = meeting_page(meeting, on=on)
            # Of two at once the second is told that it is done, not that the record has changed.
            lines = _mine(page, by)
            refuse_stale(meeting, expected_version)
            _refuse_confirmation(page, reauthenticated_at, now)
            is_last = len(lines) == sum(line.is_open for line in page.lines)
        # By id, as everywhere; the decisions below find their measures locked already.
        lock_measures(line.item.measure for line in lines if line.item.measure is not None)
        settled = [(line, _settle(line, by=by, on=on, reason=reason)) for line in lines]
        with tenancy.within_deed(row.pk):
            for line, done in settled:
                _record(line, done, by=by)
            if is_last:
                meeting.state, meeting.confirmed_by, meeting.confirmed_at = MeetingState.CONFIRMED, by, now
            save_meeting(meeting)
            check_now()
        return meeting


def _mine(page: MeetingPage, by: User) -> list[Line]:
    """The items the person confirms; an agenda without any is confirmed by the chair."""
    if page.meeting.state == MeetingState.CONFIRMED:
        raise Conflict(objection("meeting_confirmed"))
    refuse_over(page.meeting)
    lines = page.waiting_for(by)
    if not lines and not (page.is_settled and by == page.chair):
        raise Conflict(objection("nothing_to_confirm"))
    return lines


def _refuse_confirmation(page: MeetingPage, reauthenticated_at: datetime | None, now: datetime) -> None:
    meeting, found = page.meeting, []
    if not meeting.is_circular and meeting.state != MeetingState.HELD:
        found.append(objection("not_held"))
    if meeting.is_circular and is_vote_open(meeting, now) and any(page.not_voted(line) for line in page.lines):
        found.append(objection("voting_open", until=f"{meeting.closes_at:%Y-%m-%d %H:%M} UTC"))
    if reauthenticated_at is None or not 0 <= (now - reauthenticated_at).total_seconds() <= _HOLDS:
        found.append(objection("reauthentication_missing"))
    if found:
        raise Refused(*found)


_HOLDS = REAUTHENTICATION_HOLDS.total_seconds()


def _settle(line: Line, *, by: User, on: date, reason: str) -> Settled:
    """The outcome of one item; what is refused undoes nothing but itself."""
    if line.item.deferred:
        return Settled(ItemOutcome.DEFERRED)
    decide = DECIDERS.get(ItemKind(line.item.kind))
    if decide is None or line.sitting is None:
        return Settled(ItemOutcome.NOTED)
    try:
        with transaction.atomic():
            if not line.sitting.is_quorate:
                raise Refused(_quorum(line.sitting))
            return decide(Question(line, line.sitting, by, on, line.item.note.strip() or reason.strip()))
    except DomainError as error:
        return Settled(ItemOutcome.REFUSED, objections=_stored(error.objections))


def _quorum(sitting: Sitting) -> Objection:
    return objection("quorum_of_item", present=len(sitting.present), quorum=max(sitting.quorum, 1))


def _gate(question: Question) -> Settled:
    """Carried, the measure is Decided; else the submission goes back to its owner."""
    submission = question.line.item.submission
    if submission is None:
        raise Refused(objection("not_on_agenda"))
    said: dict[str, Any] = {"by": question.by, "on": question.on, "sitting": question.sitting}
    if question.sitting.carried:
        overrule = question.line.item.overrule_reason if question.line.veto is not None else ""
        outcome = decide_as_committee(submission, reason=question.reason, overrule_reason=overrule, **said)
        return _settled(outcome, ItemOutcome.ADVANCED)
    return _settled(return_submission(submission, reason=question.reason, **said), ItemOutcome.RETURNED)


def _settled(outcome: Outcome, done: ItemOutcome) -> Settled:
    if outcome.is_stale:
        fields = list(outcome.submission.stale_fields)
        return Settled(ItemOutcome.STALE, objections=({"code": "submission_stale", "params": {"fields": fields}},))
    return Settled(done, outcome.decision)


def _take_over(question: Question) -> Settled:
    """Carried, the committee stands behind the stage the measure came with; else it goes on waiting."""
    measure = question.line.item.measure
    if measure is None:
        raise Refused(objection("not_on_agenda"))
    if not question.sitting.carried:
        return Settled(ItemOutcome.DECLINED)
    reason = question.reason or _("Ratified in a meeting of the committee.")
    ratify_take_over([measure], by=question.by, on=question.on, reason=reason, sitting=question.sitting)
    return Settled(ItemOutcome.RATIFIED)


# What a vote does, by the kind of item; kinds without a line are spoken of and noted.
DECIDERS: dict[ItemKind, Callable[[Question], Settled]] = {
    ItemKind.SUBMISSION: _gate,
    ItemKind.RATIFICATION: _take_over,
}


def _stored(found: Sequence[Objection]) -> tuple[dict[str, Any], ...]:
    return tuple({"code": one.code, "params": {k: _plain(v) for k, v in one.params.items()}} for one in found)


def _plain(value: Any) -> Any:
    return value if isinstance(value, int | float) else str(value)


def _record(line: Line, done: Settled, *, by: User) -> None:
    settle_item(
        line.item,
        done.outcome,
        by=by,
        decision=done.decision,
        objections=list(done.objections),
        tally=line.sitting.as_record() if line.sitting is not None and not line.item.deferred else {},
    )
