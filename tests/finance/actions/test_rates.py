from __future__ import annotations

from decimal import Decimal

import pytest

from finance.actions.rates import lock_plan_rates, set_plan_rate, set_target
from finance.models import PlanRate, Target
from finance.queries import plan_rate_for, rates_of
from portfolio.errors import Conflict, NotAllowed, Refused
from tests.cast import Cast
from tests.finance.builders import act


def test_rate_is_set_and_changed_until_it_is_locked(cast: Cast) -> None:
    act(cast, set_plan_rate, "USD", 2026, Decimal("0.92"), by=cast.admin)
    act(cast, set_plan_rate, "USD", 2026, Decimal("0.93"), by=cast.admin, expected_version=1)
    assert plan_rate_for("USD", 2026) == Decimal("0.93")
    assert act(cast, lock_plan_rates, 2026, by=cast.admin) == 1
    with pytest.raises(Refused) as refusal:
        act(cast, set_plan_rate, "USD", 2026, Decimal("0.94"), by=cast.admin)
    assert refusal.value.codes == ["plan_rate_locked"]
    assert PlanRate.history.count() == 3


def test_stale_rate_is_a_conflict(cast: Cast) -> None:
    for rate in ("0.92", "0.93"):
        act(cast, set_plan_rate, "USD", 2026, Decimal(rate), by=cast.admin)
    with pytest.raises(Conflict):
        act(cast, set_plan_rate, "USD", 2026, Decimal("0.94"), by=cast.admin, expected_version=1)


@pytest.mark.parametrize("rate", ["0", "-1", "NaN", "Infinity", "0.123456789", "12345678901"])
def test_impossible_rate_is_refused(cast: Cast, rate: str) -> None:
    with pytest.raises(Refused) as refusal:
        act(cast, set_plan_rate, "USD", 2026, Decimal(rate), by=cast.admin)
    assert refusal.value.codes == ["rate_invalid"]


def test_own_and_malformed_currency_are_refused(cast: Cast) -> None:
    for currency, code in (("EUR", "own_currency"), ("us", "currency_invalid")):
        with pytest.raises(Refused) as refusal:
            act(cast, set_plan_rate, currency, 2026, Decimal(1), by=cast.admin)
        assert refusal.value.codes == [code]


@pytest.mark.parametrize("person", ["owner", "controller", "office", "sponsor", "auditor"])
def test_rate_is_not_set_by(cast: Cast, person: str) -> None:
    with pytest.raises(NotAllowed):
        act(cast, set_plan_rate, "USD", 2026, Decimal(1), by=getattr(cast, person))


def test_missing_rate_is_a_sentence_and_figures_take_the_nearest(cast: Cast) -> None:
    act(cast, set_plan_rate, "USD", 2026, Decimal("0.92"), by=cast.admin)
    act(cast, set_plan_rate, "USD", 2028, Decimal("0.88"), by=cast.admin)
    with pytest.raises(Refused) as refusal:
        plan_rate_for("USD", 2027)
    assert "USD" in refusal.value.sentences[0]
    assert "2027" in refusal.value.sentences[0]
    near = rates_of("USD").for_years([2025, 2026, 2027, 2030])
    assert near == {
        2025: Decimal("0.92"),
        2026: Decimal("0.92"),
        2027: Decimal("0.92"),
        2030: Decimal("0.88"),
    }


def test_own_currency_has_rate_one(cast: Cast) -> None:
    assert plan_rate_for("EUR", 1999) == 1


def test_target_is_set_from_above_and_changed(cast: Cast) -> None:
    act(cast, set_target, cast.package, 2026, Decimal(500_000), by=cast.office)
    act(cast, set_target, cast.package, 2026, Decimal(600_000), by=cast.sponsor, expected_version=1)
    assert Target.objects.get().amount == 600_000
    with pytest.raises(Conflict):
        act(cast, set_target, cast.package, 2026, Decimal(1), by=cast.office, expected_version=1)


@pytest.mark.parametrize("person", ["owner", "controller", "member", "auditor"])
def test_target_is_not_set_by(cast: Cast, person: str) -> None:
    with pytest.raises(NotAllowed):
        act(cast, set_target, cast.package, 2026, Decimal(1), by=getattr(cast, person))


def test_without_any_rate_amounts_count_as_nought(cast: Cast) -> None:
    unknown = rates_of("CHF")
    assert (unknown.is_known, unknown.exact(2026), unknown.near(2026)) == (False, None, 0)
    assert rates_of("EUR").is_known
