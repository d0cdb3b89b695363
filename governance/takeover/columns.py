"""What the columns of a workbook mean, and an empty workbook to start from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from finance.rules.periods import fiscal_year_months, fiscal_year_of, period_name
from governance.workbook.tables import REFUSED, REQUIRED_TABLES, TABLES
from governance.workbook.writing import write_xlsx

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

YEARS = 2
_t = gettext_lazy
MEANINGS: dict[str, dict[str, _StrPromise]] = {
    "measures": {
        "code": _t("Unique code, such as M-1042; a code the organization has already is refused."),
        "portfolio": _t("First level of the hierarchy; created when unknown."),
        "program": _t("Second level."),
        "project": _t("Third level."),
        "package": _t("Measure package: the lowest level, which holds the measure."),
        "name": _t("Name of the measure."),
        "description": _t("What is done, in plain text."),
        "owner": _t("E-mail address of the person who delivers."),
        "controller": _t("E-mail address; never the owner or the sponsor. Required from “detailed” on."),
        "sponsor": _t("E-mail address of the executive with budget authority."),
        "committee": _t("Name of the steering committee; created when unknown."),
        "business_unit": _t("Name or code; created when unknown. Likewise function and legal_entity."),
        "function": _t("Name or code."),
        "legal_entity": _t("Name or code."),
        "stage": _t("defined, identified, detailed, decided or implemented; a closed measure is written implemented."),
        "lifecycle": _t("active, on_hold or cancelled; blank means active."),
        "currency": _t("Three letters; another currency than the organization's needs a plan rate."),
        "problem": _t("Problem and intended outcome."),
        "reference_base": _t("Spend or revenue before the measure."),
        "reference_source": _t("Where the reference base comes from."),
        "likely_potential": _t("Likely potential per year."),
        "due_identified": _t("Target date of the gate, YYYY-MM-DD; likewise the four that follow."),
        "due_detailed": _t("Target date of the gate."),
        "due_decided": _t("Target date of the gate."),
        "due_implemented": _t("Target date of the gate."),
        "due_closed": _t("Target date of the gate."),
    },
    "milestones": {
        "measure": _t("Code of the measure."),
        "name": _t("Name of the milestone."),
        "critical": _t("yes or no; true, false, 1 and 0 are read too."),
        "weight": _t("Zero or more; blank means 1."),
        "baseline_on": _t("Planned date, YYYY-MM-DD."),
        "forecast_on": _t("Expected date; blank means the planned one."),
        "actual_on": _t("Date on which it was done; blank while open."),
    },
    "effects": {
        "measure": _t("Code of the measure."),
        "effect": _t("Name of the effect; one row per scenario."),
        "nature": _t("ebitda, cash, working_capital, capex, one_off_cost or headcount."),
        "recurrence": _t("recurring or one_off."),
        "hardness": _t("bottom_line, avoidance or soft; only bottom_line counts as EBITDA."),
        "pnl_line": _t("P&L line, by name or code; created when unknown."),
        "gl_account": _t("GL account, by name or code."),
        "cost_centre": _t("Cost centre, by name or code."),
        "scenario": _t("plan, forecast or actual; without a forecast the plan is the forecast."),
        "YYYY-MM": _t("One column per month, in the measure's currency; improvement positive, cost negative."),
    },
    "rates": {
        "currency": _t("Three letters."),
        "fiscal_year": _t("The calendar year in which the fiscal year ends."),
        "plan_rate": _t("Units of the organization's currency for one unit of this one."),
    },
    "targets": {
        "portfolio": _t("The node is named from above; levels below it stay blank."),
        "program": _t("Second level, or blank."),
        "project": _t("Third level, or blank."),
        "package": _t("Lowest level, or blank."),
        "fiscal_year": _t("The calendar year in which the fiscal year ends."),
        "amount": _t("Target in the organization's currency."),
    },
}


@dataclass(frozen=True)
class ColumnNote:
    """One line of the explanation; `required` means that the cell may not be blank."""

    table: str
    column: str
    required: bool
    meaning: str


def column_notes() -> list[tuple[str, bool, list[ColumnNote]]]:
    """Each table: its name, whether the workbook must have it, and its columns."""
    return [(table, table in REQUIRED_TABLES, list(_notes(table))) for table in MEANINGS]


def _notes(table: str) -> Iterator[ColumnNote]:
    required = {column.name for column in TABLES[table].columns if column.blank is REFUSED}
    for column, meaning in MEANINGS[table].items():
        yield ColumnNote(table, column, column in required, str(meaning))


def template_workbook(*, on: date, fiscal_year_start: int) -> bytes:
    """An .xlsx with all tables, heads only, two fiscal years of months, and a sheet that explains each column."""
    first = fiscal_year_of(on.year * 12 + on.month - 1, fiscal_year_start)
    months = [
        period_name(month)
        for year in range(first, first + YEARS)
        for month in fiscal_year_months(year, fiscal_year_start)
    ]
    heads = {table: [column.name for column in row.columns] for table, row in TABLES.items()}
    heads["effects"] += months
    notes = [note for _table, _required, found in column_notes() for note in found]
    about = [
        [_("Table"), _("Column"), _("Required"), _("Meaning")],
        *([note.table, note.column, _("yes") if note.required else "", note.meaning] for note in notes),
    ]
    with TemporaryDirectory(prefix="workbook-") as folder:
        path = Path(folder) / "template.xlsx"
        write_xlsx(path, {**{table: [head] for table, head in heads.items()}, "about": about})
        return path.read_bytes()
