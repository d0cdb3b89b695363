"""Figures and potential light of many measures at once, as temporary tables of the running transaction.

`finance.rules.figures_of` and `finance.rules.potential_light` are the rules; the SQL says the same of a whole
organization, reading every month row of plan, forecast, baseline and actual once or twice and never by object.
"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from finance.queries.periods import Calendar
from finance.rules import PotentialThresholds, period_name
from portfolio.sql_files import run_sql

SQL = Path(__file__).parents[1] / "sql"
THRESHOLDS_SHOWN = (
    "run_rate_red",
    "run_rate_amber",
    "fiscal_year_red",
    "fiscal_year_amber",
    "year_to_date_amber",
    "last_month_red",
    "last_month_amber",
    "last_two_months_red",
    "cost_amber",
)


def add_up(calendar: Calendar, *, currency: str) -> None:
    """`judged_money` holds the figures of each measure in `judged_scope`, in the organization's currency.

    Committed, F, fiscal year, year to date and recent months at the plan rate of the decision (domain §1, §4).
    `judged_promise` and `judged_promised_month` must say what the last gate promised, for measures before Decided.
    """
    year = calendar.months_of(calendar.fiscal_year)
    params = {
        "currency": currency,
        "fiscal_year": calendar.fiscal_year,
        "year_first": year.start,
        "year_last": year.stop - 1,
        "closed": calendar.last_closed,
    }
    for name in ("effects", "actuals", "frames", "series", "worth"):
        run_sql(SQL / f"{name}.sql", params)


def judge_potential(calendar: Calendar, thresholds: PotentialThresholds) -> None:
    """`judged_potential` holds light and reasons of each measure in `judged_scope` (domain §4)."""
    closed = calendar.last_closed
    params: dict[str, Any] = {"on": calendar.on, "closed": closed, **asdict(thresholds)}
    params |= {f"{name}_text": f"{params[name]:.2f}" for name in THRESHOLDS_SHOWN}
    params |= {"closed_name": closed and period_name(closed), "before_name": closed and period_name(closed - 1)}
    run_sql(SQL / "potential.sql", params)
