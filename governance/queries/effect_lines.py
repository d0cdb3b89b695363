"""Effects with every month of every scenario, for pages about money: one statement for any number of measures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import CharField, F, OuterRef, QuerySet
from django.db.models.functions import Cast, JSONObject

from finance.choices import EvidenceTier, Hardness, Nature, Recurrence
from finance.models import ActualEntry, BaselineAmount, Effect, ForecastAmount, PlanAmount
from finance.money import ZERO
from finance.queries.amounts import PROVEN, Amounts, better_tier
from finance.rules.figures import EffectAmounts

Series = Mapping[int, Decimal]


@dataclass(frozen=True, slots=True)
class EffectLine:
    """One effect and its months by period index, in the measure's currency. `baseline` is the current one.

    `actual` sums validated and ledger entries, `claimed` the claims, by the month they are booked in; `tiers` names
    the best evidence of a month.
    """

    effect: Effect
    plan: Series = field(default_factory=dict)
    baseline: Series = field(default_factory=dict)
    forecast: Series = field(default_factory=dict)
    actual: Series = field(default_factory=dict)
    claimed: Series = field(default_factory=dict)
    tiers: Mapping[int, EvidenceTier] = field(default_factory=dict)

    @property
    def reference(self) -> Series:
        """What the effect is held against: the current baseline, before the first one the plan."""
        return self.baseline or self.plan

    @property
    def expected(self) -> Series:
        """The forecast; a plan without one is its own forecast (domain §4)."""
        return self.forecast or self.plan

    @property
    def amounts(self) -> EffectAmounts:
        """As the figures read it."""
        return EffectAmounts(
            nature=Nature(self.effect.nature),
            recurrence=Recurrence(self.effect.recurrence),
            hardness=Hardness(self.effect.hardness) if self.effect.hardness else "",
            reference=self.reference,
            forecast=self.expected,
            actual=self.actual,
            has_end=self.effect.ends_on is not None,
        )

    @property
    def months(self) -> set[int]:
        """Every month that has an amount in some scenario."""
        return set().union(self.plan, self.baseline, self.forecast, self.actual, self.claimed)


def effect_lines(measure_ids: Iterable[int], *, within: range | None = None) -> list[EffectLine]:
    """The effects of these measures in their order, with all their months or those of a range; one statement."""
    current = BaselineAmount.objects.filter(baseline__is_current=True)
    effects = (
        Effect.objects.filter(measure_id__in=measure_ids)
        .select_related("pnl_line", "gl_account", "cost_centre")
        .annotate(
            plan_cells=_cells(PlanAmount.objects.all(), within),
            baseline_cells=_cells(current, within),
            forecast_cells=_cells(ForecastAmount.objects.all(), within),
            actual_cells=_cells(ActualEntry.objects.all(), within, tier="tier"),
        )
    )
    return [_line(effect) for effect in effects.order_by("measure_id", "position", "pk")]


def _cells(rows: QuerySet[Any, Any], within: range | None, **more: str) -> ArraySubquery:
    own = rows.filter(effect_id=OuterRef("pk"))
    if within is not None:
        own = own.filter(period__ordinal__gte=within.start, period__ordinal__lt=within.stop)
    cell = JSONObject(month=F("period__ordinal"), amount=Cast("amount", CharField()), **more)
    return ArraySubquery(own.values(cell=cell))


def _line(effect: Any) -> EffectLine:
    actual: dict[int, Decimal] = {}
    claimed: dict[int, Decimal] = {}
    tiers: dict[int, EvidenceTier] = {}
    for cell in effect.actual_cells:
        month, tier = cell["month"], EvidenceTier(cell["tier"])
        kind = actual if tier in PROVEN else claimed
        kind[month] = kind.get(month, ZERO) + Decimal(cell["amount"])
        tiers[month] = better_tier(tiers.get(month), tier)
    return EffectLine(
        effect=effect,
        plan=_series(effect.plan_cells),
        baseline=_series(effect.baseline_cells),
        forecast=_series(effect.forecast_cells),
        actual=actual,
        claimed=claimed,
        tiers=tiers,
    )


def _series(cells: Iterable[Mapping[str, Any]]) -> dict[int, Decimal]:
    return {cell["month"]: Decimal(cell["amount"]) for cell in cells}


def as_amounts(lines: Iterable[EffectLine]) -> Amounts:
    """The lines as the figures of a measure read them: series by effect."""
    known = list(lines)
    return Amounts(
        plan={line.effect.pk: dict(line.plan) for line in known},
        forecast={line.effect.pk: dict(line.forecast) for line in known},
        actual={line.effect.pk: dict(line.actual) for line in known},
        claimed={line.effect.pk: dict(line.claimed) for line in known},
        tiers={line.effect.pk: dict(line.tiers) for line in known},
    )
