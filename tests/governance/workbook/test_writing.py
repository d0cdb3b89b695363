from __future__ import annotations

import datetime
from decimal import Decimal
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from governance.workbook.limits import DEFAULT
from governance.workbook.safety import inspect
from governance.workbook.writing import Value, csv_cell, escape_text, write_csv_folder, write_xlsx


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_text_that_a_spreadsheet_would_run_is_escaped(text: str) -> None:
    assert escape_text(text) == f"'{text}"


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (Decimal("-12.50"), "-12.50"),
        (-3, "-3"),
        (datetime.date(2026, 1, 2), "2026-01-02"),
        (True, "yes"),
        (None, ""),
        ("plain = text", "plain = text"),
        ("-5", "'-5"),
    ],
)
def test_csv_cell_escapes_text_only(value: Value, cell: str) -> None:
    assert csv_cell(value) == cell


def test_csv_folder_holds_one_file_per_table(tmp_path: Path) -> None:
    write_csv_folder(tmp_path / "out", {"measures": [["code", "name"], ["M-1", "=1+1"]]})
    assert (tmp_path / "out" / "measures.csv").read_bytes() == b"code,name\nM-1,'=1+1\n"


def test_xlsx_holds_no_formula_and_keeps_numbers(tmp_path: Path) -> None:
    path = tmp_path / "out.xlsx"
    exact = Decimal("123456789012345.6789")
    row: list[Value] = ["=1+1", "http://example.org", Decimal("0.1"), exact, -5, datetime.date(2026, 1, 2), None, "-5"]
    write_xlsx(path, {"measures": [row]})
    assert [(sheet.name, sheet.defects) for sheet in inspect(path, DEFAULT)] == [("measures", {})]
    with CalamineWorkbook.from_path(path) as book:
        cells = book.get_sheet_by_name("measures").to_python()[0]
    assert cells == ["'=1+1", "http://example.org", 0.1, str(exact), -5.0, datetime.date(2026, 1, 2), "", "'-5"]


def test_xlsx_of_the_same_tables_has_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one.xlsx", "two.xlsx"):
        write_xlsx(tmp_path / name, {"measures": [["code"], ["M-1"]]})
    assert (tmp_path / "one.xlsx").read_bytes() == (tmp_path / "two.xlsx").read_bytes()
