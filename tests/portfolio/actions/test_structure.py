"""Building the hierarchy: every deed with its permission, its refusals and what it leaves behind."""

from __future__ import annotations

import pytest

from portfolio.actions.structure import archive_node, create_node, move_node, rename_node
from portfolio.choices import NodeKind
from portfolio.errors import Conflict, NotAllowed, Refused
from portfolio.models import Deed, Node, NodeClosure


def ancestors(node: Node) -> list[str]:
    links = NodeClosure.objects.filter(descendant=node).order_by("depth").select_related("ancestor")
    return [link.ancestor.name for link in links]


def test_create_node_by_the_office(cast):
    with cast.acting(cast.office):
        program = create_node(Node.objects.get(kind=NodeKind.PORTFOLIO), name="  Commercial growth ", by=cast.office)
    assert program.kind == NodeKind.PROGRAM
    assert ancestors(program) == ["Commercial growth", "Fit for Growth", "Nordlicht"]
    assert program.history.count() == 1
    deed = Deed.objects.get(pk=program.history.get().deed_id)
    assert (deed.kind, deed.actor_id) == ("node_created", cast.office.pk)


@pytest.mark.parametrize("person", ["owner", "auditor", "member", "controller"])
def test_create_node_without_the_right(cast, person):
    with cast.acting(getattr(cast, person)), pytest.raises(NotAllowed):
        create_node(cast.root, name="Mine", by=getattr(cast, person))
    assert not Node.objects.filter(name="Mine").exists()


def test_create_node_names_every_objection(cast):
    code = Node.objects.get(kind=NodeKind.PORTFOLIO).code
    with cast.acting(cast.office), pytest.raises(Refused) as refused:
        create_node(cast.package, name=" ", code=code, by=cast.office)
    assert refused.value.codes == ["no_level_below_package", "name_missing", "code_taken"]
    assert all(refused.value.sentences)


def test_create_node_below_an_archived_one(cast):
    project = Node.objects.get(kind=NodeKind.PROJECT)
    with cast.acting(cast.office):
        archive_node(project, by=cast.office)
        with pytest.raises(Refused, match="node_archived"):
            create_node(project, name="New", by=cast.office)
        archive_node(project, by=cast.office, archived=False)
        assert create_node(project, name="New", by=cast.office).parent_id == project.pk


def test_rename_node_from_a_stale_form(cast):
    with cast.acting(cast.office):
        renamed = rename_node(cast.package, name="Resins", by=cast.office, expected_version=1)
        assert (renamed.name, renamed.version) == ("Resins", 2)
        with pytest.raises(Conflict, match="stale_edit"):
            rename_node(cast.package, name="Steel", by=cast.office, expected_version=1)
    assert Node.objects.get(pk=cast.package.pk).name == "Resins"


def test_move_node_takes_everything_below_along(cast):
    with cast.acting(cast.office):
        elsewhere = create_node(Node.objects.get(kind=NodeKind.PORTFOLIO), name="Commercial", by=cast.office)
        project = Node.objects.get(name="Procurement savings")
        move_node(project, to=elsewhere, by=cast.office)
    assert ancestors(cast.package) == [
        "Direct materials",
        "Procurement savings",
        "Commercial",
        "Fit for Growth",
        "Nordlicht",
    ]
    assert NodeClosure.objects.filter(ancestor__name="Operational excellence").count() == 1


def test_move_node_to_a_wrong_level(cast):
    with cast.acting(cast.office), pytest.raises(Refused, match="wrong_level"):
        move_node(cast.package, to=cast.root, by=cast.office)


def test_the_root_cannot_be_archived(cast):
    with cast.acting(cast.office), pytest.raises(Refused, match="root_stays"):
        archive_node(cast.root, by=cast.office)
