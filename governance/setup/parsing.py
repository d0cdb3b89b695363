"""JSON that hides nothing: no key twice, no number that is none, no size that hurts."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from governance.setup.errors import finding
from portfolio.errors import Objection, Refused

LARGEST_BYTES = 256 * 1024
# Deeper than any blueprint, and shallow enough for every walk over it.
DEEPEST = 12


def parse(content: bytes | str) -> Any:
    """The document as JSON values with exact numbers. Refused: what is no JSON, too large, or names a key twice."""
    raw = content.encode() if isinstance(content, str) else content
    if len(raw) > LARGEST_BYTES:
        raise Refused(finding("", "document_too_large", limit=LARGEST_BYTES // 1024))
    twice: list[str] = []

    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        seen = dict(found)
        if len(seen) < len(found):
            names = [name for name, _value in found]
            twice.extend(name for name in seen if names.count(name) > 1)
        return seen

    try:
        value = json.loads(
            raw.decode("utf-8-sig"), object_pairs_hook=pairs, parse_float=Decimal, parse_constant=_no_number
        )
    except json.JSONDecodeError as error:
        raise Refused(finding("", "json_invalid", line=error.lineno, column=error.colno)) from None
    except (ValueError, RecursionError):
        raise Refused(finding("", "json_invalid", line=1, column=1)) from None
    if findings := [finding(name, "key_twice") for name in dict.fromkeys(twice)] + _too_deep(value):
        raise Refused(*findings)
    return value


def _no_number(text: str) -> Any:
    raise ValueError(text)


def _too_deep(value: Any, depth: int = 0) -> list[Objection]:
    if depth > DEEPEST:
        return [finding("", "type_wrong", found="…", expected=f"≤ {DEEPEST}")]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for one in inner:
        if found := _too_deep(one, depth + 1):
            return found
    return []
