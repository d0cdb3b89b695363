"""Why a workbook was not taken over."""

from __future__ import annotations

from django.utils.translation import ngettext_lazy

from governance.workbook.findings import Findings
from portfolio.errors import Objection, Refused


class WorkbookRefused(Refused):
    """The workbook has errors; `findings` lists each at its cell. Nothing was written."""

    def __init__(self, findings: Findings) -> None:
        self.findings = findings
        count = len(findings.errors) + findings.unlisted_errors
        text = ngettext_lazy(
            "The workbook has %(count)s error; nothing was taken over.",
            "The workbook has %(count)s errors; nothing was taken over.",
            count,
        )
        super().__init__(Objection("workbook_refused", text, {"count": count}))
