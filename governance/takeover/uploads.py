"""Uploaded workbooks between preview and take-over: kept by the hash of their content, for a day at most.

They lie in the storage of the product, because another process than the one that previewed may take them over; for
reading they are copied to a temporary folder.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path, PurePath
from tempfile import TemporaryDirectory

from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from governance.takeover.source import content_sha256
from portfolio.errors import Objection, Refused
from portfolio.models import User
from portfolio.tenancy import current_organization_id

KEPT = timedelta(days=1)
HASH_LENGTH = 64


@dataclass(frozen=True)
class Upload:
    """One .xlsx, or the CSV tables of one program, on local disk; `sha256` says which content it is."""

    path: Path
    name: str
    sha256: str


@contextmanager
def received(files: Sequence[UploadedFile]) -> Iterator[Upload]:
    """The uploaded files as a workbook to read, kept for the take-over afterwards."""
    with TemporaryDirectory(prefix="workbook-") as folder:
        for file in files:
            with (Path(folder) / _safe_name(file)).open("wb") as target:
                shutil.copyfileobj(file, target)
        yield _opened(Path(folder))


def keep(upload: Upload, *, by: User) -> str:
    """Stores the content for its person; what was left over from earlier days goes. Returns the hash to ask for."""
    _sweep()
    where = _folder(by, upload.sha256)
    for file in _files(upload.path):
        if not default_storage.exists(f"{where}/{file.name}"):
            with file.open("rb") as content:
                default_storage.save(f"{where}/{file.name}", content)
    return upload.sha256


@contextmanager
def kept(sha256: str, *, by: User) -> Iterator[Upload]:
    """The workbook this person previewed. Refused: one that is gone, or whose content is no longer that one."""
    with TemporaryDirectory(prefix="workbook-") as folder:
        where = _folder(by, sha256) if len(sha256) == HASH_LENGTH and sha256.isalnum() else ""
        for name in _listed(where):
            with default_storage.open(f"{where}/{name}") as source, (Path(folder) / name).open("wb") as target:
                shutil.copyfileobj(source, target)
        upload = _opened(Path(folder)) if any(Path(folder).iterdir()) else None
        if upload is None or upload.sha256 != sha256:
            text = _("The upload is no longer there; choose the files again.")
            raise Refused(Objection("upload_gone", text))
        yield upload


def _opened(folder: Path) -> Upload:
    files = _files(folder)
    path = files[0] if len(files) == 1 and files[0].suffix.lower() == ".xlsx" else folder
    return Upload(path, ", ".join(file.name for file in files)[:200], content_sha256(path))


def _files(path: Path) -> list[Path]:
    return sorted(path.iterdir()) if path.is_dir() else [path]


def _safe_name(file: UploadedFile) -> str:
    return PurePath((file.name or "").replace("\\", "/")).name.strip(". ")[-100:] or "upload"


def _folder(by: User, sha256: str) -> str:
    return f"{current_organization_id()}/takeover/{by.pk}/{sha256}"


def _listed(where: str) -> list[str]:
    try:
        return default_storage.listdir(where)[1] if where else []
    except FileNotFoundError:
        return []


def _sweep() -> None:
    oldest = timezone.now() - KEPT
    top = f"{current_organization_id()}/takeover"
    folders = [f"{top}/{person}/{folder}" for person in _folders(top) for folder in _folders(f"{top}/{person}")]
    for path in [f"{folder}/{name}" for folder in folders for name in _listed(folder)]:
        if default_storage.get_modified_time(path) < oldest:
            default_storage.delete(path)


def _folders(where: str) -> list[str]:
    try:
        return default_storage.listdir(where)[0]
    except FileNotFoundError:
        return []
