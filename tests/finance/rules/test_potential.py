from __future__ import annotations

from dataclasses import fields, replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finance.choices import Basis
from finance.rules import (
    DEFAULT_POTENTIAL_THRESHOLDS,
    PotentialInputs,
    RecentMonth,
    attainment,
    forecast_is_stale,
    is_hollow,
    parse_period,
    potential_light,
)
from measures.choices import DoI, Lifecycle, Light
from measures.rules import Judgement, MilestoneDates, badness

D = Decimal
ON = date(2026, 10, 15)
SEPTEMBER = parse_period("2026-09")
CENT = D("0.01")

WELL = PotentialInputs(
    on=ON,
    doi=DoI.DECIDED,
    lifecycle=Lifecycle.ACTIVE,
    basis=Basis.RUN_RATE,
    committed=D(1_000_000),
    forecast=D(1_000_000),
    fy_reference=D(1_000_000),
    fy_latest=D(1_000_000),
    ytd_reference=D(500_000),
    ytd_actual=D(500_000),
    recent=(RecentMonth(SEPTEMBER, D(100_000), D(100_000)), RecentMonth(SEPTEMBER - 1, D(100_000), D(100_000))),
    forecast_touched_on=ON,
    effect_starts_on=date(2026, 1, 1),
)


def judge(**changes: object) -> Judgement:
    return potential_light(replace(WELL, **changes))  # type: ignore[arg-type]


def recent(last: str | None, before: str | None = "100000", expected: int = 100_000) -> tuple[RecentMonth, ...]:
    return (
        RecentMonth(SEPTEMBER, D(expected), None if last is None else D(last)),
        RecentMonth(SEPTEMBER - 1, D(expected), None if before is None else D(before)),
    )


def test_measure_on_plan_is_green_without_reasons() -> None:
    assert potential_light(WELL) == Judgement(Light.GREEN, ())


@pytest.mark.parametrize(
    ("field", "at_red", "at_amber"),
    [("forecast", 800_000, 950_000), ("fy_latest", 750_000, 900_000), ("ytd_actual", None, 450_000)],
)
def test_ratio_on_the_threshold_and_one_cent_below(field: str, at_red: int | None, at_amber: int) -> None:
    assert judge(**{field: D(at_amber)}).light == Light.GREEN
    assert judge(**{field: D(at_amber) - CENT}).light == Light.AMBER
    if at_red is None:
        assert judge(**{field: D(0)}).light == Light.AMBER
    else:
        assert judge(**{field: D(at_red)}).light == Light.AMBER
        assert judge(**{field: D(at_red) - CENT}).light == Light.RED


@pytest.mark.parametrize(
    ("last", "before", "expected"),
    [
        ("80000", "0", Light.GREEN),
        ("79999.99", "80000", Light.AMBER),
        ("79999.99", "79999.99", Light.RED),
        ("50000", "80000", Light.AMBER),
        ("49999.99", "100000", Light.RED),
        (None, "10000", Light.GREEN),
        ("79999.99", None, Light.AMBER),
        (None, None, Light.RED),
    ],
)
def test_recent_months(last: str | None, before: str | None, expected: Light) -> None:
    assert judge(recent=recent(last, before)).light == expected


def test_recent_month_without_an_expected_effect_is_not_judged() -> None:
    assert judge(recent=recent("0", "0", expected=0)).light == Light.GREEN
    assert judge(recent=recent(None, None, expected=0)).light == Light.GREEN


def test_recent_month_of_a_growing_cost_is_judged_by_its_size() -> None:
    months = (RecentMonth(SEPTEMBER, D(-100_000), D(-150_000.01)),)
    assert judge(recent=months).light == Light.RED


@pytest.mark.parametrize(("shortfall", "expected"), [("9999.99", Light.AMBER), ("10000.00", Light.RED)])
@pytest.mark.parametrize("rule", ["run_rate", "fiscal_year", "last_month", "last_two_months"])
def test_shortfall_below_materiality_caps_every_ratio_at_amber(rule: str, shortfall: str, expected: Light) -> None:
    value = D(10_000) - D(shortfall)
    half = D(shortfall) / 2
    changes: dict[str, dict[str, object]] = {
        "run_rate": {"committed": D(10_000), "forecast": value},
        "fiscal_year": {"committed": D(10_000), "forecast": D(10_000), "fy_reference": D(10_000), "fy_latest": value},
        "last_month": {"recent": (RecentMonth(SEPTEMBER, D(10_000), value),)},
        "last_two_months": {"recent": tuple(RecentMonth(SEPTEMBER - i, D(9_000), D(9_000) - half) for i in range(2))},
    }
    reasons = {reason.code: reason.light for reason in judge(**changes[rule]).reasons}
    assert reasons[rule] == expected


def test_materiality_never_caps_dispute_or_unproven() -> None:
    small = {"committed": D(100), "forecast": D(100), "fy_reference": D(100), "fy_latest": D(100)}
    assert judge(**small, dispute_open=True).light == Light.RED
    assert judge(**small, recent=recent(None, None, expected=1)).light == Light.RED


@pytest.mark.parametrize(("reference", "expected"), [("250000", Light.RED), ("249999.99", Light.AMBER)])
def test_year_below_a_quarter_of_the_commitment_caps_at_amber(reference: str, expected: Light) -> None:
    assert judge(fy_reference=D(reference), fy_latest=D(0)).light == expected


@pytest.mark.parametrize(
    ("latest", "expected"), [("0", Light.GREEN), ("-9999.99", Light.GREEN), ("-10000", Light.AMBER)]
)
def test_denominator_of_zero_is_judged_by_materiality(latest: str, expected: Light) -> None:
    judgement = judge(fy_reference=D(0), fy_latest=D(latest))
    assert judgement.light == expected
    assert judge(committed=D(0), forecast=D(latest)).light == expected


def test_denominator_of_zero_without_a_shortfall_is_not_judged_by_a_materiality_of_zero() -> None:
    strict = replace(DEFAULT_POTENTIAL_THRESHOLDS, materiality=D(0))
    unplanned = replace(WELL, committed=D(0), forecast=D(0), fy_reference=D(0), fy_latest=D(0))
    assert potential_light(unplanned, strict).light == Light.GREEN


@pytest.mark.parametrize(
    ("taken_over", "expected"),
    [(SEPTEMBER - 1, Light.RED), (SEPTEMBER, Light.GREEN), (None, Light.RED)],
)
def test_unproven_counts_from_the_month_of_the_take_over(taken_over: int | None, expected: Light) -> None:
    judgement = judge(recent=recent(None, None), taken_over_in=taken_over)
    assert judgement.light == expected
    if expected == Light.RED:
        assert judgement.reasons[0].params == (("from", "2026-08"), ("to", "2026-09"))


@pytest.mark.parametrize(
    ("reference", "forecast", "holds"),
    [
        ("-100000", "-110000", False),
        ("-100000", "-110000.01", True),
        ("0", "-9999.99", False),
        ("0", "-10000", True),
        ("0", "0", False),
        ("-100000", "-50000", False),
    ],
)
def test_one_off_cost_above_110_percent_is_amber(reference: str, forecast: str, holds: bool) -> None:
    judgement = judge(cost_reference=D(reference), cost_forecast=D(forecast))
    assert ("one_off_cost" in judgement.codes) == holds
    assert judgement.light == (Light.AMBER if holds else Light.GREEN)


@pytest.mark.parametrize(
    ("touched", "starts", "stale"),
    [
        (date(2026, 7, 15), date(2026, 1, 1), False),
        (date(2026, 7, 14), date(2026, 1, 1), True),
        (None, date(2026, 1, 1), True),
        (date(2025, 1, 1), date(2027, 1, 15), True),
        (date(2025, 1, 1), date(2027, 1, 16), False),
        (None, None, False),
    ],
)
def test_forecast_is_stale_after_three_months(touched: date | None, starts: date | None, stale: bool) -> None:
    assert forecast_is_stale(ON, touched, starts) == stale
    expected = Light.AMBER if stale else Light.GREEN
    assert judge(forecast_touched_on=touched, effect_starts_on=starts).light == expected


def test_unanswered_proposal_is_amber_and_dispute_is_red() -> None:
    assert judge(proposal_unanswered=True).codes == ("proposal_unanswered",)
    assert judge(proposal_unanswered=True, dispute_open=True).codes == ("dispute_open", "proposal_unanswered")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"lifecycle": Lifecycle.ON_HOLD}, "on_hold"),
        ({"lifecycle": Lifecycle.CANCELLED}, "cancelled"),
        ({"basis": Basis.NONE}, "no_basis"),
        ({"doi": DoI.IDENTIFIED, "committed": None}, "nothing_to_compare"),
    ],
)
def test_grey_where_money_is_not_judged(changes: dict[str, object], code: str) -> None:
    judgement = judge(**changes, dispute_open=True)
    assert (judgement.light, judgement.codes) == (Light.GREY, (code,))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, Light.GREEN),
        ({"sustainment_check_due_on": date(2026, 9, 15)}, Light.GREEN),
        ({"sustainment_check_due_on": date(2026, 9, 14)}, Light.AMBER),
        ({"eroded": True, "sustainment_check_due_on": date(2026, 1, 1)}, Light.RED),
    ],
)
def test_after_closure_only_sustainment_counts(changes: dict[str, object], expected: Light) -> None:
    bad: dict[str, object] = {"doi": DoI.CLOSED, "forecast": D(0), "recent": recent(None, None)}
    assert judge(**bad, **changes).light == expected


def test_light_before_decided_is_hollow_unless_grey() -> None:
    assert is_hollow(DoI.DETAILED, Light.RED)
    assert not is_hollow(DoI.DETAILED, Light.GREY)
    assert not is_hollow(DoI.DECIDED, Light.GREEN)


def test_reasons_carry_the_amounts_they_compared() -> None:
    reason = judge(forecast=D(700_000)).reasons[0]
    assert reason.as_json() == {
        "code": "run_rate",
        "light": "red",
        "params": {"value": "700000.00", "reference": "1000000.00", "threshold": "0.80"},
    }
    month = judge(recent=recent("10000")).deciding[0]
    assert dict(month.params)["month"] == "2026-09"


@pytest.mark.parametrize(
    ("value", "reference", "expected"), [("12", "10", "1.2000"), ("-12", "-10", "0.8000"), ("1", "0", None)]
)
def test_attainment_for_display(value: str, reference: str, expected: str | None) -> None:
    assert attainment(D(value), D(reference)) == (None if expected is None else D(expected))


def test_potential_inputs_know_no_milestone() -> None:
    names = {item.name for item in fields(PotentialInputs)}
    assert not names & {item.name for item in fields(MilestoneDates)}
    assert not any(
        "milestone" in item.name or "milestone" in str(item.type).lower() for item in fields(PotentialInputs)
    )


money = st.integers(-(10**9), 10**9).map(lambda value: D(value) / 100)
month = st.builds(RecentMonth, st.integers(SEPTEMBER - 1, SEPTEMBER), money, st.none() | money)
any_inputs = st.builds(
    PotentialInputs,
    on=st.just(ON),
    doi=st.sampled_from(DoI),
    lifecycle=st.just(Lifecycle.ACTIVE),
    basis=st.sampled_from([Basis.RUN_RATE, Basis.ONE_OFF, Basis.AVOIDANCE]),
    committed=money,
    forecast=money,
    fy_reference=money,
    fy_latest=money,
    ytd_reference=money,
    ytd_actual=money,
    recent=st.tuples(month, month),
    cost_reference=money,
    cost_forecast=money,
    dispute_open=st.booleans(),
    proposal_unanswered=st.booleans(),
    forecast_touched_on=st.none() | st.dates(date(2026, 1, 1), ON),
    effect_starts_on=st.none() | st.dates(date(2026, 1, 1), date(2027, 12, 31)),
    eroded=st.booleans(),
)
RATIOS = {"run_rate", "fiscal_year", "year_to_date", "last_month", "last_two_months"}


@given(inputs=any_inputs, field=st.sampled_from(["forecast", "fy_latest", "ytd_actual", "cost_forecast"]), less=money)
def test_less_money_never_makes_the_light_better(inputs: PotentialInputs, field: str, less: Decimal) -> None:
    poorer = replace(inputs, **{field: getattr(inputs, field) - abs(less)})
    assert badness(potential_light(poorer).light) >= badness(potential_light(inputs).light)


@given(inputs=any_inputs, less=money)
def test_a_lower_actual_never_makes_the_light_better(inputs: PotentialInputs, less: Decimal) -> None:
    poorer = tuple(
        month if month.actual is None else replace(month, actual=month.actual - abs(less)) for month in inputs.recent
    )
    light = potential_light(replace(inputs, recent=poorer)).light
    assert badness(light) >= badness(potential_light(inputs).light)


@given(inputs=any_inputs)
def test_a_shortfall_below_materiality_is_never_red_by_ratio(inputs: PotentialInputs) -> None:
    for reason in potential_light(inputs).reasons:
        params = dict(reason.params)
        if reason.code in RATIOS and D(params["reference"]) - D(params["value"]) < 10_000:
            assert reason.light == Light.AMBER


@given(inputs=any_inputs, factor=st.integers(2, 9))
def test_light_does_not_depend_on_the_unit_of_money(inputs: PotentialInputs, factor: int) -> None:
    scaled = replace(
        inputs,
        **{item.name: getattr(inputs, item.name) * factor for item in fields(inputs) if item.type == "Decimal"},
        committed=(inputs.committed or D(0)) * factor,
        ytd_reference=(inputs.ytd_reference or D(0)) * factor,
        ytd_actual=(inputs.ytd_actual or D(0)) * factor,
        recent=tuple(
            RecentMonth(m.period, m.forecast * factor, None if m.actual is None else m.actual * factor)
            for m in inputs.recent
        ),
    )
    limits = replace(DEFAULT_POTENTIAL_THRESHOLDS, materiality=D(10_000) * factor)
    assert potential_light(scaled, limits).codes == potential_light(inputs).codes
