from __future__ import annotations

from decimal import Decimal

import pytest

from finance.actions.forecasts import set_forecast
from finance.actions.plans import set_plan, validate_plan
from finance.models import AmountChange, FiscalPeriod, ForecastAmount, PlanAmount, PlanValidation
from finance.queries import plan_sha256
from finance.queries.amounts import forecast_amounts, plan_amounts
from finance.rules.periods import parse_period
from portfolio.errors import Conflict, NotAllowed, Refused
from tests.cast import TODAY, Cast
from tests.finance.builders import E1_PLAN, act, cells, decide, saving


def test_plan_starts_the_forecast_as_its_copy(cast: Cast) -> None:
    effect = saving(cast, cast.measure(), E1_PLAN)
    assert plan_amounts([effect.pk])[effect.pk] == E1_PLAN
    assert forecast_amounts([effect.pk])[effect.pk] == E1_PLAN


def test_forecast_follows_the_plan_until_somebody_edits_it(cast: Cast) -> None:
    effect = saving(cast, cast.measure(), cells({"2026-11": 100, "2026-12": 100}))
    act(cast, set_plan, effect, cells({"2026-11": 80}) | {parse_period("2026-12"): None}, by=cast.owner)
    assert forecast_amounts([effect.pk])[effect.pk] == cells({"2026-11": 80})
    act(cast, set_forecast, effect, cells({"2026-12": 5}), by=cast.owner, on=TODAY)
    act(cast, set_plan, effect, cells({"2026-11": 70}), by=cast.owner)
    assert forecast_amounts([effect.pk])[effect.pk] == cells({"2026-11": 80, "2026-12": 5})


def test_second_effect_starts_its_forecast_after_the_first_was_edited(cast: Cast) -> None:
    measure = cast.measure()
    first = saving(cast, measure, cells({"2026-11": 100}))
    act(cast, set_forecast, first, cells({"2026-11": 80}), by=cast.owner, on=TODAY)
    second = saving(cast, measure, cells({"2026-11": 50}), name="Second")
    assert forecast_amounts([second.pk])[second.pk] == cells({"2026-11": 50})
    assert forecast_amounts([first.pk])[first.pk] == cells({"2026-11": 80})


def test_plan_never_overwrites_a_forecast_of_nought(cast: Cast) -> None:
    effect = saving(cast, cast.measure(), cells({"2026-11": 100}))
    act(cast, set_forecast, effect, cells({"2026-11": 0}), by=cast.owner, on=TODAY)
    act(cast, set_plan, effect, cells({"2026-11": 120}), by=cast.owner)
    assert forecast_amounts([effect.pk])[effect.pk] == cells({"2026-11": 0})


def test_plan_is_refused_from_decided_on(cast: Cast) -> None:
    measure = cast.measure()
    effect = saving(cast, measure, E1_PLAN)
    decide(cast, measure)
    with pytest.raises(Refused) as refusal:
        act(cast, set_plan, effect, cells({"2026-11": 1}), by=cast.owner)
    assert refusal.value.codes == ["plan_frozen"]
    assert "forecast" in refusal.value.sentences[0]


def test_plan_names_every_bad_amount_at_once(cast: Cast) -> None:
    effect = saving(cast, cast.measure())
    bad = {"2026-01": "NaN", "2026-02": "1e15", "2026-03": "0.00001", "2026-04": "Infinity", "2026-05": "1.2345"}
    with pytest.raises(Refused) as refusal:
        act(cast, set_plan, effect, cells(bad), by=cast.owner)
    assert refusal.value.codes == ["amount_invalid"] * 4
    assert not PlanAmount.objects.exists()


def test_plan_outside_the_calendar_of_this_century_is_refused(cast: Cast) -> None:
    with pytest.raises(Refused) as refusal:
        act(cast, set_plan, saving(cast, cast.measure()), {parse_period("9999-01"): Decimal(1)}, by=cast.owner)
    assert refusal.value.codes == ["month_out_of_range"]


def test_plan_opens_the_fiscal_years_it_reaches_into(cast: Cast) -> None:
    assert not FiscalPeriod.objects.filter(fiscal_year=2035).exists()
    saving(cast, cast.measure(), cells({"2035-06": 100}))
    assert FiscalPeriod.objects.filter(fiscal_year=2035).count() == 12
    ordinals = list(FiscalPeriod.objects.values_list("ordinal", flat=True))
    assert ordinals == list(range(ordinals[0], ordinals[-1] + 1))


def test_plan_from_a_stale_form_is_a_conflict(cast: Cast) -> None:
    effect = saving(cast, cast.measure(), E1_PLAN)
    act(cast, set_plan, effect, cells({"2026-11": 1}), by=cast.owner, expected_version=effect.version)
    with pytest.raises(Conflict):
        act(cast, set_plan, effect, cells({"2026-11": 2}), by=cast.owner, expected_version=effect.version)


def test_plan_records_only_changed_cells_with_person_and_deed(cast: Cast) -> None:
    effect = saving(cast, cast.measure(), cells({"2026-11": 100, "2026-12": 100}))
    before = AmountChange.objects.count()
    act(cast, set_plan, effect, cells({"2026-11": 100, "2026-12": 90}), by=cast.owner)
    change = AmountChange.objects.filter(scenario="plan").latest("pk")
    assert AmountChange.objects.count() == before + 2
    assert (change.before, change.after, change.user_id) == (100, 90, cast.owner.pk)
    assert change.deed_id is not None


@pytest.mark.parametrize("person", ["controller", "sponsor", "office", "admin", "member"])
def test_plan_is_not_for(cast: Cast, person: str) -> None:
    effect = saving(cast, cast.measure())
    with pytest.raises(NotAllowed):
        act(cast, set_plan, effect, cells({"2026-11": 1}), by=getattr(cast, person))


def test_validation_is_bound_to_the_plan_as_it_was(cast: Cast) -> None:
    measure = cast.measure()
    effect = saving(cast, measure, E1_PLAN)
    validation = act(cast, validate_plan, measure, by=cast.controller, on=TODAY)
    assert validation.sha256 == plan_sha256(measure)
    act(cast, set_plan, effect, cells({"2026-11": 1}), by=cast.owner)
    assert validation.sha256 != plan_sha256(measure)


def test_validation_is_for_the_controller_of_this_measure_alone(cast: Cast) -> None:
    measure = cast.measure()
    saving(cast, measure, E1_PLAN)
    for person in (cast.owner, cast.second_controller, cast.office, cast.admin):
        with pytest.raises(NotAllowed) as refusal:
            act(cast, validate_plan, measure, by=person, on=TODAY)
        assert refusal.value.codes == ["not_the_controller"]
    assert not PlanValidation.objects.exists()


def test_validation_without_a_plan_is_refused(cast: Cast) -> None:
    with pytest.raises(Refused) as refusal:
        act(cast, validate_plan, cast.measure(), by=cast.controller, on=TODAY)
    assert refusal.value.codes == ["plan_missing"]


def test_second_review_by_another_person_with_the_right(cast: Cast) -> None:
    measure = cast.measure()
    saving(cast, measure, E1_PLAN)
    validation = act(cast, validate_plan, measure, by=cast.second_controller, on=TODAY, second_reviewer=True)
    assert validation.second_reviewer


def test_second_review_by_the_controller_again_is_refused(cast: Cast) -> None:
    measure = cast.measure()
    saving(cast, measure, E1_PLAN)
    with pytest.raises(Refused) as refusal:
        act(cast, validate_plan, measure, by=cast.controller, on=TODAY, second_reviewer=True)
    assert refusal.value.codes == ["reviewer_involved"]


def test_second_review_without_the_right_is_not_allowed(cast: Cast) -> None:
    measure = cast.measure()
    saving(cast, measure, E1_PLAN)
    with pytest.raises(NotAllowed):
        act(cast, validate_plan, measure, by=cast.office, on=TODAY, second_reviewer=True)


def test_nothing_is_copied_once_the_forecast_is_nought(cast: Cast) -> None:
    effect = saving(cast, cast.measure(), cells({"2026-11": 100}))
    act(cast, set_forecast, effect, {parse_period("2026-11"): None}, by=cast.owner, on=TODAY)
    assert ForecastAmount.objects.get(effect=effect).amount == 0
