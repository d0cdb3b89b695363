"""Heads written down beside the database: one small file an hour in the storage of evidence files.

Who can change the database but not that storage cannot cut off the trail behind the last of them.
"""

from __future__ import annotations

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from governance.queries.seals import Head

# Looked at by a verification, newest first: about a year of them.
MOST = 10_000


def _folder(organization_id: int) -> str:
    return f"anchors/{organization_id}"


def write_anchor(organization_id: int, head: Head) -> str:
    """The head stands beside the database; returns the name of its file, which says it all."""
    name = f"{_folder(organization_id)}/{head.number:012d}-{head.hash}.txt"
    return default_storage.save(name, ContentFile(f"{head.line} {head.at.isoformat()}\n".encode()))


def anchored_heads(organization_id: int) -> list[str]:
    """The hashes written down so far, newest first."""
    try:
        _folders, names = default_storage.listdir(_folder(organization_id))
    except FileNotFoundError:
        return []
    hashes = [name.partition("-")[2][:64] for name in sorted(names, reverse=True)[:MOST]]
    return [text for text in hashes if len(text) == 64]
