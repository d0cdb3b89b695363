"""How much of a workbook is read at most; each bound keeps memory bounded against some file made to break it."""

from __future__ import annotations

from dataclasses import dataclass

MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Limits:
    """`table_bytes` bounds one CSV file, `packed_bytes` an .xlsx as it lies on disk, the others what is inside it."""

    table_bytes: int = 200 * MEGABYTE
    line_length: int = MEGABYTE
    packed_bytes: int = 50 * MEGABYTE
    inflated_bytes: int = 200 * MEGABYTE
    ratio: int = 200
    parts: int = 1_000
    cells: int = 5_000_000
    index_bytes: int = MEGABYTE


DEFAULT = Limits()
