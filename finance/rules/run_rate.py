"""What one effect is worth: last month, full effect, run-rate, continuation, in-year, carry-over (domain §1).

A series maps a period index to a signed amount (improvement positive, cost negative); a month without an
entry has no amount. The shape of an effect is read from its baseline (before Decided from its plan) in the
measure's own currency and serves plan, forecast and actual alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from finance.money import ZERO, convert, round_amount, round_cents
from finance.rules.periods import fiscal_year_months

Series = Mapping[int, Decimal]

FULL_EFFECT_SHARE = Decimal("0.95")
ONE = Decimal(1)


def first_month(series: Series) -> int | None:
    """The first month with an amount other than zero."""
    return min((month for month, amount in series.items() if amount), default=None)


def last_month(series: Series) -> int | None:
    """L: the last month with an amount other than zero."""
    return max((month for month, amount in series.items() if amount), default=None)


def full_effect_month(series: Series) -> int | None:
    """The first month whose size is at least 95 % of that of L; compared exactly."""
    last = last_month(series)
    if last is None:
        return None
    floor = FULL_EFFECT_SHARE * abs(series[last])
    return min(month for month, amount in series.items() if abs(amount) >= floor)


@dataclass(frozen=True, slots=True)
class Shape:
    """When an effect starts, is in full effect, and ends: read once, used for every scenario."""

    first: int
    full_effect: int
    last: int

    @property
    def has_full_year(self) -> bool:
        """At least twelve months from full effect to L, both counted."""
        return self.last - self.full_effect + 1 >= 12


def shape_of(series: Series) -> Shape | None:
    """The shape of a baseline or plan; None when every month is zero."""
    first, full, last = first_month(series), full_effect_month(series), last_month(series)
    if first is None or full is None or last is None:
        return None
    return Shape(first, full, last)


def converted(series: Series, rate: Decimal) -> dict[int, Decimal]:
    """Each month in the organization's currency, each row rounded half-up to cents."""
    return {month: convert(amount, rate) for month, amount in series.items()}


def run_rate(series: Series, shape: Shape | None, rate: Decimal = ONE) -> Decimal:
    """The yearly value of a recurring effect in one scenario, in the organization's currency.

    The twelve months ending with L when the baseline has twelve from full effect to L, else twelve times the
    month L. Every row is converted and rounded to cents before it is summed. 0 without a shape.
    """
    if shape is None:
        return ZERO
    if not shape.has_full_year:
        return 12 * convert(series.get(shape.last, ZERO), rate)
    return sum_of((series.get(month, ZERO) for month in last_year(shape)), rate)


def last_year(shape: Shape) -> range:
    """The twelve months ending with L."""
    return range(shape.last - 11, shape.last + 1)


def sum_of(amounts: Iterable[Decimal], rate: Decimal = ONE) -> Decimal:
    """The sum of converted rows, to the cent."""
    return sum((convert(amount, rate) for amount in amounts), ZERO)


def continuation(series: Series, shape: Shape | None) -> Decimal:
    """The monthly amount beyond L of an effect without an end date: run-rate / 12, in the measure's currency.

    With four decimals, as a stored row would have; it is converted like any other row.
    """
    if shape is None:
        return ZERO
    if not shape.has_full_year:
        return round_amount(series.get(shape.last, ZERO))
    return round_amount(sum((series.get(month, ZERO) for month in last_year(shape)), ZERO) / 12)


def amount_in(series: Series, month: int, shape: Shape | None, *, continues: bool) -> Decimal:
    """The amount of a month, extrapolated where the effect continues beyond L.

    A stored amount other than zero stands. Beyond L every other month is the continuation if the effect
    continues (recurring, without an end date), else 0.
    """
    stored = series.get(month, ZERO)
    if stored or not continues or shape is None or month <= shape.last:
        return stored
    return continuation(series, shape)


def in_months(
    series: Series, months: Iterable[int], shape: Shape | None, *, continues: bool, rate: Decimal = ONE
) -> Decimal:
    """The sum over some months, extrapolated beyond L, each row converted."""
    return sum_of((amount_in(series, month, shape, continues=continues) for month in months), rate)


def latest_in(
    forecast: Series,
    actual: Series,
    month: int,
    *,
    validated_to: int | None,
    shape: Shape | None,
    continues: bool,
) -> Decimal:
    """``latest(m)``: the actual up to V (0 where there is none), the forecast after it."""
    if validated_to is not None and month <= validated_to:
        return actual.get(month, ZERO)
    return amount_in(forecast, month, shape, continues=continues)


def validated_to(actual: Series, last_closed: int | None) -> int | None:
    """V: the last closed month with an entry; ``actual`` holds validated and ledger amounts only."""
    if last_closed is None:
        return None
    return max((month for month in actual if month <= last_closed), default=None)


def annualisation(yearly: Decimal, in_year_amount: Decimal) -> Decimal:
    """What a full year adds to the fiscal year: run-rate − in-year."""
    return yearly - in_year_amount


@dataclass(frozen=True, slots=True)
class CarryOver:
    """in_year(y+1) − in_year(y), split into the part at the plan rate of y and the change of the rate."""

    at_constant_rate: Decimal
    fx: Decimal

    @property
    def total(self) -> Decimal:
        return self.at_constant_rate + self.fx


def carry_over(
    series: Series,
    shape: Shape | None,
    year: int,
    rates: Mapping[int, Decimal],
    *,
    continues: bool = True,
    fiscal_year_start: int = 1,
) -> CarryOver:
    """The carry-over of a recurring effect from a fiscal year to the next, in the organization's currency.

    ``rates`` holds the plan rate per fiscal year; each row is converted and rounded. The FX bar is the next
    year at its own rate minus the next year at the rate of ``year`` (examples T20).
    """
    here, after = fiscal_year_months(year, fiscal_year_start), fiscal_year_months(year + 1, fiscal_year_start)
    first = in_months(series, here, shape, continues=continues, rate=rates[year])
    constant = in_months(series, after, shape, continues=continues, rate=rates[year])
    following = in_months(series, after, shape, continues=continues, rate=rates[year + 1])
    return CarryOver(at_constant_rate=constant - first, fx=following - constant)


def in_year(
    series: Series,
    shape: Shape | None,
    year: int,
    rates: Mapping[int, Decimal],
    *,
    continues: bool = True,
    fiscal_year_start: int = 1,
) -> Decimal:
    """The sum of the months of a fiscal year at that year's plan rate, in the organization's currency."""
    months = fiscal_year_months(year, fiscal_year_start)
    return in_months(series, months, shape, continues=continues, rate=rates[year])


def mean_run_rate(amounts: Iterable[Decimal]) -> Decimal:
    """The mean of some months × 12, to the cent (domain §5 ERODED, §6 proposal)."""
    rows = tuple(amounts)
    if not rows:
        raise ValueError("a mean needs at least one month")
    return round_cents(sum(rows, ZERO) * 12 / len(rows))
