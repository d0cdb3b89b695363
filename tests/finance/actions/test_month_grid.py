from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from uuid import uuid4

import pytest

from finance.actions.month_grid import EffectChanges, save_grid
from finance.models import ActualEntry, ForecastAmount
from finance.rules.periods import parse_period
from portfolio.errors import Conflict, Refused, Replayed
from portfolio.models import Deed
from tests.cast import TODAY, Cast
from tests.finance.builders import E1_PLAN, act, cells, decide, saving

SEPTEMBER = parse_period("2026-09")
NEXT = cells({"2026-12": 70_000})


def changed(cast: Cast) -> EffectChanges:
    """Forecast and claim of one decided effect."""
    measure = cast.measure()
    effect = saving(cast, measure, E1_PLAN)
    decide(cast, measure)
    effect.refresh_from_db()
    return EffectChanges(effect, effect.version, forecast=NEXT, claimed={SEPTEMBER: Decimal(80_000)})


def save(cast: Cast, *changes: EffectChanges, **terms: object) -> None:
    values = {"by": cast.owner, "on": TODAY, "reason": "Volume", "source": "ERP"} | terms
    act(cast, save_grid, changes[0].effect.measure, changes, **values)


def forecast_in_december(change: EffectChanges) -> Decimal:
    return ForecastAmount.objects.get(effect=change.effect, period__name="2026-12").amount


def test_save_grid_changes_forecast_and_claims_under_one_deed(cast: Cast) -> None:
    change = changed(cast)
    save(cast, change)
    assert forecast_in_december(change) == 70_000
    assert ActualEntry.objects.get(effect=change.effect).amount == 80_000
    assert Deed.objects.get(kind="amounts_changed").reason == "Volume"


def test_save_grid_refused_on_one_effect_changes_none_and_names_the_effect(cast: Cast) -> None:
    change, other = changed(cast), changed(cast)
    frozen = replace(other, plan=NEXT, forecast={}, claimed={})
    with pytest.raises(Refused) as refusal:
        save(cast, change, frozen)
    assert refusal.value.codes == ["effect_refused"]
    assert refusal.value.sentences[0].startswith(f"{other.effect.name}: ")
    assert forecast_in_december(change) == 100_000
    assert not ActualEntry.objects.exists()
    assert not Deed.objects.filter(kind="amounts_changed").exists()


def test_save_grid_with_an_effect_changed_meanwhile_is_a_conflict(cast: Cast) -> None:
    change = changed(cast)
    with pytest.raises(Conflict):
        save(cast, replace(change, version=change.version + 1))
    assert forecast_in_december(change) == 100_000


def test_save_grid_twice_with_one_key_is_done_once(cast: Cast) -> None:
    change, key = changed(cast), uuid4()
    save(cast, change, key=key)
    with pytest.raises(Replayed):
        save(cast, change, key=key)
    assert ActualEntry.objects.count() == 1
