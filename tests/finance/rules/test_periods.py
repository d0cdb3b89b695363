from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finance.rules import (
    add_months,
    fiscal_month_number,
    fiscal_year_months,
    fiscal_year_of,
    parse_period,
    period_index,
    period_name,
)


def test_period_name_and_back() -> None:
    assert period_name(period_index(2026, 4)) == "2026-04"
    assert parse_period("2026-12") + 1 == parse_period("2027-01")


@pytest.mark.parametrize("name", ["2026-13", "2026-00", "2026-4", "26-04", "2026/04", "2026-0x", ""])
def test_parse_period_refuses_what_is_no_month(name: str) -> None:
    with pytest.raises(ValueError, match="month"):
        parse_period(name)


@pytest.mark.parametrize(
    ("month", "start", "year", "number"),
    [
        ("2026-01", 1, 2026, 1),
        ("2026-12", 1, 2026, 12),
        ("2026-03", 4, 2026, 12),
        ("2026-04", 4, 2027, 1),
        ("2026-09", 10, 2026, 12),
        ("2026-12", 12, 2027, 1),
    ],
)
def test_fiscal_year_is_named_by_the_year_it_ends_in(month: str, start: int, year: int, number: int) -> None:
    assert fiscal_year_of(parse_period(month), start) == year
    assert fiscal_month_number(parse_period(month), start) == number


@given(year=st.integers(2000, 2100), start=st.integers(1, 12))
def test_fiscal_year_has_its_twelve_months(year: int, start: int) -> None:
    months = fiscal_year_months(year, start)
    assert [fiscal_month_number(month, start) for month in months] == list(range(1, 13))
    assert {fiscal_year_of(month, start) for month in months} == {year}
    assert months[0] % 12 + 1 == start


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2026, 5, 31), -3, date(2026, 2, 28)),
        (date(2026, 1, 15), 12, date(2027, 1, 15)),
        (date(2026, 1, 1), -1, date(2025, 12, 1)),
    ],
)
def test_add_months_is_cut_to_the_end_of_a_shorter_month(day: date, months: int, expected: date) -> None:
    assert add_months(day, months) == expected
