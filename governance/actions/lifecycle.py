"""Deciding what was proposed: hold, resume, cancel, revert, reopen (domain §2). The gates have their own door."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from finance.actions.confirmations import revoke_confirmation
from governance.actions.conditions import lapse_conditions
from governance.actions.proposals import picture, propose, set_proposal, withdraw_proposal
from governance.actions.sittings import require_speaker, sitting_objections, sitting_record
from governance.actions.submissions import set_state
from governance.choices import DecisionKind, ProposalState, SubmissionState
from governance.criteria.finance import plan_validated
from governance.lifecycle import COURSES, HOLD, LONG_HOLD_DAYS, RESUME, REVERT, Step, gate_behind
from governance.models import GateDecision, GateSubmission, Proposal, ProposalWord
from governance.queries.cases import gate_case
from governance.queries.deciders import is_barred
from governance.queries.proposals import (
    bench_of,
    deciding_offices_of,
    held_since,
    missing_offices,
    step_for,
)
from governance.rules.sittings import Sitting
from governance.sentences import objection
from governance.snapshots import snapshot_hash
from measures.actions.measures import lock_measure
from measures.choices import DoI
from measures.models import Measure
from portfolio.choices import Office
from portfolio.deeds import deed
from portfolio.errors import Conflict, NotAllowed, Objection, Refused
from portfolio.models import User

__all__ = ["decide_proposal", "propose", "withdraw_proposal"]


@dataclass(frozen=True)
class _File:
    """A proposal and its measure, both locked; no step once the measure has moved on."""

    measure: Measure
    proposal: Proposal
    step: Step | None
    on: date


def decide_proposal(
    proposal: Proposal,
    *,
    by: User,
    on: date,
    agreed: bool,
    reason: str = "",
    present: Sequence[User] = (),
    sitting: Sitting | None = None,
    key: UUID | None = None,
) -> GateDecision | None:
    """The person's office has agreed, or declined, which ends it; with the last word the measure moves as proposed.

    Returns the decision once there is one. A hold, a cancellation or a step back withdraws the open submission: what
    was asked is wanted no longer, and is submitted anew afterwards. A step back lapses the conditions of its gate;
    Decided → Detailed opens the plan as a draft and leaves its baseline in force. Reopening a closed measure revokes
    its confirmation. Refused: anybody whose office is not asked, the proposer, those who never decide, one person
    for two offices; all at once a missing quorum or lost vote, a review date that has passed, a resumption after
    more than 90 days without a fresh validation, declining without a reason. Recorded: deed, word, decision.
    """
    with transaction.atomic():
        file = _locked(proposal, on)
        office = _speaks_as(file, by)
        kind, details = _deed_kind(file, office, agreed), _about(file)
        with deed(kind, by=by, subject=file.measure, reason=reason, key=key, details=details):
            step = _refuse_answered(file)
            office = _require_office(file, step, office, by)
            record = _sitting(file, office, by, present, sitting)
            if found := _objections(file, office, agreed=agreed, reason=reason, record=record):
                raise Refused(*found)
            _say(file, office, agreed=agreed, by=by, reason=reason)
            if not agreed:
                set_proposal(file.proposal, ProposalState.DECLINED)
            if not agreed or missing_offices(file.proposal, step):
                return None
            return _move(file, step, office, by=by, reason=reason, record=record)


def _locked(proposal: Proposal, on: date) -> _File:
    measure = lock_measure(proposal.measure)
    fresh = Proposal.objects.select_for_update().get(pk=proposal.pk)
    fresh.measure = measure
    return _File(measure, fresh, step_for(measure, DecisionKind(fresh.kind)), on)


def _speaks_as(file: _File, by: User) -> Office | None:
    if file.step is None:
        return None
    return next(iter(deciding_offices_of(file.proposal, file.step, by, on=file.on)), None)


def _deed_kind(file: _File, office: Office | None, agreed: bool) -> str:
    if not agreed:
        return "proposal_declined"
    completes = file.step is not None and not missing_offices(file.proposal, file.step, saying=office)
    return COURSES[DecisionKind(file.proposal.kind)].done if completes else "proposal_agreed"


def _about(file: _File) -> dict[str, str]:
    proposal = file.proposal
    details = {"kind": proposal.kind, "reason_code": proposal.reason_code}
    if proposal.review_on is not None:
        details["review_on"] = proposal.review_on.isoformat()
    if proposal.superseded_by is not None:
        details["superseded_by"] = proposal.superseded_by.code
    return details


def _refuse_answered(file: _File) -> Step:
    proposal, measure = file.proposal, file.measure
    stands = (proposal.from_stage, proposal.from_lifecycle) == (measure.stage, measure.lifecycle)
    if proposal.state != ProposalState.OPEN or file.step is None or not stands:
        raise Conflict(objection("proposal_answered"))
    return file.step


def _require_office(file: _File, step: Step, office: Office | None, by: User) -> Office:
    found = []
    if by.pk in (file.proposal.proposed_by_id, file.proposal.on_behalf_of_id):
        found.append(objection("own_proposal"))
    if file.proposal.words.filter(given_by=by).exists():
        found.append(objection("both_offices"))
    if is_barred(by, file.on):
        found.append(objection("never_decides_this"))
    if found:
        raise NotAllowed(*found)
    if office is not None:
        return office
    if step.body.offices == (Office.COMMITTEE,):
        require_speaker(bench_of(file.proposal, on=file.on), by)
    needed = step.body.needed(Office(file.proposal.office))
    raise NotAllowed(objection("not_your_office", office=", ".join(str(one.label) for one in needed)))


def _sitting(file: _File, office: Office, by: User, present: Sequence[User], sitting: Sitting | None) -> dict[str, Any]:
    if office != Office.COMMITTEE:
        return {}
    case = gate_case(file.measure, on=file.on)
    return sitting_record(case, bench_of(file.proposal, on=file.on), by=by, present=present, sitting=sitting)


def _objections(file: _File, office: Office, *, agreed: bool, reason: str, record: dict[str, Any]) -> list[Objection]:
    if not agreed:
        return [] if reason.strip() else [objection("reason_missing")]
    found = sitting_objections(record) if office == Office.COMMITTEE else []
    review_on = file.proposal.review_on
    if file.proposal.kind == HOLD and review_on is not None and review_on <= file.on:
        found.append(objection("review_passed"))
    if file.proposal.kind == RESUME:
        found += resumption_objections(file.measure, on=file.on)
    return found


def resumption_objections(measure: Measure, *, on: date) -> list[Objection]:
    """What a measure held for more than 90 days after Decided needs first: a controller's validation, 30 days fresh."""
    since = held_since(measure)
    if measure.stage < DoI.DECIDED or since is None or (on - since).days <= LONG_HOLD_DAYS:
        return []
    found = plan_validated(gate_case(measure, on=on))
    return [] if found is None else [objection("held_too_long", days=LONG_HOLD_DAYS), found]


def _say(file: _File, office: Office, *, agreed: bool, by: User, reason: str) -> None:
    ProposalWord.objects.create(
        proposal=file.proposal, office=office, agreed=agreed, given_by=by, reason=reason.strip(), at=timezone.now()
    )


def _move(file: _File, step: Step, office: Office, *, by: User, reason: str, record: dict[str, Any]) -> GateDecision:
    measure = file.measure
    snapshot = picture(measure, on=file.on)
    decision = GateDecision.objects.create(
        measure=measure,
        proposal=file.proposal,
        kind=step.kind,
        from_stage=measure.stage,
        to_stage=step.to_stage,
        from_lifecycle=measure.lifecycle,
        to_lifecycle=step.to_lifecycle,
        office=office,
        decided_by=by,
        reason=reason,
        on=file.on,
        at=timezone.now(),
        snapshot={**snapshot, **({"committee": record} if record else {})},
        sha256=snapshot_hash(snapshot),
    )
    set_proposal(file.proposal, ProposalState.DECIDED)
    _settle_surroundings(file, step, by)
    _take(measure, step, file.on)
    return decision


def _settle_surroundings(file: _File, step: Step, by: User) -> None:
    """What hung on the stage or lifecycle that the measure leaves."""
    waiting = GateSubmission.objects.select_for_update().filter(measure=file.measure, state=SubmissionState.OPEN)
    for submission in waiting:
        set_state(submission, SubmissionState.WITHDRAWN)
    passed = gate_behind(DoI(file.measure.stage))
    if step.kind == REVERT and passed is not None:
        lapse_conditions(file.measure, gate=passed)
    if file.measure.stage == DoI.CLOSED:
        revoke_confirmation(file.measure, by=by)


def _take(measure: Measure, step: Step, on: date) -> None:
    moved = measure.stage != step.to_stage
    getattr(measure, step.move)()
    measure.version += 1
    if moved:
        measure.stage_since = on
    measure.save(update_fields=["stage", "lifecycle", "stage_since", "version"])
