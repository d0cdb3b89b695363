"""Conditions of a gate: set with the decision, fulfilled by their owner, accepted by the office that set them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from governance.choices import ConditionState
from governance.gates import GATES, Gate
from governance.models import Condition, GateApproval, GateDecision
from governance.queries.deciders import bench_for, is_barred
from governance.sentences import objection
from measures.actions.measures import lock_measure
from measures.choices import DoI
from measures.models import Measure
from measures.queries import offices_of
from portfolio.access import is_active_member
from portfolio.choices import Office
from portfolio.deeds import deed
from portfolio.errors import Conflict, NotAllowed, Objection, Refused
from portfolio.models import User

CONDITION_DAYS = 60
WAITING = (ConditionState.OPEN, ConditionState.CLAIMED)


@dataclass(frozen=True)
class ConditionTerms:
    """What must still be done, by whom, until when."""

    text: str
    owner: User
    due_on: date

    def as_json(self) -> dict[str, Any]:
        """As an approval keeps it until the gate is passed."""
        return {"text": self.text.strip(), "owner": self.owner.pk, "due_on": self.due_on.isoformat()}


def condition_objections(terms: ConditionTerms | None, gate: Gate, *, by: User, on: date) -> list[Objection]:
    """Why this condition cannot be attached: at closure, without a text, too late, or for the decider to fulfil."""
    if terms is None:
        return []
    found = []
    if gate.to == DoI.CLOSED:
        found.append(objection("condition_at_closure"))
    if not terms.text.strip():
        found.append(objection("condition_text_missing"))
    if not on <= terms.due_on <= on + timedelta(days=CONDITION_DAYS):
        found.append(objection("condition_due_wrong", days=CONDITION_DAYS))
    if terms.owner == by:
        found.append(objection("condition_for_oneself"))
    elif not is_active_member(terms.owner):
        found.append(objection("condition_owner_unknown", name=terms.owner.name))
    return found


def write_conditions(decision: GateDecision, approvals: Iterable[GateApproval]) -> None:
    """The conditions the offices attached to their approvals are those of the decision."""
    Condition.objects.bulk_create(
        Condition(
            decision=decision,
            measure_id=decision.measure_id,
            office=approval.office,
            text=approval.condition["text"],
            owner_id=approval.condition["owner"],
            due_on=date.fromisoformat(approval.condition["due_on"]),
        )
        for approval in approvals
        if approval.condition
    )


def lapse_conditions(measure: Measure, *, gate: Gate) -> None:
    """Conditions of a gate that is reverted are asked no longer."""
    rows = Condition.objects.select_for_update(of=("self",)).filter(
        measure=measure, decision__to_stage=gate.to, state__in=WAITING
    )
    for condition in rows.order_by("pk"):
        _set(condition, ConditionState.LAPSED)


def claim_fulfilment(condition: Condition, *, by: User, on: date, note: str, key: UUID | None = None) -> Condition:
    """The owner says how the condition was fulfilled; it waits to be accepted.

    Refused: anybody but its owner, without a note, once it is claimed or settled. Recorded: deed, note and day.
    """
    with deed("condition_claimed", by=by, subject=condition.measure, reason=note, key=key):
        condition = _locked(condition)
        if condition.owner_id != by.pk or not is_active_member(by):
            raise NotAllowed(objection("condition_not_yours"))
        if condition.state != ConditionState.OPEN:
            raise Conflict(objection("condition_settled"))
        if not note.strip():
            raise Refused(objection("condition_note_missing"))
        condition.fulfilment_note, condition.claimed_on, condition.refusal = note.strip(), on, ""
        return _set(condition, ConditionState.CLAIMED, "fulfilment_note", "claimed_on", "refusal")


def accept_fulfilment(
    condition: Condition, *, by: User, on: date, note: str = "", key: UUID | None = None
) -> Condition:
    """The condition is fulfilled, and asks no more.

    Refused: anybody who does not hold the office that set it (for the committee its speaker), its owner, those who
    never decide, and a condition that nobody has claimed. Recorded: deed, who accepted and when.
    """
    with deed("condition_accepted", by=by, subject=condition.measure, reason=note, key=key):
        condition = _locked(condition)
        _refuse_acceptor(condition, by, on)
        condition.accepted_by, condition.accepted_on = by, on
        return _set(condition, ConditionState.FULFILLED, "accepted_by", "accepted_on")


def refuse_fulfilment(condition: Condition, *, by: User, on: date, reason: str, key: UUID | None = None) -> Condition:
    """The claim is not accepted; the condition is open again, with the reason. Refused as in `accept_fulfilment`."""
    with deed("condition_refused", by=by, subject=condition.measure, reason=reason, key=key):
        condition = _locked(condition)
        _refuse_acceptor(condition, by, on)
        if not reason.strip():
            raise Refused(objection("reason_missing"))
        condition.refusal = reason.strip()
        return _set(condition, ConditionState.OPEN, "refusal")


def _locked(condition: Condition) -> Condition:
    measure = lock_measure(condition.measure)
    fresh = Condition.objects.select_for_update(of=("self",)).select_related("decision").get(pk=condition.pk)
    fresh.measure = measure
    return fresh


def _set(condition: Condition, state: ConditionState, *fields: str) -> Condition:
    condition.state = state
    condition.save(update_fields=["state", *fields])
    return condition


def may_accept(condition: Condition, user: User, *, on: date) -> bool:
    """Whether the person may accept the fulfilment, once it is claimed."""
    return not acceptor_objections(condition, user, on=on)


def acceptor_objections(condition: Condition, by: User, *, on: date) -> list[Objection]:
    """Why this person does not accept it: not of the office that set it, its owner, or one who never decides."""
    office = Office(condition.office)
    gate = GATES[DoI(condition.decision.from_stage)]
    found = []
    if office == Office.COMMITTEE:
        speaker = bench_for(condition.measure, gate, None, on=on, without=[condition.owner_id]).speaker
        holds = speaker == by
    else:
        holds = office in offices_of(by, condition.measure)
    if not holds:
        found.append(objection("not_your_office", office=office.label))
    if condition.owner_id == by.pk:
        found.append(objection("condition_own_claim"))
    if gate.barred and is_barred(by, on):
        found.append(objection("never_decides"))
    return found


def _refuse_acceptor(condition: Condition, by: User, on: date) -> None:
    if found := acceptor_objections(condition, by, on=on):
        raise NotAllowed(*found)
    if condition.state == ConditionState.OPEN:
        raise Refused(objection("condition_not_claimed"))
    if condition.state != ConditionState.CLAIMED:
        raise Conflict(objection("condition_settled"))
