"""The archive and the program that checks it without us."""

from __future__ import annotations

import ast
import io
import json
import runpy
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.core.management import CommandError, call_command
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from governance.choices import DecisionKind
from governance.queries.seals import head_of
from governance.sealing.exporting import write_archive
from governance.sealing.signing import public_key, sign
from governance.snapshots import closing_hash
from measures.choices import DoI
from portfolio.choices import Office
from portfolio.deeds import check_now
from tests.cast import Cast
from tests.governance.sealing.trail import seal_all
from tests.guarantees.rows import close, confirm, decide, measure_at, move, submit

TOOL = Path(settings.BASE_DIR) / "tools" / "verify_audit.py"
PICTURE = {"gate": "closed", "relevant": {"measure.name": "Räder"}, "closing": {"run_rate": "98000.0000"}, "on": "x"}


@pytest.fixture
def archive(cast: Cast, tmp_path: Path) -> Path:
    """The archive of a trail with one closed measure."""
    bound = closing_hash(PICTURE)
    measure = measure_at(cast, DoI.IMPLEMENTED)
    submission = submit(cast, measure, by=cast.owner)
    confirm(cast, measure, by=cast.controller, sha256=bound, snapshot=PICTURE)
    advances = {"submission": submission, "sha256": bound, "office": Office.CONTROLLER}
    decide(cast, measure, DecisionKind.ADVANCE, by=cast.controller, **advances)
    move(measure, DoI.CLOSED)
    check_now()
    return write(cast, tmp_path / "trail.zip")


def write(cast: Cast, path: Path) -> Path:
    seal_all(cast.organization.pk)
    with open(path, "wb") as file:
        write_archive(cast.organization, file, now=timezone.now())
    return path


def check(path: Path, *arguments: str) -> tuple[int, str]:
    """Ends with this code and says this; run as an auditor would, without any package."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(TOOL), str(path), *arguments], capture_output=True, text=True, check=False
    )
    assert not done.stderr
    return done.returncode, done.stdout


def rewritten(path: Path, change: Callable[[dict[str, bytes]], None], *, signed: bool = False) -> Path:
    """The archive after somebody changed files in it; with the list and signature made anew where they hold the key."""
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    change(files)
    if signed:
        manifest = json.loads(files["manifest.json"])
        others = {name: content for name, content in files.items() if not name.startswith("manifest")}
        manifest["files"] = {name: sha256(content).hexdigest() for name, content in others.items()}
        files["manifest.json"] = json.dumps(manifest).encode()
        files["manifest.sig"] = sign(files["manifest.json"]).encode()
    target = path.with_name("changed.zip")
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return target


def test_a_clean_archive_is_in_order(cast: Cast, archive: Path) -> None:
    head = head_of(cast.organization.pk)
    assert head is not None
    code, said = check(archive, "--key", public_key() or "", "--head", head.hash)
    assert "Everything checked is in order." in said
    assert "1 closure certificates" in said
    assert "Not checked" not in said
    assert code == 0


def test_the_program_says_what_it_did_not_check(archive: Path) -> None:
    code, said = check(archive)
    assert code == 0
    assert "Not checked: whose key signed it." in said
    assert "Not checked: whether the end was cut off." in said
    assert "Never checked here: rows that were not sealed yet" in said


def test_another_key_is_found(archive: Path) -> None:
    code, said = check(archive, "--key", "ab" * 32)
    assert code == 1
    assert "not by the one given" in said


def test_a_changed_file_is_found_by_list_and_signature(archive: Path) -> None:
    def change(files: dict[str, bytes]) -> None:
        files["rows/portfolio_historicalnode.jsonl"] = files["rows/portfolio_historicalnode.jsonl"].replace(
            b"Fit", b"Fat"
        )

    code, said = check(rewritten(archive, change))
    assert code == 1
    assert "rows/portfolio_historicalnode.jsonl is not what the manifest says." in said
    assert "is not what was sealed" in said


def test_a_changed_list_is_found_by_its_signature(archive: Path) -> None:
    def change(files: dict[str, bytes]) -> None:
        files["manifest.json"] = files["manifest.json"].replace(b"Nordlicht", b"Suedlicht")

    code, said = check(rewritten(archive, change))
    assert code == 1
    assert "The signature does not fit" in said


def _lines(content: bytes) -> list[Any]:
    return [json.loads(line) for line in content.splitlines()]


def _text(lines: list[Any]) -> bytes:
    return b"".join(json.dumps(line, sort_keys=True).encode() + b"\n" for line in lines)


def _drop_row(files: dict[str, bytes]) -> None:
    lines = files["rows/governance_gatedecision.jsonl"].splitlines(keepends=True)
    files["rows/governance_gatedecision.jsonl"] = b"".join([b"null\n", *lines[1:]])


def _add_row(files: dict[str, bytes]) -> None:
    files["rows/governance_gatedecision.jsonl"] += b'["governance_gatedecision", "9999"]\n'


def _drop_file(files: dict[str, bytes]) -> None:
    del files["rows/governance_gatedecision.jsonl"]


def _raise_certificate(files: dict[str, bytes]) -> None:
    files["certificates.jsonl"] = files["certificates.jsonl"].replace(b"98000.0000", b"99000.0000")


def _forget_certificate(files: dict[str, bytes]) -> None:
    files["certificates.jsonl"] = b""


def _change_seal(files: dict[str, bytes]) -> None:
    seals = _lines(files["seals.jsonl"])
    seals[0]["at"] = "2020-01-01T00:00:00.000000Z"
    files["seals.jsonl"] = _text(seals)


def _swap_rows(files: dict[str, bytes]) -> None:
    first, second, *rest = files["rows/governance_gatedecision.jsonl"].splitlines(keepends=True)
    files["rows/governance_gatedecision.jsonl"] = b"".join([second, first, *rest])


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (_drop_row, "was sealed and is gone"),
        (_add_row, "holds rows that no seal covers"),
        (_drop_file, "was sealed and is gone"),
        (_raise_certificate, "says something else than the sealed confirmation"),
        (_forget_certificate, "has no certificate in the archive"),
        (_change_seal, "is not what it was when it was written"),
        (_swap_rows, "is not what was sealed"),
    ],
)
def test_who_holds_the_key_cannot_change_what_was_sealed(
    archive: Path, change: Callable[[dict[str, bytes]], None], sentence: str
) -> None:
    code, said = check(rewritten(archive, change, signed=True))
    assert code == 1
    assert sentence in said
    assert "signature" not in said.split("Checked:")[0]


def test_a_cut_off_end_is_found_with_a_head_from_outside(cast: Cast, archive: Path, tmp_path: Path) -> None:
    cast.measure(name="A later one")
    write(cast, tmp_path / "later.zip")
    head = head_of(cast.organization.pk)
    assert head is not None
    assert check(archive)[0] == 0
    code, said = check(archive, "--head", head.hash)
    assert code == 1
    assert "the end was cut off" in said


def test_a_certificate_on_another_picture_is_found(cast: Cast, tmp_path: Path) -> None:
    close(cast, measure_at(cast, DoI.IMPLEMENTED), by=cast.controller)
    check_now()
    code, said = check(write(cast, tmp_path / "trail.zip"))
    assert code == 1
    assert "does not have the hash it is bound to" in said


def test_what_is_no_archive_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "trail.zip").write_bytes(b"nothing")
    code, said = check(tmp_path / "trail.zip")
    assert code == 2
    assert "cannot be read" in said


def test_the_program_is_short_and_needs_the_standard_library_only() -> None:
    source = TOOL.read_text()
    assert len(source.splitlines()) <= 250
    imported = {
        alias.name if isinstance(node, ast.Import) else node.module
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    assert {str(module).split(".")[0] for module in imported} <= sys.stdlib_module_names | {"__future__"}


_tool = runpy.run_path(str(TOOL))


@given(st.binary(min_size=32, max_size=32), st.binary(max_size=200), st.integers(0, 511))
def test_the_programs_own_signature_check_agrees_with_the_library(seed: bytes, message: bytes, bit: int) -> None:
    key = Ed25519PrivateKey.from_private_bytes(seed)
    signature, public = key.sign(message), key.public_key().public_bytes_raw()
    assert _tool["is_signed"](message, signature, public)
    forged = bytearray(signature)
    forged[bit // 8] ^= 1 << bit % 8
    assert not _tool["is_signed"](message, bytes(forged), public)
    assert not _tool["is_signed"](message + b"x", signature, public)


def test_a_signature_is_accepted_in_one_form_only() -> None:
    """S and S + L solve the same equation; RFC 8032 accepts the smaller one."""
    key = Ed25519PrivateKey.from_private_bytes(b"5" * 32)
    signature, public = key.sign(b"text"), key.public_key().public_bytes_raw()
    larger = (int.from_bytes(signature[32:], "little") + _tool["ORDER"]).to_bytes(32, "little")
    assert not _tool["is_signed"](b"text", signature[:32] + larger, public)
    assert not _tool["is_signed"](b"text", signature, b"\xff" * 32)


def export(cast: Cast, out: Path) -> str:
    said = io.StringIO()
    call_command("export_audit", organization=cast.organization.slug, out=str(out), stdout=said)
    return said.getvalue()


def test_the_command_writes_the_archive_and_names_head_and_key(cast: Cast, tmp_path: Path) -> None:
    seal_all(cast.organization.pk)
    said = export(cast, tmp_path / "trail.zip")
    head = head_of(cast.organization.pk)
    assert head is not None
    assert head.line in said
    assert str(public_key()) in said
    assert check(tmp_path / "trail.zip")[0] == 0


def test_the_command_overwrites_nothing(cast: Cast, tmp_path: Path) -> None:
    (tmp_path / "trail.zip").write_text("mine")
    with pytest.raises(CommandError, match="cannot be written"):
        export(cast, tmp_path / "trail.zip")
    assert (tmp_path / "trail.zip").read_text() == "mine"


@pytest.mark.parametrize("key", ["", "not a key", "ab"])
def test_without_a_key_nothing_is_exported(cast: Cast, tmp_path: Path, settings: Settings, key: str) -> None:
    settings.AUDIT_SIGNING_KEY = key
    with pytest.raises(CommandError, match="AUDIT_SIGNING_KEY"):
        export(cast, tmp_path / "trail.zip")
    assert not (tmp_path / "trail.zip").exists()


def test_the_command_refuses_an_unknown_organization(db: None, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="no organization “nowhere”"):
        call_command("export_audit", organization="nowhere", out=str(tmp_path / "x.zip"))
    with pytest.raises(CommandError, match="Name --organization"):
        call_command("export_audit")


def test_a_fresh_key_is_a_key(db: None, settings: Settings) -> None:
    said = io.StringIO()
    call_command("export_audit", new_key=True, stdout=said)
    settings.AUDIT_SIGNING_KEY = said.getvalue().strip()
    assert len(str(public_key())) == 64


def test_rows_that_wait_are_not_in_the_archive(cast: Cast, tmp_path: Path) -> None:
    close(cast, measure_at(cast, DoI.IMPLEMENTED), by=cast.controller)
    with open(tmp_path / "trail.zip", "wb") as file:
        head = write_archive(cast.organization, file, now=timezone.now() + timedelta(seconds=1))
    assert head is None
    code, said = check(tmp_path / "trail.zip")
    assert (code, "0 seals, 0 rows, 0 closure certificates" in said) == (0, True)
