"""Small workbooks for the tests: a good one, and the same with one thing changed."""

from __future__ import annotations

import csv
import datetime
import io
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from governance.workbook.checks import check_workbook
from governance.workbook.limits import DEFAULT, Limits
from governance.workbook.reading import open_workbook

ON = datetime.date(2026, 10, 15)
Line = Mapping[str, object]

MEASURE: Line = {
    "code": "M-1",
    "portfolio": "Cost",
    "program": "Procurement",
    "project": "Suppliers",
    "package": "Steel",
    "name": "Onboard a supplier",
    "description": "",
    "owner": "owner@example.org",
    "controller": "controller@example.org",
    "sponsor": "sponsor@example.org",
    "committee": "Board",
    "business_unit": "Plants",
    "function": "Purchasing",
    "legal_entity": "Works SE",
    "stage": "decided",
    "lifecycle": "active",
    "currency": "EUR",
}
MILESTONE: Line = {
    "measure": "M-1",
    "name": "Contract signed",
    "critical": "yes",
    "weight": "2",
    "baseline_on": "2026-06-30",
    "forecast_on": "",
    "actual_on": "",
}
EFFECT: Line = {
    "measure": "M-1",
    "effect": "Saving",
    "nature": "EBITDA",
    "recurrence": "RECURRING",
    "hardness": "BOTTOM_LINE",
    "pnl_line": "Material",
    "gl_account": "5000",
    "cost_centre": "4711",
    "scenario": "plan",
    "2026-01": "100.50",
    "2026-02": "",
}
RATE: Line = {"currency": "USD", "fiscal_year": "2026", "plan_rate": "0.92"}
TARGET: Line = {
    "portfolio": "Cost",
    "program": "",
    "project": "",
    "package": "",
    "fiscal_year": "2026",
    "amount": "1000000",
}


def as_csv(lines: Sequence[Line]) -> str:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(lines[0])
    writer.writerows(line.values() for line in lines)
    return text.getvalue()


def good_folder(folder: Path, **tables: Sequence[Line]) -> Path:
    """A workbook without a fault, with the named tables in place of its own."""
    folder.mkdir(exist_ok=True)
    good = {"measures": [MEASURE], "milestones": [MILESTONE], "effects": [EFFECT]} | tables
    for name, lines in good.items():
        (folder / f"{name}.csv").write_text(as_csv(lines), encoding="utf-8", newline="")
    return folder


def errors(path: Path, limits: Limits = DEFAULT) -> list[str]:
    """The refusals as `table!cell code`."""
    found = check_workbook(open_workbook(path, limits), on=ON)
    return [f"{error.table}!{error.cell} {error.code}" for error in found.errors]


def warnings(path: Path) -> list[str]:
    found = check_workbook(open_workbook(path), on=ON)
    return [f"{warning.table}!{warning.cell} {warning.code}" for warning in found.warnings]


def repack(path: Path, **parts: bytes) -> Path:
    """The .xlsx with some parts replaced: `sheet1` is the first sheet, other keys are named `a__b` for a/b.xml."""
    with zipfile.ZipFile(path) as archive:
        content = {name: archive.read(name) for name in archive.namelist()}
    for key, value in parts.items():
        name = f"xl/worksheets/{key}.xml" if key.startswith("sheet") else f"{key.replace('__', '/')}.xml"
        content[name] = value
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, value in content.items():
            archive.writestr(name, value)
    return path
