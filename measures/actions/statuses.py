"""Writing both lights onto many measures at once, with history and the fact that a light changed."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

from measures.models import Measure
from portfolio import tenancy
from portfolio.history import record_changed_in
from portfolio.sql_files import run_sql

SQL = Path(__file__).parents[1] / "sql"


def find_changed_lights() -> int:
    """`judged_change` names the measures whose lights or reasons differ from `judged_status`; returns how many."""
    return run_sql(SQL / "changes.sql")


def write_lights(*, on: date, at: datetime) -> None:
    """The measures named in `judged_change` show what `judged_status` says of them.

    Recorded: a history row for each, and a `StatusChange` for each light of another colour.
    """
    run_sql(SQL / "lights.sql")
    record_changed_in(Measure, "judged_change")
    run_sql(SQL / "status_changes.sql", {"on": on, "at": at, "deed": tenancy.current().deed_id})
