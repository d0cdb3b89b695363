from __future__ import annotations

from datetime import date

import pytest

from finance.actions.forecasts import confirm_forecast_unchanged, set_forecast
from finance.models import AmountChange, ForecastUpkeep
from finance.queries.amounts import forecast_amounts
from finance.rules.periods import parse_period
from portfolio.errors import Conflict, NotAllowed, Refused
from portfolio.models import Deed
from tests.cast import TODAY, Cast
from tests.finance.builders import E1_PLAN, act, cells, decide, saving


def test_forecast_changes_after_the_decision_with_a_reason(cast: Cast) -> None:
    measure = cast.measure()
    effect = saving(cast, measure, E1_PLAN)
    decide(cast, measure)
    act(cast, set_forecast, effect, cells({"2026-11": 40_000}), by=cast.owner, on=TODAY, reason="New material")
    change = AmountChange.objects.filter(scenario="forecast").latest("pk")
    assert (change.before, change.after, change.user_id) == (100_000, 40_000, cast.owner.pk)
    assert Deed.objects.get(pk=change.deed_id).reason == "New material"
    assert ForecastUpkeep.objects.get(measure=measure).updated_on == TODAY


def test_passed_months_are_frozen_and_all_named(cast: Cast) -> None:
    effect = saving(cast, cast.measure(), E1_PLAN)
    amounts = cells({"2026-08": 1, "2026-09": 2, "2026-10": 3})
    with pytest.raises(Refused) as refusal:
        act(cast, set_forecast, effect, amounts, by=cast.owner, on=TODAY)
    assert refusal.value.codes == ["forecast_frozen"]
    assert refusal.value.objections[0].params == {"months": "2026-08, 2026-09"}


def test_month_is_frozen_on_the_day_after_its_end_not_on_it(cast: Cast) -> None:
    effect = saving(cast, cast.measure(), E1_PLAN)
    act(cast, set_forecast, effect, cells({"2026-10": 3}), by=cast.owner, on=date(2026, 10, 31))
    with pytest.raises(Refused):
        act(cast, set_forecast, effect, cells({"2026-10": 4}), by=cast.owner, on=date(2026, 11, 1))


def test_unchanged_passed_months_are_no_obstacle(cast: Cast) -> None:
    effect = saving(cast, cast.measure(), E1_PLAN)
    act(cast, set_forecast, effect, E1_PLAN | cells({"2026-11": 7}), by=cast.owner, on=TODAY)
    assert forecast_amounts([effect.pk])[effect.pk] == E1_PLAN | cells({"2026-11": 7})


def test_cleared_month_expects_nought_and_stays_a_statement(cast: Cast) -> None:
    effect = saving(cast, cast.measure(), cells({"2026-11": 100}))
    cleared = dict.fromkeys(map(parse_period, ("2026-11", "2026-12")))
    act(cast, set_forecast, effect, cleared, by=cast.owner, on=TODAY)
    assert forecast_amounts([effect.pk])[effect.pk] == cells({"2026-11": 0})


@pytest.mark.parametrize("person", ["controller", "sponsor", "office", "admin", "member"])
def test_forecast_is_not_for(cast: Cast, person: str) -> None:
    effect = saving(cast, cast.measure(), E1_PLAN)
    with pytest.raises(NotAllowed):
        act(cast, set_forecast, effect, cells({"2026-11": 1}), by=getattr(cast, person), on=TODAY)


def test_stale_forecast_is_a_conflict(cast: Cast) -> None:
    effect = saving(cast, cast.measure(), E1_PLAN)
    version = effect.version
    act(cast, set_forecast, effect, cells({"2026-11": 1}), by=cast.owner, on=TODAY, expected_version=version)
    with pytest.raises(Conflict):
        act(cast, set_forecast, effect, cells({"2026-11": 2}), by=cast.owner, on=TODAY, expected_version=version)


def test_forecasts_are_confirmed_in_bulk(cast: Cast) -> None:
    measures = [cast.measure(), cast.measure(name="Second")]
    effect = saving(cast, measures[0], E1_PLAN)
    act(cast, set_forecast, effect, cells({"2026-11": 1}), by=cast.owner, on=date(2026, 10, 1))
    assert act(cast, confirm_forecast_unchanged, measures, by=cast.owner, on=TODAY) == 2
    kept = {row.measure_id: (row.updated_on, row.confirmed_on) for row in ForecastUpkeep.objects.all()}
    assert kept == {measures[0].pk: (date(2026, 10, 1), TODAY), measures[1].pk: (None, TODAY)}


def test_confirming_one_foreign_forecast_confirms_none(cast: Cast) -> None:
    measures = [cast.measure(), cast.measure(name="Second", owner=cast.member)]
    with pytest.raises(NotAllowed):
        act(cast, confirm_forecast_unchanged, measures, by=cast.owner, on=TODAY)
    assert not ForecastUpkeep.objects.exists()
