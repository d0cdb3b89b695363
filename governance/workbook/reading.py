"""Opens a workbook, an .xlsx or a folder of CSV files, and streams its tables as typed rows, as often as asked.

Nothing is kept between two passes: a caller checks first and loads afterwards, and memory does not grow with the file.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path

from governance.workbook import safety
from governance.workbook.csv_source import CsvSource
from governance.workbook.findings import Findings, Unreadable
from governance.workbook.limits import DEFAULT, Limits
from governance.workbook.table_reader import R, Source, TableReader, read_header
from governance.workbook.tables import (
    REQUIRED_TABLES,
    TABLES,
    EffectRow,
    MeasureRow,
    MilestoneRow,
    RateRow,
    TargetRow,
)
from governance.workbook.xlsx_source import SheetSource


class Workbook:
    """The tables found. Each method starts a new pass; with `findings` it reports, without it it only reads.

    A row with a refused cell is handed out too, with a neutral value in its place, so that its other cells are judged.
    """

    def __init__(self, sources: dict[str, Source], opening: Findings) -> None:
        self._sources = sources
        self._opening = opening

    @classmethod
    def unreadable(cls, problem: Unreadable) -> Workbook:
        opening = Findings()
        opening.refuse("workbook", problem.cell, problem.code, **problem.params)
        return cls({}, opening)

    def report_opening(self, findings: Findings) -> None:
        """What is wrong before any row is read: an unreadable file, missing, doubled and unknown tables."""
        for error in self._opening.errors:
            findings.refuse(error.table, error.cell, error.code, **error.params)
        for warning in self._opening.warnings:
            findings.warn(warning.table, warning.cell, warning.code, **warning.params)

    def measures(self, findings: Findings | None = None) -> Iterator[MeasureRow]:
        return self._rows("measures", MeasureRow, findings)

    def milestones(self, findings: Findings | None = None) -> Iterator[MilestoneRow]:
        return self._rows("milestones", MilestoneRow, findings)

    def effects(self, findings: Findings | None = None) -> Iterator[EffectRow]:
        return self._rows("effects", EffectRow, findings)

    def rates(self, findings: Findings | None = None) -> Iterator[RateRow]:
        return self._rows("rates", RateRow, findings)

    def targets(self, findings: Findings | None = None) -> Iterator[TargetRow]:
        return self._rows("targets", TargetRow, findings)

    @cached_property
    def months(self) -> tuple[str, ...]:
        """The months the effects have columns for, `YYYY-MM`, in the order of the columns."""
        source = self._sources.get("effects")
        try:
            _, head = next(source.rows()) if source else (1, [])
        except (Unreadable, StopIteration):
            return ()
        return read_header("effects", head, Findings()).months

    def _rows(self, table: str, kind: type[R], findings: Findings | None) -> Iterator[R]:
        source = self._sources.get(table)
        if source is None:
            return iter(())
        return TableReader(table, kind, source, Findings() if findings is None else findings).read()


def open_workbook(path: Path | str, limits: Limits = DEFAULT) -> Workbook:
    """The workbook at `path`. Never raises for what the file holds: `check_workbook` reports an unreadable one."""
    path = Path(path)
    try:
        if path.is_dir():
            return _named((file.stem, CsvSource(file, limits)) for file in _csv_files(path))
        if path.is_file():
            return _named((sheet.name, SheetSource(path, sheet)) for sheet in safety.inspect(path, limits))
        raise Unreadable("no_file")
    except Unreadable as problem:
        return Workbook.unreadable(problem)
    except OSError:
        return Workbook.unreadable(Unreadable("no_file"))


def _csv_files(folder: Path) -> list[Path]:
    return sorted(file for file in folder.iterdir() if file.suffix.lower() == ".csv" and file.is_file())


def _named(found: Iterable[tuple[str, Source]]) -> Workbook:
    sources: dict[str, Source] = {}
    opening = Findings()
    for name, source in found:
        table = name.strip().casefold()
        if table not in TABLES:
            opening.warn(name, "A1", "table_unknown")
        elif table in sources:
            opening.refuse(table, "A1", "table_twice", name=table)
        else:
            sources[table] = source
    for table in REQUIRED_TABLES:
        if table not in sources:
            opening.refuse(table, "A1", "table_missing", name=table)
    return Workbook(sources, opening)
