"""The figures of one measure that its potential is judged by, summed from its effects (domain §1, §4)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from finance.choices import Basis, Hardness, Nature, Recurrence
from finance.money import ZERO
from finance.rules.run_rate import (
    ONE,
    Series,
    Shape,
    amount_in,
    latest_in,
    run_rate,
    shape_of,
    sum_of,
    validated_to,
)


@dataclass(frozen=True, slots=True)
class EffectAmounts:
    """One effect in the measure's currency, by period index.

    ``reference`` is what it is judged against: the current baseline, before Decided the last gate's snapshot.
    ``shape_from`` gives L and the full-effect month: the current baseline, before Decided the plan; None means
    the reference. ``actual`` holds validated and ledger amounts only, an entry of zero included: a month
    without an entry has no evidence. ``at_risk`` holds the sum of the open negative proposals per month.
    ``has_end``: the effect has an end date, so nothing continues beyond L. A blank ``hardness`` is not said yet
    and counts nowhere.
    """

    nature: Nature
    recurrence: Recurrence
    hardness: Hardness | str
    reference: Series
    forecast: Series
    actual: Series = field(default_factory=dict)
    at_risk: Series = field(default_factory=dict)
    shape_from: Series | None = None
    has_end: bool = False

    @property
    def shape(self) -> Shape | None:
        return shape_of(self.reference if self.shape_from is None else self.shape_from)

    @property
    def is_recurring(self) -> bool:
        return self.recurrence == Recurrence.RECURRING

    @property
    def continues(self) -> bool:
        return self.is_recurring and not self.has_end


@dataclass(frozen=True, slots=True)
class RecentMonth:
    """One closed month of the measure: what the forecast expected, and what was validated (None: nothing)."""

    period: int
    forecast: Decimal
    actual: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """A measure in the organization's currency at the plan rate of its decision, to the cent.

    ``forecast`` is F, with the value at risk in open negative proposals taken off; ``stored_forecast`` is
    without. ``ytd_*`` are None where no effect has a validated month in the fiscal year. ``cumulative_*`` run
    from the start of the effects to V. ``recent`` holds the last closed month first, then the one before.
    ``effect_from`` is the first month of the reference with an amount.
    """

    basis: Basis
    committed: Decimal
    forecast: Decimal
    stored_forecast: Decimal
    fy_reference: Decimal
    fy_latest: Decimal
    ytd_reference: Decimal | None
    ytd_actual: Decimal | None
    cumulative_reference: Decimal
    cumulative_actual: Decimal
    recent: tuple[RecentMonth, ...]
    cost_reference: Decimal
    cost_forecast: Decimal
    effect_from: int | None


def in_ebitda(effect: EffectAmounts) -> bool:
    """EBITDA sums take nature EBITDA with hardness BOTTOM_LINE only, counter-effects included (domain §1)."""
    return effect.nature == Nature.EBITDA and effect.hardness == Hardness.BOTTOM_LINE


def is_avoidance(effect: EffectAmounts) -> bool:
    """Cost avoided: shown beside and never added in."""
    return effect.nature == Nature.EBITDA and effect.hardness == Hardness.AVOIDANCE


def basis_of(effects: Iterable[EffectAmounts]) -> Basis:
    """What a measure is judged by: RUN_RATE, else ONE_OFF, else AVOIDANCE, else NONE (domain §1)."""
    known = tuple(effects)
    ebitda = tuple(effect for effect in known if in_ebitda(effect))
    if any(effect.is_recurring for effect in ebitda):
        return Basis.RUN_RATE
    if ebitda:
        return Basis.ONE_OFF
    return Basis.AVOIDANCE if any(is_avoidance(effect) for effect in known) else Basis.NONE


def judged_effects(effects: Iterable[EffectAmounts], basis: Basis) -> tuple[EffectAmounts, ...]:
    """The effects all ratios of a measure are taken over, recurring and one-off."""
    if basis == Basis.NONE:
        return ()
    belongs = is_avoidance if basis == Basis.AVOIDANCE else in_ebitda
    return tuple(effect for effect in effects if belongs(effect))


def value_of(
    effects: Iterable[EffectAmounts], scenario: Callable[[EffectAmounts], Series], rate: Decimal = ONE
) -> Decimal:
    """The value of the judged effects in one scenario (domain §1, basis).

    Their run-rate when one of them recurs (one-off effects then do not count), else the sum of all months.
    """
    judged = tuple(effects)
    recurring = tuple(effect for effect in judged if effect.is_recurring)
    if recurring:
        return sum((run_rate(scenario(effect), effect.shape, rate) for effect in recurring), ZERO)
    return sum((sum_of(scenario(effect).values(), rate) for effect in judged), ZERO)


def figures_of(
    effects: Iterable[EffectAmounts], *, fiscal_year: range, last_closed: int | None, rate: Decimal = ONE
) -> Figures:
    """All figures of one measure, as of a day whose fiscal year and last closed month are given.

    ``rate`` is the plan rate of the fiscal year of the decision, which every ratio uses (domain §1, FX).
    """
    known = tuple(effects)
    basis = basis_of(known)
    measure = _Measure(judged_effects(known, basis), fiscal_year, last_closed, rate)
    stored = value_of(measure.effects, lambda effect: effect.forecast, rate)
    return Figures(
        basis=basis,
        committed=value_of(measure.effects, lambda effect: effect.reference, rate),
        forecast=stored + value_of(measure.effects, lambda effect: effect.at_risk, rate),
        stored_forecast=stored,
        fy_reference=measure.reference_in(fiscal_year),
        fy_latest=measure.latest_in_year(),
        ytd_reference=measure.to_date(measure.reference_row),
        ytd_actual=measure.to_date(_actual_row),
        cumulative_reference=measure.cumulative(measure.reference_row),
        cumulative_actual=measure.cumulative(_actual_row),
        recent=measure.recent(),
        cost_reference=_cost(known, lambda effect: effect.reference, rate),
        cost_forecast=_cost(known, lambda effect: effect.forecast, rate),
        effect_from=measure.effect_from(),
    )


def _cost(effects: tuple[EffectAmounts, ...], scenario: Callable[[EffectAmounts], Series], rate: Decimal) -> Decimal:
    costs = (effect for effect in effects if effect.nature == Nature.ONE_OFF_COST)
    return sum((sum_of(scenario(effect).values(), rate) for effect in costs), ZERO)


def _actual_row(effect: EffectAmounts, month: int) -> Decimal:
    return effect.actual.get(month, ZERO)


Row = Callable[[EffectAmounts, int], Decimal]


@dataclass(frozen=True, slots=True)
class _Measure:
    effects: tuple[EffectAmounts, ...]
    fiscal_year: range
    last_closed: int | None
    rate: Decimal

    def reference_row(self, effect: EffectAmounts, month: int) -> Decimal:
        return amount_in(effect.reference, month, effect.shape, continues=effect.continues)

    def forecast_row(self, effect: EffectAmounts, month: int) -> Decimal:
        return amount_in(effect.forecast, month, effect.shape, continues=effect.continues)

    def latest_row(self, effect: EffectAmounts, month: int) -> Decimal:
        return latest_in(
            effect.forecast,
            effect.actual,
            month,
            validated_to=validated_to(effect.actual, self.last_closed),
            shape=effect.shape,
            continues=effect.continues,
        )

    def total(self, row: Row, effect: EffectAmounts, months: range) -> Decimal:
        return sum_of((row(effect, month) for month in months), self.rate)

    def reference_in(self, months: range) -> Decimal:
        return sum((self.total(self.reference_row, effect, months) for effect in self.effects), ZERO)

    def latest_in_year(self) -> Decimal:
        return sum((self.total(self.latest_row, effect, self.fiscal_year) for effect in self.effects), ZERO)

    def to_date(self, row: Row) -> Decimal | None:
        spans = [(effect, self._to_date_months(effect)) for effect in self.effects]
        parts = [self.total(row, effect, months) for effect, months in spans if months]
        return sum(parts, ZERO) if parts else None

    def _to_date_months(self, effect: EffectAmounts) -> range:
        until = validated_to(effect.actual, self.last_closed)
        first = self.fiscal_year.start
        return range(first, first if until is None else min(until + 1, self.fiscal_year.stop))

    def cumulative(self, row: Row) -> Decimal:
        return sum((self.total(row, effect, self._months_so_far(effect)) for effect in self.effects), ZERO)

    def _months_so_far(self, effect: EffectAmounts) -> range:
        until = validated_to(effect.actual, self.last_closed)
        months = (*effect.reference, *effect.actual)
        return range(0) if until is None else range(min(months), until + 1)

    def recent(self) -> tuple[RecentMonth, ...]:
        if self.last_closed is None:
            return ()
        return (self._month(self.last_closed), self._month(self.last_closed - 1))

    def _month(self, month: int) -> RecentMonth:
        forecast = sum((self.total(self.forecast_row, e, range(month, month + 1)) for e in self.effects), ZERO)
        proven = [effect.actual[month] for effect in self.effects if month in effect.actual]
        return RecentMonth(month, forecast, sum_of(proven, self.rate) if proven else None)

    def effect_from(self) -> int | None:
        months = (month for effect in self.effects for month, amount in effect.reference.items() if amount)
        return min(months, default=None)
