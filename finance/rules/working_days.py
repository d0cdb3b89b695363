"""Working days, and when a month is closed (domain §1)."""

from __future__ import annotations

from collections.abc import Collection, Container, Mapping
from datetime import date, timedelta

CLOSING_WORKING_DAY = 8
NO_HOLIDAYS: frozenset[date] = frozenset()


def is_working_day(day: date, holidays: Container[date] = NO_HOLIDAYS) -> bool:
    """Monday to Friday and no holiday of the organization."""
    return day.weekday() < 5 and day not in holidays


def add_working_days(day: date, count: int, holidays: Container[date] = NO_HOLIDAYS) -> date:
    """The count-th working day after the day, which itself does not count; 0 gives the day as it is."""
    if count < 0:
        raise ValueError("working days are counted forwards")
    while count:
        day += timedelta(days=1)
        count -= is_working_day(day, holidays)
    return day


def working_days_between(first: date, last: date, holidays: Collection[date] = NO_HOLIDAYS) -> int:
    """How many working days have passed after the first day up to the last one, itself included; 0 when reversed."""
    if last <= first:
        return 0
    weeks, rest = divmod((last - first).days, 7)
    days = weeks * 5 + sum((last - timedelta(days=back)).weekday() < 5 for back in range(rest))
    return days - sum(first < day <= last and day.weekday() < 5 for day in holidays)


def working_day_of_month(year: int, month: int, number: int, holidays: Container[date] = NO_HOLIDAYS) -> date:
    """The number-th working day of a calendar month, counted from 1."""
    return add_working_days(date(year, month, 1) - timedelta(days=1), number, holidays)


def closing_day(
    period_end: date, holidays: Container[date] = NO_HOLIDAYS, closing_working_day: int = CLOSING_WORKING_DAY
) -> date:
    """The day from which a period counts as closed: working day 8 after its end."""
    return add_working_days(period_end, closing_working_day, holidays)


def last_closed_period(
    on: date,
    period_ends: Mapping[int, date],
    holidays: Container[date] = NO_HOLIDAYS,
    closing_working_day: int = CLOSING_WORKING_DAY,
) -> int | None:
    """The index of the latest period closed on that day, the closing day included; None before the first."""
    for index, end in sorted(period_ends.items(), reverse=True):
        if end < on and closing_day(end, holidays, closing_working_day) <= on:
            return index
    return None
