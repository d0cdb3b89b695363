"""Deciding gates. Nothing else moves a measure from stage to stage.

A submission whose gate-relevant fields have changed is marked stale, and that mark must survive. A refusal would undo
it, so the deeds here answer with an `Outcome` that says so instead of raising.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.utils import timezone

from finance.actions.baselines import freeze_baseline
from governance.actions.conditions import ConditionTerms, condition_objections, write_conditions
from governance.actions.proposals import withdraw_overtaken
from governance.actions.sittings import require_speaker, sitting_objections, sitting_record
from governance.actions.submissions import (
    Docket,
    docket_of,
    refresh_staleness,
    refuse_decided,
    set_state,
    submit,
    withdraw,
)
from governance.choices import CriterionKind, DecisionKind, SubmissionState, Verdict
from governance.models import GateApproval, GateDecision, GateSubmission
from governance.queries.deciders import Bench, bench_for, deciding_offices, is_barred, submitted
from governance.queries.objections import criterion_states
from governance.rules.sittings import Sitting
from governance.sentences import field_labels, objection
from measures.choices import DoI
from portfolio.choices import Office
from portfolio.deeds import deed
from portfolio.errors import Conflict, NotAllowed, Objection, Refused
from portfolio.models import User

__all__ = [
    "Outcome",
    "advance",
    "approve",
    "decide_as_committee",
    "refresh_staleness",
    "return_submission",
    "submit",
    "veto",
    "withdraw",
]


@dataclass(frozen=True)
class Outcome:
    """What became of a deed on a submission: a decision, a word that waits for others, or a stale submission."""

    submission: GateSubmission
    decision: GateDecision | None = None

    @property
    def is_stale(self) -> bool:
        """True when nothing was done because the measure changed since it was submitted."""
        return self.submission.state == SubmissionState.STALE

    @property
    def objection(self) -> Objection | None:
        """Why nothing was done, as a sentence for the person."""
        fields = field_labels(self.submission.stale_fields)
        return objection("submission_stale", fields=fields) if self.is_stale else None


def approve(
    submission: GateSubmission,
    *,
    office: Office,
    by: User,
    on: date,
    reason: str = "",
    condition: ConditionTerms | None = None,
    key: UUID | None = None,
) -> Outcome:
    """The office has approved; once every office of the gate has, the measure stands in the next stage.

    With a condition of any of them it advances conditionally, which moves and freezes all the same. Refused: an
    office the gate does not ask or the person does not hold, a person's own submission, one person for both offices,
    a barred person, a word already given, a condition due after 60 days or for the person to fulfil, and (when it
    would move the measure) any HARD criterion no longer met. Closure and committee have their own ways. Recorded:
    the deed, the approval, and with the last one the decision with its conditions, before the step.
    """
    docket = docket_of(submission, on=on)
    if docket.is_stale:
        return Outcome(docket.submission)
    with _deciding("gate_approved", docket, by=by, office=office, reason=reason, key=key):
        refuse_decided(docket.submission)
        _refuse_office(docket, office, by)
        _refuse_person(docket, by, *condition_objections(condition, docket.gate, by=by, on=on))
        _say(docket, office, Verdict.APPROVE, by=by, reason=reason, condition=condition)
        spoken = set(docket.submission.approvals.filter(verdict=Verdict.APPROVE).values_list("office", flat=True))
        if not spoken >= set(docket.gate.deciders):
            return Outcome(docket.submission)
        _refuse_unmet(docket)
        return Outcome(docket.submission, advance(docket, office=office, by=by, reason=reason))


def veto(submission: GateSubmission, *, by: User, on: date, reason: str, key: UUID | None = None) -> Outcome:
    """The controller's veto stands against the step to Decided until the committee overrules it with a reason.

    Refused: not the controller, another gate, no reason, a word already given.
    """
    docket = docket_of(submission, on=on)
    if docket.is_stale:
        return Outcome(docket.submission)
    with _deciding("gate_vetoed", docket, by=by, office=Office.CONTROLLER, reason=reason, key=key):
        refuse_decided(docket.submission)
        if docket.measure.controller_id != by.pk:
            raise _no_office(Office.CONTROLLER)
        if docket.gate.to != DoI.DECIDED:
            raise Refused(objection("veto_here_only"))
        _refuse_silence(reason)
        _say(docket, Office.CONTROLLER, Verdict.VETO, by=by, reason=reason)
        return Outcome(docket.submission)


def decide_as_committee(
    submission: GateSubmission,
    *,
    by: User,
    on: date,
    reason: str,
    present: Sequence[User] = (),
    overrule_reason: str = "",
    condition: ConditionTerms | None = None,
    sitting: Sitting | None = None,
    key: UUID | None = None,
) -> Outcome:
    """The committee has decided the step to Decided, recorded by its chair: the next baseline is frozen.

    A recused chair is replaced by the deputy chair, then by the longest-serving member. The quorum of those present
    is needed, except below `de_minimis`, where the chair decides alone, unless a veto is to be overruled. `sitting`
    is the vote of a meeting, with those who declared that they take no part; without one the chair names those
    present. Refused, all at once: another person than the speaker, a missing quorum, a lost vote, a veto without a
    reason to overrule it, an impossible condition, a HARD criterion no longer met. Recorded: the deed, the approval
    and the decision with those present and their votes.
    """
    docket = docket_of(submission, on=on)
    if docket.is_stale:
        return Outcome(docket.submission)
    with _deciding("gate_decided", docket, by=by, office=Office.COMMITTEE, reason=reason, key=key):
        refuse_decided(docket.submission)
        if Office.COMMITTEE not in docket.gate.deciders:
            raise Refused(_wrong_office(Office.COMMITTEE))
        bench = _bench(docket, sitting)
        require_speaker(bench, by)
        vetoed = docket.submission.approvals.filter(verdict=Verdict.VETO).exists()
        record = sitting_record(docket.case, bench, by=by, present=present, sitting=sitting, vetoed=vetoed)
        found = sitting_objections(record, overrule_reason=overrule_reason)
        found += condition_objections(condition, docket.gate, by=by, on=on)
        _refuse_unmet(docket, *found)
        _say(docket, Office.COMMITTEE, Verdict.APPROVE, by=by, reason=reason, condition=condition)
        decision = advance(
            docket,
            office=Office.COMMITTEE,
            by=by,
            reason=reason,
            overrule=overrule_reason,
            beside={"committee": record},
        )
        return Outcome(docket.submission, decision)


def return_submission(
    submission: GateSubmission,
    *,
    by: User,
    on: date,
    reason: str,
    sitting: Sitting | None = None,
    key: UUID | None = None,
) -> Outcome:
    """The submission goes back to the owner with a reason; the measure stays in its stage.

    Any decider of the gate may; for the committee its speaker, for a closure the controller. Refused: nobody's
    office, the person's own submission, no reason. Recorded: the deed, the word and a RETURN decision.
    """
    docket = docket_of(submission, on=on)
    if docket.is_stale:
        return Outcome(docket.submission)
    offices = _offices(docket, by, sitting)
    office = offices[0] if offices else docket.gate.deciders[0]
    kind = "closure_rejected" if docket.gate.to == DoI.CLOSED else "gate_returned"
    with _deciding(kind, docket, by=by, office=office, reason=reason, key=key):
        refuse_decided(docket.submission)
        if not offices:
            raise _no_office(office)
        _refuse_person(docket, by)
        _refuse_silence(reason)
        if not docket.submission.approvals.filter(office=office).exists():
            _say(docket, office, Verdict.RETURN, by=by, reason=reason)
        more = {} if sitting is None else {"snapshot": {**docket.submission.snapshot, "committee": sitting.as_record()}}
        decision = _decision(
            docket, DecisionKind.RETURN, to=docket.case.stage, office=office, by=by, reason=reason, **more
        )
        set_state(docket.submission, SubmissionState.DECIDED)
        return Outcome(docket.submission, decision)


def advance(
    docket: Docket,
    *,
    office: Office,
    by: User,
    reason: str,
    overrule: str = "",
    beside: dict[str, Any] | None = None,
    snapshot: dict[str, Any] | None = None,
    sha256: str = "",
) -> GateDecision:
    """The measure stands in the next stage, for the one reason there is: the decision written just before.

    The step to Decided freezes the baseline. Conditions of the approvals become those of the decision, and a
    proposal about the stage left behind is withdrawn. Everything else was asked and refused before; a closure brings
    the snapshot and hash that its confirmation is bound to.
    """
    measure, gate = docket.measure, docket.gate
    conditional = list(docket.submission.approvals.filter(condition__isnull=False).order_by("pk"))
    decision = _decision(
        docket,
        DecisionKind.ADVANCE_CONDITIONAL if conditional else DecisionKind.ADVANCE,
        to=gate.to,
        office=office,
        by=by,
        reason=reason,
        overrule_reason=overrule,
        snapshot=snapshot or {**docket.submission.snapshot, **(beside or {})},
        sha256=sha256 or docket.submission.sha256,
    )
    write_conditions(decision, conditional)
    if gate.to == DoI.DECIDED:
        freeze_baseline(measure, by=by, on=docket.case.on)
    getattr(measure, gate.move)()
    measure.stage_since = docket.case.on
    measure.version += 1
    measure.save(update_fields=["stage", "stage_since", "version"])
    set_state(docket.submission, SubmissionState.DECIDED)
    withdraw_overtaken(measure)
    return decision


def _deciding(kind: str, docket: Docket, *, by: User, office: Office, reason: str, key: UUID | None) -> Any:
    details = {"stage": docket.gate.to.name.lower(), "office": office.value}
    return deed(kind, by=by, subject=docket.measure, reason=reason, key=key, details=details)


def _decision(
    docket: Docket, kind: DecisionKind, *, to: DoI, office: Office, by: User, reason: str, **fields: Any
) -> GateDecision:
    frozen = {"snapshot": docket.submission.snapshot, "sha256": docket.submission.sha256}
    return GateDecision.objects.create(
        measure=docket.measure,
        submission=docket.submission,
        kind=kind,
        from_stage=docket.case.stage,
        to_stage=to,
        office=office,
        decided_by=by,
        reason=reason,
        on=docket.case.on,
        at=timezone.now(),
        **{**frozen, **fields},
    )


def _say(
    docket: Docket,
    office: Office,
    verdict: Verdict,
    *,
    by: User,
    reason: str,
    condition: ConditionTerms | None = None,
) -> None:
    if docket.submission.approvals.filter(office=office).exists():
        raise Conflict(objection("already_spoken"))
    GateApproval.objects.create(
        submission=docket.submission,
        office=office,
        verdict=verdict,
        given_by=by,
        reason=reason,
        condition=condition.as_json() if condition else None,
        at=timezone.now(),
    )


def _refuse_office(docket: Docket, office: Office, by: User) -> None:
    if docket.gate.to == DoI.CLOSED:
        raise Refused(objection("closure_is_confirmed"))
    if office not in docket.gate.deciders:
        raise Refused(_wrong_office(office))
    if office == Office.COMMITTEE:
        raise Refused(objection("committee_decides"))
    if office not in deciding_offices(by, docket.measure, docket.gate, docket.submission, on=docket.case.on):
        raise _no_office(office)


def _wrong_office(office: Office) -> Objection:
    return objection("office_does_not_decide", office=office.label)


def _no_office(office: Office) -> NotAllowed:
    return NotAllowed(objection("not_your_office", office=office.label))


def _refuse_person(docket: Docket, by: User, *more: Objection) -> None:
    found = list(more)
    if submitted(by, docket.submission):
        found.append(objection("own_submission"))
    if docket.submission.approvals.filter(given_by=by, verdict=Verdict.APPROVE).exists():
        found.append(objection("both_offices"))
    if docket.gate.barred and is_barred(by, docket.case.on):
        found.append(objection("never_decides"))
    if found:
        raise Refused(*found)


def _refuse_silence(reason: str) -> None:
    if not reason.strip():
        raise Refused(objection("reason_missing"))


def _refuse_unmet(docket: Docket, *more: Objection) -> None:
    states = criterion_states(docket.case)
    found = [state.objection for state in states if state.kind == CriterionKind.HARD and state.objection is not None]
    found = [*more, *found]
    if found:
        raise Refused(*found)


def _bench(docket: Docket, sitting: Sitting | None) -> Bench:
    """Those who may decide, without who declared in the meeting that they take no part."""
    absent = sitting.recused if sitting is not None else ()
    return bench_for(docket.measure, docket.gate, docket.submission, on=docket.case.on, without=absent)


def _offices(docket: Docket, by: User, sitting: Sitting | None) -> tuple[Office, ...]:
    if sitting is None:
        return deciding_offices(by, docket.measure, docket.gate, docket.submission, on=docket.case.on)
    presides = Office.COMMITTEE in docket.gate.deciders and _bench(docket, sitting).speaker == by
    return (Office.COMMITTEE,) if presides else ()
