"""Months as whole numbers: index = year × 12 + month − 1, so that arithmetic by month is plain arithmetic.

An index names a fiscal period (``YYYY-MM``), twelve a year; start and end dates belong to the period's row.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date


def period_index(year: int, month: int) -> int:
    """The index of the period named year-month. Refused: a month outside 1 to 12."""
    if not 1 <= month <= 12:
        raise ValueError(f"month {month} is outside 1 to 12")
    return year * 12 + month - 1


def period_name(index: int) -> str:
    """The name of a period, ``YYYY-MM``."""
    return f"{index // 12:04d}-{index % 12 + 1:02d}"


def parse_period(name: str) -> int:
    """The index of a period from its name. Refused: anything but ``YYYY-MM``."""
    year, dash, month = name.partition("-")
    if not (dash and len(year) == 4 and len(month) == 2 and (year + month).isascii() and (year + month).isdigit()):
        raise ValueError(f"{name!r} is not a month like 2026-04")
    return period_index(int(year), int(month))


def fiscal_year_of(index: int, start: int = 1) -> int:
    """The fiscal year a period belongs to, named by the calendar year in which it ENDS.

    ``start`` is the first month (1 to 12): with 1 the fiscal year is the calendar year, with 4 the period
    2026-04 opens fiscal year 2027.
    """
    return (index + (13 - start) % 12) // 12


def fiscal_year_months(year: int, start: int = 1) -> range:
    """The twelve period indexes of a fiscal year named as by ``fiscal_year_of``."""
    first = year * 12 - (13 - start) % 12
    return range(first, first + 12)


def fiscal_month_number(index: int, start: int = 1) -> int:
    """The number of a period in its fiscal year, 1 to 12."""
    return (index + (13 - start) % 12) % 12 + 1


def add_months(day: date, months: int) -> date:
    """The same day some months later or earlier, cut to the end of a shorter month (as PostgreSQL does)."""
    index = day.year * 12 + day.month - 1 + months
    year, month = index // 12, index % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))
