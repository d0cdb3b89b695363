"""The blueprints that come with the product."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from governance.setup.document import Document, read_blueprint

_FOLDER = Path(__file__).parent / "defaults"


@cache
def built_in() -> dict[str, Document]:
    """Documents by their key, the plainest first."""
    return {path.stem: read_blueprint(path.read_bytes()) for path in sorted(_FOLDER.glob("*.json"))}
