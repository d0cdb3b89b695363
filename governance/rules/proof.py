"""Which months prove the value of a measure at its closure (domain §6)."""

from __future__ import annotations

from collections.abc import Sequence

from finance.rules.closing import closing_months
from finance.rules.figures import EffectAmounts
from finance.rules.run_rate import amount_in


def proven_months(judged: Sequence[EffectAmounts], last_closed: int | None) -> tuple[int, ...] | None:
    """The months a confirmation rests on, oldest first; None while they are not all validated or from the ledger.

    With recurring effects: the latest three consecutive closed months at or after the latest full-effect month in
    which each of them that has a baseline amount has an entry. A measure of one-off effects only has no such
    months: all its planned months must be closed and carry an entry.
    """
    recurring = [effect for effect in judged if effect.is_recurring]
    if not recurring:
        return _planned_months(judged, last_closed)
    shapes = [effect.shape for effect in recurring]
    full_effect = max((shape.full_effect for shape in shapes if shape is not None), default=None)
    known = {month for effect in recurring for month in effect.actual}
    evidenced = [month for month in known if all(_is_evidenced(effect, month) for effect in recurring)]
    return closing_months(evidenced, last_closed=last_closed, full_effect=full_effect)


def _is_evidenced(effect: EffectAmounts, month: int) -> bool:
    return month in effect.actual or not amount_in(effect.reference, month, effect.shape, continues=effect.continues)


def _planned_months(judged: Sequence[EffectAmounts], last_closed: int | None) -> tuple[int, ...] | None:
    planned = [[month for month, amount in effect.reference.items() if amount] for effect in judged]
    months = sorted({month for one in planned for month in one})
    entered = all(set(one) <= set(effect.actual) for one, effect in zip(planned, judged, strict=True))
    if not months or not entered or last_closed is None or months[-1] > last_closed:
        return None
    return tuple(months)
