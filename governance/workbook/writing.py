"""Writes tables as CSV files or as an .xlsx. Text that a spreadsheet would take for a formula is escaped.

Free of the framework, so that a script can write a workbook without settings.
"""

from __future__ import annotations

import csv
import datetime
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

Value = str | int | float | bool | Decimal | datetime.date | None
Tables = Mapping[str, Iterable[Sequence[Value]]]

FORMULA_LEADS = ("=", "+", "-", "@", "\t", "\r")
_FIXED_DAY = datetime.datetime(2000, 1, 1)  # noqa: DTZ001 - a file of the same tables has the same bytes


def escape_text(text: str) -> str:
    """The text with an apostrophe before it if a spreadsheet would run it (=, +, -, @, tab, carriage return)."""
    return f"'{text}" if text.startswith(FORMULA_LEADS) else text


def csv_cell(value: Value) -> str:
    """A value as it stands in a CSV cell: numbers stay numbers, dates are ISO, texts are escaped, None is blank."""
    if value is None:
        return ""
    if isinstance(value, str):
        return escape_text(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return format(value, "f")
    return value.isoformat() if isinstance(value, datetime.date) else str(value)


def write_csv_folder(folder: Path, tables: Tables) -> None:
    """Writes each table, header row first, to `folder/<name>.csv`: UTF-8 without a mark, commas, lines ended by LF."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in tables.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(map(csv_cell, row) for row in rows)


def write_xlsx(path: Path, tables: Tables) -> None:
    """Writes each table, header row first, to a sheet of its name; rows are streamed, so memory stays flat."""
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(path, options) as book:
        book.set_properties({"created": _FIXED_DAY})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for name, rows in tables.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                for column, value in enumerate(row):
                    _write_cell(sheet, number, column, value, day)


def _write_cell(sheet: Worksheet, row: int, column: int, value: Value, day: object) -> None:
    if isinstance(value, Decimal) and Decimal(repr(float(value))) == value:
        sheet.write_number(row, column, float(value))
    elif isinstance(value, int | float) and not isinstance(value, bool):
        sheet.write_number(row, column, value)
    elif isinstance(value, datetime.date):
        sheet.write_datetime(row, column, value, day)
    elif value is not None and value != "":
        # text, and a number with more digits than a spreadsheet keeps
        sheet.write_string(row, column, csv_cell(value))
