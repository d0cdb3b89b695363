"""The raw rows of one UTF-8 CSV file, streamed; lines and fields have an upper size, so memory is bounded."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from governance.workbook.cells import Cell
from governance.workbook.findings import Unreadable
from governance.workbook.limits import Limits


class CsvSource:
    """One table in one file; `rows` may be called again and again."""

    def __init__(self, path: Path, limits: Limits) -> None:
        self._path = path
        self._limits = limits

    def defects(self) -> dict[str, str]:
        """Cells that cannot be read as values; a CSV file has none, formula text in it is text."""
        return {}

    def rows(self) -> Iterator[tuple[int, list[Cell]]]:
        """Row number, counted from 1 as a spreadsheet shows it, and cells. Raises `Unreadable` where it breaks off."""
        limits = self._limits
        size = self._path.stat().st_size
        if size > limits.table_bytes:
            raise Unreadable("file_too_large", size=size // 1_000_000, limit=limits.table_bytes // 1_000_000)
        number = 0
        try:
            with self._path.open(encoding="utf-8-sig", newline="") as file:
                for number, cells in enumerate(csv.reader(_lines(file, limits.line_length), strict=True), 1):
                    yield number, list[Cell](cells)
        except UnicodeDecodeError:
            raise Unreadable("not_utf8") from None
        except csv.Error as error:
            raise Unreadable("broken_csv", cell=f"A{number + 1}", reason=str(error)) from None
        except OSError:
            raise Unreadable("no_file") from None


def _lines(file: io.TextIOWrapper, limit: int) -> Iterator[str]:
    while line := file.readline(limit):
        if len(line) == limit and not line.endswith(("\n", "\r")):
            raise Unreadable("line_too_long", limit=limit)
        if "\0" in line:
            raise Unreadable("holds_nul")
        yield line
