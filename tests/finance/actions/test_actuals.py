from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from finance.actions.actuals import claim_actual, record_validated, validate_claims
from finance.models import ActualEntry, Effect
from finance.queries.amounts import all_amounts
from finance.rules.periods import parse_period
from measures.choices import Lifecycle
from measures.models import Measure
from portfolio.actions.members import write_grant
from portfolio.errors import NotAllowed, Refused
from portfolio.models import Deed
from tests.cast import TODAY, Cast
from tests.finance.builders import E1_PLAN, act, cells, decide, saving

SEPTEMBER, OCTOBER, NOVEMBER = (parse_period(name) for name in ("2026-09", "2026-10", "2026-11"))
BEFORE_CLOSE = date(2026, 10, 9)


@pytest.fixture
def effect(cast: Cast) -> Effect:
    return saving(cast, cast.measure(), E1_PLAN)


def _claim(cast: Cast, effect: Effect, month: int, amount: int | str, on: date = TODAY) -> ActualEntry | None:
    return act(cast, claim_actual, effect, month, Decimal(amount), by=cast.owner, on=on, source="ERP report")


def _validate(cast: Cast, effect: Effect, month: int, amount: int | str, on: date = TODAY) -> ActualEntry | None:
    return act(cast, record_validated, effect, month, Decimal(amount), by=cast.controller, on=on, source="GL 4711")


def _booked(effect: Effect) -> list[tuple[str, Decimal, str, str | None]]:
    rows = ActualEntry.objects.filter(effect=effect).order_by("pk").select_related("period", "corrects")
    return [(e.period.name, e.amount, e.tier, e.corrects.name if e.corrects else None) for e in rows]


def test_claim_is_a_total_and_books_the_difference(cast: Cast, effect: Effect) -> None:
    _claim(cast, effect, OCTOBER, 50)
    _claim(cast, effect, OCTOBER, 47)
    assert _booked(effect) == [("2026-10", 50, "claimed", None), ("2026-10", -3, "claimed", None)]
    assert all_amounts([effect.pk]).claimed[effect.pk][OCTOBER] == 47


def test_claim_that_stands_already_books_nothing(cast: Cast, effect: Effect) -> None:
    _claim(cast, effect, OCTOBER, 50)
    assert _claim(cast, effect, OCTOBER, 50) is None


def test_claim_of_nought_is_a_claim(cast: Cast, effect: Effect) -> None:
    entry = _claim(cast, effect, OCTOBER, 0)
    assert entry is not None
    assert entry.amount == 0


def test_claim_counts_in_no_actual(cast: Cast, effect: Effect) -> None:
    _claim(cast, effect, SEPTEMBER, 50)
    assert effect.pk not in all_amounts([effect.pk]).actual


def test_month_that_has_not_begun_and_bad_amount_are_refused_together(cast: Cast, effect: Effect) -> None:
    with pytest.raises(Refused) as refusal:
        _claim(cast, effect, NOVEMBER, "NaN")
    assert refusal.value.codes == ["amount_invalid", "month_not_begun"]


@pytest.mark.parametrize("person", ["sponsor", "office", "second_controller", "admin", "member"])
def test_claim_is_not_for(cast: Cast, effect: Effect, person: str) -> None:
    with pytest.raises(NotAllowed):
        act(cast, claim_actual, effect, OCTOBER, Decimal(1), by=getattr(cast, person), on=TODAY)


def test_controllers_own_entry_is_validated_with_its_source(cast: Cast, effect: Effect) -> None:
    entry = _validate(cast, effect, SEPTEMBER, 90)
    assert entry is not None
    assert (entry.tier, entry.source, entry.entered_by) == ("validated", "GL 4711", cast.controller)
    assert entry.deed_id == Deed.objects.get(kind="actual_validated").pk


def test_own_entry_without_a_source_is_refused(cast: Cast, effect: Effect) -> None:
    with pytest.raises(Refused) as refusal:
        act(cast, record_validated, effect, SEPTEMBER, Decimal(1), by=cast.controller, on=TODAY, source=" ")
    assert refusal.value.codes == ["source_missing"]


def test_granted_right_to_validate_makes_nobody_the_controller(cast: Cast, effect: Effect) -> None:
    write_grant(cast.office, role_code="controller", node=cast.root)
    for person in (cast.second_controller, cast.office, cast.owner):
        with pytest.raises(NotAllowed):
            act(cast, record_validated, effect, SEPTEMBER, Decimal(1), by=person, on=TODAY, source="x")
        with pytest.raises(NotAllowed):
            act(cast, validate_claims, [effect.measure], SEPTEMBER, by=person, on=TODAY)


def test_claim_of_50_is_validated_as_48(cast: Cast, effect: Effect) -> None:
    claim = _claim(cast, effect, OCTOBER, 50)
    entry = act(cast, record_validated, effect, OCTOBER, Decimal(48), by=cast.controller, on=TODAY, source="")
    assert entry is not None
    assert (entry.amount, entry.validates, entry.source) == (48, claim, "ERP report")
    amounts = all_amounts([effect.pk])
    assert (amounts.claimed[effect.pk][OCTOBER], amounts.actual[effect.pk][OCTOBER]) == (50, 48)


def test_all_claims_of_a_month_are_validated_at_once(cast: Cast, effect: Effect) -> None:
    other = saving(cast, cast.measure(name="Other"), E1_PLAN)
    _claim(cast, effect, SEPTEMBER, 50, BEFORE_CLOSE)
    _claim(cast, effect, SEPTEMBER, 60, BEFORE_CLOSE)
    _claim(cast, other, SEPTEMBER, 70, BEFORE_CLOSE)
    _claim(cast, other, OCTOBER, 5)
    measures = [effect.measure, other.measure]
    entries = act(cast, validate_claims, measures, SEPTEMBER, by=cast.controller, on=TODAY)
    assert [(e.effect_id, e.amount) for e in entries] == [(effect.pk, 60), (other.pk, 70)]
    assert act(cast, validate_claims, measures, SEPTEMBER, by=cast.controller, on=TODAY) == []


def test_bulk_validation_leaves_a_deliberate_amount_alone(cast: Cast, effect: Effect) -> None:
    _claim(cast, effect, SEPTEMBER, 50)
    _validate(cast, effect, SEPTEMBER, 48)
    assert act(cast, validate_claims, [effect.measure], SEPTEMBER, by=cast.controller, on=TODAY) == []


def test_bulk_validation_with_one_foreign_measure_validates_none(cast: Cast, effect: Effect) -> None:
    foreign: Measure = cast.measure(name="Other", controller=cast.second_controller)
    _claim(cast, effect, SEPTEMBER, 50)
    with pytest.raises(NotAllowed) as refusal:
        act(cast, validate_claims, [effect.measure, foreign], SEPTEMBER, by=cast.controller, on=TODAY)
    assert foreign.code in refusal.value.sentences[0]
    assert not ActualEntry.objects.filter(tier="validated").exists()


def test_correction_of_a_closed_month_is_booked_in_the_open_one(cast: Cast, effect: Effect) -> None:
    _validate(cast, effect, SEPTEMBER, 90, BEFORE_CLOSE)
    _validate(cast, effect, SEPTEMBER, 80, TODAY)
    _validate(cast, effect, SEPTEMBER, 85, TODAY)
    assert _booked(effect) == [
        ("2026-09", 90, "validated", None),
        ("2026-10", -10, "validated", "2026-09"),
        ("2026-10", 5, "validated", "2026-09"),
    ]
    assert all_amounts([effect.pk]).actual[effect.pk] == cells({"2026-09": 90, "2026-10": -5})


def test_correction_before_the_close_stays_in_its_month(cast: Cast, effect: Effect) -> None:
    _validate(cast, effect, SEPTEMBER, 90, BEFORE_CLOSE)
    _validate(cast, effect, SEPTEMBER, 80, BEFORE_CLOSE)
    assert _booked(effect) == [("2026-09", 90, "validated", None), ("2026-09", -10, "validated", None)]


def test_correction_is_no_part_of_the_month_it_is_booked_in(cast: Cast, effect: Effect) -> None:
    _validate(cast, effect, SEPTEMBER, 90, BEFORE_CLOSE)
    _validate(cast, effect, SEPTEMBER, 80, TODAY)
    _validate(cast, effect, OCTOBER, 100, TODAY)
    assert all_amounts([effect.pk]).actual[effect.pk] == cells({"2026-09": 90, "2026-10": 90})


def test_late_first_proof_of_a_closed_month_counts_in_it(cast: Cast, effect: Effect) -> None:
    _validate(cast, effect, SEPTEMBER, 90)
    assert _booked(effect) == [("2026-09", 90, "validated", None)]


def test_amount_that_is_proven_already_books_nothing(cast: Cast, effect: Effect) -> None:
    _validate(cast, effect, SEPTEMBER, 90)
    assert _validate(cast, effect, SEPTEMBER, 90) is None


def test_nothing_is_booked_on_a_cancelled_measure(cast: Cast, effect: Effect) -> None:
    decide(cast, effect.measure, lifecycle=Lifecycle.CANCELLED)
    with pytest.raises(Refused) as refusal:
        _claim(cast, effect, OCTOBER, 5)
    assert refusal.value.codes == ["measure_cancelled"]
