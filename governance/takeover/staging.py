"""Brings the rows of a checked workbook into temporary tables by COPY, which tables with row policies refuse.

Names have become ids on the way. The rows are streamed, so memory does not grow with the workbook.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from django.db import connection

from finance.actions.calendar import period_ids
from finance.rules.periods import parse_period
from governance.takeover.outline import ADDRESS, LINKS, Outline
from governance.workbook.reading import Workbook
from governance.workbook.tables import EffectRow, MeasureRow
from measures.choices import DoI
from portfolio.models import sort_key
from portfolio.sql_files import run_sql

SQL = Path(__file__).parent / "sql"
MEASURE_COLUMNS = (
    *("line", "code", "node_id", "name", "sort_key", "description", "problem", "owner_id"),
    *("controller_id", "sponsor_id", "committee_id", *(f"{name}_id" for name in LINKS)),
    *("currency", "likely_potential", "reference_base", "reference_source"),
    *(f"due_{stage.name.lower()}" for stage in DoI if stage > DoI.DEFINED),
    *("stage", "lifecycle"),
)
MILESTONE_COLUMNS = ("line", "measure", "name", "is_critical", "weight", "baseline_on", "forecast_on", "actual_on")
SERIES_COLUMNS = (
    *("line", "measure", "effect", "nature", "recurrence", "hardness", *(f"{name}_id" for name in ADDRESS)),
    *("scenario", "amounts"),
)


def stage_workbook(workbook: Workbook, outline: Outline) -> None:
    """The temporary tables hold the workbook, until the transaction ends. People, places and names must exist."""
    run_sql(SQL / "staging.sql")
    copy_rows("takeover_measure", MEASURE_COLUMNS, (_measure(row, outline) for row in workbook.measures()))
    copy_rows("takeover_milestone", MILESTONE_COLUMNS, _milestones(workbook))
    copy_rows("takeover_series", SERIES_COLUMNS, (_series(row, outline) for row in workbook.effects()))
    copy_rows("takeover_month", ("place", "period_id"), _months(outline))
    run_sql(SQL / "staged.sql")


def copy_rows(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Streams rows into a temporary table."""
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy,
    ):
        for row in rows:
            copy.write_row(row)


def _measure(row: MeasureRow, outline: Outline) -> tuple[Any, ...]:
    offices = outline.offices(row)
    return (
        *(row.row, row.code, outline.places.id_of(row.node_names), row.name, sort_key(row.name)),
        *(row.description, row.problem, outline.people.id_of(row.owner)),
        *(offices[name] for name in ("controller", "sponsor", "committee", *LINKS)),
        *(row.currency, row.likely_potential, row.reference_base, row.reference_source),
        *(row.due_dates.get(stage) for stage in DoI if stage > DoI.DEFINED),
        *(row.stage.value, row.lifecycle.value),
    )


def _milestones(workbook: Workbook) -> Iterator[tuple[Any, ...]]:
    for row in workbook.milestones():
        yield row.row, row.measure, row.name, row.critical, row.weight, row.baseline_on, row.expected_on, row.actual_on


def _series(row: EffectRow, outline: Outline) -> tuple[Any, ...]:
    """One row per scenario with its months as an array: a twentieth of the rows that one per month would make."""
    return (
        *(row.row, row.measure, row.effect, row.nature.value, row.recurrence.value, row.hardness.value),
        *(outline.master_data[name].id_of(getattr(row, name)) for name in ADDRESS),
        *(row.scenario.value, f"{{{','.join([amount or 'NULL' for amount in row.amounts])}}}"),
    )


def _months(outline: Outline) -> list[tuple[int, int]]:
    periods = period_ids(outline.ordinals)
    return [(place, periods[ordinal]) for place, ordinal in enumerate(map(parse_period, outline.months), 1)]
