"""What differs between what was read and what stands."""

from __future__ import annotations

import json
from typing import Any

from governance.queries.pre_reads import Change, changes_since, frozen_text


def item(code: str, **fields: Any) -> dict[str, Any]:
    plain = {"kind": "submission", "ref": "1", "title": "", "consent": False, "code": code, "name": f"Name {code}"}
    return {**plain, "owner_id": 7, "figures": {"planned": "10.00"}, **fields}


def content(*items: dict[str, Any]) -> dict[str, Any]:
    return {"items": list(items)}


def test_nothing_differs_where_nothing_changed() -> None:
    assert changes_since(content(item("M-1")), content(item("M-1"))) == []


def test_items_added_and_taken_off_are_named() -> None:
    found = changes_since(content(item("M-1")), content(item("M-2")))
    assert found == [Change("M-1", "Name M-1", "removed"), Change("M-2", "Name M-2", "added")]


def test_values_and_figures_that_differ_stand_beside_each_other() -> None:
    now = item("M-1", consent=True, figures={"planned": "12.50", "forecast": "3.00"})
    found = changes_since(content(item("M-1")), content(now))
    assert [(one.what, one.before, one.now) for one in found] == [
        ("consent", "False", "True"),
        ("forecast", "", "3.00"),
        ("planned", "10.00", "12.50"),
    ]


def test_two_notes_are_told_apart_by_their_title() -> None:
    note = {"kind": "note", "ref": "", "code": "", "name": ""}
    old, new = (item(**note, title=title) for title in ("One", "Two"))
    assert [one.what for one in changes_since(content(old), content(old, new))] == ["added"]


def test_the_same_content_has_one_text() -> None:
    one = {"b": 1, "a": {"d": "ä", "c": [2]}}
    assert frozen_text(one) == frozen_text(json.loads(json.dumps(one)))
    assert frozen_text(one).startswith('{"a"')
