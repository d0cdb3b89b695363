"""Freezing the promise: an immutable copy of plan, terms and milestones."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from finance.models import (
    BaselineEffect,
    BaselineMilestone,
    BaselineVersion,
    Effect,
    PlanAmount,
)
from finance.queries.amounts import plan_amounts
from finance.queries.periods import fiscal_year_on
from finance.queries.plans import plan_content, sha256_of
from finance.queries.rates import plan_rate_missing, rates_of
from finance.rules.figures import EffectAmounts, basis_of, judged_effects, value_of
from measures.actions.measures import lock_measure
from measures.models import Measure
from portfolio.choices import Office
from portfolio.deeds import deed
from portfolio.errors import Objection, Refused
from portfolio.models import User


def freeze_baseline(measure: Measure, *, by: User, on: date) -> BaselineVersion:
    """The plan as it stands is frozen as the next version, at the plan rate of the fiscal year of `on`.

    Part of a decision, which asked for the right. The version before is superseded and stays; nothing of it is
    overwritten. Refused: a measure without a plan, a currency without a plan rate in that fiscal year. Recorded:
    terms of effects, amounts, milestones, reference base, rate, commitment, and a hash over all of it.
    """
    with deed("baseline_frozen", by=by, subject=measure):
        measure = lock_measure(measure)
        fiscal_year = fiscal_year_on(on)
        rate = _rate_or_refuse(measure, fiscal_year)
        effects = list(Effect.objects.select_for_update(of=("self",)).filter(measure=measure).order_by("pk"))
        baseline = BaselineVersion.objects.create(
            measure=measure,
            number=_supersede(measure) + 1,
            frozen_on=on,
            fiscal_year=fiscal_year,
            currency=measure.currency,
            plan_rate=rate,
            reference_base=measure.reference_base,
            reference_source=measure.reference_source,
            reference_period=measure.reference_period,
            committed=_commitment(effects, rate),
            sha256=sha256_of(baseline_content(measure, rate)),
        )
        _copy(measure, baseline, effects)
        return baseline


def _rate_or_refuse(measure: Measure, fiscal_year: int) -> Decimal:
    rate = rates_of(measure.currency).exact(fiscal_year)
    objections = []
    if rate is None:
        objections.append(plan_rate_missing(measure.currency, fiscal_year))
    if not PlanAmount.objects.filter(effect__measure=measure).exclude(amount=0).exists():
        objections.append(Objection("plan_missing", _("There is no plan to freeze."), cleared_by=(Office.OWNER,)))
    if rate is None or objections:
        raise Refused(*objections)
    return rate


def _supersede(measure: Measure) -> int:
    """Takes the version in force out of force and returns the number of the last one, 0 before the first."""
    last = BaselineVersion.objects.filter(measure=measure).order_by("-number").first()
    if last is None:
        return 0
    last.is_current = False
    last.save(update_fields=["is_current"])
    return last.number


def _commitment(effects: list[Effect], rate: Decimal) -> Decimal:
    """C: the value of the plan by the basis of the measure, in the organization's currency (domain §1)."""
    plans = plan_amounts(effect.pk for effect in effects)
    priced = [
        EffectAmounts(
            nature=effect.nature,  # type: ignore[arg-type]
            recurrence=effect.recurrence,  # type: ignore[arg-type]
            hardness=effect.hardness,
            reference=plans.get(effect.pk, {}),
            forecast={},
            has_end=effect.ends_on is not None,
        )
        for effect in effects
    ]
    return value_of(judged_effects(priced, basis_of(priced)), lambda effect: effect.reference, rate)


def baseline_content(measure: Measure, rate: Decimal) -> dict[str, Any]:
    """All that is frozen, as canonical values: what the hash of a baseline covers."""
    base = measure.reference_base
    return {
        "measure": measure.pk,
        "currency": measure.currency,
        "plan_rate": f"{rate:.8f}",
        "reference_base": None if base is None else f"{base:.4f}",
        "reference_source": measure.reference_source,
        "reference_period": measure.reference_period,
        "effects": plan_content(measure),
        "milestones": [
            [m.pk, m.name, m.baseline_on.isoformat(), f"{m.weight:.4f}", m.is_critical]
            for m in measure.milestones.order_by("pk")
        ],
    }


def _copy(measure: Measure, baseline: BaselineVersion, effects: list[Effect]) -> None:
    BaselineEffect.objects.bulk_create(
        BaselineEffect(
            baseline=baseline,
            effect=effect,
            name=effect.name,
            nature=effect.nature,
            recurrence=effect.recurrence,
            hardness=effect.hardness,
            ends_on=effect.ends_on,
        )
        for effect in effects
    )
    BaselineMilestone.objects.bulk_create(
        BaselineMilestone(
            baseline=baseline,
            milestone=milestone,
            name=milestone.name,
            baseline_on=milestone.baseline_on,
            weight=milestone.weight,
            is_critical=milestone.is_critical,
        )
        for milestone in measure.milestones.order_by("pk")
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO finance_baselineamount (organization_id, baseline_id, effect_id, period_id, amount) "
            "SELECT p.organization_id, %s, p.effect_id, p.period_id, p.amount FROM finance_planamount p "
            "JOIN finance_effect e ON e.id = p.effect_id WHERE e.measure_id = %s ORDER BY p.effect_id, p.period_id",
            [baseline.pk, measure.pk],
        )
