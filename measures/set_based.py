"""The implementation light of many measures at once, as temporary tables of the running transaction.

`measures.rules.implementation_light` is the rule; the SQL says the same of a whole organization in one pass.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict
from datetime import date
from pathlib import Path

from measures.rules import ImplementationThresholds
from portfolio.sql_files import run_sql

SQL = Path(__file__).parent / "sql"


def choose_measures(on: date, measure_ids: Collection[int] | None) -> None:
    """`judged_scope` holds the measures to judge as of the day: those given, or all of the active organization."""
    run_sql(
        SQL / "scope.sql",
        {"on": on, "everything": measure_ids is None, "measures": sorted(measure_ids or ())},
    )


def judge_work(on: date, thresholds: ImplementationThresholds) -> None:
    """`judged_work` holds light and reasons of each measure in `judged_scope` (domain §3). Reads no money.

    `judged_unmet` must name the measures of which a condition expired unfulfilled; conditions are known above.
    """
    run_sql(SQL / "work.sql", {"on": on, **asdict(thresholds)})
