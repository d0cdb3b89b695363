"""Which months prove the value of a measure at its closure (domain §6)."""

from __future__ import annotations

from collections.abc import Sequence

from finance.rules.closing import closing_months
from finance.rules.figures import EffectAmounts
from finance.rules.run_rate import amount_in


def proven_months(judged: Sequence[EffectAmounts], last_closed: int | None) -> tuple[int, ...] | None:
    """The months a confirmation rests on, oldest first; None while they are not all validated or from the ledger.

    With recurring effects: the latest three consecutive closed months at or after the latest full-effect month, in
    each of which every recurring effect that has a baseline amount there has an entry. Of one-off effects alone:
    all months of the baseline, once each is closed and has an entry.
    """
    recurring = [effect for effect in judged if effect.is_recurring]
    if not recurring:
        return _whole_baseline(judged, last_closed)
    full_effect = max((e.shape.full_effect for e in recurring if e.shape is not None), default=None)
    candidates = {month for effect in recurring for month in effect.actual}
    evidenced = [month for month in candidates if all(_has_evidence(effect, month) for effect in recurring)]
    return closing_months(evidenced, last_closed=last_closed, full_effect=full_effect)


def _has_evidence(effect: EffectAmounts, month: int) -> bool:
    expected = amount_in(effect.reference, month, effect.shape, continues=effect.continues)
    return month in effect.actual or not expected


def _whole_baseline(judged: Sequence[EffectAmounts], last_closed: int | None) -> tuple[int, ...] | None:
    expected = {(index, month) for index, e in enumerate(judged) for month, amount in e.reference.items() if amount}
    months = tuple(sorted({month for _index, month in expected}))
    entered = all(month in judged[index].actual for index, month in expected)
    if not months or not entered or last_closed is None or months[-1] > last_closed:
        return None
    return months
