"""`manage.py import_workbook`: every error in one list, nothing written, and what it says when it works."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command

from governance.models import ImportBatch
from governance.workbook.limits import MEGABYTE
from governance.workbook.writing import write_xlsx
from measures.models import Measure
from portfolio.models import User
from tests.cast import Cast
from tests.governance.workbook.builders import EFFECT, MEASURE, MILESTONE, Line, good_folder, repack

Rows = dict[str, int]


@dataclass
class Said:
    """What the command wrote, and the sentence it ended with when it refused."""

    out: list[str]
    err: list[str]
    refusal: str = ""
    code: int = 0


def run(cast: Cast, path: Path | str, *options: str, person: str = "") -> Said:
    out, err = StringIO(), StringIO()
    refusal, code = "", 0
    terms = ["--organization", cast.organization.slug, "--as", person or cast.admin.email, "--on", "2026-10-15"]
    try:
        call_command("import_workbook", str(path), *terms, *options, stdout=out, stderr=err)
    except CommandError as error:
        refusal, code = str(error), error.returncode
    return Said(out.getvalue().splitlines(), err.getvalue().splitlines(), refusal, code)


def rows() -> Rows:
    """How many rows every table has."""
    return {model._meta.label: model._default_manager.count() for model in apps.get_models() if model._meta.managed}


def refused(cast: Cast, path: Path) -> list[str]:
    """The lines on stderr; asserts that the command ended with 1 and that no table has a row more or less."""
    before = rows()
    said = run(cast, path)
    assert said.refusal.endswith("nothing was taken over.")
    assert said.code == 1
    assert rows() == before
    return said.err


def test_import_says_what_it_brought(cast: Cast, tmp_path: Path) -> None:
    said = run(cast, good_folder(tmp_path / "acme"))
    assert said.refusal == ""
    assert said.err == []
    assert "Took over 1 measure as of 2026-10-15: 1 Decided." in said.out
    assert {"  1 milestones", "  4 new places", "  3 new people, inactive until invited"} <= set(said.out)
    batch = ImportBatch.objects.get()
    assert (batch.name, batch.imported_by, len(batch.sha256)) == ("acme", cast.admin, 64)


def test_spreadsheet_is_taken_over_like_a_folder(cast: Cast, tmp_path: Path) -> None:
    tables = {"measures": MEASURE, "milestones": MILESTONE, "effects": EFFECT}
    path = tmp_path / "program.xlsx"
    write_xlsx(path, {name: [list(row), list(row.values())] for name, row in tables.items()})
    assert run(cast, path).refusal == ""
    assert Measure.objects.get().name == MEASURE["name"]
    assert ImportBatch.objects.get().name == "program.xlsx"


def test_dry_run_says_the_same_and_writes_nothing(cast: Cast, tmp_path: Path) -> None:
    before, folder = rows(), good_folder(tmp_path)
    said = run(cast, folder, "--dry-run")
    assert rows() == before
    assert "Would take over 1 measure as of 2026-10-15: 1 Decided." in said.out
    assert said.out[-1] == "Nothing was written."
    assert run(cast, folder).refusal == ""


def test_long_steps_show_progress_unless_told_to_be_quiet(cast: Cast, tmp_path: Path) -> None:
    folder = good_folder(tmp_path)
    assert "Deciding: 1 of 1 measures …" in run(cast, folder, "--dry-run").out
    assert run(cast, folder, "--verbosity", "0").out[0].startswith("Took over")


def test_unknown_optional_column_is_a_warning(cast: Cast, tmp_path: Path) -> None:
    said = run(cast, good_folder(tmp_path, measures=[{**MEASURE, "remark": "x"}]))
    assert said.err == ["measures!R1: No column “remark” is read; it is ignored."]
    assert Measure.objects.count() == 1


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--organization", "nowhere"], "There is no organization “nowhere”."),
        (["--as", "nobody@example.org"], "There is no person “nobody@example.org”."),
        (["--as", "owner@nordlicht.example"], "You need the right “Import a running program” here."),
        (["--as", "outsider@nordlicht-foreign.example"], "You need the right “Import a running program” here."),
        (["--on", "2999-01-01"], "The day of the take-over, 2999-01-01, lies in the future."),
        (["--on", "15.10.2026"], "“15.10.2026” is no day; write it as YYYY-MM-DD."),
    ],
)
def test_wrong_terms_are_refused_in_one_sentence(cast: Cast, tmp_path: Path, options: list[str], sentence: str) -> None:
    before = rows()
    said = run(cast, good_folder(tmp_path), *options)
    assert said.refusal.startswith(sentence)
    assert said.code == 1
    assert (said.err, rows()) == ([], before)


def test_an_error_late_in_the_workbook_leaves_nothing_behind(cast: Cast, tmp_path: Path) -> None:
    measures = [{**MEASURE, "code": f"M-{number}"} for number in range(1, 30)]
    effects = [{**EFFECT, "measure": measure["code"]} for measure in measures]
    milestones = [{**MILESTONE, "measure": measure["code"]} for measure in measures]
    effects[-1] = {**effects[-1], "2026-02": "lots"}
    folder = good_folder(tmp_path, measures=measures, milestones=milestones, effects=effects)
    assert refused(cast, folder) == [
        "effects!K30: “lots” is no number; write plain digits with a point, as in 1234.56."
    ]


def test_every_error_is_listed_at_once(cast: Cast, tmp_path: Path) -> None:
    bad: dict[str, list[Line]] = {
        "measures": [{**MEASURE, "stage": "somewhere", "currency": "USD", "owner": "nobody"}],
        "milestones": [{**MILESTONE, "measure": "M-2", "baseline_on": "soon", "critical": "perhaps"}],
        "effects": [{**EFFECT, "nature": "luck", "2026-01": "1,5"}],
    }
    cells = [line.partition(":")[0] for line in refused(cast, good_folder(tmp_path, **bad))]
    assert cells == [
        *("measures!H2", "measures!O2", "measures!Q2"),
        *("milestones!A2", "milestones!C2", "milestones!E2"),
        *("effects!C2", "effects!J2"),
    ]


Breaker = Callable[[Path], Path]


def _empty(folder: Path) -> Path:
    (folder / "measures.csv").write_bytes(b"")
    return folder


def _latin(folder: Path) -> Path:
    (folder / "milestones.csv").write_bytes("measure,name\nM-1,Größe\n".encode("latin-1"))
    return folder


def _without_column(folder: Path) -> Path:
    text = (folder / "effects.csv").read_text(encoding="utf-8")
    (folder / "effects.csv").write_text(text.replace("nature", "natur"), encoding="utf-8")
    return folder


def _without_table(folder: Path) -> Path:
    (folder / "milestones.csv").unlink()
    return folder


def _doubled(folder: Path) -> Path:
    text = (folder / "measures.csv").read_text(encoding="utf-8")
    (folder / "measures.csv").write_text(text + text.splitlines()[1] + "\n", encoding="utf-8")
    return folder


def _no_workbook(folder: Path) -> Path:
    path = folder / "program.xlsx"
    path.write_bytes(b"not a zip")
    return path


def _fifty_megabytes(folder: Path) -> Path:
    path = folder / "program.xlsx"
    with path.open("wb") as file:
        file.truncate(51 * MEGABYTE)
    return path


def _bomb(folder: Path) -> Path:
    path = _spreadsheet(folder)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/picture.xml", b" " * (30 * MEGABYTE))
    return path


def _formula(folder: Path) -> Path:
    path = _spreadsheet(folder)
    with zipfile.ZipFile(path) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml")
    cell = b'<c r="F2"><f>1+1</f><v>2</v></c>'
    start = sheet.index(b'<c r="F2"')
    return repack(path, sheet1=sheet[:start] + cell + sheet[sheet.index(b"</c>", start) + 4 :])


def _spreadsheet(folder: Path) -> Path:
    path = folder / "program.xlsx"
    tables = {"measures": MEASURE, "milestones": MILESTONE, "effects": EFFECT}
    write_xlsx(path, {name: [list(row), list(row.values())] for name, row in tables.items()})
    return path


@pytest.mark.parametrize(
    ("broken", "first"),
    [
        (lambda folder: folder / "nowhere", "workbook!A1: There is no file or folder at this path;"),
        (_empty, "measures!A1: The table is empty;"),
        (_latin, "milestones!A1: The table is not UTF-8;"),
        (_without_column, "effects!A1: The column “nature” is missing."),
        (_without_table, "milestones!A1: The table “milestones” is missing."),
        (_doubled, "measures!A3: The code “M-1” stands in row 2 already."),
        (_no_workbook, "workbook!A1: This is neither an .xlsx workbook nor a folder of CSV files;"),
        (_fifty_megabytes, "workbook!A1: The file has 51 MB, more than the 50 MB allowed;"),
        (_bomb, "workbook!A1: “xl/media/picture.xml” inside the workbook unpacks to more than 200 times its size;"),
        (_formula, "measures!F2: The cell holds a formula; paste values instead."),
    ],
    ids=lambda value: getattr(value, "__name__", "path" if callable(value) else ""),
)
def test_broken_workbook_is_refused_with_a_list(cast: Cast, tmp_path: Path, broken: Breaker, first: str) -> None:
    lines = refused(cast, broken(good_folder(tmp_path)))
    assert any(line.startswith(first) for line in lines), lines


def test_a_code_that_exists_is_refused_at_its_cell(cast: Cast, tmp_path: Path) -> None:
    folder = good_folder(tmp_path)
    run(cast, folder)
    expected = "measures!A2: The organization has a measure “M-1” already; a take-over only adds measures."
    assert refused(cast, folder) == [expected]


def test_another_organization_is_neither_seen_nor_touched(cast: Cast, tmp_path: Path) -> None:
    folder = good_folder(tmp_path)
    run(cast, folder)
    terms = ["--organization", cast.foreign.slug, "--as", cast.outsider.email, "--on", "2026-10-15"]
    call_command("import_workbook", str(folder), *terms, stdout=StringIO(), stderr=StringIO())
    assert Measure.objects.count() == 1
    assert User.objects.filter(email="owner@example.org").count() == 1
