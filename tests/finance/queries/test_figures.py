from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date
from decimal import Decimal

import pytest

from finance.actions.actuals import claim_actual, record_validated
from finance.actions.disputes import open_dispute
from finance.actions.forecasts import confirm_forecast_unchanged, set_forecast
from finance.actions.rates import write_plan_rate
from finance.choices import Basis, EvidenceTier, Hardness, Nature, Recurrence
from finance.models import Effect
from finance.queries import measure_figures, potential_inputs
from finance.rules import potential_light
from finance.rules.periods import parse_period
from measures.choices import Light
from measures.models import Measure
from tests.cast import TODAY, Cast
from tests.finance.builders import E1_ACTUAL, E1_FORECAST, E1_PLAN, act, cells, decide, saving

DECIDED_ON = date(2026, 3, 15)
Queries = Callable[[int], AbstractContextManager[object]]


def _book(cast: Cast, effect: Effect, actual: dict[int, Decimal]) -> None:
    for month, amount in actual.items():
        act(cast, record_validated, effect, month, amount, by=cast.controller, on=TODAY, source="GL")


@pytest.fixture
def e1(cast: Cast) -> Measure:
    """E1 of the worked examples: decided in March, forecast two months late, booked to September."""
    measure = cast.measure()
    effect = saving(cast, measure, E1_PLAN)
    measure = decide(cast, measure, on=DECIDED_ON)
    late = dict.fromkeys(E1_PLAN, Decimal(0)) | E1_FORECAST
    act(cast, set_forecast, effect, late, by=cast.owner, on=DECIDED_ON)
    _book(cast, effect, E1_ACTUAL)
    return measure


def test_worked_example_from_rows(e1: Measure) -> None:
    figures = measure_figures(e1, on=TODAY)
    assert (figures.basis, figures.committed, figures.original_commitment) == (Basis.RUN_RATE, 1_200_000, 1_200_000)
    assert (figures.planned, figures.forecast, figures.confirmed) == (1_200_000, 1_200_000, None)
    assert figures.validated_to == parse_period("2026-09")
    assert figures.tier == EvidenceTier.VALIDATED
    this, after, beyond = figures.years
    assert (this.plan, this.baseline, after.plan) == (750_000, 750_000, 1_200_000)
    assert (this.plan_carry_over.total, this.annualisation) == (450_000, 450_000)
    assert (this.actual, this.latest) == (233_000, 533_000)
    assert this.latest_carry_over.total == 667_000
    assert (beyond.fiscal_year, beyond.plan) == (2028, 1_200_000)


def test_worked_example_is_red_by_the_fiscal_year_alone(e1: Measure) -> None:
    inputs = potential_inputs(e1, on=TODAY)
    assert (inputs.fy_latest, inputs.fy_reference) == (533_000, 750_000)
    assert (inputs.ytd_actual, inputs.ytd_reference) == (233_000, 450_000)
    judgement = potential_light(inputs)
    assert judgement.light == Light.RED
    assert [reason.code for reason in judgement.deciding] == ["fiscal_year"]


def test_figures_take_a_fixed_number_of_statements(
    cast: Cast, e1: Measure, django_assert_max_num_queries: Queries
) -> None:
    with django_assert_max_num_queries(9):
        measure_figures(e1, on=TODAY)


def test_foreign_currency_uses_the_rate_of_the_decision_and_of_each_year(cast: Cast) -> None:
    with cast.acting(cast.admin):
        write_plan_rate("USD", 2026, Decimal("0.92"))
        write_plan_rate("USD", 2027, Decimal("0.90"))
    measure = cast.measure(currency="USD")
    saving(cast, measure, E1_PLAN)
    figures = measure_figures(decide(cast, measure), on=TODAY)
    assert (figures.currency, figures.measure_currency, figures.committed) == ("EUR", "USD", 1_104_000)
    assert [year.plan for year in figures.years[:2]] == [690_000, 1_080_000]
    carry_over = figures.years[0].plan_carry_over
    assert (carry_over.total, carry_over.at_constant_rate, carry_over.fx) == (390_000, 414_000, -24_000)


def test_one_off_cost_and_avoidance_stand_beside(cast: Cast) -> None:
    measure = cast.measure()
    saving(cast, measure, E1_PLAN)
    cost = {"nature": Nature.ONE_OFF_COST, "recurrence": Recurrence.ONE_OFF, "hardness": ""}
    effect = saving(cast, measure, cells({"2026-11": -120_000}), name="Tools", **cost)
    saving(cast, measure, E1_PLAN, name="Avoided", hardness=Hardness.AVOIDANCE)
    measure = decide(cast, measure)
    act(cast, set_forecast, effect, cells({"2026-11": -135_000}), by=cast.owner, on=TODAY)
    figures = measure_figures(measure, on=TODAY)
    assert (figures.committed, figures.avoidance_planned) == (1_200_000, 1_200_000)
    assert (figures.cost_planned, figures.cost_forecast) == (-120_000, -135_000)
    assert "one_off_cost" in potential_light(potential_inputs(measure, on=TODAY)).codes


def test_one_off_saving_is_the_sum_of_its_months(cast: Cast) -> None:
    measure = cast.measure()
    saving(cast, measure, cells({"2026-11": 300_000}), recurrence=Recurrence.ONE_OFF)
    figures = measure_figures(decide(cast, measure), on=TODAY)
    assert (figures.basis, figures.committed, figures.forecast) == (Basis.ONE_OFF, 300_000, 300_000)


def test_draft_has_a_plan_but_no_commitment(cast: Cast) -> None:
    measure = cast.measure()
    saving(cast, measure, E1_PLAN)
    figures = measure_figures(measure, on=TODAY)
    assert (figures.committed, figures.original_commitment, figures.planned) == (None, None, 1_200_000)
    assert figures.size == 1_200_000


def test_measure_without_effects_is_worth_nothing(cast: Cast) -> None:
    figures = measure_figures(cast.measure(currency="USD"), on=TODAY)
    assert (figures.basis, figures.planned, figures.forecast, figures.tier) == (Basis.NONE, 0, 0, None)


def test_before_decided_the_light_compares_with_the_snapshot_of_the_gate(cast: Cast) -> None:
    measure = cast.measure()
    effect = saving(cast, measure, E1_PLAN)
    assert potential_light(potential_inputs(measure, on=TODAY)).light == Light.GREY
    halved = {month: amount / 2 for month, amount in E1_PLAN.items() if month >= parse_period("2026-10")}
    act(cast, set_forecast, effect, halved, by=cast.owner, on=TODAY)
    inputs = potential_inputs(measure, on=TODAY, snapshot={effect.pk: E1_PLAN})
    assert (inputs.committed, inputs.forecast) == (1_200_000, 600_000)
    assert potential_light(inputs).light == Light.RED


def test_claims_give_a_tier_but_no_actual(cast: Cast) -> None:
    measure = cast.measure()
    effect = saving(cast, measure, E1_PLAN)
    act(cast, claim_actual, effect, parse_period("2026-09"), Decimal(5), by=cast.owner, on=TODAY)
    figures = measure_figures(measure, on=TODAY)
    assert (figures.tier, figures.validated_to, figures.this_year.actual) == (EvidenceTier.CLAIMED, None, 0)


def test_open_dispute_reaches_the_inputs(cast: Cast, e1: Measure) -> None:
    effect = e1.effects.get()
    act(cast, open_dispute, effect, amount=Decimal(1), reason="Wrong base", by=cast.controller, on=TODAY)
    assert potential_inputs(e1, on=TODAY).dispute_open


def test_forecast_is_touched_by_decision_update_and_confirmation(cast: Cast) -> None:
    measure = cast.measure()
    effect = saving(cast, measure, E1_PLAN)
    assert potential_inputs(measure, on=TODAY).forecast_touched_on is None
    measure = decide(cast, measure, on=DECIDED_ON)
    assert potential_inputs(measure, on=TODAY).forecast_touched_on == DECIDED_ON
    act(cast, set_forecast, effect, cells({"2026-11": 1}), by=cast.owner, on=date(2026, 10, 2))
    assert potential_inputs(measure, on=TODAY).forecast_touched_on == date(2026, 10, 2)
    act(cast, confirm_forecast_unchanged, [measure], by=cast.owner, on=TODAY)
    assert potential_inputs(measure, on=TODAY).forecast_touched_on == TODAY
