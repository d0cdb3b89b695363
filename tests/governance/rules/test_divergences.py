from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.rules import SEVERITIES, DivergenceInputs, divergence_codes
from measures.choices import DoI, Lifecycle, Light

D = Decimal
ON = date(2026, 10, 15)
QUIET = DivergenceInputs(
    on=ON, doi=DoI.DECIDED, lifecycle=Lifecycle.ACTIVE, implementation=Light.GREEN, potential=Light.GREEN
)
IDLE = {"forecast_equals_plan": True, "forecast_touched_on": date(2026, 7, 14), "effect_starts_on": date(2026, 9, 1)}


def days_ago(days: int) -> date:
    return ON - timedelta(days=days)


def codes(**changes: object) -> frozenset[str]:
    return divergence_codes(replace(QUIET, **changes))  # type: ignore[arg-type]


def test_quiet_measure_has_no_divergence() -> None:
    assert divergence_codes(QUIET) == frozenset()


@pytest.mark.parametrize(
    ("implementation", "potential", "expected"),
    [
        (Light.GREEN, Light.RED, {"D1"}),
        (Light.AMBER, Light.RED, {"D1"}),
        (Light.RED, Light.RED, set()),
        (Light.GREEN, Light.AMBER, {"D2"}),
        (Light.AMBER, Light.AMBER, set()),
        (Light.RED, Light.GREEN, {"D3"}),
        (Light.RED, Light.AMBER, set()),
        (Light.RED, Light.GREY, set()),
        (Light.GREY, Light.RED, set()),
    ],
)
def test_lights_that_disagree(implementation: Light, potential: Light, expected: set[str]) -> None:
    assert codes(implementation=implementation, potential=potential) == expected


@pytest.mark.parametrize(
    ("doi", "lifecycle", "holds"),
    [
        (DoI.DETAILED, Lifecycle.ACTIVE, False),
        (DoI.DECIDED, Lifecycle.ACTIVE, True),
        (DoI.IMPLEMENTED, Lifecycle.ACTIVE, True),
        (DoI.CLOSED, Lifecycle.ACTIVE, False),
        (DoI.DECIDED, Lifecycle.ON_HOLD, False),
    ],
)
def test_d1_is_for_active_measures_from_decided_to_implemented(doi: DoI, lifecycle: Lifecycle, holds: bool) -> None:
    assert ("D1" in codes(potential=Light.RED, doi=doi, lifecycle=lifecycle)) == holds


@pytest.mark.parametrize(("doi", "holds"), [(DoI.DETAILED, True), (DoI.DECIDED, False)])
def test_d4_actuals_before_the_decision(doi: DoI, holds: bool) -> None:
    assert codes(has_actuals=True, doi=doi) == ({"D4"} if holds else set())


@pytest.mark.parametrize(
    ("days", "validated", "holds"), [(59, False, False), (60, False, True), (60, True, False), (400, False, True)]
)
def test_d5_implemented_without_validated_actuals(days: int, validated: bool, holds: bool) -> None:
    implemented = {"doi": DoI.IMPLEMENTED, "implemented_on": days_ago(days)}
    assert codes(**implemented, has_validated_actuals=validated) == ({"D5"} if holds else set())


@pytest.mark.parametrize(
    ("reference", "actual", "holds"),
    [
        ("100000", "120000", False),
        ("100000", "120000.01", True),
        ("-100000", "-80000", False),
        ("-100000", "-79999.99", True),
        ("0", "9999.99", False),
        ("0", "10000", True),
        ("0", "0", False),
    ],
)
def test_d6_more_than_120_percent_of_the_plan(reference: str, actual: str, holds: bool) -> None:
    found = codes(cumulative_reference=D(reference), cumulative_actual=D(actual))
    assert found == ({"D6"} if holds else set())


def test_d6_needs_a_baseline() -> None:
    assert "D6" not in codes(doi=DoI.DETAILED, cumulative_actual=D(10**6))


@pytest.mark.parametrize(
    ("days", "doi", "holds"),
    [(14, DoI.DECIDED, False), (15, DoI.DECIDED, True), (15, DoI.DETAILED, True), (15, DoI.IMPLEMENTED, False)],
)
def test_d7_gate_forgotten_after_all_milestones(days: int, doi: DoI, holds: bool) -> None:
    assert codes(milestones_done_on=days_ago(days), doi=doi) == ({"D7"} if holds else set())


@pytest.mark.parametrize(
    ("changes", "holds"),
    [
        ({}, True),
        ({"forecast_equals_plan": False}, False),
        ({"forecast_touched_on": date(2026, 7, 15)}, False),
        ({"effect_starts_on": date(2027, 1, 16)}, False),
        ({"doi": DoI.CLOSED}, False),
    ],
)
def test_d8_forecast_not_maintained(changes: dict[str, object], holds: bool) -> None:
    assert codes(**(IDLE | changes)) == ({"D8"} if holds else set())


def test_d12_conflict_of_duties() -> None:
    assert codes(duties_conflict=True) == {"D12"}


@pytest.mark.parametrize(
    ("days", "doi", "holds"), [(60, DoI.IMPLEMENTED, False), (61, DoI.IMPLEMENTED, True), (61, DoI.CLOSED, False)]
)
def test_d13_closure_overdue(days: int, doi: DoI, holds: bool) -> None:
    assert codes(closure_due_on=days_ago(days), doi=doi) == ({"D13"} if holds else set())


@pytest.mark.parametrize("lifecycle", [Lifecycle.ON_HOLD, Lifecycle.CANCELLED])
def test_nobody_is_asked_to_act_on_what_rests(lifecycle: Lifecycle) -> None:
    resting = {"milestones_done_on": days_ago(100), "closure_due_on": days_ago(100), "lifecycle": lifecycle}
    assert codes(**IDLE, **resting) == frozenset()
    unproven = {"doi": DoI.IMPLEMENTED, "implemented_on": days_ago(100), "lifecycle": lifecycle}
    assert codes(**unproven, duties_conflict=True) == {"D12"}


lights = st.sampled_from(Light)
dates = st.none() | st.dates(date(2026, 1, 1), date(2027, 1, 1))
any_inputs = st.builds(
    DivergenceInputs,
    on=st.just(ON),
    doi=st.sampled_from(DoI),
    lifecycle=st.sampled_from(Lifecycle),
    implementation=lights,
    potential=lights,
    has_actuals=st.booleans(),
    has_validated_actuals=st.booleans(),
    implemented_on=dates,
    milestones_done_on=dates,
    forecast_equals_plan=st.booleans(),
    forecast_touched_on=dates,
    effect_starts_on=dates,
    duties_conflict=st.booleans(),
    closure_due_on=dates,
)


@given(inputs=any_inputs)
def test_codes_are_known_and_lights_disagree_in_one_way_at_most(inputs: DivergenceInputs) -> None:
    found = divergence_codes(inputs)
    assert found <= SEVERITIES.keys()
    assert len(found & {"D1", "D2", "D3"}) <= 1


@given(inputs=any_inputs, implementation=lights, potential=lights)
def test_lights_move_only_d1_to_d3(inputs: DivergenceInputs, implementation: Light, potential: Light) -> None:
    other = replace(inputs, implementation=implementation, potential=potential)
    assert divergence_codes(inputs) ^ divergence_codes(other) <= {"D1", "D2", "D3"}
