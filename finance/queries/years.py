"""A measure by fiscal year: in-year, carry-over, annualisation (domain §1)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal

from finance.money import ZERO, convert
from finance.queries.periods import Calendar
from finance.queries.rates import Rates
from finance.rules.figures import EffectAmounts, value_of
from finance.rules.run_rate import CarryOver, Shape, amount_in, latest_in, validated_to


@dataclass(frozen=True, slots=True)
class YearFigures:
    """One fiscal year of the judged effects, in the organization's currency at that year's plan rate.

    `baseline` is None before Decided. `latest` is the actual up to V and the forecast after it. `*_carry_over` lead
    into the next year and take the recurring effects only. `annualisation` is what a full year of the plan adds.
    """

    fiscal_year: int
    rate: Decimal
    baseline: Decimal | None
    plan: Decimal
    forecast: Decimal
    latest: Decimal
    actual: Decimal
    plan_carry_over: CarryOver
    latest_carry_over: CarryOver
    annualisation: Decimal


@dataclass(frozen=True, slots=True)
class _Lane:
    """An effect with its shape and V read once, as rows by month."""

    effect: EffectAmounts
    shape: Shape | None
    validated_to: int | None

    def reference(self, month: int) -> Decimal:
        return amount_in(self.effect.reference, month, self.shape, continues=self.effect.continues)

    def forecast(self, month: int) -> Decimal:
        return amount_in(self.effect.forecast, month, self.shape, continues=self.effect.continues)

    def actual(self, month: int) -> Decimal:
        return self.effect.actual.get(month, ZERO)

    def latest(self, month: int) -> Decimal:
        effect = self.effect
        return latest_in(
            effect.forecast,
            effect.actual,
            month,
            validated_to=self.validated_to,
            shape=self.shape,
            continues=effect.continues,
        )


Row = Callable[[_Lane, int], Decimal]


@dataclass(frozen=True, slots=True)
class _Years:
    """The lanes of the judged effects against their reference, and of the same effects against the plan."""

    judged: tuple[_Lane, ...]
    planned: tuple[_Lane, ...]
    calendar: Calendar
    rates: Rates
    is_decided: bool
    planned_value: Decimal

    def total(self, lanes: Iterable[_Lane], row: Row, year: int, rate: Decimal) -> Decimal:
        months = self.calendar.months_of(year)
        return sum((convert(row(lane, month), rate) for lane in lanes for month in months), ZERO)

    def carry_over(self, lanes: Iterable[_Lane], row: Row, year: int) -> CarryOver:
        """in_year(y+1) − in_year(y), the change of the rate apart (examples T20)."""
        recurring = [lane for lane in lanes if lane.effect.is_recurring]
        here, after = self.rates.near(year), self.rates.near(year + 1)
        constant = self.total(recurring, row, year + 1, here)
        return CarryOver(
            at_constant_rate=constant - self.total(recurring, row, year, here),
            fx=self.total(recurring, row, year + 1, after) - constant,
        )

    def figures(self, year: int) -> YearFigures:
        rate = self.rates.near(year)
        plan = self.total(self.planned, _Lane.reference, year, rate)
        return YearFigures(
            fiscal_year=year,
            rate=rate,
            baseline=self.total(self.judged, _Lane.reference, year, rate) if self.is_decided else None,
            plan=plan,
            forecast=self.total(self.judged, _Lane.forecast, year, rate),
            latest=self.total(self.judged, _Lane.latest, year, rate),
            actual=self.total(self.judged, _Lane.actual, year, rate),
            plan_carry_over=self.carry_over(self.planned, _Lane.reference, year),
            latest_carry_over=self.carry_over(self.judged, _Lane.latest, year),
            annualisation=self.planned_value - plan,
        )

    def span(self) -> range:
        """Every fiscal year with amounts, the present one, and the one after the last."""
        months = {
            month
            for lane in (*self.judged, *self.planned)
            for series in (lane.effect.reference, lane.effect.forecast, lane.effect.actual)
            for month in series
        }
        years = {self.calendar.year_of(month) for month in months} | {self.calendar.fiscal_year}
        return range(min(years), max(years) + 2)


def year_figures(
    judged: Iterable[EffectAmounts],
    planned: Iterable[EffectAmounts],
    *,
    calendar: Calendar,
    rates: Rates,
    decision_rate: Decimal,
    is_decided: bool,
) -> tuple[YearFigures, ...]:
    """The judged effects year by year; `planned` are the same effects with the plan as their reference."""
    plans = tuple(planned)
    years = _Years(
        judged=_lanes(judged, calendar),
        planned=_lanes(plans, calendar),
        calendar=calendar,
        rates=rates,
        is_decided=is_decided,
        planned_value=value_of(plans, lambda effect: effect.reference, decision_rate),
    )
    return tuple(years.figures(year) for year in years.span())


def _lanes(effects: Iterable[EffectAmounts], calendar: Calendar) -> tuple[_Lane, ...]:
    return tuple(_Lane(effect, effect.shape, validated_to(effect.actual, calendar.last_closed)) for effect in effects)
