from __future__ import annotations

from decimal import Decimal
from uuid import uuid4

import pytest

from finance.actions.actuals import claim_actual
from finance.actions.month_end import Proof, validate_month
from finance.choices import EvidenceTier
from finance.models import ActualEntry, Effect
from finance.rules.periods import parse_period
from portfolio.errors import DomainError, NotAllowed, Replayed
from portfolio.models import Deed
from tests.cast import TODAY, Cast
from tests.finance.builders import E1_PLAN, act, decide, saving

SEPTEMBER = parse_period("2026-09")


def claimed(cast: Cast, name: str) -> Effect:
    measure = cast.measure(name=name)
    effect = saving(cast, measure, E1_PLAN)
    decide(cast, measure)
    act(cast, claim_actual, effect, SEPTEMBER, Decimal(90_000), by=cast.owner, on=TODAY, source="ERP")
    return effect


def validate(cast: Cast, *proofs: Proof, **terms: object) -> None:
    values = {"by": cast.controller, "on": TODAY} | terms
    act(cast, validate_month, proofs, SEPTEMBER, **values)


def proven() -> dict[int, Decimal]:
    rows = ActualEntry.objects.filter(tier=EvidenceTier.VALIDATED)
    return dict(rows.values_list("effect_id", "amount"))


def test_month_is_validated_as_claimed_and_as_corrected_under_one_deed(cast: Cast) -> None:
    held, corrected = claimed(cast, "A"), claimed(cast, "B")
    validate(cast, Proof(held, Decimal(90_000), as_claimed=True), Proof(corrected, Decimal(85_000), source="GL 4711"))
    assert proven() == {held.pk: 90_000, corrected.pk: 85_000}
    assert Deed.objects.get(kind="month_end_validated").details["month"] == "2026-09"


def test_month_with_one_proof_refused_validates_none(cast: Cast) -> None:
    held, endless = claimed(cast, "A"), claimed(cast, "B")
    with pytest.raises(DomainError) as refusal:
        validate(cast, Proof(held, Decimal(90_000), as_claimed=True), Proof(endless, Decimal("1e20"), source="GL"))
    assert refusal.value.codes == ["effect_refused"]
    assert proven() == {}
    assert not Deed.objects.filter(kind="month_end_validated").exists()


@pytest.mark.parametrize("person", ["owner", "sponsor", "office", "second_controller"])
def test_month_is_not_validated_by(cast: Cast, person: str) -> None:
    held = claimed(cast, "A")
    with pytest.raises(NotAllowed):
        validate(cast, Proof(held, Decimal(90_000), as_claimed=True), by=getattr(cast, person))
    assert proven() == {}


def test_month_validated_twice_with_one_key_is_booked_once(cast: Cast) -> None:
    held, key = claimed(cast, "A"), uuid4()
    validate(cast, Proof(held, Decimal(85_000), source="GL"), key=key)
    with pytest.raises(Replayed):
        validate(cast, Proof(held, Decimal(80_000), source="GL"), key=key)
    assert proven() == {held.pk: 85_000}
