"""Monthly amounts as series: effect → period index → amount, in the measure's currency."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from finance.choices import EvidenceTier
from finance.models import ActualEntry, BaselineAmount, BaselineVersion, ForecastAmount, PlanAmount

Cells = dict[int, Decimal]
SeriesByEffect = dict[int, Cells]

PROVEN = (EvidenceTier.VALIDATED, EvidenceTier.LEDGER)


@dataclass(frozen=True, slots=True)
class Amounts:
    """Every scenario of some effects. An effect without amounts has an empty series."""

    plan: SeriesByEffect
    forecast: SeriesByEffect
    actual: SeriesByEffect = field(default_factory=dict)
    claimed: SeriesByEffect = field(default_factory=dict)
    tiers: dict[int, dict[int, EvidenceTier]] = field(default_factory=dict)


def plan_amounts(effect_ids: Iterable[int]) -> SeriesByEffect:
    return _series(PlanAmount.objects.filter(effect_id__in=effect_ids))


def forecast_amounts(effect_ids: Iterable[int]) -> SeriesByEffect:
    return _series(ForecastAmount.objects.filter(effect_id__in=effect_ids))


def baseline_amounts(baseline: BaselineVersion) -> SeriesByEffect:
    return _series(BaselineAmount.objects.filter(baseline=baseline))


def _series(rows: QuerySet[Any, Any]) -> SeriesByEffect:
    found: SeriesByEffect = defaultdict(dict)
    for effect_id, ordinal, amount in rows.values_list("effect_id", "period__ordinal", "amount"):
        found[effect_id][ordinal] = amount
    return found


def all_amounts(effect_ids: Iterable[int]) -> Amounts:
    """Plan, forecast and actuals in three statements.

    `actual` sums validated and ledger entries by the month they are booked in, `claimed` the claims; `tiers` names
    the best evidence of each month.
    """
    ids = list(effect_ids)
    actual: SeriesByEffect = defaultdict(lambda: defaultdict(Decimal))
    claimed: SeriesByEffect = defaultdict(lambda: defaultdict(Decimal))
    tiers: dict[int, dict[int, EvidenceTier]] = defaultdict(dict)
    entries = ActualEntry.objects.filter(effect_id__in=ids)
    for effect_id, month, amount, tier in entries.values_list("effect_id", "period__ordinal", "amount", "tier"):
        (actual if tier in PROVEN else claimed)[effect_id][month] += amount
        tiers[effect_id][month] = better_tier(tiers[effect_id].get(month), EvidenceTier(tier))
    return Amounts(plan_amounts(ids), forecast_amounts(ids), actual, claimed, tiers)


def better_tier(one: EvidenceTier | None, other: EvidenceTier) -> EvidenceTier:
    """The stronger evidence: CLAIMED < VALIDATED < LEDGER (domain §4)."""
    order = list(EvidenceTier)
    return other if one is None or order.index(other) > order.index(one) else one
