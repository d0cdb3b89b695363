"""What a controller sees before confirming: the months that prove the value, and what they propose (domain §6)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from finance.choices import Basis
from finance.money import ZERO, convert
from finance.queries.figures import MeasureFigures, figures_from, read_measure
from finance.rules.closing import proposed_run_rate, reaches_baseline
from finance.rules.figures import EffectAmounts, judged_effects
from finance.rules.proof import proven_months
from finance.rules.run_rate import amount_in
from measures.models import Measure


@dataclass(frozen=True, slots=True)
class ClosingFigures:
    """The proposal for the closure of one measure, in the organization's currency to the cent.

    `months` are the three (or, of one-off effects alone, all) months the confirmation rests on, None while they
    are not proven; `actuals` and `baselines` are their sums over the judged effects. `proposed` is the mean of the
    three months × 12, or the sum of one-off effects. `in_year` is the latest of each fiscal year at its own rate.
    """

    basis: Basis
    committed: Decimal
    months: tuple[int, ...] | None
    actuals: tuple[Decimal, ...]
    baselines: tuple[Decimal, ...]
    proposed: Decimal | None
    reaches_baseline: bool
    in_year: Mapping[int, Decimal]
    carry_over: Decimal
    one_off_cost: Decimal
    figures: MeasureFigures

    @property
    def difference(self) -> Decimal | None:
        """Proposed − committed; negative is a shortfall that needs reasons."""
        return None if self.proposed is None else self.proposed - self.committed


def closing_inputs(measure: Measure, *, on: date) -> ClosingFigures:
    """The figures of a closure as of a day; judged and refused by `finance.rules.closing`."""
    rows = read_measure(measure, on=on)
    figures = figures_from(rows)
    judged = judged_effects(rows.priced(rows.reference), figures.basis)
    months = proven_months(judged, rows.calendar.last_closed)
    actuals = _sums(judged, months, _actual, rows.rate)
    baselines = _sums(judged, months, _baseline, rows.rate)
    return ClosingFigures(
        basis=figures.basis,
        committed=figures.committed or ZERO,
        months=months,
        actuals=actuals,
        baselines=baselines,
        proposed=_proposed(judged, actuals),
        reaches_baseline=bool(months) and reaches_baseline(actuals, baselines),
        in_year={year.fiscal_year: year.latest for year in figures.years},
        carry_over=figures.this_year.latest_carry_over.total,
        one_off_cost=figures.cost_actual or figures.cost_forecast,
        figures=figures,
    )


def _proposed(judged: tuple[EffectAmounts, ...], actuals: tuple[Decimal, ...]) -> Decimal | None:
    if not actuals:
        return None
    if any(effect.is_recurring for effect in judged):
        return proposed_run_rate(actuals)
    return sum(actuals, ZERO)


def _sums(
    judged: tuple[EffectAmounts, ...],
    months: tuple[int, ...] | None,
    row: Callable[[EffectAmounts, int], Decimal],
    rate: Decimal,
) -> tuple[Decimal, ...]:
    # One-off effects beside recurring ones have no part in a run-rate.
    recurring = tuple(effect for effect in judged if effect.is_recurring) or judged
    return tuple(sum((convert(row(effect, month), rate) for effect in recurring), ZERO) for month in months or ())


def _actual(effect: EffectAmounts, month: int) -> Decimal:
    return effect.actual.get(month, ZERO)


def _baseline(effect: EffectAmounts, month: int) -> Decimal:
    return amount_in(effect.reference, month, effect.shape, continues=effect.continues)
