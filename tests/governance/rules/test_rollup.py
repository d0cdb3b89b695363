from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finance.choices import Basis
from governance.rules import (
    DEFAULT_ROLL_UP_THRESHOLDS,
    LightCounts,
    Line,
    MeasureShare,
    NodeRollUp,
    NodeSums,
    Weights,
    implementation_of,
    line_light,
    node_of,
    roll_up,
    sums_of,
)
from measures.choices import DoI, Lifecycle, Light

D = Decimal
SHARE = MeasureShare(
    doi=DoI.DECIDED,
    lifecycle=Lifecycle.ACTIVE,
    basis=Basis.RUN_RATE,
    implementation=Light.GREEN,
    potential=Light.GREEN,
    committed=D(100_000),
    forecast=D(100_000),
)


def node(*changes: dict[str, object]) -> NodeRollUp:
    return roll_up(replace(SHARE, **change) for change in changes)  # type: ignore[arg-type]


def test_node_without_measures_is_grey() -> None:
    empty = roll_up([])
    assert (empty.implementation, empty.potential) == (Light.GREY, Light.GREY)
    assert empty.sums == NodeSums()


@pytest.mark.parametrize(
    ("forecast", "expected"),
    [
        ("95000.00", Light.GREEN),
        ("94999.99", Light.AMBER),
        ("80000.00", Light.AMBER),
        ("79999.99", Light.RED),
    ],
)
def test_attainment_of_a_line_on_and_beside_its_thresholds(forecast: str, expected: Light) -> None:
    assert line_light(Line(D(100_000), D(forecast), D(100_000))) == expected


@pytest.mark.parametrize(
    ("exposed", "expected"),
    [
        ("14999.99", Light.GREEN),
        ("15000.00", Light.AMBER),
        ("39999.99", Light.AMBER),
        ("40000.00", Light.RED),
    ],
)
def test_exposure_of_a_line_on_and_beside_its_thresholds(exposed: str, expected: Light) -> None:
    assert line_light(Line(D(100_000), D(200_000), D(100_000), D(exposed))) == expected


@pytest.mark.parametrize(
    ("red", "amber", "expected"),
    [
        ("24.99", "0", Light.AMBER),
        ("25", "0", Light.RED),
        ("9.99", "20", Light.GREEN),
        ("10", "0", Light.AMBER),
        ("0", "29.99", Light.GREEN),
        ("0", "30", Light.AMBER),
        ("5", "25", Light.AMBER),
        ("0", "100", Light.AMBER),
    ],
)
def test_implementation_by_weight(red: str, amber: str, expected: Light) -> None:
    assert implementation_of(Weights(D(100), D(red), D(amber))) == expected


def test_line_without_commitment_has_no_light_and_no_ratio() -> None:
    line = Line(forecast=D(-500), pipeline=D(100))
    assert line_light(line) == Light.GREY
    assert (line.attainment, line.exposed_share) == (None, None)


def test_worse_line_gives_the_light_and_run_rate_the_figures() -> None:
    found = node({}, {"basis": Basis.ONE_OFF, "committed": D(10), "forecast": D(1)})
    assert found.potential == Light.RED
    assert (found.committed, found.forecast, found.exposed, found.pipeline) == (100_000, 100_000, 0, 0)
    assert found.sums.one_off.gap == -9


def test_one_off_measures_alone_light_a_node() -> None:
    assert node({"basis": Basis.ONE_OFF}).potential == Light.GREEN


@pytest.mark.parametrize("basis", [Basis.AVOIDANCE, Basis.NONE])
def test_avoidance_and_no_basis_stand_beside(basis: Basis) -> None:
    found = node({"basis": basis, "potential": Light.RED, "forecast": D(1)})
    assert found.potential == Light.GREY
    assert found.committed == found.exposed == 0
    assert found.sums.avoidance.committed == (100_000 if basis == Basis.AVOIDANCE else 0)
    assert found.sums.potential_counts == LightCounts()
    assert found.implementation == Light.GREEN


@pytest.mark.parametrize(
    ("lifecycle", "held", "cancelled"),
    [(Lifecycle.ON_HOLD, 100_000, 0), (Lifecycle.CANCELLED, 0, 100_000)],
)
def test_held_and_cancelled_keep_their_commitment_and_expect_nothing(
    lifecycle: Lifecycle, held: int, cancelled: int
) -> None:
    found = node({"lifecycle": lifecycle, "potential": Light.RED})
    line = found.sums.run_rate
    assert (line.committed, line.forecast, line.held, line.cancelled) == (100_000, 0, held, cancelled)
    assert (line.exposed, found.potential, found.implementation) == (0, Light.RED, Light.GREY)


def test_closed_counts_what_was_confirmed_and_eroded_what_is_left() -> None:
    closed: dict[str, object] = {"doi": DoI.CLOSED, "confirmed": D(90_000), "potential": Light.RED}
    assert node(closed).forecast == 90_000
    assert node(closed).exposed == 0
    eroded = node(closed | {"eroded_to": D(0)})
    assert (eroded.forecast, eroded.sums.run_rate.confirmed) == (0, 90_000)


def test_before_decided_is_pipeline_in_no_other_figure() -> None:
    early: dict[str, object] = {"doi": DoI.DETAILED, "committed": None, "potential": Light.RED}
    found = node(early)
    assert found.sums.run_rate == Line(pipeline=D(100_000))
    assert found.potential == Light.GREY
    assert node(early | {"lifecycle": Lifecycle.CANCELLED}).pipeline == 0


def test_reverted_measure_keeps_the_commitment_of_its_first_baseline() -> None:
    found = node({"doi": DoI.DETAILED})
    assert (found.committed, found.pipeline) == (100_000, 0)


@pytest.mark.parametrize(
    ("change", "weight"),
    [
        ({}, 100_000),
        ({"committed": D(-100_000)}, 100_000),
        ({"committed": D(1)}, 10_000),
        ({"committed": None, "planned": D(-50_000), "doi": DoI.DETAILED}, 50_000),
        ({"committed": None, "planned": D(50_000), "doi": DoI.IDENTIFIED}, 0),
        ({"doi": DoI.IMPLEMENTED}, 100_000),
        ({"doi": DoI.CLOSED}, 0),
        ({"lifecycle": Lifecycle.ON_HOLD}, 0),
    ],
)
def test_weight_of_the_work(change: dict[str, object], weight: int) -> None:
    weights = node(change | {"implementation": Light.RED, "is_fresh": True}).sums.weights
    assert weights == Weights(total=D(weight), red=D(weight), fresh=D(weight))


def test_weighted_value_and_costs_of_what_is_active() -> None:
    costs = {"cost_plan": D(-50), "cost_forecast": D(-60)}
    sums = node(costs, costs | {"lifecycle": Lifecycle.CANCELLED}).sums
    assert (sums.weighted, sums.cost_plan, sums.cost_forecast, sums.measures) == (75_000, -50, -60, 2)


def test_counts_per_colour() -> None:
    sums = node({}, {"potential": Light.RED}, {"implementation": Light.AMBER}).sums
    assert sums.potential_counts == LightCounts(green=2, red=1)
    assert sums.implementation_counts == LightCounts(green=2, amber=1)


def test_thresholds_of_the_tenant_are_used() -> None:
    strict = replace(DEFAULT_ROLL_UP_THRESHOLDS, attainment_amber=D("0.99"))
    assert roll_up([replace(SHARE, forecast=D(98_000))], strict).potential == Light.AMBER


money = st.integers(-(10**9), 10**9).map(lambda value: D(value) / 100)
colours = st.sampled_from([Light.GREEN, Light.AMBER, Light.RED])
any_share = st.builds(
    MeasureShare,
    doi=st.sampled_from(DoI),
    lifecycle=st.sampled_from(Lifecycle),
    basis=st.sampled_from(Basis),
    implementation=colours,
    potential=colours,
    committed=st.none() | money,
    forecast=money,
    planned=money,
    confirmed=money,
    eroded_to=st.none() | money,
    cost_plan=money,
    cost_forecast=money,
    is_fresh=st.booleans(),
)


@given(groups=st.lists(st.lists(any_share, max_size=4), max_size=4))
def test_inserting_a_level_changes_no_number_of_a_node(groups: list[list[MeasureShare]]) -> None:
    flat = roll_up(share for group in groups for share in group)
    levelled = node_of(sum((roll_up(group).sums for group in groups), NodeSums()))
    assert levelled == flat


@given(shares=st.lists(any_share, max_size=6), data=st.data())
def test_order_of_measures_changes_nothing(shares: list[MeasureShare], data: st.DataObject) -> None:
    assert roll_up(data.draw(st.permutations(shares))) == roll_up(shares)


@given(shares=st.lists(any_share, max_size=6), extra=any_share)
def test_an_over_performer_never_lowers_the_exposed_amount(shares: list[MeasureShare], extra: MeasureShare) -> None:
    assert roll_up([*shares, extra]).exposed >= roll_up(shares).exposed


@given(shares=st.lists(any_share, min_size=1, max_size=6), data=st.data())
def test_a_cancellation_keeps_the_commitment_and_takes_only_the_forecast(
    shares: list[MeasureShare], data: st.DataObject
) -> None:
    index = data.draw(st.integers(0, len(shares) - 1))
    victim = shares[index]
    rest = [*shares[:index], replace(victim, lifecycle=Lifecycle.CANCELLED), *shares[index + 1 :]]
    before, after = roll_up(shares), roll_up(rest)
    assert after.committed == before.committed
    assert after.sums.run_rate.size == before.sums.run_rate.size
    assert before.forecast - after.forecast == sums_of(victim).run_rate.forecast


@given(shares=st.lists(any_share, max_size=6), implementation=colours, potential=colours)
def test_one_light_of_the_measures_never_moves_the_other_of_the_node(
    shares: list[MeasureShare], implementation: Light, potential: Light
) -> None:
    found = roll_up(shares)
    assert roll_up(replace(s, implementation=implementation) for s in shares).potential == found.potential
    assert roll_up(replace(s, potential=potential) for s in shares).implementation == found.implementation
