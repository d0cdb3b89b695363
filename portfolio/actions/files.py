"""Keeping evidence: by the hash of its content, checked before anything is written."""

from __future__ import annotations

import subprocess
from hashlib import sha256
from io import BytesIO
from pathlib import PurePath
from tempfile import NamedTemporaryFile

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portfolio.access import is_active_member
from portfolio.deeds import deed
from portfolio.errors import NotAllowed, Objection, Refused
from portfolio.models import StoredFile, User
from portfolio.tenancy import current_organization_id

_ZIP = (b"PK\x03\x04",)
_OLE = (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",)
# What a file of each kind begins with; an empty tuple means plain text, which has no NUL and is UTF-8 or Latin-1.
ALLOWED: dict[str, tuple[str, tuple[bytes, ...]]] = {
    "pdf": ("application/pdf", (b"%PDF-",)),
    "png": ("image/png", (b"\x89PNG\r\n\x1a\n",)),
    "jpg": ("image/jpeg", (b"\xff\xd8\xff",)),
    "jpeg": ("image/jpeg", (b"\xff\xd8\xff",)),
    "csv": ("text/csv", ()),
    "txt": ("text/plain", ()),
    "eml": ("message/rfc822", ()),
    "msg": ("application/vnd.ms-outlook", _OLE),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", _ZIP),
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", _ZIP),
    "pptx": ("application/vnd.openxmlformats-officedocument.presentationml.presentation", _ZIP),
}
# Office files are archives; this entry tells that the archive is one.
_OFFICE_ENTRY = b"[Content_Types].xml"
_SCAN_SECONDS = 60


def store_file(name: str, content: bytes | UploadedFile, *, by: User) -> StoredFile:
    """The file is kept by the hash of its content; the bytes are there before the row is.

    Refused: to inactive members, an empty or too large file, a kind that is not allowed or whose content is
    something else, a file the scanner rejects. Recorded: deed, name, size, hash, who and when.
    """
    if not is_active_member(by):
        raise NotAllowed(Objection("not_a_member", _("Only members of the organization keep files here.")))
    name = PurePath(name.replace("\\", "/")).name.strip()[-200:]
    data = _read(content)
    _refuse(name, data)
    _scan(name, data)
    digest = sha256(data).hexdigest()
    _write_once(storage_path(current_organization_id(), digest), data)
    with deed("file_stored", by=by, details={"sha256": digest}):
        return StoredFile.objects.create(
            sha256=digest,
            size=len(data),
            content_type=ALLOWED[_extension(name)][0],
            name=name,
            uploaded_by=by,
            uploaded_at=timezone.now(),
        )


def storage_path(organization_id: int, digest: str) -> str:
    """Where the bytes of a hash lie in the storage; no two organizations share a file."""
    return f"{organization_id}/{digest[:2]}/{digest}"


def _read(content: bytes | UploadedFile) -> bytes:
    """The bytes, at most one more than allowed, so that a huge upload never fills the memory."""
    source = BytesIO(content) if isinstance(content, bytes) else content
    data: bytes = source.read(settings.EVIDENCE_MAX_BYTES + 1)
    return data


def _extension(name: str) -> str:
    return PurePath(name).suffix.removeprefix(".").casefold()


def _refuse(name: str, data: bytes) -> None:
    objections = []
    kinds = ", ".join(sorted(ALLOWED))
    if not data:
        objections.append(Objection("file_empty", _("“%(name)s” is empty."), {"name": name}))
    if len(data) > settings.EVIDENCE_MAX_BYTES:
        limit = settings.EVIDENCE_MAX_BYTES // 1_048_576
        objections.append(
            Objection("file_too_large", _("“%(name)s” is larger than %(limit)s MB."), {"name": name, "limit": limit})
        )
    if _extension(name) not in ALLOWED:
        objections.append(
            Objection(
                "file_kind", _("“%(name)s”: only these kinds are kept: %(kinds)s."), {"name": name, "kinds": kinds}
            )
        )
    elif data and not _is_what_it_says(_extension(name), data):
        objections.append(
            Objection(
                "file_content",
                _("“%(name)s” is not a %(kind)s file inside."),
                {"name": name, "kind": _extension(name)},
            )
        )
    if objections:
        raise Refused(*objections)


def _is_what_it_says(extension: str, data: bytes) -> bool:
    beginnings = ALLOWED[extension][1]
    if not beginnings:
        return b"\x00" not in data
    if beginnings is _ZIP and _OFFICE_ENTRY not in data:
        return False
    return data.startswith(beginnings)


def _scan(name: str, data: bytes) -> None:
    """Asks the scanner, when there is one: a command that gets a path and says no by its exit code."""
    command = settings.EVIDENCE_SCANNER
    if not command:
        return
    with NamedTemporaryFile(suffix=f".{_extension(name)}") as file:
        file.write(data)
        file.flush()
        words = command.split() if isinstance(command, str) else list(command)
        result = subprocess.run([*words, file.name], capture_output=True, timeout=_SCAN_SECONDS, check=False)
    if result.returncode:
        raise Refused(Objection("file_rejected", _("The scanner rejected “%(name)s”."), {"name": name}))


def _write_once(path: str, data: bytes) -> None:
    if not default_storage.exists(path):
        default_storage.save(path, ContentFile(data))
