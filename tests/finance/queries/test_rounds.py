from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date
from decimal import Decimal

import pytest

from finance.actions.actuals import claim_actual, record_validated
from finance.actions.disputes import open_dispute
from finance.actions.forecasts import confirm_forecast_unchanged, set_forecast
from finance.models import Effect, FiscalPeriod
from finance.queries.rounds import MonthEndRow, MonthState, month_end, my_update
from finance.rules.periods import parse_period
from measures.actions.milestones import add_milestone
from measures.choices import Lifecycle
from tests.cast import TODAY, Cast
from tests.finance.builders import E1_PLAN, act, cells, decide, saving

SEPTEMBER = parse_period("2026-09")
Queries = Callable[[int], AbstractContextManager[object]]


def _rows(cast: Cast, name: str = "2026-09") -> list[MonthEndRow]:
    return month_end(cast.controller, FiscalPeriod.objects.get(name=name), on=TODAY)


def _effect(cast: Cast, name: str) -> Effect:
    return saving(cast, cast.measure(name=name), E1_PLAN)


def test_month_end_tells_how_far_each_effect_has_come(cast: Cast) -> None:
    missing, claimed, corrected, own = (_effect(cast, name) for name in ("A", "B", "C", "D"))
    for effect in (claimed, corrected):
        act(cast, claim_actual, effect, SEPTEMBER, Decimal(90_000), by=cast.owner, on=TODAY, source="ERP")
    for effect, amount in ((corrected, 85_000), (own, 100_000)):
        terms = {"by": cast.controller, "on": TODAY, "source": "GL"}
        act(cast, record_validated, effect, SEPTEMBER, Decimal(amount), **terms)
    found = {row.effect.pk: row for row in _rows(cast)}
    assert [found[effect.pk].state for effect in (missing, claimed, corrected, own)] == [
        MonthState.MISSING,
        MonthState.CLAIMED,
        MonthState.VALIDATED,
        MonthState.VALIDATED,
    ]
    row = found[claimed.pk]
    assert (row.plan, row.forecast, row.claimed, row.validated) == (100_000, 100_000, 90_000, None)
    assert [found[e.pk].difference for e in (missing, claimed, corrected, own)] == [None, -10_000, -15_000, 0]


def test_month_end_shows_the_controllers_own_measures_only(cast: Cast) -> None:
    mine = _effect(cast, "Mine")
    saving(cast, cast.measure(name="Other", controller=cast.second_controller), E1_PLAN)
    cancelled = cast.measure(name="Gone")
    saving(cast, cancelled, E1_PLAN)
    decide(cast, cancelled, lifecycle=Lifecycle.CANCELLED)
    assert [row.effect for row in _rows(cast)] == [mine]


def test_month_end_leaves_out_what_expects_nothing(cast: Cast) -> None:
    saving(cast, cast.measure(), cells({"2027-05": 100}))
    assert _rows(cast) == []


def test_month_end_of_a_month_to_come_is_empty(cast: Cast) -> None:
    _effect(cast, "A")
    assert _rows(cast, "2026-11") == []


def test_month_end_marks_disputed_effects(cast: Cast) -> None:
    effect = _effect(cast, "A")
    act(cast, open_dispute, effect, amount=Decimal(1), reason="Doubt", by=cast.controller, on=TODAY)
    assert [row.disputed for row in _rows(cast)] == [True]


@pytest.mark.parametrize("count", [1, 3])
def test_month_end_takes_two_statements(cast: Cast, count: int, django_assert_num_queries: Queries) -> None:
    for number in range(count):
        act(cast, claim_actual, _effect(cast, f"M{number}"), SEPTEMBER, Decimal(1), by=cast.owner, on=TODAY)
    period = FiscalPeriod.objects.get(name="2026-09")
    with django_assert_num_queries(2):
        rows = month_end(cast.controller, period, on=TODAY)
        assert [(row.measure.code, row.measure.owner.name) for row in rows]
    assert len(rows) == count


def test_my_update_shows_running_measures_with_milestones_and_forecast(cast: Cast) -> None:
    measure = cast.measure()
    effect = saving(cast, measure, E1_PLAN)
    act(cast, add_milestone, measure, name="Signed", baseline_on=TODAY, by=cast.owner, on=TODAY)
    act(cast, set_forecast, effect, cells({"2026-11": 40_000}), by=cast.owner, on=TODAY)
    cast.measure(name="Somebody else's", owner=cast.member)
    update = my_update(cast.owner, TODAY)
    assert [month.name for month in update.months][::11] == ["2026-10", "2027-09"]
    (found,) = update.measures
    assert (found.measure, found.touched_on, [m.name for m in found.milestones]) == (measure, TODAY, ["Signed"])
    assert found.effects[0].forecast[:3] == (100_000, 40_000, 100_000)
    assert found.effects[0].plan[:3] == (100_000, 100_000, 100_000)


def test_my_update_leaves_out_what_does_not_run(cast: Cast) -> None:
    measure = cast.measure()
    saving(cast, measure, E1_PLAN)
    decide(cast, measure, lifecycle=Lifecycle.ON_HOLD)
    assert my_update(cast.owner, TODAY).measures == ()


def test_my_update_knows_the_last_confirmation(cast: Cast) -> None:
    measure = cast.measure()
    act(cast, confirm_forecast_unchanged, [measure], by=cast.owner, on=date(2026, 10, 3))
    assert my_update(cast.owner, TODAY).measures[0].touched_on == date(2026, 10, 3)


@pytest.mark.parametrize("count", [1, 3])
def test_my_update_takes_a_fixed_number_of_statements(
    cast: Cast, count: int, django_assert_num_queries: Queries
) -> None:
    for number in range(count):
        _effect(cast, f"M{number}")
    with django_assert_num_queries(7):
        assert len(my_update(cast.owner, TODAY).measures) == count
