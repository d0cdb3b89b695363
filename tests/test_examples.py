"""The worked figures the product must reproduce, one test for each row, named by it.

EUR, fiscal year = calendar year, as of 2026-10-15 unless said. Bridges and sustainment have tests of their own.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from finance.choices import Basis, ClosureOutcome, Hardness, LeakageReason, Nature, Recurrence
from finance.money import spread
from finance.rules import (
    ClosingInputs,
    EffectAmounts,
    Figures,
    PotentialInputs,
    annualisation,
    attainment,
    carry_over,
    closing_months,
    closing_objections,
    figures_of,
    fiscal_year_months,
    full_effect_month,
    in_year,
    last_closed_period,
    last_month,
    latest_in,
    leakage,
    parse_period,
    period_name,
    potential_light,
    proposed_run_rate,
    run_rate,
    shape_of,
    sum_of,
    validated_to,
    working_day_of_month,
)
from governance.rules import DivergenceInputs, MeasureShare, divergence_codes, risk_weighted, roll_up
from measures.choices import DoI, Lifecycle, Light
from measures.rules import Judgement

AS_OF = date(2026, 10, 15)
YEAR_2026 = fiscal_year_months(2026)
Amounts = dict[int, Decimal]


def D(text: str) -> Decimal:
    return Decimal(text.replace(",", ""))


def months(first: str, last: str, amount: str) -> Amounts:
    return {index: D(amount) for index in range(parse_period(first), parse_period(last) + 1)}


def at(**amounts: str) -> Amounts:
    return {parse_period(name[1:].replace("_", "-")): D(amount) for name, amount in amounts.items()}


PLAN = at(m2026_04="25000", m2026_05="50000", m2026_06="75000") | months("2026-07", "2027-12", "100000")
FORECAST = at(m2026_06="25000", m2026_07="50000", m2026_08="75000") | months("2026-09", "2027-12", "100000")
ACTUAL = at(m2026_06="25000", m2026_07="48000", m2026_08="70000", m2026_09="90000")


def recurring(plan: Amounts, forecast: Amounts, actual: Amounts | None = None) -> EffectAmounts:
    return EffectAmounts(
        nature=Nature.EBITDA,
        recurrence=Recurrence.RECURRING,
        hardness=Hardness.BOTTOM_LINE,
        reference=plan,
        forecast=forecast,
        actual=actual or {},
    )


E1 = recurring(PLAN, FORECAST, ACTUAL)
COUNTER = months("2026-07", "2027-12", "-10000")
E2 = recurring(COUNTER, COUNTER)
COST = replace(
    E1,
    nature=Nature.ONE_OFF_COST,
    recurrence=Recurrence.ONE_OFF,
    reference=at(m2026_05="-120000"),
    forecast=at(m2026_05="-135000"),
    actual={},
)


def month_ends() -> dict[int, date]:
    last_days = (date(y + m // 12, m % 12 + 1, 1) - timedelta(days=1) for y in (2025, 2026) for m in range(1, 13))
    return {day.year * 12 + day.month - 1: day for day in last_days}


def figures(*effects: EffectAmounts, on: date = AS_OF) -> Figures:
    closed = last_closed_period(on, month_ends())
    return figures_of(effects, fiscal_year=fiscal_year_months(on.year), last_closed=closed)


def inputs(found: Figures, *, on: date = AS_OF) -> PotentialInputs:
    return PotentialInputs(
        on=on,
        doi=DoI.DECIDED,
        lifecycle=Lifecycle.ACTIVE,
        basis=found.basis,
        committed=found.committed,
        forecast=found.forecast,
        fy_reference=found.fy_reference,
        fy_latest=found.fy_latest,
        ytd_reference=found.ytd_reference,
        ytd_actual=found.ytd_actual,
        recent=found.recent,
        cost_reference=found.cost_reference,
        cost_forecast=found.cost_forecast,
        forecast_touched_on=on,
    )


def potential(*effects: EffectAmounts, on: date = AS_OF) -> Judgement:
    return potential_light(inputs(figures(*effects, on=on), on=on))


def test_september_2026_closed_on_working_day_8() -> None:
    assert working_day_of_month(2026, 10, 8) == date(2026, 10, 12)
    assert last_closed_period(date(2026, 10, 12), month_ends()) == parse_period("2026-09")
    assert last_closed_period(date(2026, 10, 11), month_ends()) == parse_period("2026-08")


def test_t1_full_effect_last_month_and_committed() -> None:
    assert period_name(full_effect_month(PLAN) or 0) == "2026-07"
    assert period_name(last_month(PLAN) or 0) == "2027-12"
    assert figures(E1).committed == D("1,200,000.00")


def test_t2_plan_by_year_carry_over_and_annualisation() -> None:
    rates = {2026: Decimal(1), 2027: Decimal(1)}
    assert in_year(PLAN, E1.shape, 2026, rates) == D("750,000")
    assert in_year(PLAN, E1.shape, 2027, rates) == D("1,200,000")
    assert carry_over(PLAN, E1.shape, 2026, rates).total == D("450,000")
    assert annualisation(run_rate(PLAN, E1.shape), in_year(PLAN, E1.shape, 2026, rates)) == D("450,000")


def test_t3_forecast_run_rate_two_months_late() -> None:
    found = figures(E1)
    assert found.forecast == D("1,200,000")
    assert attainment(found.forecast, found.committed) == D("1.0000")


def test_t4_validated_to_and_latest() -> None:
    found = figures(E1)
    until = validated_to(ACTUAL, parse_period("2026-09"))
    assert until == parse_period("2026-09")
    assert found.ytd_actual == D("233,000")
    assert sum(FORECAST[m] for m in YEAR_2026 if m > until) == D("300,000")
    assert found.fy_latest == D("533,000")


def test_t5_attainment_of_the_year_and_to_date() -> None:
    found = figures(E1)
    assert (found.fy_latest, found.fy_reference) == (D("533,000"), D("750,000"))
    assert (found.ytd_actual, found.ytd_reference) == (D("233,000"), D("450,000"))
    assert attainment(D("533000"), D("750000")) == D("0.7107")
    assert attainment(D("233000"), D("450000")) == D("0.5178")


@pytest.mark.parametrize(
    ("month", "expected"),
    [("2026-06", "1.0000"), ("2026-07", "0.9600"), ("2026-08", "0.9333"), ("2026-09", "0.9000")],
)
def test_t6_recent_attainment(month: str, expected: str) -> None:
    closed = parse_period(month)
    found = figures_of((E1,), fiscal_year=YEAR_2026, last_closed=closed).recent[0]
    assert found.period == closed
    assert found.actual is not None
    assert attainment(found.actual, found.forecast) == D(expected)


def test_t7_potential_is_red_only_by_the_year() -> None:
    judgement = potential(E1)
    assert judgement.light == Light.RED
    assert [reason.code for reason in judgement.deciding] == ["fiscal_year"]
    assert judgement.codes == ("fiscal_year", "year_to_date")


def test_t7_actuals_exactly_as_forecast_are_red_too() -> None:
    as_forecast = replace(E1, actual={month: FORECAST[month] for month in ACTUAL})
    found = figures(as_forecast)
    assert found.fy_latest == D("550,000")
    assert attainment(found.fy_latest, found.fy_reference) == D("0.7333")
    assert potential(as_forecast).light == Light.RED


def test_t10_latest_carry_over_and_extrapolated_2028() -> None:
    closed = parse_period("2026-09")

    def latest(year: int) -> Decimal:
        row = {"validated_to": validated_to(ACTUAL, closed), "shape": E1.shape, "continues": True}
        return sum_of(latest_in(FORECAST, ACTUAL, month, **row) for month in fiscal_year_months(year))

    assert latest(2027) - latest(2026) == D("667,000")
    assert latest(2028) == D("1,200,000")


def test_t11_counter_effect_lowers_the_commitment() -> None:
    found = figures(E1, E2)
    assert found.committed == D("1,080,000")
    assert found.fy_reference == D("690,000")


def test_t12_one_off_cost_over_110_percent_is_amber() -> None:
    found = figures(E1, E2, COST)
    assert found.committed == D("1,080,000")
    assert found.fy_reference + found.cost_reference == D("570,000")
    assert found.cost_forecast / found.cost_reference == D("1.125")
    on_plan = replace(E1, forecast=PLAN, actual={m: PLAN[m] for m in PLAN if m <= parse_period("2026-09")})
    assert potential(on_plan).light == Light.GREEN
    judgement = potential(on_plan, COST)
    assert (judgement.light, judgement.codes) == (Light.AMBER, ("one_off_cost",))


def test_t13_risk_weighted_with_the_cost_in_full_and_apart() -> None:
    found = figures(E1, COST)
    weighted = risk_weighted(
        DoI.DECIDED,
        Lifecycle.ACTIVE,
        potential(E1, COST).light,
        basis=found.basis,
        forecast=found.forecast,
        one_off_costs=found.cost_forecast,
    )
    assert weighted.value == D("540,000.00")
    assert weighted.one_off_costs == D("-135,000.00")


SPECIFICATION = {month: min(amount, D("40000")) if month >= parse_period("2026-08") else amount
                 for month, amount in PLAN.items()}  # fmt: skip


def test_t14_specification_change_is_red_without_actuals() -> None:
    effect = recurring(PLAN, SPECIFICATION)
    found = figures(effect)
    assert found.forecast == D("480,000")
    assert attainment(found.forecast, found.committed) == D("0.4000")
    assert found.fy_latest == D("450,000")
    assert attainment(found.fy_latest, found.fy_reference) == D("0.6000")
    assert found.ytd_reference is None
    early = potential(effect, on=date(2026, 8, 1))
    assert early.light == Light.RED
    assert {"run_rate", "fiscal_year"} <= {reason.code for reason in early.deciding}


def test_t15_open_negative_proposal_counts_at_once() -> None:
    at_risk = replace(recurring(PLAN, PLAN), at_risk=months("2026-08", "2027-12", "-60000"))
    found = figures(at_risk)
    assert found.stored_forecast == D("1,200,000")
    assert attainment(found.forecast, found.committed) == D("0.4000")
    assert potential(at_risk).light == potential(recurring(PLAN, SPECIFICATION)).light == Light.RED
    rejected = figures(recurring(PLAN, PLAN))
    assert attainment(rejected.forecast, rejected.committed) == D("1.0000")


def test_t16_stubborn_owner_is_red_and_opens_d1() -> None:
    on = date(2026, 8, 31)
    flat = months("2026-01", "2026-12", "100000")
    effect = recurring(flat, flat, months("2026-01", "2026-06", "100000") | at(m2026_07="20000"))
    found = figures(effect, on=on)
    july = found.recent[0]
    assert attainment(found.fy_latest, found.fy_reference) == D("0.9333")
    assert found.ytd_actual is not None
    assert found.ytd_reference is not None
    assert july.actual is not None
    assert attainment(found.ytd_actual, found.ytd_reference) == D("0.8857")
    assert attainment(july.actual, july.forecast) == D("0.2000")
    judgement = potential(effect, on=on)
    assert judgement.light == Light.RED
    facts = DivergenceInputs(on, DoI.DECIDED, Lifecycle.ACTIVE, Light.GREEN, judgement.light)
    assert "D1" in divergence_codes(facts)


def test_t17_small_part_of_the_commitment_caps_the_year_at_amber() -> None:
    plan = months("2026-11", "2027-12", "100000")
    late = recurring(plan, months("2026-12", "2028-01", "100000"))
    found = figures(late)
    assert (found.fy_latest, found.fy_reference) == (D("100,000"), D("200,000"))
    assert found.fy_reference < found.committed / 4
    assert attainment(found.forecast, found.committed) == D("1.0000")
    judgement = potential(late)
    assert (judgement.light, judgement.codes) == (Light.AMBER, ("fiscal_year",))


def test_t18_growing_cost_is_red() -> None:
    year = fiscal_year_months(2027)
    plan, forecast = spread(D("-200000"), 12), spread(D("-260000"), 12)
    effect = recurring(dict(zip(year, plan, strict=True)), dict(zip(year, forecast, strict=True)))
    found = figures(effect)
    assert (found.committed, found.forecast) == (D("-200,000"), D("-260,000"))
    assert attainment(found.forecast, found.committed) == D("0.7000")
    judgement = potential(effect)
    assert judgement.light == Light.RED
    assert [reason.code for reason in judgement.deciding] == ["run_rate"]


def test_t19_one_off_only_is_judged_by_its_sum() -> None:
    single = replace(recurring(at(m2026_11="300000"), at(m2026_11="270000")), recurrence=Recurrence.ONE_OFF)
    found = figures(single)
    assert found.basis == Basis.ONE_OFF
    assert attainment(found.forecast, found.committed) == D("0.9000")
    judgement = potential(single)
    assert (judgement.light, judgement.codes) == (Light.AMBER, ("run_rate",))
    share = replace(share_of("300", "270", judgement.light), basis=Basis.ONE_OFF)
    node = roll_up([share])
    assert node.committed == 0
    assert node.sums.one_off.committed == D("300,000")


def test_t20_usd_measure_with_the_exchange_rate_as_a_bar() -> None:
    rates = {2026: D("0.92"), 2027: D("0.90")}
    found = figures_of((E1,), fiscal_year=YEAR_2026, last_closed=None, rate=rates[2026])
    assert found.committed == D("1,104,000.00")
    assert in_year(PLAN, E1.shape, 2026, rates) == D("690,000.00")
    assert in_year(PLAN, E1.shape, 2027, rates) == D("1,080,000.00")
    split = carry_over(PLAN, E1.shape, 2026, rates)
    assert (split.at_constant_rate, split.fx, split.total) == (D("414,000"), D("-24,000"), D("390,000"))


def test_t21_spread_puts_the_rest_of_the_cents_in_the_last_month() -> None:
    rows = spread(D("706000.00"), 12)
    assert rows == (D("58833.33"),) * 11 + (D("58833.37"),)
    plan = dict(enumerate(rows, start=parse_period("2012-07")))
    assert run_rate(plan, shape_of(plan)) == D("706,000.00")


def share_of(committed: str, forecast: str, light: Light = Light.GREEN) -> MeasureShare:
    """A decided measure in thousands."""
    return MeasureShare(
        doi=DoI.DECIDED,
        lifecycle=Lifecycle.ACTIVE,
        basis=Basis.RUN_RATE,
        implementation=Light.GREEN,
        potential=light,
        committed=D(committed) * 1000,
        forecast=D(forecast) * 1000,
    )


@dataclass(frozen=True)
class Expected:
    attainment: str
    exposed: str
    exposed_share: str
    light: Light


def assert_node(shares: list[MeasureShare], expected: Expected) -> None:
    node = roll_up(shares)
    line = node.sums.run_rate
    assert line.attainment == D(expected.attainment)
    assert line.exposed == D(expected.exposed) * 1000
    assert line.exposed_share == D(expected.exposed_share)
    assert node.potential == expected.light


def test_t22_node_of_nine_measures() -> None:
    closed = replace(share_of("600", "0"), doi=DoI.CLOSED, confirmed=D("540000"))
    shares = [
        share_of("1200", "1200", Light.RED),
        share_of("1200", "480", Light.RED),
        closed,
        replace(share_of("1000", "1000", Light.GREY), lifecycle=Lifecycle.CANCELLED),
        share_of("2000", "2300"),
        replace(share_of("500", "500", Light.GREY), lifecycle=Lifecycle.ON_HOLD),
        share_of("-200", "-260", Light.RED),
        replace(share_of("0", "800"), doi=DoI.DETAILED, committed=None),
        replace(share_of("240", "240"), basis=Basis.AVOIDANCE),
    ]
    node = roll_up(shares)
    assert node.committed == D("6,300,000")
    assert node.forecast == D("4,260,000")
    assert node.sums.run_rate.size == D("6,700,000")
    assert node.sums.run_rate.gap == D("-2,040,000")
    assert node.pipeline == D("800,000")
    assert node.sums.avoidance.committed == D("240,000")
    assert node.sums.run_rate.held == D("500,000")
    assert node.sums.run_rate.cancelled == D("1,000,000")
    assert_node(shares, Expected("0.6955", "2600", "0.3881", Light.RED))


def test_t23_neither_an_over_performer_nor_a_cancellation_washes_a_red_away() -> None:
    strong, weak = share_of("2000", "2300"), share_of("1200", "480", Light.RED)
    assert_node([strong, weak], Expected("0.8688", "1200", "0.3750", Light.AMBER))
    cancelled = replace(weak, lifecycle=Lifecycle.CANCELLED, potential=Light.GREY)
    assert_node([strong, cancelled], Expected("0.7188", "0", "0.0000", Light.RED))


def test_t24_closure_at_95_7_percent_may_be_confirmed() -> None:
    evidenced = months("2026-10", "2026-12", "0")
    months_found = closing_months(evidenced, last_closed=parse_period("2026-12"), full_effect=full_effect_month(PLAN))
    actuals = (D("96000"), D("94000"), D("97000"))
    confirmed = proposed_run_rate(actuals)
    assert months_found == tuple(evidenced)
    assert confirmed == D("1,148,000")
    proposal = ClosingInputs(
        outcome=ClosureOutcome.CONFIRM,
        basis=Basis.RUN_RATE,
        committed=D("1200000"),
        confirmed=confirmed,
        actuals=actuals,
        baselines=(D("100000"),) * 3,
    )
    assert closing_objections(proposal) == ()
    assert leakage(D("1200000"), confirmed) == D("52,000")
    assert attainment(confirmed, D("1200000")) == D("0.9567")
    shortfall = replace(proposal, outcome=ClosureOutcome.CONFIRM_WITH_SHORTFALL)
    assert closing_objections(shortfall) == ("leakage_differs",)
    assert closing_objections(replace(shortfall, leakage={LeakageReason.PRICE: D("52000")})) == ()
