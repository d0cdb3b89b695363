"""Set-based work is written in SQL files that stand beside the code that runs them, each read once."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from django.db import connection


@cache
def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def run_sql(path: Path, params: Mapping[str, Any] | None = None, **fragments: str) -> int:
    """Runs the statements of a file with named parameters; returns how many rows the last one touched.

    `fragments` are column lists made by the program, never input; each takes the place of its name in braces.
    """
    text = _text(path)
    for name, fragment in fragments.items():
        text = text.replace(f"{{{name}}}", fragment)
    with connection.cursor() as cursor:
        cursor.execute(text, dict(params or {}))
        while cursor.nextset():
            pass
        return int(cursor.rowcount)
