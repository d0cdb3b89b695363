"""What a workbook was refused or warned for, cell by cell, as codes that are rendered late."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from governance.workbook.sentences import SENTENCES

LISTED = 1_000
TABLE_ORDER = ("workbook", "measures", "milestones", "effects", "rates", "targets")
_CELL = re.compile(r"([A-Z]*)([0-9]*)")


@dataclass(frozen=True, slots=True)
class CellError:
    """One finding at one cell; `sentence` is rendered in the reader's language, prints as `table!cell: sentence`."""

    table: str
    cell: str
    code: str
    params: Mapping[str, object] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        return str(SENTENCES[self.code]) % self.params

    def __str__(self) -> str:
        return f"{self.table}!{self.cell}: {self.sentence}"


class Unreadable(Exception):
    """A file or a table that cannot be read on; what was read before it stands."""

    def __init__(self, code: str, /, *, cell: str = "A1", **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.cell = cell
        self.params = params


class BadCell(Exception):
    """A cell whose content is not what its column asks for."""

    def __init__(self, code: str, /, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


class Findings:
    """Collects refusals and warnings; beyond `listed` of a kind they are only counted, so memory stays bounded."""

    def __init__(self, listed: int = LISTED) -> None:
        self._listed = listed
        self.errors: list[CellError] = []
        self.warnings: list[CellError] = []
        self.unlisted_errors = 0
        self.unlisted_warnings = 0

    @property
    def refused(self) -> bool:
        """True when something was refused; warnings alone refuse nothing."""
        return bool(self.errors)

    def refuse(self, table: str, cell: str, code: str, /, **params: object) -> None:
        if len(self.errors) < self._listed:
            self.errors.append(CellError(table, cell, code, params))
        else:
            self.unlisted_errors += 1

    def warn(self, table: str, cell: str, code: str, /, **params: object) -> None:
        if len(self.warnings) < self._listed:
            self.warnings.append(CellError(table, cell, code, params))
        else:
            self.unlisted_warnings += 1

    @staticmethod
    def in_order(findings: list[CellError]) -> list[CellError]:
        """As a reader meets them: by table, row and column."""
        return sorted(findings, key=_reading_order)

    def error_lines(self) -> Iterator[str]:
        """The refusals as printed: by table, row and column, closed by the number of those not listed."""
        return _lines(self.errors, self.unlisted_errors)

    def warning_lines(self) -> Iterator[str]:
        return _lines(self.warnings, self.unlisted_warnings)


def _lines(findings: list[CellError], unlisted: int) -> Iterator[str]:
    for finding in sorted(findings, key=_reading_order):
        yield str(finding)
    if unlisted:
        yield _("… and %(count)d more") % {"count": unlisted}


def _reading_order(finding: CellError) -> tuple[int, str, int, int, str]:
    table = finding.table
    place = TABLE_ORDER.index(table) if table in TABLE_ORDER else len(TABLE_ORDER)
    match = _CELL.match(finding.cell)
    letters, row = match.groups() if match else ("", "")
    return (place, table, int(row or 0), len(letters), letters)
