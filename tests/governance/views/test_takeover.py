"""The pages of a take-over: choose, look, take over, once."""

from __future__ import annotations

import re
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from python_calamine import CalamineWorkbook

from governance.models import ImportBatch
from governance.workbook.reading import open_workbook
from governance.workbook.tables import TABLES
from measures.models import Measure
from portfolio.models import Node
from tests.cast import Cast
from tests.governance.workbook.builders import EFFECT, MEASURE, MILESTONE, RATE, Line, good_folder

ON = "2026-10-15"


@pytest.fixture(autouse=True)
def own_storage(settings: object, tmp_path: Path) -> None:
    """Uploads lie in a folder of the test."""
    settings.MEDIA_ROOT = tmp_path / "media"  # type: ignore[attr-defined]


@pytest.fixture
def address(cast: Cast, client: Client) -> str:
    """The address, with the administrator signed in."""
    client.force_login(cast.admin)
    return f"/o/{cast.organization.slug}/takeover/"


def files(folder: Path, **tables: list[Line]) -> list[SimpleUploadedFile]:
    good_folder(folder, **tables)
    return [SimpleUploadedFile(file.name, file.read_bytes()) for file in sorted(folder.glob("*.csv"))]


def hidden(html: str) -> dict[str, str]:
    """The fields the preview sends on."""
    return dict(re.findall(r'name="(key|upload|on)" value="([^"]+)"', html))


def test_page_explains_itself_before_anything_was_taken_over(client: Client, address: str) -> None:
    html = client.get(address).content.decode()
    assert "Nothing has been taken over yet" in html
    assert "Required from “detailed” on." in html


def test_every_column_is_explained(client: Client, address: str) -> None:
    html = client.get(address).content.decode()
    columns = {column.name for table in TABLES.values() for column in table.columns}
    assert columns <= set(re.findall(r'<span class="code">([\w-]+)</span>', html))


def test_preview_shows_everything_and_writes_nothing(client: Client, address: str, tmp_path: Path) -> None:
    places = Node.objects.count()
    measures = [{**MEASURE, "currency": "USD"}, {**MEASURE, "code": "M-2", "stage": "defined"}]
    tables = files(tmp_path / "w", measures=measures, rates=[RATE])
    response = client.post(address, {"workbook": tables, "on": ON})
    html = response.content.decode()
    assert response.status_code == 200
    assert (Measure.objects.count(), Node.objects.count()) == (0, places)
    assert "Take over 2 measures" in html
    # 100.50 USD at 0.92 is 92.46, twelve times
    assert "1,109.52" in html
    assert "controller@example.org · sponsor@example.org" in html
    assert "USD 2026: 0.92" in html


def test_errors_are_shown_at_their_cells_without_a_way_on(client: Client, address: str, tmp_path: Path) -> None:
    response = client.post(address, {"workbook": files(tmp_path, measures=[{**MEASURE, "stage": "closed"}]), "on": ON})
    html = response.content.decode()
    assert response.status_code == 422
    assert "measures!O2" in html
    assert "A measure is never taken over as closed" in html
    assert hidden(html) == {}


def test_preview_is_taken_over_once(client: Client, address: str, tmp_path: Path) -> None:
    form = hidden(client.post(address, {"workbook": files(tmp_path), "on": ON}).content.decode())
    response = client.post(f"{address}apply/", form)
    batch = ImportBatch.objects.get()
    assert (response.status_code, response["Location"]) == (302, f"{address}{batch.pk}/")
    assert (batch.sha256, batch.name) == (form["upload"], "effects.csv, measures.csv, milestones.csv")
    assert client.post(f"{address}apply/", form)["Location"] == f"{address}{batch.pk}/"
    assert ImportBatch.objects.count() == 1


def test_result_leads_to_the_measures_of_the_batch(cast: Cast, client: Client, address: str, tmp_path: Path) -> None:
    form = hidden(client.post(address, {"workbook": files(tmp_path), "on": ON}).content.decode())
    where = client.post(f"{address}apply/", form)["Location"]
    cast.measure(code="OTHER")
    html = client.get(where).content.decode()
    assert "The controller validated the plan as it stands" in html
    link = re.search(r'href="([^"]+\?batch=\d+)"', html)
    assert link is not None
    register = client.get(link[1]).content.decode()
    assert "M-1" in register
    assert "OTHER" not in register
    assert "effects.csv, measures.csv, milestones.csv" in client.get(address).content.decode()


def test_what_changed_meanwhile_is_refused_like_a_preview(
    cast: Cast, client: Client, address: str, tmp_path: Path
) -> None:
    form = hidden(client.post(address, {"workbook": files(tmp_path), "on": ON}).content.decode())
    cast.measure(code="M-1")
    response = client.post(f"{address}apply/", form)
    assert response.status_code == 422
    assert "The organization has a measure “M-1” already" in response.content.decode()
    assert not ImportBatch.objects.exists()


def test_take_over_is_bound_to_the_content_that_was_previewed(client: Client, address: str, tmp_path: Path) -> None:
    form = hidden(client.post(address, {"workbook": files(tmp_path), "on": ON}).content.decode())
    (stored,) = (tmp_path / "media").rglob("measures.csv")
    stored.write_text(stored.read_text(encoding="utf-8").replace("Onboard", "Dismiss"), encoding="utf-8")
    response = client.post(f"{address}apply/", form, follow=True)
    assert "The upload is no longer there; choose the files again." in response.content.decode()
    assert not Measure.objects.exists()


@pytest.mark.parametrize("upload", ["", "0" * 64, "../../secrets", "x" * 64])
def test_unknown_upload_is_refused(client: Client, address: str, upload: str) -> None:
    response = client.post(f"{address}apply/", {"upload": upload, "on": ON}, follow=True)
    assert "The upload is no longer there" in response.content.decode()


def test_another_persons_upload_is_not_there(cast: Cast, client: Client, address: str, tmp_path: Path) -> None:
    form = hidden(client.post(address, {"workbook": files(tmp_path), "on": ON}).content.decode())
    client.force_login(cast.office)
    client.post(f"{address}apply/", form)
    assert not Measure.objects.exists()


def test_uploads_of_earlier_days_go(
    client: Client, address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("governance.takeover.uploads.KEPT", timedelta(seconds=-1))
    client.post(address, {"workbook": files(tmp_path), "on": ON})
    assert len(list((tmp_path / "media").rglob("*.csv"))) == 3
    client.post(address, {"workbook": files(tmp_path, measures=[{**MEASURE, "name": "Other"}]), "on": ON})
    assert len(list((tmp_path / "media").rglob("*.csv"))) == 3


def test_spreadsheet_template_reads_as_an_empty_workbook(client: Client, address: str, tmp_path: Path) -> None:
    response = client.get(f"{address}template/")
    assert response["Content-Disposition"].startswith("attachment")
    path = tmp_path / "template.xlsx"
    path.write_bytes(response.content)
    assert CalamineWorkbook.from_filelike(BytesIO(response.content)).sheet_names == [*TABLES, "about"]
    workbook = open_workbook(path)
    assert len(workbook.months) == 24
    assert list(workbook.measures()) == []


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        (["a.xlsx", "b.xlsx"], "Choose either one .xlsx file or only .csv files."),
        (["a.xlsx", "b.csv"], "Choose either one .xlsx file or only .csv files."),
        (["a.pdf"], "Choose either one .xlsx file or only .csv files."),
        (["measures.csv", "Measures.csv"], "Two files have the same name; each table comes once."),
        ([], "Choose a file."),
    ],
)
def test_wrong_choice_of_files_is_refused(client: Client, address: str, names: list[str], sentence: str) -> None:
    response = client.post(address, {"workbook": [SimpleUploadedFile(name, b"x") for name in names], "on": ON})
    assert response.status_code == 422
    assert sentence in response.content.decode()


def test_day_in_the_future_is_refused_at_its_field(client: Client, address: str, tmp_path: Path) -> None:
    response = client.post(address, {"workbook": files(tmp_path), "on": "2999-01-01"})
    assert response.status_code == 422
    assert "lies in the future" in response.content.decode()


@pytest.mark.parametrize("part", ["", "apply/", "template/", "1/"])
@pytest.mark.parametrize(("person", "status"), [("auditor", 403), ("owner", 403), ("outsider", 404)])
def test_without_the_right_there_is_no_way_in(cast: Cast, client: Client, part: str, person: str, status: int) -> None:
    client.force_login(getattr(cast, person))
    where = f"/o/{cast.organization.slug}/takeover/{part}"
    response = client.post(where) if part == "apply/" else client.get(where)
    assert response.status_code == status


def test_batch_of_another_organization_is_not_found(cast: Cast, client: Client, address: str) -> None:
    assert client.get(f"{address}999999/").status_code == 404
    assert client.get(f"{address}apply/").status_code == 405


def test_long_lists_are_cut_and_counted(client: Client, address: str, tmp_path: Path) -> None:
    measures = [{**MEASURE, "code": f"M-{number}", "stage": "closed"} for number in range(250)]
    tables = files(tmp_path, measures=measures, milestones=[MILESTONE], effects=[EFFECT])
    html = client.post(address, {"workbook": tables, "on": ON}).content.decode()
    assert html.count('<span class="code">measures!') == 200
    assert re.search(r"… and \d+ more", html)
