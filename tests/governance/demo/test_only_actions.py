"""The demo is built by deeds alone: no row is written past the actions."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import governance.demo

FOLDER = Path(governance.demo.__file__).parent
WRITES = {
    *("create", "bulk_create", "get_or_create", "update_or_create", "save", "bulk_update", "delete"),
    *("cursor", "execute", "create_user", "set_password"),
}


def calls(source: str) -> list[ast.Attribute]:
    nodes = (node.func for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
    return [function for function in nodes if isinstance(function, ast.Attribute)]


def writes_of(source: str) -> list[str]:
    """Calls that write rows; `update` only of a query, because sets and mappings have one too."""
    found = [call for call in calls(source) if call.attr in WRITES]
    found += [call for call in calls(source) if call.attr == "update" and "objects" in ast.dump(call)]
    return [f"{call.lineno}: {ast.unparse(call)}" for call in found]


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.py")), ids=lambda path: path.name)
def test_a_builder_writes_through_actions_only(path):
    assert writes_of(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("line", ["Measure.objects.create()", "row.save()", "Node.objects.filter(x=1).update(y=2)"])
def test_the_search_finds_a_write(line):
    assert writes_of(line)
