"""Which content was taken over: one hash for a file, or for the tables of a folder."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

BLOCK = 1 << 20


def content_sha256(path: Path) -> str:
    """SHA-256 of a file's bytes; of a folder over the name and the hash of each CSV file, by name."""
    if not path.is_dir():
        return _file_sha256(path)
    files = sorted(file for file in path.iterdir() if file.suffix.lower() == ".csv" and file.is_file())
    return sha256("".join(f"{_file_sha256(file)} {file.name}\n" for file in files).encode()).hexdigest()


def _file_sha256(path: Path) -> str:
    digest = sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()
