from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from finance.actions.disputes import answer_dispute, close_dispute, open_dispute
from finance.models import Dispute
from portfolio.errors import NotAllowed, Refused
from tests.cast import TODAY, Cast
from tests.finance.builders import E1_PLAN, act, saving


def _dispute(cast: Cast, **fields: object) -> Dispute:
    effect = saving(cast, cast.measure(), E1_PLAN)
    values = {"amount": Decimal(5_000), "reason": "Price list says less", "by": cast.controller, "on": TODAY}
    return act(cast, open_dispute, effect, **values | fields)


def test_dispute_is_opened_answered_and_closed(cast: Cast) -> None:
    dispute = _dispute(cast)
    dispute = act(cast, answer_dispute, dispute, answer="New list attached", by=cast.owner)
    dispute = act(cast, close_dispute, dispute, outcome="Accepted", by=cast.controller, on=TODAY)
    assert (dispute.answer, dispute.closed_on, dispute.closed_by) == ("New list attached", TODAY, cast.controller)
    assert Dispute.history.filter(id=dispute.pk).count() == 3


@pytest.mark.parametrize("person", ["owner", "second_controller", "sponsor", "chair", "office"])
def test_dispute_is_not_opened_by(cast: Cast, person: str) -> None:
    with pytest.raises(NotAllowed):
        _dispute(cast, by=getattr(cast, person))


def test_dispute_without_reason_and_number_is_refused(cast: Cast) -> None:
    with pytest.raises(Refused) as refusal:
        _dispute(cast, reason=" ", amount=Decimal("NaN"))
    assert refusal.value.codes == ["reason_missing", "amount_invalid_here"]


def test_effect_is_disputed_once_at_a_time(cast: Cast) -> None:
    dispute = _dispute(cast)
    terms = {"amount": Decimal(1), "reason": "Again", "by": cast.controller, "on": TODAY}
    with pytest.raises(Refused) as refusal:
        act(cast, open_dispute, dispute.effect, **terms)
    assert refusal.value.codes == ["dispute_known"]


def test_closed_dispute_takes_no_answer(cast: Cast) -> None:
    dispute = act(cast, close_dispute, _dispute(cast), outcome="Withdrawn", by=cast.controller, on=TODAY)
    with pytest.raises(Refused) as refusal:
        act(cast, answer_dispute, dispute, answer="", by=cast.owner)
    assert refusal.value.codes == ["dispute_closed", "answer_missing"]


def test_owner_does_not_close_the_dispute(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        act(cast, close_dispute, _dispute(cast), outcome="Fine", by=cast.owner, on=TODAY)


def test_committee_closes_it_after_twenty_working_days_not_before(cast: Cast) -> None:
    dispute = _dispute(cast)
    with pytest.raises(NotAllowed):
        act(cast, close_dispute, dispute, outcome="Settled", by=cast.chair, on=date(2026, 11, 11))
    closed = act(cast, close_dispute, dispute, outcome="Settled", by=cast.chair, on=date(2026, 11, 12))
    assert closed.closed_by == cast.chair
