"""Writing down what reconciliation found: only changes, each with its range of validity, fact or transition."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from django.db import connection, models

from governance.models import MeasureStatus, RollUp
from measures.actions.statuses import find_changed_lights, write_lights
from portfolio import tenancy
from portfolio.deeds import deed
from portfolio.sql_files import run_sql

SQL = Path(__file__).parents[1] / "sql"
# By what a stored row t and a judged row s are the same thing.
SAME_MEASURE = "t.measure_id = s.measure_id"
SAME_ENTRY = "t.cut = s.cut AND coalesce(t.key_id, 0) = coalesce(s.key_id, 0)"
RANGE = frozenset({"id", "organization_id", "valid_from", "valid_to", "on"})


@dataclass(frozen=True, slots=True)
class Moment:
    """The day that is judged, and the time at which it is written."""

    on: date
    at: datetime


def write_findings(moment: Moment) -> int:
    """Lights, statuses, divergences and roll-ups are as judged; returns how many measures show something new.

    Recorded: one deed of the system where lights or divergences changed, and all that belongs to it.
    """
    with _unmarked():
        changed = find_changed_lights()
        if changed or _count("judged_transition"):
            with deed("reconciled", by=None, details={"on": moment.on.isoformat(), "measures": changed}):
                write_lights(on=moment.on, at=moment.at)
                _write_divergences(moment)
        _write_ranges(MeasureStatus, "judged_status", SAME_MEASURE, moment)
        run_sql(SQL / "vanished.sql", {"at": moment.at})
        _write_ranges(RollUp, "judged_rollup", SAME_ENTRY, moment)
    return changed


@contextmanager
def _unmarked() -> Iterator[None]:
    """What is written inside the block asks for no further reconciliation."""
    _set("on")
    yield
    _set("")


def _set(value: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.reconciling', %s, true)", [value])


def _count(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        return int(cursor.fetchone()[0])


def _write_divergences(moment: Moment) -> None:
    context = tenancy.current()
    params = {"on": moment.on, "at": moment.at, "organization": context.organization_id, "deed": context.deed_id}
    run_sql(SQL / "divergences.sql", params)


def _write_ranges(model: type[models.Model], source: str, same: str, moment: Moment) -> None:
    """Rows that differ end now, and what is new or differs begins now."""
    stored = (field for field in model._meta.local_concrete_fields if not field.generated)
    columns = [str(field.column) for field in stored if field.column not in RANGE]
    run_sql(
        SQL / "ranges.sql",
        {"on": moment.on, "at": moment.at, "organization": tenancy.current_organization_id()},
        table=model._meta.db_table,
        source=source,
        same=same,
        columns=", ".join(columns),
        stored=", ".join(f"t.{column}" for column in columns),
        found=", ".join(f"s.{column}" for column in columns),
    )
