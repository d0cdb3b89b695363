"""Conditions: attached to a decision, claimed by their owner, accepted by the office that set them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from finance.models import BaselineVersion
from governance.actions.conditions import (
    ConditionTerms,
    accept_fulfilment,
    claim_fulfilment,
    refuse_fulfilment,
)
from governance.actions.gates import approve
from governance.choices import ConditionState, DecisionKind
from governance.models import Condition, GateDecision
from governance.queries.proposals import unmet_conditions
from measures.choices import DoI
from measures.models import Measure
from portfolio.choices import Office
from portfolio.errors import Conflict, NotAllowed, Refused
from tests.cast import TODAY, Cast
from tests.governance.actions.test_lifecycle import REVERT, answer, put_forward
from tests.governance.steps import idea, measure_at, put, say, sit

DUE = TODAY + timedelta(days=60)


def terms(cast: Cast, **fields: Any) -> ConditionTerms:
    return ConditionTerms(**{"text": "Second source approved.", "owner": cast.owner, "due_on": DUE, **fields})


def conditional(cast: Cast, **fields: Any) -> Condition:
    measure = measure_at(cast, DoI.DETAILED)
    sit(cast, put(cast, measure), condition=terms(cast, **fields))
    return Condition.objects.get(measure=measure)


def claim(cast: Cast, condition: Condition, **fields: Any) -> Condition:
    with cast.acting(cast.owner):
        return claim_fulfilment(condition, **{"by": cast.owner, "on": TODAY, "note": "Approved in May."} | fields)


def test_a_conditional_decision_moves_and_freezes_like_any_other(cast: Cast) -> None:
    condition = conditional(cast)
    measure = Measure.objects.get(pk=condition.measure_id)
    decision = GateDecision.objects.filter(measure=measure).latest("pk")
    assert (decision.kind, measure.stage) == (DecisionKind.ADVANCE_CONDITIONAL, DoI.DECIDED)
    assert BaselineVersion.objects.get(measure=measure).is_current
    assert (condition.decision, condition.office, condition.state) == (decision, "committee", "open")


def test_a_condition_of_the_first_of_two_offices_waits_for_the_second(cast: Cast) -> None:
    submission = put(cast, measure_at(cast, DoI.IDENTIFIED))
    with cast.acting(cast.controller):
        approve(submission, office=Office.CONTROLLER, by=cast.controller, on=TODAY, condition=terms(cast))
    assert not Condition.objects.exists()
    outcome = say(cast, submission, Office.SPONSOR)
    assert outcome.decision is not None
    assert outcome.decision.kind == DecisionKind.ADVANCE_CONDITIONAL
    assert Condition.objects.get().office == "controller"


def test_every_objection_to_a_condition_at_once(cast: Cast) -> None:
    submission = put(cast, measure_at(cast, DoI.DETAILED))
    wrong = terms(cast, text=" ", owner=cast.chair, due_on=DUE + timedelta(days=1))
    with pytest.raises(Refused) as caught:
        sit(cast, submission, condition=wrong, present=[])
    assert caught.value.codes == [
        "quorum_missing",
        "condition_text_missing",
        "condition_due_wrong",
        "condition_for_oneself",
    ]
    with pytest.raises(Refused) as caught:
        sit(cast, submission, condition=terms(cast, due_on=TODAY - timedelta(days=1), owner=cast.outsider))
    assert caught.value.codes == ["condition_due_wrong", "condition_owner_unknown"]


def test_no_condition_at_closure(cast: Cast) -> None:
    submission = put(cast, measure_at(cast, DoI.IMPLEMENTED))
    with cast.acting(cast.controller), pytest.raises(Refused):
        approve(submission, office=Office.CONTROLLER, by=cast.controller, on=TODAY, condition=terms(cast))
    assert not Condition.objects.exists()


def test_the_owner_claims_and_the_chair_accepts(cast: Cast) -> None:
    condition = conditional(cast)
    with cast.acting(cast.chair), pytest.raises(Refused) as caught:
        accept_fulfilment(condition, by=cast.chair, on=TODAY)
    assert caught.value.codes == ["condition_not_claimed"]
    claim(cast, condition)
    with cast.acting(cast.chair):
        accepted = accept_fulfilment(condition, by=cast.chair, on=TODAY)
    assert (accepted.state, accepted.accepted_by, accepted.accepted_on) == ("fulfilled", cast.chair, TODAY)
    with cast.acting(cast.chair), pytest.raises(Conflict):
        accept_fulfilment(condition, by=cast.chair, on=TODAY)


def test_only_the_owner_claims_with_a_note_and_once(cast: Cast) -> None:
    condition = conditional(cast)
    with pytest.raises(NotAllowed), cast.acting(cast.sponsor):
        claim_fulfilment(condition, by=cast.sponsor, on=TODAY, note="Done.")
    with pytest.raises(Refused) as caught:
        claim(cast, condition, note=" ")
    assert caught.value.codes == ["condition_note_missing"]
    claim(cast, condition)
    with pytest.raises(Conflict):
        claim(cast, condition)


@pytest.mark.parametrize("name", ["owner", "sponsor", "controller", "office", "deputy", "admin"])
def test_others_do_not_accept(cast: Cast, name: str) -> None:
    condition, person = conditional(cast), getattr(cast, name)
    claim(cast, condition)
    with pytest.raises(NotAllowed), cast.acting(person):
        accept_fulfilment(condition, by=person, on=TODAY)


def test_nobody_accepts_what_they_fulfilled(cast: Cast) -> None:
    measure = idea(cast)
    with cast.acting(cast.office):
        approve(
            put(cast, measure),
            office=Office.TRANSFORMATION_OFFICE,
            by=cast.office,
            on=TODAY,
            condition=terms(cast, owner=cast.sponsor),
        )
    condition = Condition.objects.get()
    with cast.acting(cast.sponsor):
        claim_fulfilment(condition, by=cast.sponsor, on=TODAY, note="Done.")
        with pytest.raises(NotAllowed) as caught:
            accept_fulfilment(condition, by=cast.sponsor, on=TODAY)
    assert "condition_own_claim" in caught.value.codes


def test_a_refused_claim_is_open_again_with_its_reason(cast: Cast) -> None:
    condition = conditional(cast)
    claim(cast, condition)
    with cast.acting(cast.chair):
        with pytest.raises(Refused):
            refuse_fulfilment(condition, by=cast.chair, on=TODAY, reason="")
        refused = refuse_fulfilment(condition, by=cast.chair, on=TODAY, reason="No contract yet.")
    assert (refused.state, refused.refusal) == (ConditionState.OPEN, "No contract yet.")
    assert claim(cast, condition).refusal == ""


def test_an_expired_condition_is_unmet_until_it_is_accepted(cast: Cast) -> None:
    condition = conditional(cast)
    measures = Measure.objects.filter(pk=condition.measure_id)
    late = DUE + timedelta(days=1)
    assert not unmet_conditions(measures, on=DUE).exists()
    claim(cast, condition)
    assert unmet_conditions(measures, on=late).get() == condition
    with cast.acting(cast.chair):
        accept_fulfilment(condition, by=cast.chair, on=late)
    assert not unmet_conditions(measures, on=late).exists()


def test_a_reverted_gate_asks_for_its_condition_no_longer(cast: Cast) -> None:
    condition = conditional(cast)
    answer(cast, put_forward(cast, condition.measure, REVERT, cast.owner), cast.chair)
    assert Condition.objects.get(pk=condition.pk).state == ConditionState.LAPSED
