from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finance.money import convert, spread
from finance.rules import (
    amount_in,
    annualisation,
    carry_over,
    continuation,
    converted,
    fiscal_year_months,
    full_effect_month,
    in_months,
    in_year,
    last_month,
    latest_in,
    mean_run_rate,
    run_rate,
    shape_of,
    validated_to,
)

D = Decimal
START = fiscal_year_months(2026).start
amounts = st.integers(-(10**9), 10**9).map(lambda value: D(value) / 10_000)
series = st.dictionaries(st.integers(START, START + 35), amounts, max_size=30)
rates = st.integers(1, 30_000).map(lambda value: D(value) / 10_000)


def flat(count: int, amount: str = "100", start: int = START) -> dict[int, Decimal]:
    return {start + offset: D(amount) for offset in range(count)}


def test_effect_without_amounts_has_no_shape_and_no_value() -> None:
    empty = {START: D(0)}
    assert shape_of(empty) is None
    assert run_rate(flat(12), None) == 0
    assert continuation(flat(12), None) == 0
    assert amount_in({}, START, None, continues=True) == 0


def test_last_month_passes_over_zeros() -> None:
    assert last_month({**flat(3), START + 9: D(0)}) == START + 2


@pytest.mark.parametrize(("first", "expected"), [("94.99", 1), ("95.00", 0), ("-95.00", 0), ("120", 0)])
def test_full_effect_at_95_percent_of_the_last_month_in_size(first: str, expected: int) -> None:
    assert full_effect_month({START: D(first), START + 1: D(100)}) == START + expected


def test_full_effect_of_a_negative_series() -> None:
    assert full_effect_month({START: D(-50), START + 1: D(-100), START + 2: D(-100)}) == START + 1


@pytest.mark.parametrize(("count", "full_year"), [(11, False), (12, True), (13, True)])
def test_full_year_needs_twelve_months_from_full_effect(count: int, full_year: bool) -> None:
    shape = shape_of(flat(count))
    assert shape is not None
    assert shape.has_full_year == full_year


def test_run_rate_of_less_than_a_year_is_twelve_times_the_last_month() -> None:
    plan = flat(11, "100.005")
    assert run_rate(plan, shape_of(plan)) == 12 * D("100.01")


def test_run_rate_of_a_seasonal_year_is_the_sum_of_its_last_twelve_months() -> None:
    plan = {START + offset: D(100 + offset) for offset in range(14)}
    plan[START] = plan[START + 1] = D(200)
    assert run_rate(plan, shape_of(plan)) == sum(D(100 + offset) for offset in range(2, 14))


def test_run_rate_of_a_forecast_uses_the_months_of_the_baseline() -> None:
    shape = shape_of(flat(12))
    late = flat(12, start=START + 2)
    assert run_rate(late, shape) == 1000
    assert run_rate(flat(24, "50"), shape) == 600


@given(plan=series, rate=rates)
def test_run_rate_sums_converted_rows(plan: dict[int, Decimal], rate: Decimal) -> None:
    shape = shape_of(plan)
    assert run_rate(plan, shape, rate) == run_rate(converted(plan, rate), shape)


@given(plan=series)
def test_run_rate_of_what_is_spread_over_a_year_is_the_total(plan: dict[int, Decimal]) -> None:
    total = convert(sum(plan.values(), D(0)), D(1)) + 10_000_000
    rows = dict(enumerate(spread(total, 12), start=START))
    assert run_rate(rows, shape_of(rows)) == total


@given(plan=series, rate=rates, start=st.integers(1, 12))
def test_in_year_run_rate_and_carry_over_agree(plan: dict[int, Decimal], rate: Decimal, start: int) -> None:
    shape = shape_of(plan)
    by_year = dict.fromkeys(range(2025, 2032), rate)
    first, second = (in_year(plan, shape, year, by_year, fiscal_year_start=start) for year in (2026, 2027))
    split = carry_over(plan, shape, 2026, by_year, fiscal_year_start=start)
    yearly = run_rate(plan, shape, rate)
    assert first + split.total == second
    assert split.fx == 0
    assert first + annualisation(yearly, first) == yearly


@given(plan=series, here=rates, after=rates)
def test_carry_over_keeps_the_change_of_the_rate_apart(plan: dict[int, Decimal], here: Decimal, after: Decimal) -> None:
    shape = shape_of(plan)
    split = carry_over(plan, shape, 2026, {2026: here, 2027: after})
    constant = carry_over(plan, shape, 2026, {2026: here, 2027: here})
    assert split.at_constant_rate == constant.total
    assert split.total == in_year(plan, shape, 2027, {2027: after}) - in_year(plan, shape, 2026, {2026: here})


def test_effect_without_an_end_goes_on_beyond_its_last_month() -> None:
    plan = flat(12)
    shape = shape_of(plan)
    assert in_months(plan, fiscal_year_months(2027), shape, continues=True) == 1200
    assert in_months(plan, fiscal_year_months(2027), shape, continues=False) == 0


def test_effect_of_less_than_a_year_goes_on_at_its_last_month() -> None:
    plan = {START: D(10), START + 1: D("33.33333")}
    shape = shape_of(plan)
    assert amount_in(plan, START + 2, shape, continues=True) == D("33.3333")


def test_stored_amount_beyond_the_last_month_stands() -> None:
    shape = shape_of(flat(12))
    forecast = flat(12) | {START + 12: D(70), START + 13: D(0)}
    assert amount_in(forecast, START + 12, shape, continues=False) == 70
    assert amount_in(forecast, START + 13, shape, continues=True) == 100


@given(plan=series)
def test_a_year_of_continuation_is_the_run_rate_to_half_a_cent_a_month(plan: dict[int, Decimal]) -> None:
    shape = shape_of(plan)
    beyond = range(START + 36, START + 48)
    difference = in_months(plan, beyond, shape, continues=True) - run_rate(plan, shape)
    assert abs(difference) <= D("0.13")


def test_latest_is_the_actual_up_to_the_last_validated_month_and_zero_where_there_is_none() -> None:
    forecast, actual = flat(12), {START: D(90), START + 2: D(80)}
    row = {"validated_to": START + 2, "shape": shape_of(forecast), "continues": True}
    found = [latest_in(forecast, actual, START + offset, **row) for offset in range(4)]
    assert found == [90, 0, 80, 100]


def test_validated_to_ignores_months_that_are_not_closed() -> None:
    actual = {START: D(90), START + 2: D(80)}
    assert validated_to(actual, START + 1) == START
    assert validated_to(actual, START - 1) is None
    assert validated_to(actual, None) is None


def test_mean_run_rate_of_some_months() -> None:
    assert mean_run_rate([D(85_000), D(86_000)]) == 1_026_000
    assert str(mean_run_rate([D("0.01"), D("0.01"), D(0)])) == "0.08"
    with pytest.raises(ValueError, match="one month"):
        mean_run_rate([])
