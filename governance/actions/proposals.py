"""Proposing that a measure rests, goes on, ends, goes back by a gate or is opened again."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from django.utils import timezone

from finance.rules.working_days import add_working_days
from governance.choices import DecisionKind, ProposalReason, ProposalState
from governance.gates import DECISION_DUE_DAYS, GATES
from governance.lifecycle import COURSES, HOLD, REVIEW_DAYS, Course, Step
from governance.models import Proposal
from governance.queries.cases import gate_case
from governance.queries.proposals import (
    proposer_objections,
    proposing_office,
    reason_codes,
    step_for,
    vacancy_objections,
)
from governance.sentences import objection
from governance.snapshots import Snapshot, snapshot_hash, snapshot_of
from measures.actions.measures import lock_measure
from measures.choices import DoI
from measures.models import Measure
from measures.queries import offices_of
from portfolio.choices import Office
from portfolio.deeds import deed
from portfolio.errors import Conflict, NotAllowed, Objection, Refused
from portfolio.models import Holiday, User


def propose(
    measure: Measure,
    *,
    kind: DecisionKind,
    by: User,
    on: date,
    reason_code: str,
    reason: str = "",
    review_on: date | None = None,
    superseded_by: Measure | None = None,
    key: UUID | None = None,
) -> Proposal:
    """What is proposed waits for the body that decides it, with a picture of the measure; due in 10 working days.

    Holding and resuming is the sponsor's to propose, the rest anybody's with an office on the measure. Refused, all
    at once: where the kind does not fit, a person who would decide it alone, an office that nobody holds, another
    open proposal, a reason outside the list, OTHER without words, a hold without a review within 90 days, a
    superseding measure that is missing or the measure itself. Recorded: deed and proposal.
    """
    kind = DecisionKind(kind)
    details = {"kind": kind.value, "reason_code": str(reason_code)}
    with deed(f"{kind.value}_proposed", by=by, subject=measure, reason=reason, key=key, details=details):
        measure = lock_measure(measure)
        course, step = _course(measure, kind)
        if found := proposer_objections(measure, course, step, by):
            raise NotAllowed(*found)
        office = proposing_office(course, step, offices_of(by, measure)) or course.proposers[0]
        found = vacancy_objections(measure, step, office)
        found += _term_objections(measure, course, step, reason_code, reason, superseded_by)
        found += _review_objections(kind, review_on, on)
        if Proposal.objects.filter(measure=measure, state=ProposalState.OPEN).exists():
            found.append(objection("already_proposed"))
        if found:
            raise Refused(*found)
        return _create(
            measure,
            kind,
            office,
            by=by,
            on=on,
            reason_code=reason_code,
            reason=reason.strip(),
            review_on=review_on if kind == HOLD else None,
            superseded_by=superseded_by if reason_code == ProposalReason.SUPERSEDED else None,
        )


def _course(measure: Measure, kind: DecisionKind) -> tuple[Course, Step]:
    step = step_for(measure, kind)
    if kind not in COURSES or step is None:
        raise Refused(objection("not_possible_here", kind=kind.label))
    return COURSES[kind], step


def _term_objections(
    measure: Measure, course: Course, step: Step, code: str, reason: str, superseded_by: Measure | None
) -> list[Objection]:
    found = []
    if code not in reason_codes(step, DoI(measure.stage)):
        found.append(objection("reason_code_unknown"))
    if (course.asks_text or code == ProposalReason.OTHER) and not reason.strip():
        found.append(objection("reason_text_missing"))
    if code == ProposalReason.SUPERSEDED and (superseded_by is None or superseded_by.pk == measure.pk):
        found.append(objection("superseded_by_missing"))
    return found


def _review_objections(kind: DecisionKind, review_on: date | None, on: date) -> list[Objection]:
    if kind != HOLD:
        return []
    if review_on is None or not on < review_on <= on + timedelta(days=REVIEW_DAYS):
        return [objection("review_wrong", days=REVIEW_DAYS)]
    return []


def _create(measure: Measure, kind: DecisionKind, office: Office, *, by: User, on: date, **terms: object) -> Proposal:
    snapshot = picture(measure, on=on)
    holidays = frozenset(Holiday.objects.filter(day__gte=on).values_list("day", flat=True))
    return Proposal.objects.create(
        measure=measure,
        kind=kind,
        from_stage=measure.stage,
        from_lifecycle=measure.lifecycle,
        proposed_by=by,
        office=office,
        on=on,
        at=timezone.now(),
        due_on=add_working_days(on, DECISION_DUE_DAYS, holidays),
        snapshot=snapshot,
        sha256=snapshot_hash(snapshot),
        **terms,
    )


def picture(measure: Measure, *, on: date) -> Snapshot:
    """The gate-relevant fields of the next gate, of a closed measure those of its closure."""
    stage = min(DoI(measure.stage), DoI.IMPLEMENTED)
    return snapshot_of(gate_case(measure, on=on), GATES[DoI(stage)])


def withdraw_proposal(proposal: Proposal, *, by: User, reason: str = "", key: UUID | None = None) -> Proposal:
    """The proposal no longer waits. Only who made it withdraws it, never once it is answered. Recorded: the deed."""
    with deed("proposal_withdrawn", by=by, subject=proposal.measure, reason=reason, key=key):
        lock_measure(proposal.measure)
        proposal = Proposal.objects.select_for_update().get(pk=proposal.pk)
        if by.pk not in (proposal.proposed_by_id, proposal.on_behalf_of_id):
            raise NotAllowed(objection("only_proposer_withdraws"))
        if proposal.state != ProposalState.OPEN:
            raise Conflict(objection("proposal_answered"))
        return set_proposal(proposal, ProposalState.WITHDRAWN)


def set_proposal(proposal: Proposal, state: ProposalState) -> Proposal:
    proposal.state = state
    proposal.save(update_fields=["state"])
    return proposal


def withdraw_overtaken(measure: Measure) -> None:
    """A proposal about the stage the measure has just left is withdrawn: another body would decide it now."""
    for proposal in Proposal.objects.select_for_update().filter(measure=measure, state=ProposalState.OPEN):
        set_proposal(proposal, ProposalState.WITHDRAWN)
