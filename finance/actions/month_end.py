"""A controller's month end: many effects validated together, or none."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from uuid import UUID

from finance.actions.actuals import record_validated, validate_claims
from finance.actions.month_grid import tried
from finance.models import Effect
from finance.rules.periods import period_name
from portfolio.deeds import deed
from portfolio.errors import Objection, Refused
from portfolio.models import User


@dataclass(frozen=True, slots=True)
class Proof:
    """What the controller says a month of an effect was worth; `as_claimed` where the claim simply holds."""

    effect: Effect
    amount: Decimal
    source: str = ""
    as_claimed: bool = False


def validate_month(
    proofs: Iterable[Proof], ordinal: int, *, by: User, on: date, key: UUID | None = None, url: str = ""
) -> None:
    """Every proof is booked, or none is.

    Refused, with the objections of all effects at once, what `validate_claims` and `record_validated` refuse;
    `Replayed` when the key was used. Recorded: one deed, one entry per effect.
    """
    chosen = list(proofs)
    details = {"month": period_name(ordinal), "url": url}
    with deed("month_end_validated", by=by, key=key, details=details):
        held = [proof.effect for proof in chosen if proof.as_claimed]
        if held:
            measures = {effect.measure_id: effect.measure for effect in held}
            validate_claims(measures.values(), ordinal, by=by, on=on, effects=held)
        objections: list[Objection] = []
        for proof in chosen:
            if not proof.as_claimed:
                book = partial(record_validated, proof.effect, ordinal, proof.amount)
                objections += tried(proof.effect, partial(book, by=by, on=on, source=proof.source))
        if objections:
            raise Refused(*objections)
