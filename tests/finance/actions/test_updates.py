from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from finance.actions.updates import MeasureChanges, UpdateRefused, save_update
from finance.models import Effect, ForecastAmount, ForecastUpkeep
from measures.actions.milestones import add_milestone
from measures.models import Measure, Milestone
from portfolio.errors import Replayed
from portfolio.models import Deed
from tests.cast import TODAY, Cast
from tests.finance.builders import E1_PLAN, act, cells, decide, saving

NEXT = cells({"2026-12": 70_000})
PAST = cells({"2026-01": 70_000})
LATER = TODAY + timedelta(days=60)


def running(cast: Cast, name: str) -> tuple[Measure, Effect, Milestone]:
    measure = cast.measure(name=name)
    effect = saving(cast, measure, E1_PLAN)
    step = act(cast, add_milestone, measure, name="Contract", baseline_on=date(2026, 12, 1), by=cast.owner, on=TODAY)
    return decide(cast, measure), effect, step


def save(cast: Cast, *changes: MeasureChanges, confirmed: tuple[Measure, ...] = (), **terms: object) -> None:
    act(cast, save_update, changes, confirmed, **{"by": cast.owner, "on": TODAY} | terms)


def december(effect: Effect) -> Decimal:
    return ForecastAmount.objects.get(effect=effect, period__name="2026-12").amount


def test_update_changes_forecasts_and_milestones_and_confirms_the_rest(cast: Cast) -> None:
    measure, effect, step = running(cast, "A")
    unchanged, _effect, _step = running(cast, "B")
    save(cast, MeasureChanges(measure, "Volume", [(effect, NEXT)], [(step, LATER)]), confirmed=(unchanged,))
    step.refresh_from_db()
    assert (december(effect), step.forecast_on) == (70_000, LATER)
    assert ForecastUpkeep.objects.get(measure=unchanged).confirmed_on == TODAY
    assert Deed.objects.get(kind="my_update_saved").reason == "Volume"
    assert Deed.objects.filter(kind="update_confirmed").count() == 1


def test_update_refused_on_one_measure_changes_none_and_says_which(cast: Cast) -> None:
    good, effect, step = running(cast, "A")
    bad, other, _step = running(cast, "B")
    with pytest.raises(UpdateRefused) as refusal:
        save(
            cast,
            MeasureChanges(good, "Volume", [(effect, NEXT)], [(step, LATER)]),
            MeasureChanges(bad, "Volume", [(other, PAST)]),
        )
    assert set(refusal.value.by_measure) == {bad.pk}
    step.refresh_from_db()
    assert (december(effect), step.forecast_on) == (100_000, None)
    assert not Deed.objects.filter(kind="my_update_saved").exists()


def test_update_marks_a_milestone_done(cast: Cast) -> None:
    measure, _effect, step = running(cast, "A")
    save(cast, MeasureChanges(measure, done_dates=[(step, TODAY)]))
    step.refresh_from_db()
    assert step.actual_on == TODAY


def test_update_twice_with_one_key_is_done_once(cast: Cast) -> None:
    measure, effect, _step = running(cast, "A")
    key = uuid4()
    save(cast, MeasureChanges(measure, "Volume", [(effect, NEXT)]), key=key)
    with pytest.raises(Replayed):
        save(cast, MeasureChanges(measure, "Price", [(effect, cells({"2026-12": 60_000}))]), key=key)
    assert december(effect) == 70_000
