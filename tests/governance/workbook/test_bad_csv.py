from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from governance.workbook.checks import check_workbook
from governance.workbook.limits import Limits
from governance.workbook.reading import open_workbook

from .builders import EFFECT, MEASURE, ON, as_csv, errors, good_folder

ROOT = Path(__file__).resolve().parents[3]
PEAK = """
import resource, sys, datetime
from django.conf import settings
settings.configure(USE_I18N=False)
from governance.workbook.checks import check_workbook
from governance.workbook.reading import open_workbook
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
found = check_workbook(open_workbook(sys.argv[1]), on=datetime.date(2026, 10, 15))
grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
print(grown // 1024, len(found.errors) + found.unlisted_errors, found.errors[0])
"""


def test_missing_path_is_a_finding(tmp_path: Path) -> None:
    assert errors(tmp_path / "nowhere") == ["workbook!A1 no_file"]


def test_empty_folder_lacks_each_required_table(tmp_path: Path) -> None:
    assert errors(tmp_path) == [f"{table}!A1 table_missing" for table in ("measures", "milestones", "effects")]


def test_table_in_two_spellings_is_refused(tmp_path: Path) -> None:
    good_folder(tmp_path)
    (tmp_path / "Measures.csv").write_text(as_csv([MEASURE]), encoding="utf-8", newline="")
    assert "measures!A1 table_twice" in errors(tmp_path)


def test_missing_columns_are_all_named_at_a1(tmp_path: Path) -> None:
    line = {key: value for key, value in MEASURE.items() if key not in {"controller", "currency"}}
    found = check_workbook(open_workbook(good_folder(tmp_path, measures=[line])), on=ON)
    assert list(found.error_lines()) == [
        "measures!A1: The column “controller” is missing.",
        "measures!A1: The column “currency” is missing.",
    ]


def test_doubled_column_and_missing_months_are_refused(tmp_path: Path) -> None:
    effect = {key: value for key, value in EFFECT.items() if not key.startswith("20")}
    path = good_folder(tmp_path, effects=[effect], measures=[MEASURE | {"Code": "M-2"}])
    assert errors(path) == ["measures!R1 column_twice", "effects!A1 months_missing", "measures!O2 plan_missing"]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "measures!A1 table_empty"),
        (b"\n\n", "measures!A1 table_empty"),
        (b" , \n", "measures!A1 table_empty"),
        ("code,näme\n".encode("latin-1"), "measures!A1 not_utf8"),
        (as_csv([MEASURE]).encode("utf-16"), "measures!A1 not_utf8"),
        (as_csv([MEASURE]).encode("utf-16-le"), "measures!A1 holds_nul"),
        (as_csv([MEASURE]).replace("Board", "Bo\0ard").encode(), "measures!A1 holds_nul"),
        (as_csv([MEASURE]).replace(",", ";").encode(), "measures!A1 wrong_separator"),
        (as_csv([MEASURE]).replace("Board", '"Board').encode(), "measures!A2 broken_csv"),
        (as_csv([MEASURE]).replace("Board", '"Bo"ard').encode(), "measures!A2 broken_csv"),
        (as_csv([MEASURE]).replace("Board", "x" * 200_000).encode(), "measures!A2 broken_csv"),
        (as_csv([MEASURE]).replace("Board", "x" * 1_100_000).encode(), "measures!A1 line_too_long"),
        (b"PK\x03\x04\xff\xfe binary", "measures!A1 not_utf8"),
    ],
)
def test_unreadable_table_is_refused_where_it_breaks_off(tmp_path: Path, content: bytes, expected: str) -> None:
    path = good_folder(tmp_path)
    (path / "measures.csv").write_bytes(content)
    assert errors(path)[0] == expected


def test_wrong_bytes_far_below_are_found_too(tmp_path: Path) -> None:
    path = good_folder(tmp_path, measures=[MEASURE | {"code": f"M-{number}"} for number in range(1, 2000)])
    with (path / "measures.csv").open("ab") as file:
        file.write("Zürich,\n".encode("latin-1"))
    assert "measures!A1 not_utf8" in errors(path)


def test_cells_without_a_column_name_are_refused(tmp_path: Path) -> None:
    path = good_folder(tmp_path, effects=[EFFECT])
    text = (path / "effects.csv").read_text("utf-8").replace("100.50,", "1,50,3")
    (path / "effects.csv").write_text(text, encoding="utf-8")
    assert errors(path) == ["effects!L2 unnamed_column"]


def test_file_above_the_limit_is_refused_before_it_is_read(tmp_path: Path) -> None:
    found = check_workbook(open_workbook(good_folder(tmp_path), Limits(table_bytes=100)), on=ON)
    assert [error.code for error in found.errors] == ["file_too_large"] * 3


def _peak(path: Path) -> tuple[int, int, str]:
    """Megabytes the check grew by, number of refusals, the first of them."""
    command = [sys.executable, "-c", PEAK, str(path)]
    run = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    grown, count, first = run.stdout.split(maxsplit=2)
    return int(grown), int(count), first.strip()


def test_fifty_megabytes_of_one_line_are_refused_in_bounded_memory(tmp_path: Path) -> None:
    path = good_folder(tmp_path)
    (path / "effects.csv").write_bytes(b"0123456789" * 5_000_000)
    grown, _, first = _peak(path)
    assert grown < 30
    assert first.startswith("effects!A1: A line has more than 1000000 characters")


def test_fifty_megabytes_of_bad_rows_are_listed_in_bounded_memory(tmp_path: Path) -> None:
    path = good_folder(tmp_path)
    head, row = as_csv([EFFECT | {"pnl_line": "x" * 190, "nature": "?"}]).splitlines(keepends=True)
    count = 50_000_000 // len(row)
    (path / "effects.csv").write_text(head + row * count, encoding="utf-8", newline="")
    grown, refused, first = _peak(path)
    assert grown < 30
    assert refused >= count
    assert first.startswith("effects!C2: “?” is not one of: ebitda")
