"""What lights and roll-ups say of conditional, reverted, held, cancelled and reopened measures."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from finance.actions.plans import set_plan
from governance.actions.conditions import accept_fulfilment
from governance.actions.reconciliation import reconcile
from governance.models import Condition, MeasureStatus, RollUp
from measures.choices import DoI, Light
from measures.models import Measure, Milestone
from measures.queries import implementation_inputs
from measures.rules import implementation_light
from tests.cast import TODAY, Cast
from tests.governance.actions.test_conditions import DUE, claim, conditional
from tests.governance.actions.test_lifecycle import (
    CANCEL,
    HOLD,
    REOPEN,
    REVERT,
    answer,
    closed,
    put_forward,
    reverted,
)
from tests.governance.steps import APRIL, LAST, measure_at


def judged(cast: Cast, measure: Measure, on: date = TODAY) -> MeasureStatus:
    reconcile(cast.organization.pk, on=on)
    return MeasureStatus.objects.get(measure=measure, valid_to__isnull=True)


def root(cast: Cast) -> RollUp:
    return RollUp.objects.get(cut="node", key_id=cast.root.pk, valid_to__isnull=True)


def codes(status: MeasureStatus) -> list[str]:
    return [reason["code"] for reason in status.implementation_reasons]


@pytest.fixture
def condition(cast: Cast) -> Condition:
    """Of a measure whose work is otherwise in order."""
    found = conditional(cast)
    Milestone.objects.filter(measure=found.measure).update(actual_on=TODAY)
    Measure.objects.filter(pk=found.measure_id).update(due_implemented=None, milestones_kept_on=DUE)
    return found


def test_an_expired_condition_makes_the_work_amber_until_it_is_accepted(cast: Cast, condition: Condition) -> None:
    assert judged(cast, condition.measure, DUE).implementation == Light.GREEN
    late = DUE + timedelta(days=1)
    status = judged(cast, condition.measure, late)
    assert (status.implementation, codes(status)) == (Light.AMBER, ["condition_unmet"])
    claim(cast, condition)
    with cast.acting(cast.chair):
        accept_fulfilment(condition, by=cast.chair, on=late)
    assert judged(cast, condition.measure, late).implementation == Light.GREEN


days = st.dates(date(2026, 6, 1), date(2027, 3, 31))


@settings(
    max_examples=12,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(on=days, kept=days, baseline=days, state=st.sampled_from(["open", "claimed", "fulfilled"]))
def test_the_statements_say_of_conditions_what_the_rule_says(
    cast: Cast, condition: Condition, on: date, kept: date, baseline: date, state: str
) -> None:
    with transaction.atomic():
        if state != "open":
            claim(cast, condition)
        if state == "fulfilled":
            with cast.acting(cast.chair):
                accept_fulfilment(condition, by=cast.chair, on=TODAY)
        Milestone.objects.filter(measure=condition.measure).update(actual_on=None)
        measure = Measure.objects.get(pk=condition.measure_id)
        Measure.objects.filter(pk=measure.pk).update(milestones_kept_on=kept, due_implemented=baseline)
        status = judged(cast, measure, on)
        measure = Measure.objects.get(pk=measure.pk)
        unmet = state != "fulfilled" and condition.due_on < on
        inputs = implementation_inputs(measure, on=on, condition_unmet=unmet)
        expected = implementation_light(inputs)
        assert status.implementation == expected.light
        assert status.implementation_reasons == [reason.as_json() for reason in expected.reasons]
        transaction.set_rollback(True)


def test_a_reverted_measure_keeps_its_commitment_whatever_its_draft_says(cast: Cast) -> None:
    measure = reverted(cast)
    with cast.acting(cast.owner):
        set_plan(measure.effects.get(), dict.fromkeys(range(APRIL, LAST + 1), Decimal(50_000)), by=cast.owner)
    status = judged(cast, measure)
    assert (status.stage, status.committed, status.original_commitment) == (DoI.DETAILED, 480_000, 480_000)
    assert (root(cast).committed, root(cast).pipeline) == (480_000, 0)


@pytest.mark.parametrize(("kind", "field"), [(HOLD, "held"), (CANCEL, "cancelled")])
def test_what_is_held_or_cancelled_stays_committed_and_is_forecast_no_longer(cast: Cast, kind: Any, field: str) -> None:
    measure = measure_at(cast, DoI.DECIDED)
    assert judged(cast, measure).counted_forecast == 480_000
    decider = cast.office if kind == HOLD else cast.chair
    answer(cast, put_forward(cast, measure, kind, cast.sponsor), decider)
    status = judged(cast, measure)
    assert (status.committed, status.counted_forecast) == (480_000, 0)
    assert (getattr(root(cast), field), root(cast).committed, root(cast).forecast) == (480_000, 480_000, 0)
    assert (status.implementation, status.potential) == (Light.GREY, Light.GREY)


def test_what_is_reopened_is_forecast_again_and_confirmed_no_longer(cast: Cast) -> None:
    measure = closed(cast)
    assert (judged(cast, measure).confirmed, root(cast).confirmed) == (480_000, 480_000)
    answer(cast, put_forward(cast, measure, REOPEN, cast.owner), cast.controller)
    status = judged(cast, measure)
    assert (status.confirmed, status.counted_forecast, status.stage) == (None, 480_000, DoI.IMPLEMENTED)
    assert root(cast).confirmed == 0


def test_a_gate_that_was_reverted_promises_nothing(cast: Cast) -> None:
    """Before Decided the light compares with the last gate that is still behind the measure."""
    measure = measure_at(cast, DoI.DETAILED)
    assert judged(cast, measure).potential != Light.GREY
    proposal = put_forward(cast, measure, REVERT, cast.owner)
    checks: list[Callable[[], Any]] = [
        lambda: answer(cast, proposal, cast.controller),
        lambda: answer(cast, proposal, cast.sponsor),
    ]
    for check in checks:
        check()
    status = judged(cast, measure)
    assert (status.stage, status.potential) == (DoI.IDENTIFIED, Light.GREY)
