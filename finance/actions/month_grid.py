"""Saving a month grid: plan, forecast, claims and proofs of one measure together, or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import partial
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from finance.actions.actuals import claim_actual, record_validated
from finance.actions.amounts import Cells
from finance.actions.effects import lock_effect
from finance.actions.forecasts import set_forecast
from finance.actions.plans import set_plan
from finance.models import Effect
from measures.models import Measure
from portfolio.deeds import deed
from portfolio.errors import Objection, Refused
from portfolio.models import User


@dataclass(frozen=True, slots=True)
class EffectChanges:
    """The cells of one effect that shall hold another amount; `version` is the one the form was filled from."""

    effect: Effect
    version: int
    plan: Cells = field(default_factory=dict)
    forecast: Cells = field(default_factory=dict)
    claimed: Mapping[int, Decimal] = field(default_factory=dict)
    validated: Mapping[int, Decimal] = field(default_factory=dict)


def save_grid(
    measure: Measure,
    changes: Iterable[EffectChanges],
    *,
    by: User,
    on: date,
    reason: str = "",
    source: str = "",
    key: UUID | None = None,
    url: str = "",
) -> None:
    """Every changed cell holds its amount, or none does.

    Refused, with the objections of all effects at once, whatever `set_plan`, `set_forecast`, `claim_actual` or
    `record_validated` refuse; `Conflict` when an effect was changed meanwhile; `Replayed` when the key was used.
    Recorded: one deed with the reason, and all that those deeds record.
    """
    known = list(changes)
    with deed("amounts_changed", by=by, subject=measure, reason=reason, key=key, details={"url": url}):
        for change in known:
            lock_effect(change.effect, change.version)
        objections: list[Objection] = []
        for change in known:
            for step in _steps(change, by=by, on=on, reason=reason, source=source):
                objections += tried(change.effect, step)
        if objections:
            raise Refused(*objections)


def _steps(change: EffectChanges, *, by: User, on: date, reason: str, source: str) -> list[Callable[[], object]]:
    effect = change.effect
    steps: list[Callable[[], object]] = []
    if change.plan:
        steps.append(partial(set_plan, effect, change.plan, by=by))
    if change.forecast:
        steps.append(partial(set_forecast, effect, change.forecast, by=by, on=on, reason=reason))
    for month, amount in sorted(change.claimed.items()):
        steps.append(partial(claim_actual, effect, month, amount, by=by, on=on, source=source))
    for month, amount in sorted(change.validated.items()):
        steps.append(partial(record_validated, effect, month, amount, by=by, on=on, source=source))
    return steps


def tried(effect: Effect, step: Callable[[], object]) -> list[Objection]:
    """Runs one step of several; what it refuses comes back under the effect's name, and only it is undone."""
    try:
        with transaction.atomic():
            step()
    except Refused as refused:
        return [
            Objection(
                "effect_refused",
                _("%(effect)s: %(sentence)s"),
                {"effect": effect.name, "sentence": objection.sentence, "code": objection.code},
                objection.cleared_by,
            )
            for objection in refused.objections
        ]
    return []
