"""Building the hierarchy: create, rename, move and archive nodes."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from portfolio.access import require
from portfolio.choices import NodeKind, Right
from portfolio.deeds import deed, refuse_stale
from portfolio.errors import Objection, Refused
from portfolio.models import CodeCounter, Node, NodeClosure, User
from portfolio.tenancy import current_organization_id

# Which kind stands directly below which.
LEVELS = [NodeKind.ORGANIZATION, NodeKind.PORTFOLIO, NodeKind.PROGRAM, NodeKind.PROJECT, NodeKind.PACKAGE]
CODE_PREFIX = {
    NodeKind.PORTFOLIO: "PF",
    NodeKind.PROGRAM: "PG",
    NodeKind.PROJECT: "PJ",
    NodeKind.PACKAGE: "PK",
}
RESPONSIBLE = ("controller", "sponsor", "committee", "business_unit", "function", "legal_entity")


def next_code(kind: str, prefix: str) -> str:
    """The next code of a kind, such as M-1042; numbers are never given twice, gaps may be left."""
    return f"{prefix}-{reserve_numbers(kind, 1)}"


def reserve_numbers(kind: str, count: int) -> int:
    """Takes `count` numbers of a kind and returns the first."""
    CodeCounter.objects.get_or_create(kind=kind, defaults={"next_number": 1001})
    counter = CodeCounter.objects.select_for_update().get(kind=kind)
    first = counter.next_number
    counter.next_number = first + count
    counter.save(update_fields=["next_number"])
    return first


def create_node(parent: Node, *, name: str, by: User, code: str = "", **responsible: Any) -> Node:
    """A new node stands below `parent`, one level lower, and inherits what it does not name itself.

    Refused: without the right there, below a package or an archived node, with a blank name or a taken code.
    Recorded: the deed and the node's history.
    """
    require(by, Right.EDIT_STRUCTURE, parent.pk)
    with deed("node_created", by=by, subject=parent, details={"name": name}):
        parent = Node.objects.select_for_update().get(pk=parent.pk)
        _refuse_new(parent, name, code)
        return insert_node(parent, name=name, code=code, **responsible)


def insert_node(parent: Node, *, name: str, code: str = "", **responsible: Any) -> Node:
    """Writes the node and its closure rows without asking for a right: for set-up and import, which asked before."""
    kind = LEVELS[LEVELS.index(NodeKind(parent.kind)) + 1]
    node = Node.objects.create(
        kind=kind,
        parent=parent,
        code=code or next_code(kind, CODE_PREFIX[kind]),
        name=name.strip(),
        **{key: value for key, value in responsible.items() if key in RESPONSIBLE},
    )
    _link_above(node, parent)
    return node


def _refuse_new(parent: Node, name: str, code: str) -> None:
    objections = []
    if parent.kind == NodeKind.PACKAGE:
        objections.append(Objection("no_level_below_package", _("Below a package stand measures, not nodes.")))
    if parent.archived:
        objections.append(Objection("node_archived", _("“%(name)s” is archived."), {"name": parent.name}))
    if not name.strip():
        objections.append(Objection("name_missing", _("A node needs a name.")))
    if code and Node.objects.filter(code=code).exists():
        objections.append(Objection("code_taken", _("The code “%(code)s” is already taken."), {"code": code}))
    if objections:
        raise Refused(*objections)


def _link_above(node: Node, parent: Node) -> None:
    NodeClosure.objects.create(ancestor=node, descendant=node, depth=0)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO portfolio_nodeclosure (organization_id, ancestor_id, descendant_id, depth) "
            "SELECT organization_id, ancestor_id, %s, depth + 1 FROM portfolio_nodeclosure "
            "WHERE descendant_id = %s AND organization_id = %s",
            [node.pk, parent.pk, current_organization_id()],
        )


def rename_node(node: Node, *, name: str, by: User, expected_version: int | None = None) -> Node:
    """The node has the new name. Refused: without the right, a blank name, a stale form."""
    require(by, Right.EDIT_STRUCTURE, node.pk)
    with deed("node_renamed", by=by, subject=node, details={"name": name}):
        node = Node.objects.select_for_update().get(pk=node.pk)
        refuse_stale(node, expected_version)
        if not name.strip():
            raise Refused(Objection("name_missing", _("A node needs a name.")))
        node.name = name.strip()
        return _saved(node, "name", "sort_key")


def archive_node(node: Node, *, by: User, archived: bool = True) -> Node:
    """The node (and so all below) takes nothing new any more, or does so again; its records stay."""
    require(by, Right.EDIT_STRUCTURE, node.pk)
    with deed("node_archived" if archived else "node_restored", by=by, subject=node):
        node = Node.objects.select_for_update().get(pk=node.pk)
        if node.kind == NodeKind.ORGANIZATION:
            raise Refused(Objection("root_stays", _("The organization itself cannot be archived.")))
        node.archived = archived
        return _saved(node, "archived")


def move_node(node: Node, *, to: Node, by: User) -> Node:
    """The node and all below it stand below `to`. Needs the right at both places.

    Refused: another level than one above the node, an archived place. Codes, histories and figures stay; the
    roll-ups of both places are computed anew.
    """
    require(by, Right.EDIT_STRUCTURE, node.pk)
    require(by, Right.EDIT_STRUCTURE, to.pk)
    with deed("node_moved", by=by, subject=node, details={"from": node.parent_id, "to": to.pk}):
        locked = {n.pk: n for n in Node.objects.select_for_update().filter(pk__in=[node.pk, to.pk]).order_by("pk")}
        node, to = locked[node.pk], locked[to.pk]
        _refuse_move(node, to)
        _relink(node, to)
        node.parent = to
        return _saved(node, "parent")


def _refuse_move(node: Node, to: Node) -> None:
    if node.kind == NodeKind.ORGANIZATION or LEVELS.index(NodeKind(to.kind)) + 1 != LEVELS.index(NodeKind(node.kind)):
        raise Refused(
            Objection(
                "wrong_level",
                _("A %(kind)s cannot stand below a %(to)s."),
                {"kind": NodeKind(node.kind).label, "to": NodeKind(to.kind).label},
            )
        )
    if to.archived:
        raise Refused(Objection("node_archived", _("“%(name)s” is archived."), {"name": to.name}))


def _relink(node: Node, to: Node) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM portfolio_nodeclosure c USING portfolio_nodeclosure sub, portfolio_nodeclosure sup "
            "WHERE sub.ancestor_id = %(node)s AND sup.descendant_id = %(node)s AND sup.depth > 0 "
            "AND c.descendant_id = sub.descendant_id AND c.ancestor_id = sup.ancestor_id",
            {"node": node.pk},
        )
        cursor.execute(
            "INSERT INTO portfolio_nodeclosure (organization_id, ancestor_id, descendant_id, depth) "
            "SELECT sub.organization_id, sup.ancestor_id, sub.descendant_id, sup.depth + sub.depth + 1 "
            "FROM portfolio_nodeclosure sub CROSS JOIN portfolio_nodeclosure sup "
            "WHERE sub.ancestor_id = %s AND sup.descendant_id = %s",
            [node.pk, to.pk],
        )


def _saved(node: Node, *fields: str) -> Node:
    node.version += 1
    node.save(update_fields=[*fields, "version"])
    return node
