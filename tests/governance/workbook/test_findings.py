from __future__ import annotations

import re
from pathlib import Path

import governance.workbook
from governance.workbook.findings import CellError, Findings
from governance.workbook.sentences import SENTENCES


def test_finding_prints_table_cell_and_sentence() -> None:
    error = CellError("measures", "P17", "word_unknown", {"value": "doing", "words": "a, b"})
    assert str(error) == "measures!P17: “doing” is not one of: a, b."


def test_findings_beyond_the_limit_are_counted_only() -> None:
    findings = Findings(listed=2)
    for row in range(5):
        findings.refuse("measures", f"A{row}", "formula")
        findings.warn("measures", f"A{row}", "column_unknown", name="x")
    assert len(findings.errors) == len(findings.warnings) == 2
    assert list(findings.error_lines())[-1] == list(findings.warning_lines())[-1] == "… and 3 more"


def test_findings_are_listed_by_table_row_and_column() -> None:
    findings = Findings()
    for table, cell in [
        ("targets", "A1"),
        ("effects", "AA2"),
        ("effects", "B10"),
        ("effects", "B2"),
        ("workbook", "A1"),
    ]:
        findings.refuse(table, cell, "formula")
    order = [line.partition(":")[0] for line in findings.error_lines()]
    assert order == ["workbook!A1", "effects!B2", "effects!AA2", "effects!B10", "targets!A1"]


def test_warnings_alone_refuse_nothing() -> None:
    findings = Findings()
    findings.warn("measures", "R1", "column_unknown", name="mood")
    assert not findings.refused
    findings.refuse("measures", "A1", "table_empty")
    assert findings.refused


def test_every_code_has_a_sentence_and_every_sentence_a_code() -> None:
    folder = Path(governance.workbook.__file__).parent
    paths = [*folder.glob("*.py"), *(folder.parent / "takeover").glob("*.py")]
    source = "".join(path.read_text("utf-8") for path in paths if path.name != "sentences.py")
    assert set(SENTENCES) - set(re.findall(r'"([a-z_0-9]+)"', source)) == set()
    raised = re.findall(r'(?:Unreadable|BadCell|self\._note)\(\s*"(\w+)"', source)
    reported = re.findall(r'(?:refuse|warn)\((?:[^()]|\([^()]*\))*?, "(\w+)"(?:, \w+=|\))', source)
    assert len(raised) > 30
    assert len(reported) > 15
    assert (set(raised) | set(reported)) - set(SENTENCES) == set()
