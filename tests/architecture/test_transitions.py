"""Stages and lifecycles move through two doors, gates and what is beside them: the source is searched for others."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from governance.gates import GATES
from governance.lifecycle import BACK
from governance.lifecycle import MOVES as BESIDE

ROOT = Path(__file__).parents[2]
FLOORS = ("portfolio", "measures", "finance", "governance", "config")
DOORS = {ROOT / "governance" / "actions" / name for name in ("gates.py", "lifecycle.py")}
TABLES = {ROOT / "governance" / name for name in ("gates.py", "lifecycle.py")}
MOVES = {gate.move for gate in GATES.values()} | set(BACK.values()) | set(BESIDE.values())


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


def test_only_the_policy_tables_name_a_transition():
    users = {path for path in sources() if named(ast.parse(path.read_text())) & MOVES}
    assert users == TABLES


def test_only_the_deciding_actions_take_the_step_a_table_names():
    takers = {
        path
        for path in sources()
        for call in calls(ast.parse(path.read_text()))
        if isinstance(call.func, ast.Name)
        and call.func.id == "getattr"
        and any(isinstance(part, ast.Attribute) and part.attr == "move" for part in call.args)
    }
    assert takers == DOORS


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
