"""Putting a gate before its deciders, and noticing that what was submitted is no longer what stands.

Measure first, then submission, both are locked until the transaction of the door ends; so the picture judged is the
picture decided on, and of two deciders at once the second finds the submission decided.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from finance.rules.working_days import add_working_days
from governance.choices import CriterionKind, SubmissionState
from governance.criteria.case import GateCase
from governance.gates import DECISION_DUE_DAYS, GATES, Gate
from governance.models import GateSubmission, TakeOverGap, Waiver
from governance.queries.cases import gate_case, gate_cases
from governance.queries.deciders import submitted
from governance.queries.objections import CriterionState, criterion_states, open_gaps
from governance.queries.submitters import submitter_objections
from governance.sentences import objection
from governance.snapshots import Snapshot, changed_fields, snapshot_hash, snapshot_of
from measures.actions.measures import lock_measure
from measures.choices import DoI, Lifecycle
from measures.models import Measure
from measures.queries import offices_of
from portfolio.choices import Office
from portfolio.deeds import deed
from portfolio.errors import Conflict, NotAllowed, Objection, Refused
from portfolio.models import Holiday, User


@dataclass(frozen=True)
class Docket:
    """A submission with its measure, both locked, and the measure as it stands now."""

    measure: Measure
    submission: GateSubmission
    gate: Gate
    case: GateCase

    @property
    def is_stale(self) -> bool:
        return self.submission.state == SubmissionState.STALE


def submit(
    measure: Measure,
    *,
    by: User,
    on: date,
    note: str = "",
    waivers: Mapping[str, str] | None = None,
    key: UUID | None = None,
) -> GateSubmission:
    """The next gate waits for its deciders, with a frozen picture of the measure and a waiver per expected criterion.

    An open submission that has become stale gives way. Refused, with every objection at once: not by the owner (for
    a closure the transformation office once the owner has not answered, never the controller), not active, already
    submitted, a HARD criterion not met, a SOFT one neither met nor waived. Take-over gaps that are met or waived are
    closed. Recorded: the deed, the submission with snapshot and hash, due 10 working days later, and the waivers.
    """
    given = {code: text.strip() for code, text in (waivers or {}).items() if text.strip()}
    stage = _next_stage(measure)
    with deed("gate_submitted", by=by, subject=measure, reason=note, key=key, details={"stage": stage}):
        measure = lock_measure(measure)
        case = gate_case(measure, on=on)
        states = criterion_states(case, open_gaps(measure))
        _refuse_submission(measure, case, states, by=by, waived=given)
        submission = _submission(measure, case, by=by, note=note)
        _write_waivers(submission, states, given, by=by)
        settled = [state.criterion for state in states if state.asked_again]
        TakeOverGap.objects.filter(measure=measure, criterion__in=settled, closed_on=None).update(closed_on=on)
        return submission


def _next_stage(measure: Measure) -> str:
    gate = GATES.get(DoI(measure.stage))
    return gate.to.name.lower() if gate else ""


def _refuse_submission(
    measure: Measure, case: GateCase, states: Sequence[CriterionState], *, by: User, waived: Mapping[str, str]
) -> None:
    gate = GATES.get(case.stage)
    if gate is None:
        raise Refused(objection("no_next_gate"))
    found = submitter_objections(measure, gate, by, on=case.on)
    if case.lifecycle != Lifecycle.ACTIVE:
        found.append(objection("not_active"))
    if _open_one(measure, case, gate) is not None:
        found.append(objection("already_submitted"))
    found += [unmet for state in states if (unmet := _unmet(state, waived)) is not None]
    if found:
        raise Refused(*found)


def _open_one(measure: Measure, case: GateCase, gate: Gate) -> GateSubmission | None:
    present = GateSubmission.objects.select_for_update().filter(measure=measure, state=SubmissionState.OPEN).first()
    if present is not None and _mark_if_stale(present, snapshot_of(case, gate)):
        return None
    return present


def _unmet(state: CriterionState, waived: Mapping[str, str]) -> Objection | None:
    if state.objection is None or state.kind == CriterionKind.HARD:
        return state.objection
    if state.criterion in waived:
        return None
    text = objection("waiver_missing", sentence=state.objection.sentence)
    return Objection(state.objection.code, text.text, text.params, state.objection.cleared_by)


def _submission(measure: Measure, case: GateCase, *, by: User, note: str) -> GateSubmission:
    gate = GATES[case.stage]
    snapshot = snapshot_of(case, gate)
    holidays = frozenset(Holiday.objects.filter(day__gte=case.on).values_list("day", flat=True))
    return GateSubmission.objects.create(
        measure=measure,
        from_stage=case.stage,
        to_stage=gate.to,
        submitted_by=by,
        note=note,
        on=case.on,
        at=timezone.now(),
        due_on=add_working_days(case.on, DECISION_DUE_DAYS, holidays),
        snapshot=snapshot,
        sha256=snapshot_hash(snapshot),
    )


def _write_waivers(
    submission: GateSubmission, states: Sequence[CriterionState], given: Mapping[str, str], *, by: User
) -> None:
    needed = [state.criterion for state in states if not state.is_met and state.criterion in given]
    Waiver.objects.bulk_create(
        Waiver(submission=submission, criterion=code, reason=given[code], written_by=by, at=submission.at)
        for code in needed
    )


def withdraw(submission: GateSubmission, *, by: User, reason: str = "", key: UUID | None = None) -> GateSubmission:
    """The submission no longer waits. Only who submitted it, or the owner, withdraws; never once it is decided."""
    with deed("submission_withdrawn", by=by, subject=submission.measure, reason=reason, key=key):
        measure = lock_measure(submission.measure)
        submission = _locked(submission)
        if not submitted(by, submission) and Office.OWNER not in offices_of(by, measure):
            raise NotAllowed(objection("only_owner_submits"))
        refuse_decided(submission)
        return set_state(submission, SubmissionState.WITHDRAWN)


def refresh_staleness(measure_ids: Iterable[int] | None, *, on: date) -> list[GateSubmission]:
    """Open submissions of these measures (None: of all) whose gate-relevant fields have changed are stale from now on.

    For reconciliation, so that a stale submission is seen before anybody tries to decide it. Locks none but those
    it marks.
    """
    waiting = GateSubmission.objects.filter(state=SubmissionState.OPEN).select_related("measure")
    if measure_ids is not None:
        waiting = waiting.filter(measure_id__in=list(measure_ids))
    submissions = list(waiting.order_by("measure_id"))
    cases = gate_cases([submission.measure for submission in submissions], on=on)
    changed = [one for one in submissions if _differs(one, cases[one.measure_id])]
    dockets = (docket_of(submission, on=on) for submission in changed)
    return [docket.submission for docket in dockets if docket.is_stale]


def _differs(submission: GateSubmission, case: GateCase) -> bool:
    return snapshot_hash(snapshot_of(case, GATES[DoI(submission.from_stage)])) != submission.sha256


def docket_of(submission: GateSubmission, *, on: date) -> Docket:
    """Locks measure and submission, and marks the submission stale when a gate-relevant field has changed."""
    with transaction.atomic():
        measure = lock_measure(submission.measure)
        submission = _locked(submission)
        case = gate_case(measure, on=on)
        gate = GATES[DoI(submission.from_stage)]
        if submission.state == SubmissionState.OPEN:
            _mark_if_stale(submission, snapshot_of(case, gate))
        return Docket(measure, submission, gate, case)


def _locked(submission: GateSubmission) -> GateSubmission:
    return GateSubmission.objects.select_for_update().get(pk=submission.pk)


def _mark_if_stale(submission: GateSubmission, now: Snapshot) -> bool:
    if snapshot_hash(now) == submission.sha256:
        return False
    submission.stale_fields = changed_fields(submission.snapshot, now)
    set_state(submission, SubmissionState.STALE, "stale_fields")
    return True


def set_state(submission: GateSubmission, state: SubmissionState, *fields: str) -> GateSubmission:
    submission.state = state
    submission.save(update_fields=["state", *fields])
    return submission


def refuse_decided(submission: GateSubmission) -> None:
    """Raises `Conflict` when the submission no longer waits: somebody was faster."""
    if submission.state != SubmissionState.OPEN:
        raise Conflict(objection("already_decided"))
