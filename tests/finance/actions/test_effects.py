from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from finance.actions.actuals import claim_actual
from finance.actions.effects import add_effect, edit_effect, remove_effect
from finance.actions.rates import write_plan_rate
from finance.choices import Nature, Recurrence
from finance.models import AmountChange, Effect, ForecastAmount, PlanAmount
from finance.rules.periods import parse_period
from portfolio.errors import Conflict, NotAllowed, Refused
from tests.cast import TODAY, Cast
from tests.finance.builders import E1_PLAN, act, cells, decide, saving

TERMS = {"name": "Saving", "nature": Nature.EBITDA, "recurrence": Recurrence.RECURRING}


def test_effect_is_added_without_amounts_or_hardness(cast: Cast) -> None:
    effect = act(cast, add_effect, cast.measure(), **TERMS, by=cast.owner)
    assert (effect.position, effect.hardness, effect.version) == (1, "", 1)


def test_effect_with_every_mistake_is_refused_with_every_reason(cast: Cast) -> None:
    measure = cast.measure(currency="USD")
    with pytest.raises(Refused) as refusal:
        act(cast, add_effect, measure, name="", nature="magic", recurrence="sometimes", by=cast.owner)
    assert refusal.value.codes == ["plan_rate_missing", *["field_invalid"] * 3]


def test_effect_in_a_foreign_currency_needs_a_plan_rate(cast: Cast) -> None:
    measure = cast.measure(currency="USD")
    with cast.acting(cast.admin):
        write_plan_rate("USD", 2026, Decimal("0.92"))
    assert act(cast, add_effect, measure, **TERMS, by=cast.owner).measure == measure


def test_effect_name_is_taken_once_per_measure(cast: Cast) -> None:
    measure = cast.measure()
    saving(cast, measure)
    with pytest.raises(Refused) as refusal:
        saving(cast, measure)
    assert refusal.value.codes == ["effect_name_taken"]
    assert saving(cast, cast.measure(name="Other")).name == "Saving"


def test_one_off_cost_does_not_recur(cast: Cast) -> None:
    terms = TERMS | {"nature": Nature.ONE_OFF_COST}
    with pytest.raises(Refused) as refusal:
        act(cast, add_effect, cast.measure(), **terms, by=cast.owner)
    assert refusal.value.codes == ["cost_recurs"]


@pytest.mark.parametrize("person", ["controller", "sponsor", "office", "admin", "auditor", "member"])
def test_effect_is_not_added_by(cast: Cast, person: str) -> None:
    with pytest.raises(NotAllowed):
        act(cast, add_effect, cast.measure(), **TERMS, by=getattr(cast, person))


def test_terms_are_edited_in_the_draft(cast: Cast) -> None:
    effect = saving(cast, cast.measure())
    edited = act(cast, edit_effect, effect, by=cast.owner, ends_on=date(2028, 1, 31), expected_version=1)
    assert (edited.ends_on, edited.version) == (date(2028, 1, 31), 2)
    with pytest.raises(Conflict):
        act(cast, edit_effect, effect, by=cast.owner, name="Later", expected_version=1)


def test_effects_are_neither_added_edited_nor_removed_from_decided_on(cast: Cast) -> None:
    measure = cast.measure()
    effect = saving(cast, measure, E1_PLAN)
    decide(cast, measure)
    for action, subject, terms in (
        (add_effect, measure, TERMS | {"name": "Another"}),
        (edit_effect, effect, {"name": "Renamed"}),
        (remove_effect, effect, {}),
    ):
        with pytest.raises(Refused) as refusal:
            act(cast, action, subject, by=cast.owner, **terms)
        assert refusal.value.codes == ["plan_frozen"]


def test_removed_effect_leaves_history_and_amount_changes(cast: Cast) -> None:
    effect = saving(cast, cast.measure(), cells({"2026-11": 100}))
    act(cast, remove_effect, effect, by=cast.owner)
    assert not Effect.objects.exists()
    assert not PlanAmount.objects.exists()
    assert not ForecastAmount.objects.exists()
    assert AmountChange.objects.filter(effect_id=effect.pk, scenario="plan", after=None).count() == 1
    assert Effect.history.filter(id=effect.pk, history_type="-").exists()


def test_booked_effect_is_not_removed(cast: Cast) -> None:
    effect = saving(cast, cast.measure(), cells({"2026-11": 100}))
    act(cast, claim_actual, effect, parse_period("2026-10"), Decimal(5), by=cast.owner, on=TODAY)
    with pytest.raises(Refused) as refusal:
        act(cast, remove_effect, effect, by=cast.owner)
    assert refusal.value.codes == ["effect_in_use"]
