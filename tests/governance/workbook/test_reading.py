from __future__ import annotations

import datetime
from decimal import Decimal
from pathlib import Path

import pytest
import xlsxwriter

from finance.choices import Hardness, Nature, Recurrence, Scenario
from governance.workbook.checks import check_workbook
from governance.workbook.reading import open_workbook
from governance.workbook.writing import write_xlsx
from measures.choices import DoI, Lifecycle

from .builders import EFFECT, MEASURE, MILESTONE, ON, RATE, TARGET, as_csv, errors, good_folder, warnings


def test_good_workbook_has_no_findings(tmp_path: Path) -> None:
    path = good_folder(tmp_path, rates=[RATE], targets=[TARGET])
    assert errors(path) == []
    assert warnings(path) == []


def test_measure_row_holds_typed_values(tmp_path: Path) -> None:
    line = MEASURE | {"stage": "Implemented", "lifecycle": "On Hold", "currency": "usd", "owner": "Owner@Example.org"}
    optional = {"reference_base": "12.5", "likely_potential": "", "due_decided": "2026-02-03"}
    row = next(open_workbook(good_folder(tmp_path, measures=[line | optional])).measures())
    assert (row.stage, row.lifecycle, row.currency) == (DoI.IMPLEMENTED, Lifecycle.ON_HOLD, "USD")
    assert row.owner == "owner@example.org"
    assert row.node_names == ("Cost", "Procurement", "Suppliers", "Steel")
    assert (row.reference_base, row.likely_potential, row.problem) == (Decimal("12.5"), None, "")
    assert row.due_dates == {DoI.DECIDED: datetime.date(2026, 2, 3)}


def test_milestone_row_reads_blank_forecast_as_baseline(tmp_path: Path) -> None:
    row = next(open_workbook(good_folder(tmp_path)).milestones())
    assert (row.critical, row.weight, row.forecast_on) == (True, Decimal(2), None)
    assert row.expected_on == datetime.date(2026, 6, 30)


@pytest.mark.parametrize(
    ("word", "critical"),
    [("yes", True), ("TRUE", True), ("1", True), ("No", False), ("false", False), ("0", False)],
)
def test_milestone_row_reads_flags_in_any_case(tmp_path: Path, word: str, critical: bool) -> None:
    path = good_folder(tmp_path, milestones=[MILESTONE | {"critical": word}])
    assert next(open_workbook(path).milestones()).critical is critical


def test_effect_row_aligns_amounts_with_months(tmp_path: Path) -> None:
    row = next(open_workbook(good_folder(tmp_path)).effects())
    assert (row.nature, row.recurrence, row.hardness) == (Nature.EBITDA, Recurrence.RECURRING, Hardness.BOTTOM_LINE)
    assert (row.scenario, row.months, row.amounts) == (Scenario.PLAN, ("2026-01", "2026-02"), ("100.50", ""))
    assert list(row.given()) == [("2026-01", "100.50")]


def test_rates_and_targets_hold_typed_values(tmp_path: Path) -> None:
    workbook = open_workbook(good_folder(tmp_path, rates=[RATE], targets=[TARGET]))
    rate, target = next(workbook.rates()), next(workbook.targets())
    assert (rate.currency, rate.fiscal_year, rate.plan_rate) == ("USD", 2026, Decimal("0.92"))
    assert (target.node_names, target.fiscal_year, target.amount) == (("Cost",), 2026, Decimal(1_000_000))


def test_optional_tables_may_be_missing(tmp_path: Path) -> None:
    workbook = open_workbook(good_folder(tmp_path))
    assert list(workbook.rates()) == []
    assert list(workbook.targets()) == []


def test_tables_can_be_read_again(tmp_path: Path) -> None:
    workbook = open_workbook(good_folder(tmp_path))
    assert list(workbook.effects()) == list(workbook.effects()) != []
    assert workbook.months == ("2026-01", "2026-02")


def test_rows_remember_their_address_over_blank_lines_and_line_breaks(tmp_path: Path) -> None:
    second = MEASURE | {"code": "M-2", "name": "Two\nlines"}
    path = good_folder(tmp_path)
    head, first = as_csv([MEASURE]).splitlines(keepends=True)
    rest = as_csv([second]).partition("\r\n")[2]
    (path / "measures.csv").write_text(f"{head}\r\n{rest},,,\r\n{first}", encoding="utf-8", newline="")
    rows = list(open_workbook(path).measures())
    assert [(row.code, row.row) for row in rows] == [("M-2", 3), ("M-1", 5)]
    assert rows[1].cell("stage") == "O5"
    assert rows[1].cell("currency") == "Q5"


def test_byte_order_mark_is_accepted(tmp_path: Path) -> None:
    path = good_folder(tmp_path)
    content = (path / "measures.csv").read_bytes()
    (path / "measures.csv").write_bytes(b"\xef\xbb\xbf" + content)
    assert errors(path) == []


def test_columns_are_found_in_any_order_and_case(tmp_path: Path) -> None:
    turned = {key.upper(): value for key, value in reversed(MEASURE.items())}
    path = good_folder(tmp_path, measures=[turned])
    assert errors(path) == []
    row = next(open_workbook(path).measures())
    assert (row.code, row.cell("code")) == ("M-1", "Q2")


@pytest.mark.parametrize("text", ["=1+1", "+44 1", "-5", "@home", "'=1", "=cmd|' /C calc'!A0"])
def test_formula_text_in_csv_is_text(tmp_path: Path, text: str) -> None:
    path = good_folder(tmp_path, measures=[MEASURE | {"name": text}])
    assert errors(path) == []
    assert next(open_workbook(path).measures()).name == text


def test_unknown_column_and_table_only_warn(tmp_path: Path) -> None:
    path = good_folder(tmp_path, measures=[MEASURE | {"mood": "good"}])
    (path / "notes.csv").write_text("hello", encoding="utf-8")
    assert errors(path) == []
    assert warnings(path) == ["notes!A1 table_unknown", "measures!R1 column_unknown"]


def test_row_with_a_refused_cell_is_handed_out_with_neutral_value(tmp_path: Path) -> None:
    path = good_folder(tmp_path, measures=[MEASURE | {"stage": "later", "reference_base": "x"}])
    row = next(open_workbook(path).measures())
    assert row.refused == {"stage", "reference_base"}
    assert (row.stage, row.reference_base, row.code) == (DoI.DEFINED, None, "M-1")


def test_xlsx_and_csv_give_the_same_rows(tmp_path: Path) -> None:
    folder = good_folder(tmp_path / "tables", rates=[RATE], targets=[TARGET])
    lines = {"measures": MEASURE, "milestones": MILESTONE, "effects": EFFECT, "rates": RATE, "targets": TARGET}
    write_xlsx(tmp_path / "book.xlsx", {name: [list(line), list(line.values())] for name, line in lines.items()})
    book, tables = open_workbook(tmp_path / "book.xlsx"), open_workbook(folder)
    assert not check_workbook(book, on=ON).refused
    for name in lines:
        assert list(getattr(book, name)()) == list(getattr(tables, name)()) != []


def test_xlsx_with_real_dates_numbers_and_booleans(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(path) as book:
        month, day = book.add_format({"num_format": "yyyy-mm"}), book.add_format({"num_format": "dd.mm.yyyy"})
        measures, milestones = book.add_worksheet("Measures"), book.add_worksheet(" milestones ")
        effects = book.add_worksheet("EFFECTS")
        for column, (name, value) in enumerate((MEASURE | {"code": 1001}).items()):
            measures.write(0, column, name)
            measures.write(1, column, value)
        milestone = MILESTONE | {"measure": 1001, "critical": True, "weight": 1.5}
        for column, (name, value) in enumerate(milestone.items()):
            milestones.write(0, column, name)
            milestones.write(1, column, value)
        milestones.write_datetime(1, 4, datetime.datetime(2026, 6, 30), day)  # noqa: DTZ001
        for column, (name, value) in enumerate((EFFECT | {"measure": 1001, "gl_account": 6000}).items()):
            effects.write(0, column, name)
            effects.write(1, column, value)
        effects.write_datetime(0, 9, datetime.datetime(2026, 1, 1), month)  # noqa: DTZ001
        effects.write_number(1, 9, 0.1 + 0.2)
    assert errors(path) == []
    workbook = open_workbook(path)
    milestone_row, effect_row = next(workbook.milestones()), next(workbook.effects())
    assert next(workbook.measures()).code == milestone_row.measure == effect_row.measure == "1001"
    assert (milestone_row.critical, milestone_row.weight) == (True, Decimal("1.5"))
    assert milestone_row.baseline_on == datetime.date(2026, 6, 30)
    assert (effect_row.gl_account, effect_row.months, effect_row.amounts) == ("6000", workbook.months, ("0.3", ""))


def test_xlsx_with_an_empty_first_column_keeps_its_addresses(tmp_path: Path) -> None:
    lines = {"measures": MEASURE, "milestones": MILESTONE, "effects": EFFECT}
    shifted = {name: [["", *line], ["", *line.values()]] for name, line in lines.items()}
    write_xlsx(tmp_path / "book.xlsx", shifted)
    assert errors(tmp_path / "book.xlsx") == []
    assert next(open_workbook(tmp_path / "book.xlsx").measures()).cell("code") == "B2"
