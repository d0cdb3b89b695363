"""The figures of one measure, through the pure rules from its rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from finance.choices import Basis, EvidenceTier, Nature
from finance.models import BaselineVersion, ClosureConfirmation, Dispute, Effect, ForecastUpkeep
from finance.money import ZERO
from finance.queries.amounts import Amounts, SeriesByEffect, all_amounts, baseline_amounts, better_tier
from finance.queries.periods import Calendar, calendar_on
from finance.queries.rates import Rates, rates_of
from finance.queries.years import YearFigures, year_figures
from finance.rules.figures import EffectAmounts, Figures, figures_of, is_avoidance, judged_effects, value_of
from finance.rules.potential import PotentialInputs
from finance.rules.run_rate import Series, Shape, sum_of, validated_to
from measures.choices import DoI, Lifecycle
from measures.models import Measure
from portfolio.models import OrganizationSettings


@dataclass(frozen=True, slots=True)
class MeasureRows:
    """All that is stored about the money of one measure; read once, used for every figure."""

    measure: Measure
    settings: OrganizationSettings
    calendar: Calendar
    rates: Rates
    effects: tuple[Effect, ...]
    amounts: Amounts
    baselines: tuple[BaselineVersion, ...]
    baseline: SeriesByEffect

    @property
    def current(self) -> BaselineVersion | None:
        """The baseline in force; before Decided there is none."""
        if self.measure.stage < DoI.DECIDED:
            return None
        return next((version for version in self.baselines if version.is_current), None)

    @property
    def rate(self) -> Decimal:
        """The plan rate of the decision, before it that of the present fiscal year (domain §1, FX)."""
        return self.rates.near(self.calendar.fiscal_year) if self.current is None else self.current.plan_rate

    def priced(self, reference: Mapping[int, Series]) -> tuple[EffectAmounts, ...]:
        """The effects with their amounts, judged against `reference`; before Decided the plan gives the shape."""
        return tuple(self._priced(effect, reference.get(effect.pk, {})) for effect in self.effects)

    def _priced(self, effect: Effect, reference: Series) -> EffectAmounts:
        plan = self.amounts.plan.get(effect.pk, {})
        return EffectAmounts(
            nature=effect.nature,  # type: ignore[arg-type]
            recurrence=effect.recurrence,  # type: ignore[arg-type]
            hardness=effect.hardness,
            reference=reference,
            forecast=self.amounts.forecast.get(effect.pk) or plan,
            actual=self.amounts.actual.get(effect.pk, {}),
            shape_from=plan if self.current is None else None,
            has_end=effect.ends_on is not None,
        )

    @property
    def reference(self) -> Mapping[int, Series]:
        """The baseline in force, before Decided the plan."""
        return self.amounts.plan if self.current is None else self.baseline

    def figures(self, priced: Iterable[EffectAmounts]) -> Figures:
        return figures_of(
            priced,
            fiscal_year=self.calendar.months_of(self.calendar.fiscal_year),
            last_closed=self.calendar.last_closed,
            rate=self.rate,
        )


def read_measure(measure: Measure, *, on: date) -> MeasureRows:
    """The rows of a measure as of a day, in nine statements."""
    settings = OrganizationSettings.objects.get()
    effects = tuple(measure.effects.order_by("position", "pk"))
    baselines = tuple(BaselineVersion.objects.filter(measure=measure).order_by("number"))
    current = next((version for version in baselines if version.is_current), None)
    return MeasureRows(
        measure=measure,
        settings=settings,
        calendar=calendar_on(on, settings),
        rates=rates_of(measure.currency, settings),
        effects=effects,
        amounts=all_amounts(effect.pk for effect in effects),
        baselines=baselines,
        baseline={} if current is None else baseline_amounts(current),
    )


@dataclass(frozen=True, slots=True)
class MeasureFigures:
    """What a measure is worth, in the organization's currency to the cent; None where there is nothing yet.

    `committed` and `original_commitment` are None before Decided, `confirmed` before closure. `forecast` is F.
    `avoidance_*` and `cost_*` (one-off) stand beside and are added nowhere. `tier` is the evidence of the latest
    month that has any.
    """

    on: date
    currency: str
    measure_currency: str
    rate: Decimal
    fiscal_year: int
    basis: Basis
    committed: Decimal | None
    original_commitment: Decimal | None
    planned: Decimal
    forecast: Decimal
    confirmed: Decimal | None
    avoidance_planned: Decimal
    avoidance_forecast: Decimal
    cost_planned: Decimal
    cost_forecast: Decimal
    cost_actual: Decimal
    tier: EvidenceTier | None
    validated_to: int | None
    last_closed: int | None
    shape: Shape | None
    years: tuple[YearFigures, ...]
    rules: Figures

    @property
    def this_year(self) -> YearFigures:
        return next(year for year in self.years if year.fiscal_year == self.fiscal_year)

    @property
    def size(self) -> Decimal:
        """What the tenant's limits are compared with: max(|committed|, |confirmed|), the plan before Decided."""
        committed = self.planned if self.committed is None else self.committed
        return max(abs(committed), abs(self.confirmed or ZERO))


def measure_figures(measure: Measure, *, on: date) -> MeasureFigures:
    """All figures of one measure as of a day."""
    rows = read_measure(measure, on=on)
    confirmation = ClosureConfirmation.objects.filter(measure=measure, revoked_at__isnull=True).first()
    return figures_from(rows, confirmed=confirmation.run_rate if confirmation else None)


def figures_from(rows: MeasureRows, *, confirmed: Decimal | None = None) -> MeasureFigures:
    """The figures from rows that were already read."""
    priced = rows.priced(rows.reference)
    figures = rows.figures(priced)
    planned = judged_effects(_against_plan(rows), figures.basis)
    avoidance = [effect for effect in priced if is_avoidance(effect)]
    original = next((version.committed for version in rows.baselines if version.number == 1), None)
    judged = judged_effects(priced, figures.basis)
    return MeasureFigures(
        on=rows.calendar.on,
        currency=rows.settings.currency,
        measure_currency=rows.measure.currency,
        rate=rows.rate,
        fiscal_year=rows.calendar.fiscal_year,
        basis=figures.basis,
        committed=None if rows.current is None else figures.committed,
        original_commitment=original,
        planned=value_of(planned, _reference, rows.rate),
        forecast=figures.forecast,
        confirmed=confirmed,
        avoidance_planned=value_of(avoidance, _reference, rows.rate),
        avoidance_forecast=value_of(avoidance, _forecast, rows.rate),
        cost_planned=figures.cost_reference,
        cost_forecast=figures.cost_forecast,
        cost_actual=_actual_cost(rows, priced),
        tier=_tier(rows),
        validated_to=max((v for e in judged if (v := _v(rows, e)) is not None), default=None),
        last_closed=rows.calendar.last_closed,
        shape=_common_shape(judged),
        years=year_figures(
            judged,
            planned,
            calendar=rows.calendar,
            rates=rows.rates,
            decision_rate=rows.rate,
            is_decided=rows.current is not None,
        ),
        rules=figures,
    )


def _reference(effect: EffectAmounts) -> Series:
    return effect.reference


def _forecast(effect: EffectAmounts) -> Series:
    return effect.forecast


def _against_plan(rows: MeasureRows) -> tuple[EffectAmounts, ...]:
    """The effects with the plan as their reference; the shape stays that of the baseline in force."""
    shaped = rows.priced(rows.reference)
    plans = [rows.amounts.plan.get(effect.pk, {}) for effect in rows.effects]
    return tuple(
        replace(one, reference=plan, shape_from=one.shape_from if one.shape_from is not None else one.reference)
        for one, plan in zip(shaped, plans, strict=True)
    )


def _v(rows: MeasureRows, effect: EffectAmounts) -> int | None:
    return validated_to(effect.actual, rows.calendar.last_closed)


def _actual_cost(rows: MeasureRows, priced: Iterable[EffectAmounts]) -> Decimal:
    costs = (effect for effect in priced if effect.nature == Nature.ONE_OFF_COST)
    return sum((sum_of(effect.actual.values(), rows.rate) for effect in costs), ZERO)


def _tier(rows: MeasureRows) -> EvidenceTier | None:
    latest: tuple[int, EvidenceTier] | None = None
    for months in rows.amounts.tiers.values():
        for month, tier in months.items():
            if latest is None or month > latest[0]:
                latest = (month, tier)
            elif month == latest[0]:
                latest = (month, better_tier(latest[1], tier))
    return latest[1] if latest else None


def _common_shape(judged: Iterable[EffectAmounts]) -> Shape | None:
    """First month, latest full effect and last month over all judged effects."""
    shapes = [effect.shape for effect in judged if effect.shape is not None]
    if not shapes:
        return None
    return Shape(min(s.first for s in shapes), max(s.full_effect for s in shapes), max(s.last for s in shapes))


def potential_inputs(measure: Measure, *, on: date, snapshot: Mapping[int, Series] | None = None) -> PotentialInputs:
    """What the potential light looks at; before Decided against `snapshot`, the plan of the last gate by effect.

    Sustainment and proposals are added from above. The forecast counts as touched on the day of its last update,
    of its last confirmation and of the decision or take-over, whichever is latest.
    """
    rows = read_measure(measure, on=on)
    reference = rows.reference if rows.current is not None else (snapshot or {})
    figures = rows.figures(rows.priced(reference))
    known = rows.current is not None or (snapshot is not None and rows.rates.is_known)
    first = figures.effect_from
    return PotentialInputs(
        on=on,
        doi=DoI(measure.stage),
        lifecycle=Lifecycle(measure.lifecycle),
        basis=figures.basis,
        committed=figures.committed if known else None,
        forecast=figures.forecast,
        fy_reference=figures.fy_reference,
        fy_latest=figures.fy_latest,
        ytd_reference=figures.ytd_reference,
        ytd_actual=figures.ytd_actual,
        recent=figures.recent,
        cost_reference=figures.cost_reference,
        cost_forecast=figures.cost_forecast,
        dispute_open=Dispute.objects.filter(measure=measure, closed_on__isnull=True).exists(),
        forecast_touched_on=_touched_on(rows),
        effect_starts_on=None if first is None else rows.calendar.starts_on(first),
        taken_over_in=None if measure.taken_over_on is None else rows.calendar.ordinal_on(measure.taken_over_on),
    )


def _touched_on(rows: MeasureRows) -> date | None:
    upkeep = ForecastUpkeep.objects.filter(measure=rows.measure).first()
    days = [rows.measure.taken_over_on, *(version.frozen_on for version in rows.baselines)]
    if upkeep is not None:
        days += [upkeep.updated_on, upkeep.confirmed_on]
    return max((day for day in days if day is not None), default=None)
