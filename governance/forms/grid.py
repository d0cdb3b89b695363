"""The month grid as people fill it: every cell read, every bad one named, nothing typed ever lost."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from finance.actions.month_grid import EffectChanges
from finance.money import ZERO
from finance.queries.grid import GridCell, GridRow, MonthGrid, MonthHead
from governance.forms.amounts import NoNumber, parse_amount, written
from governance.forms.stamped import StampedForm, digest
from measures.choices import DoI

LABELS = {
    "baseline": gettext_lazy("Baseline"),
    "plan": gettext_lazy("Plan"),
    "forecast": gettext_lazy("Forecast"),
    "claimed": gettext_lazy("Claimed"),
    "validated": gettext_lazy("Validated"),
}
EDITABLE = ("plan", "forecast", "claimed", "validated")
# Why a cell is closed, as its title says.
FROZEN = {
    "plan_frozen": gettext_lazy("Decided: nobody changes the plan any more."),
    "measure_closed": gettext_lazy("The measure is closed."),
    "measure_cancelled": gettext_lazy("The measure is cancelled."),
    "month_passed": gettext_lazy("The month has passed; its forecast stays."),
    "month_not_begun": gettext_lazy("The month has not begun."),
    "baseline": gettext_lazy("The baseline never changes."),
    "not_yours_plan": gettext_lazy("The owner plans."),
    "not_yours_forecast": gettext_lazy("The owner maintains the forecast."),
    "not_yours_claimed": gettext_lazy("The owner claims."),
    "not_yours_validated": gettext_lazy("The controller validates."),
}


@dataclass
class Cell:
    """One month of one line: what is stored, what was typed, whether it is open, and what is wrong with it."""

    name: str
    month: MonthHead
    amount: Decimal | None
    frozen_by: str = ""
    typed: str | None = None
    error: str = ""

    @property
    def is_open(self) -> bool:
        return not self.frozen_by

    @property
    def why(self) -> str:
        return str(FROZEN[self.frozen_by]) if self.frozen_by else ""

    @property
    def stored(self) -> str:
        return written(self.amount)

    @property
    def text(self) -> str:
        return self.stored if self.typed is None else self.typed

    @property
    def is_changed(self) -> bool:
        return self.typed is not None and self.typed != self.stored


@dataclass
class Line:
    """One scenario of one effect; `yearly` is its value a year, `in_year` the sum of the fiscal year."""

    key: str
    cells: list[Cell]
    yearly: Decimal | None = None
    in_year: Decimal | None = None

    @property
    def label(self) -> str:
        return str(LABELS[self.key])


@dataclass
class Block:
    """An effect with its lines."""

    row: GridRow
    lines: list[Line] = field(default_factory=list)


class GridForm(StampedForm):
    """All cells of a month grid; `may` names the lines the person writes."""

    reason = forms.CharField(
        label=gettext_lazy("Why the forecast changes"),
        required=False,
        max_length=500,
        help_text=gettext_lazy("Needed as soon as a forecast cell changes."),
    )
    source = forms.CharField(
        label=gettext_lazy("Source"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("Document, account or report that proves what is claimed or validated."),
    )
    field_of = {"source_missing": "source"}

    def __init__(
        self,
        data: Any = None,
        *,
        grid: MonthGrid,
        may: frozenset[str],
        yearly: Callable[[int, str], Decimal | None],
        year: int,
    ) -> None:
        self.grid, self.may = grid, may
        self.now = stamp_of(grid)
        super().__init__(data, initial={"stamp": self.now})
        self.blocks = [self._block(row, yearly, year) for row in grid.rows]
        if "validated" not in may and "claimed" not in may:
            del self.fields["source"]
        if "forecast" not in may or grid.measure.stage < DoI.DECIDED:
            del self.fields["reason"]

    def _block(self, row: GridRow, yearly: Callable[[int, str], Decimal | None], year: int) -> Block:
        block = Block(row)
        for key in self._lines_of(row):
            cells = [self._cell(row, cell, key) for cell in row.cells]
            of_year = [c.amount for c in cells if c.month.fiscal_year == year and c.amount is not None]
            in_year = sum(of_year, ZERO) if of_year else None
            block.lines.append(Line(key, cells, yearly(row.effect.pk, key), in_year))
        return block

    def _lines_of(self, row: GridRow) -> list[str]:
        """A plan that equals its baseline is shown once; actuals are shown once there can be some."""
        decided = self.grid.measure.stage >= DoI.DECIDED
        has_baseline = any(cell.baseline is not None for cell in row.cells)
        differs = any((cell.baseline or ZERO) != (cell.plan or ZERO) for cell in row.cells)
        booked = any(cell.claimed is not None or cell.validated is not None for cell in row.cells)
        shown = {
            "baseline": has_baseline,
            "plan": not has_baseline or differs,
            "forecast": True,
            "claimed": decided or booked,
            "validated": decided or booked,
        }
        return [key for key, is_shown in shown.items() if is_shown]

    def _cell(self, row: GridRow, cell: GridCell, key: str) -> Cell:
        name = f"{key}-{row.effect.pk}-{cell.month.ordinal}"
        typed = self.data.get(name) if self.is_bound else None
        return Cell(name, cell.month, getattr(cell, key), self._frozen_by(cell, key), typed)

    def _frozen_by(self, cell: GridCell, key: str) -> str:
        if key == "baseline":
            return "baseline"
        rule = {
            "plan": self.grid.plan_frozen_by,
            "forecast": cell.forecast_frozen_by,
            "claimed": cell.actual_frozen_by,
            "validated": cell.actual_frozen_by,
        }[key]
        return rule or ("" if key in self.may else f"not_yours_{key}")

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        self.changes = [change for block in self.blocks if (change := self._changes(block))]
        if self._lacks_reason(values):
            self.add_error("reason", _("Say why the forecast changes; the timeline keeps it."))
        return values

    def _lacks_reason(self, values: Mapping[str, Any]) -> bool:
        asked = "reason" in self.fields and any(change.forecast for change in self.changes)
        return asked and not values.get("reason", "").strip()

    def _changes(self, block: Block) -> EffectChanges | None:
        found: dict[str, dict[int, Any]] = {key: {} for key in EDITABLE}
        for line in block.lines:
            for cell in line.cells:
                self._read(block, line, cell, found)
        if not any(found.values()):
            return None
        return EffectChanges(effect=block.row.effect, version=block.row.version, **found)

    def _read(self, block: Block, line: Line, cell: Cell, found: dict[str, dict[int, Any]]) -> None:
        if cell.typed is None or line.key not in found:
            return
        try:
            amount = parse_amount(cell.typed)
        except NoNumber as error:
            cell.error = str(error)
            self.add_error(None, self._at(block, line, cell.month, cell.error))
            return
        if amount != cell.amount:
            found[line.key][cell.month.ordinal] = self._blank(line.key) if amount is None else amount

    @staticmethod
    def _blank(key: str) -> Decimal | None:
        # A booking cannot be taken back, only brought to nought.
        return ZERO if key in ("claimed", "validated") else None

    def _at(self, block: Block, line: Line, month: MonthHead, what: str) -> str:
        place = {"line": line.label, "month": month.name, "what": what, "effect": block.row.effect.name}
        if len(self.blocks) > 1:
            return _("%(effect)s, %(line)s, %(month)s: %(what)s.") % place
        return _("%(line)s, %(month)s: %(what)s.") % place

    @property
    def has_open_cells(self) -> bool:
        return any(cell.is_open for block in self.blocks for line in block.lines for cell in line.cells)


def stamp_of(grid: MonthGrid) -> str:
    """A digest of everything a grid shows; equal exactly when nobody has changed an amount in between."""
    return digest(
        (row.effect.pk, row.version, cell.month.ordinal, cell.plan, cell.forecast, cell.claimed, cell.validated)
        for row in grid.rows
        for cell in row.cells
    )
