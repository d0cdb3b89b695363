from __future__ import annotations

import sys
from hashlib import sha256
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from pytest_django import Settings

from portfolio.actions.files import storage_path, store_file
from portfolio.errors import NotAllowed, Refused
from portfolio.models import Membership, StoredFile
from tests.cast import Cast

PDF = b"%PDF-1.7\n1 0 obj\n"
XLSX = b"PK\x03\x04....[Content_Types].xml...."


@pytest.fixture(autouse=True)
def media(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def _store(cast: Cast, name: str, content: bytes) -> StoredFile:
    with cast.acting(cast.controller):
        return store_file(name, content, by=cast.controller)


def _refused(cast: Cast, name: str, content: bytes) -> list[str]:
    with pytest.raises(Refused) as refusal:
        _store(cast, name, content)
    assert not StoredFile.objects.exists()
    return refusal.value.codes


def test_file_is_kept_by_its_hash_within_its_organization(cast: Cast) -> None:
    file = _store(cast, "contract.pdf", PDF)
    digest = sha256(PDF).hexdigest()
    assert (file.sha256, file.size, file.content_type) == (digest, len(PDF), "application/pdf")
    path = storage_path(cast.organization.pk, digest)
    assert path == f"{cast.organization.pk}/{digest[:2]}/{digest}"
    with default_storage.open(path) as stored:
        assert stored.read() == PDF


def test_same_content_is_kept_once_and_named_twice(cast: Cast, tmp_path: Path) -> None:
    first, second = _store(cast, "a.pdf", PDF), _store(cast, "b.pdf", PDF)
    assert (first.name, second.name) == ("a.pdf", "b.pdf")
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.png", b"\x89PNG\r\n\x1a\n..."),
        ("x.JPG", b"\xff\xd8\xff\xe0"),
        ("x.csv", "a;ü\n".encode()),
        ("x.txt", b"plain"),
        ("x.eml", b"From: a@b.example\n"),
        ("x.msg", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
        ("x.xlsx", XLSX),
    ],
)
def test_allowed_kinds_are_kept(cast: Cast, name: str, content: bytes) -> None:
    assert _store(cast, name, content).name == name


@pytest.mark.parametrize("name", ["run.exe", "page.html", "picture.svg", "macro.xlsm", "noextension"])
def test_other_kinds_are_refused(cast: Cast, name: str) -> None:
    assert _refused(cast, name, b"anything") == ["file_kind"]


@pytest.mark.parametrize(
    ("name", "content"),
    [("x.pdf", b"MZ\x90"), ("x.png", PDF), ("x.xlsx", b"PK\x03\x04 just a zip"), ("x.txt", b"a\x00b")],
)
def test_content_that_is_not_what_the_name_says_is_refused(cast: Cast, name: str, content: bytes) -> None:
    assert _refused(cast, name, content) == ["file_content"]


def test_empty_and_too_large_files_are_refused(cast: Cast, settings: Settings) -> None:
    settings.EVIDENCE_MAX_BYTES = 10
    assert _refused(cast, "x.txt", b"") == ["file_empty"]
    assert _refused(cast, "x.txt", b"a" * 11) == ["file_too_large"]


def test_name_never_leads_elsewhere(cast: Cast) -> None:
    assert _store(cast, "..\\..\\secret/../evil.pdf", PDF).name == "evil.pdf"


def test_upload_is_read_like_bytes(cast: Cast) -> None:
    with cast.acting(cast.owner):
        file = store_file("x.pdf", SimpleUploadedFile("x.pdf", PDF), by=cast.owner)
    assert file.uploaded_by == cast.owner


@pytest.mark.parametrize(("exit_code", "kept"), [(0, True), (1, False)])
def test_scanner_decides_by_its_exit_code(cast: Cast, settings: Settings, exit_code: int, kept: bool) -> None:
    settings.EVIDENCE_SCANNER = [sys.executable, "-c", f"raise SystemExit({exit_code})"]
    if kept:
        assert _store(cast, "x.pdf", PDF).pk
    else:
        assert _refused(cast, "x.pdf", PDF) == ["file_rejected"]


def test_inactive_member_keeps_no_file(cast: Cast) -> None:
    Membership.objects.filter(user=cast.controller).update(is_active=False)
    with pytest.raises(NotAllowed):
        _store(cast, "x.pdf", PDF)
