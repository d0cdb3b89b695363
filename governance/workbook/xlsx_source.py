"""The raw rows of one sheet of an inspected .xlsx, loaded by calamine and handed out row by row."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook

from governance.workbook.cells import Cell
from governance.workbook.findings import Unreadable
from governance.workbook.safety import Sheet


class SheetSource:
    """One table in one sheet; `rows` may be called again and again and loads the sheet each time."""

    def __init__(self, path: Path, sheet: Sheet) -> None:
        self._path = path
        self._sheet = sheet

    def defects(self) -> dict[str, str]:
        """Cells that hold a formula or an error value, address to code."""
        return self._sheet.defects

    def rows(self) -> Iterator[tuple[int, list[Cell]]]:
        """Row number, counted from 1, and cells from column A. Raises `Unreadable` where it breaks off."""
        try:
            with CalamineWorkbook.from_path(self._path) as workbook:
                sheet = workbook.get_sheet_by_name(self._sheet.name)
                # the loader leaves out empty columns on the left, and them only
                margin: list[Cell] = [""] * (sheet.start[1] if sheet.start else 0)
                for number, cells in enumerate(sheet.iter_rows(), 1):
                    yield number, margin + list(cells)
        except (CalamineError, OSError):
            raise Unreadable("broken_part", part=self._sheet.name) from None
