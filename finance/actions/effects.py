"""Effects: what a measure is worth, named before it is decided."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db.models import Max, ProtectedError
from django.utils.translation import gettext_lazy as _

from finance.choices import Nature, Recurrence
from finance.models import ActualEntry, Effect, ForecastAmount, PlanAmount
from finance.queries.rates import plan_rate_missing, rates_of
from measures.actions.measures import lock_measure
from measures.errors import decided_objections, ended_objections, field_objections
from measures.models import Measure
from measures.queries import require_on_measure
from portfolio.choices import Right
from portfolio.deeds import deed, refuse_stale
from portfolio.errors import Objection, Refused
from portfolio.models import CostCentre, GLAccount, PnlLine, User

EDITABLE = frozenset(
    {"name", "nature", "recurrence", "hardness", "pnl_line", "gl_account", "cost_centre", "ends_on", "position"}
)


def add_effect(
    measure: Measure,
    *,
    name: str,
    nature: str,
    recurrence: str,
    by: User,
    hardness: str = "",
    pnl_line: PnlLine | None = None,
    gl_account: GLAccount | None = None,
    cost_centre: CostCentre | None = None,
    ends_on: date | None = None,
) -> Effect:
    """The measure has one more effect, still without amounts.

    Refused: without the right, from Decided on, a blank or taken name, unknown words, a one-off effect that goes
    on, a measure in a currency that has no plan rate at all. Recorded: deed and history.
    """
    require_on_measure(by, Right.EDIT_PLAN, measure)
    with deed("effect_added", by=by, subject=measure, details={"name": name}):
        measure = lock_measure(measure)
        effect = Effect(measure=measure, position=_next_position(measure))
        terms = {
            "name": name.strip(),
            "nature": nature,
            "recurrence": recurrence,
            "hardness": hardness,
            "pnl_line": pnl_line,
            "gl_account": gl_account,
            "cost_centre": cost_centre,
            "ends_on": ends_on,
        }
        _refuse(measure, effect, terms, *_rate_objections(measure))
        for field, value in terms.items():
            setattr(effect, field, value)
        effect.save()
        return effect


def _next_position(measure: Measure) -> int:
    last: int | None = measure.effects.aggregate(last=Max("position"))["last"]
    return 1 if last is None else last + 1


def _rate_objections(measure: Measure) -> list[Objection]:
    rates = rates_of(measure.currency)
    if rates.is_own or rates.known:
        return []
    return [plan_rate_missing(measure.currency, measure.stage_since.year)]


def _refuse(measure: Measure, effect: Effect, terms: Mapping[str, Any], *more: Objection) -> None:
    objections = [*ended_objections(measure), *decided_objections(measure), *more, *field_objections(effect, terms)]
    name = terms.get("name", effect.name)
    if Effect.objects.filter(measure=measure, name=name).exclude(pk=effect.pk).exists():
        objections.append(Objection("effect_name_taken", _("There is already an effect “%(name)s”."), {"name": name}))
    nature, recurrence = terms.get("nature", effect.nature), terms.get("recurrence", effect.recurrence)
    if nature == Nature.ONE_OFF_COST and recurrence == Recurrence.RECURRING:
        objections.append(Objection("cost_recurs", _("A one-off cost does not recur; a recurring one is EBITDA.")))
    if objections:
        raise Refused(*objections)


def lock_effect(effect: Effect, expected_version: int | None = None) -> tuple[Measure, Effect]:
    """Measure and effect as they are now, held in this order; raises `Conflict` when a form is out of date."""
    measure = lock_measure(effect.measure)
    fresh = Effect.objects.select_for_update(of=("self",)).get(pk=effect.pk)
    fresh.measure = measure
    refuse_stale(fresh, expected_version)
    return measure, fresh


def edit_effect(effect: Effect, *, by: User, expected_version: int | None = None, **terms: Any) -> Effect:
    """The effect has the given terms. Refused as in `add_effect`, and from a stale form. Recorded: deed, history."""
    if unknown := set(terms) - EDITABLE:
        raise TypeError(f"no term of an effect that can be edited: {sorted(unknown)}")
    require_on_measure(by, Right.EDIT_PLAN, effect.measure)
    with deed("effect_edited", by=by, subject=effect.measure, details={"effect": effect.pk}):
        measure, effect = lock_effect(effect, expected_version)
        changed = {name: value for name, value in terms.items() if getattr(effect, name) != value}
        _refuse(measure, effect, changed)
        for name, value in changed.items():
            setattr(effect, name, value)
        return save_effect(effect, changed) if changed else effect


def save_effect(effect: Effect, fields: Mapping[str, Any]) -> Effect:
    """Writes these fields and counts the version up."""
    effect.version += 1
    effect.save(update_fields=[*fields, "version"])
    return effect


def remove_effect(effect: Effect, *, by: User, expected_version: int | None = None) -> None:
    """The effect with its plan and forecast is no longer part of the draft; history and amount changes stay.

    Refused: without the right, a stale form, from Decided on, once actuals are booked or a baseline or dispute
    names it. Recorded: deed, history, and the removed amounts.
    """
    require_on_measure(by, Right.EDIT_PLAN, effect.measure)
    with deed("effect_removed", by=by, subject=effect.measure, details={"name": effect.name}):
        measure, effect = lock_effect(effect, expected_version)
        objections = [*ended_objections(measure), *decided_objections(measure)]
        in_use = Objection("effect_in_use", _("“%(name)s” is booked, disputed or frozen."), {"name": effect.name})
        if ActualEntry.objects.filter(effect=effect).exists():
            objections.append(in_use)
        if objections:
            raise Refused(*objections)
        ForecastAmount.objects.filter(effect=effect).delete()
        PlanAmount.objects.filter(effect=effect).delete()
        try:
            effect.delete()
        except ProtectedError:
            raise Refused(in_use) from None
