"""The hierarchy as it stands and as a workbook extends it: places are found by the names on the way down."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.db import connection

from portfolio.actions.structure import CODE_PREFIX, LEVELS, RESPONSIBLE, reserve_numbers
from portfolio.choices import NodeKind
from portfolio.history import record_created
from portfolio.models import Node, sort_key

Path = tuple[str, ...]
_FIELDS = ("pk", "parent_id", "name", "archived", *(f"{field}_id" for field in RESPONSIBLE))


class Places:
    """Existing nodes by name path, and the paths a workbook names beside them. The root is the empty path."""

    def __init__(self) -> None:
        self.new: dict[Path, None] = {}
        self._ids: dict[Path, int] = {}
        self._archived: dict[Path, str] = {}
        self._responsible: dict[Path, dict[str, int]] = {}
        children: dict[int | None, list[dict[str, Any]]] = defaultdict(list)
        # of two places of one name the first that is not archived is meant
        for row in Node.objects.order_by("archived", "pk").values(*_FIELDS):
            children[row["parent_id"]].append(row)
        self._add((), children[None][0], children, {})

    def _add(
        self, path: Path, row: dict[str, Any], children: dict[int | None, list[dict[str, Any]]], above: dict[str, int]
    ) -> None:
        if path in self._ids:
            return
        named = {field: row[f"{field}_id"] for field in RESPONSIBLE if row[f"{field}_id"] is not None}
        responsible = {**above, **named} if named else above
        self._ids[path], self._responsible[path] = row["pk"], responsible
        if row["archived"]:
            self._archived[path] = row["name"]
        for child in children.get(row["pk"], ()):
            self._add((*path, child["name"]), child, children, responsible)

    def want(self, path: Path) -> None:
        """The place is to exist, with all above it."""
        for depth in range(1, len(path) + 1):
            if path[:depth] not in self._ids:
                self.new.setdefault(path[:depth])

    def archived_at(self, path: Path) -> int | None:
        """How deep the first archived node on the way stands, counted from 1; None where there is none."""
        return next((depth for depth in range(1, len(path) + 1) if path[:depth] in self._archived), None)

    def unknown_at(self, path: Path) -> int | None:
        """How deep the first place stands that is neither there nor to be made, counted from 1; None where none is."""
        known = (self._ids, self.new)
        steps = range(1, len(path) + 1)
        return next((depth for depth in steps if not any(path[:depth] in places for places in known)), None)

    def responsible(self, path: Path) -> dict[str, int]:
        """What a measure there inherits: field to id, from the nearest existing node that names it."""
        return next(self._responsible[path[:d]] for d in range(len(path), -1, -1) if path[:d] in self._responsible)

    def id_of(self, path: Path) -> int | None:
        """The node; None while it is new."""
        return self._ids.get(path)

    def create(self) -> list[int]:
        """Every wanted node exists, with closure rows and history; their ids."""
        created: list[int] = []
        for depth in range(1, len(LEVELS)):
            paths = [path for path in self.new if len(path) == depth]
            if paths:
                created += self._create_level(LEVELS[depth], paths)
        record_created(Node, created)
        return created

    def _create_level(self, kind: NodeKind, paths: list[Path]) -> list[int]:
        number = reserve_numbers(kind, len(paths))
        nodes = Node.objects.bulk_create(
            [
                Node(
                    kind=kind,
                    parent_id=self._ids[path[:-1]],
                    code=f"{CODE_PREFIX[kind]}-{number + place}",
                    name=path[-1],
                    sort_key=sort_key(path[-1]),
                )
                for place, path in enumerate(paths)
            ],
            batch_size=1000,
        )
        for path, node in zip(paths, nodes, strict=True):
            self._ids[path] = node.pk
        ids = [node.pk for node in nodes]
        _link_above(ids)
        return ids


def _link_above(ids: list[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO portfolio_nodeclosure (organization_id, ancestor_id, descendant_id, depth) "
            "SELECT n.organization_id, c.ancestor_id, n.id, c.depth + 1 "
            "FROM portfolio_node n JOIN portfolio_nodeclosure c ON c.descendant_id = n.parent_id "
            "WHERE n.id = ANY(%(ids)s) "
            "UNION ALL SELECT organization_id, id, id, 0 FROM portfolio_node WHERE id = ANY(%(ids)s)",
            {"ids": ids},
        )
