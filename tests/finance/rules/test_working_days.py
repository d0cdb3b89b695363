from __future__ import annotations

from datetime import date

import pytest

from finance.rules import (
    add_working_days,
    closing_day,
    is_working_day,
    last_closed_period,
    parse_period,
    working_day_of_month,
)
from finance.rules.working_days import working_days_between

FRIDAY = date(2026, 10, 2)
MONDAY = date(2026, 10, 5)


def test_weekends_and_holidays_are_no_working_days() -> None:
    assert is_working_day(FRIDAY)
    assert not is_working_day(date(2026, 10, 3))
    assert not is_working_day(FRIDAY, {FRIDAY})


@pytest.mark.parametrize(
    ("count", "holidays", "expected"),
    [(0, set(), FRIDAY), (1, set(), MONDAY), (1, {MONDAY}, date(2026, 10, 6)), (5, set(), date(2026, 10, 9))],
)
def test_add_working_days(count: int, holidays: set[date], expected: date) -> None:
    assert add_working_days(FRIDAY, count, holidays) == expected


def test_working_days_are_not_counted_backwards() -> None:
    with pytest.raises(ValueError, match="forwards"):
        add_working_days(FRIDAY, -1)


def test_working_day_of_month_counts_from_one() -> None:
    assert working_day_of_month(2026, 10, 1) == date(2026, 10, 1)
    assert working_day_of_month(2026, 8, 1) == date(2026, 8, 3)


def test_holiday_moves_the_closing_day() -> None:
    end = date(2026, 9, 30)
    assert closing_day(end) == date(2026, 10, 12)
    assert closing_day(end, {MONDAY}) == date(2026, 10, 13)
    assert closing_day(end, closing_working_day=1) == date(2026, 10, 1)


def test_periods_of_four_and_five_weeks_close_after_their_own_end() -> None:
    ends = {parse_period("2026-09"): date(2026, 9, 26), parse_period("2026-10"): date(2026, 10, 24)}
    assert last_closed_period(date(2026, 10, 6), ends) is None
    assert last_closed_period(date(2026, 10, 7), ends) == parse_period("2026-09")


def test_no_period_is_closed_before_the_first() -> None:
    assert last_closed_period(date(2026, 10, 1), {}) is None


@pytest.mark.parametrize(
    ("first", "last", "holidays", "expected"),
    [
        (FRIDAY, FRIDAY, set(), 0),
        (FRIDAY, MONDAY, set(), 1),
        (FRIDAY, MONDAY, {MONDAY}, 0),
        (FRIDAY, date(2026, 10, 4), set(), 0),
        (date(2026, 10, 1), date(2026, 10, 29), set(), 20),
        (MONDAY, FRIDAY, set(), 0),
    ],
)
def test_working_days_between_leave_out_the_first_day(
    first: date, last: date, holidays: set[date], expected: int
) -> None:
    assert working_days_between(first, last, holidays) == expected
