"""Turns the raw rows of one table into typed rows, and reports each cell that is not what its column asks for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Generic, Protocol, TypeVar

from governance.workbook.cells import Cell, as_text, column_letters, is_blank, read_amount, read_month_name
from governance.workbook.findings import BadCell, Findings, Unreadable
from governance.workbook.tables import REFUSED, TABLES, Column, EffectRow, Header, Row

R = TypeVar("R", bound=Row)

SHOWN = 60
_AMOUNT = r"(?:-?[0-9]{1,15}(?:\.[0-9]{1,4})?)?"
_AMOUNTS = re.compile(rf"{_AMOUNT}(?:\n{_AMOUNT})*")


class Source(Protocol):
    """The raw rows of one table, as often as asked."""

    def defects(self) -> dict[str, str]: ...

    def rows(self) -> Iterator[tuple[int, list[Cell]]]: ...


class TableReader(Generic[R]):
    """One pass over one table. A refused cell leaves a neutral value in its row; an unreadable table ends it."""

    def __init__(self, table: str, kind: type[R], source: Source, findings: Findings) -> None:
        self._table = table
        self._kind = kind
        self._source = source
        self._findings = findings
        self._defects = source.defects()
        self._row_refused: set[str] = set()

    def read(self) -> Iterator[R]:
        try:
            rows = self._source.rows()
            _, head = next(rows, (1, []))
            self._header = read_header(self._table, head, self._findings)
            for address, code in self._defects.items():
                self._findings.refuse(self._table, address, code)
            yield from self._body(rows)
        except Unreadable as problem:
            self._findings.refuse(self._table, problem.cell, problem.code, **problem.params)

    def _body(self, rows: Iterator[tuple[int, list[Cell]]]) -> Iterator[R]:
        header, with_months = self._header, self._kind is EffectRow
        plan = [(column, header.positions.get(column.name)) for column in self._kind.columns]
        missing = frozenset(c.name for c, position in plan if position is None and not c.may_be_missing)
        blanks: list[Cell] = [""] * header.width
        for number, cells in rows:
            if not any(cells) and all(map(is_blank, cells)):
                continue
            if len(cells) < header.width:
                cells += blanks[len(cells) :]
            if header.unnamed or len(cells) > header.width:
                self._refuse_unnamed(number, cells)
            self._row_refused = set()
            values = [self._value(column, position, number, cells) for column, position in plan]
            if with_months:
                values.append(self._amounts(number, cells))
            refused = missing.union(self._row_refused) if self._row_refused else missing
            yield self._kind(header, number, refused, *values)

    def _value(self, column: Column, position: int | None, number: int, cells: list[Cell]) -> object:
        if position is None:
            return column.neutral if column.blank is REFUSED else column.blank
        cell = cells[position]
        if cell != "" and not is_blank(cell):
            try:
                return column.read(cell)
            except BadCell as problem:
                return self._neutral(column, position, number, problem)
        if column.blank is REFUSED:
            return self._neutral(column, position, number, BadCell("blank", field=column.name))
        return column.blank

    def _neutral(self, column: Column, position: int, number: int, problem: BadCell) -> object:
        self._refuse(number, position, problem)
        self._row_refused.add(column.name)
        return column.neutral

    def _amounts(self, number: int, cells: list[Cell]) -> tuple[str, ...]:
        """The amounts of a row as plain decimal texts, one fast look at all of them where they are texts already."""
        raw = [cells[position] for position in self._header.month_positions]
        texts = [cell for cell in raw if isinstance(cell, str)]
        if len(texts) == len(raw):
            joined = "\n".join(texts)
            if _AMOUNTS.fullmatch(joined) and joined.count("\n") + 1 == max(1, len(texts)):
                return tuple(texts)
        places = zip(self._header.month_positions, raw, strict=True)
        return tuple([self._amount(number, position, cell) for position, cell in places])

    def _amount(self, number: int, position: int, cell: Cell) -> str:
        if is_blank(cell):
            return ""
        try:
            return format(read_amount(cell), "f")
        except BadCell as problem:
            self._refuse(number, position, problem)
            self._row_refused.add("amounts")
            return ""

    def _refuse(self, number: int, position: int, problem: BadCell) -> None:
        address = f"{column_letters(position)}{number}"
        if address not in self._defects:
            self._findings.refuse(self._table, address, problem.code, **problem.params)

    def _refuse_unnamed(self, number: int, cells: list[Cell]) -> None:
        for position in (*self._header.unnamed, *range(self._header.width, len(cells))):
            if not is_blank(cells[position]):
                self._refuse(number, position, BadCell("unnamed_column"))


def read_header(table: str, head: list[Cell], findings: Findings) -> Header:
    """Where each column stands. Refused: missing and doubled columns, month names that are none; unknown ones warn."""
    if all(map(is_blank, head)):
        raise Unreadable("table_empty")
    if len(head) == 1 and re.search(r"[;\t|]", as_text(head[0])):
        raise Unreadable("wrong_separator")
    known = {column.name: column for column in TABLES[table].columns}
    positions: dict[str, int] = {}
    months: dict[str, int] = {}
    for position, cell in enumerate(head):
        if is_blank(cell):
            continue
        name, month = as_text(cell).casefold(), read_month_name(cell) if table == "effects" else None
        if name in positions or month in months:
            findings.refuse(table, f"{column_letters(position)}1", "column_twice", name=month or name)
        elif name in known:
            positions[name] = position
        elif month:
            months[month] = position
        else:
            _report_unknown(table, position, as_text(cell), findings)
    _report_missing(table, positions, months, findings)
    width = max(position for position, cell in enumerate(head) if not is_blank(cell)) + 1
    unnamed = tuple(position for position, cell in enumerate(head[:width]) if is_blank(cell))
    return Header(table, positions, width, unnamed, tuple(months), tuple(months.values()))


def _report_unknown(table: str, position: int, name: str, findings: Findings) -> None:
    cell = f"{column_letters(position)}1"
    if table == "effects" and any(character.isdigit() for character in name):
        findings.refuse(table, cell, "no_month", name=name[:SHOWN])
    else:
        findings.warn(table, cell, "column_unknown", name=name[:SHOWN])


def _report_missing(table: str, positions: dict[str, int], months: dict[str, int], findings: Findings) -> None:
    for column in TABLES[table].columns:
        if column.name not in positions and not column.may_be_missing:
            findings.refuse(table, "A1", "column_missing", name=column.name)
    if table == "effects" and not months:
        findings.refuse(table, "A1", "months_missing")
