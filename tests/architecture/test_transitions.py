"""Stages move through one door: the source is searched for others."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from governance.gates import GATES

ROOT = Path(__file__).parents[2]
FLOORS = ("portfolio", "measures", "finance", "governance", "config")
DOOR = ROOT / "governance" / "actions" / "gates.py"
TABLE = ROOT / "governance" / "gates.py"
MOVES = {gate.move for gate in GATES.values()}


def sources() -> Iterator[Path]:
    for floor in FLOORS:
        yield from (path for path in (ROOT / floor).rglob("*.py") if "migrations" not in path.parts)


def named(tree: ast.AST) -> set[str]:
    """Attributes used and words written: how a transition can be reached, by name or through `getattr`."""
    attributes = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    words = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    return attributes | words


def calls(tree: ast.AST) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def test_only_the_policy_table_names_a_transition():
    users = {path for path in sources() if named(ast.parse(path.read_text())) & MOVES}
    assert users == {TABLE}


def test_only_the_gate_actions_take_the_step_the_table_names():
    takers = {
        path
        for path in sources()
        for call in calls(ast.parse(path.read_text()))
        if isinstance(call.func, ast.Name)
        and call.func.id == "getattr"
        and any(isinstance(part, ast.Attribute) and part.attr == "move" for part in call.args)
    }
    assert takers == {DOOR}


@pytest.mark.parametrize("field", ["stage", "lifecycle"])
def test_nobody_updates_past_the_transitions(field: str):
    offenders = [
        f"{path.relative_to(ROOT)}:{call.lineno}"
        for path in sources()
        for call in calls(ast.parse(path.read_text()))
        if isinstance(call.func, ast.Attribute)
        and call.func.attr in ("update", "bulk_update")
        and (
            any(keyword.arg == field for keyword in call.keywords)
            or any(
                isinstance(node, ast.Constant) and node.value == field for arg in call.args for node in ast.walk(arg)
            )
        )
    ]
    assert offenders == []


def test_nobody_assigns_a_stage():
    offenders = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in sources()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Attribute) and target.attr == "stage"
    ]
    assert offenders == []
