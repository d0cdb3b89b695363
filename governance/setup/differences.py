"""What a blueprint would change: field by field, as it stands now and as it would be then."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

# Lists of entries are compared entry by entry, by what names them; every other list is one value.
NAMED_BY = ("code", "name")


@dataclass(frozen=True, slots=True)
class Change:
    """One field before and after; `now` is None where there is nothing yet."""

    path: str
    now: Any
    then: Any


def differences(standing: Mapping[str, Any], wanted: Mapping[str, Any]) -> list[Change]:
    """Fields that the wanted sections name and that stand otherwise, in the order of the document.

    What is not named stays: nothing is ever removed by leaving it out. An empty list of criteria is named, though.
    """
    now = dict(_flat(standing))
    return [Change(path, now.get(path), then) for path, then in _flat(wanted) if now.get(path) != then]


def _flat(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for key, one in value.items():
            yield from _flat(one, f"{path}.{key}" if path else key)
    elif isinstance(value, list) and value and isinstance(value[0], Mapping):
        for one in value:
            name = next(key for key in NAMED_BY if key in one)
            rest = {key: part for key, part in one.items() if key != name}
            yield f"{path}[{one[name]}]", one[name]
            yield from _flat(rest, f"{path}[{one[name]}]")
    else:
        yield path, value
