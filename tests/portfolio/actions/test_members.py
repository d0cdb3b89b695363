"""Roles on nodes: granted, inherited downwards, withdrawn."""

from __future__ import annotations

from datetime import timedelta

import pytest

from portfolio import tenancy
from portfolio.access import rights_on, visible_nodes
from portfolio.actions.members import grant_role, withdraw_ended_roles, withdraw_role
from portfolio.choices import NodeKind, Right
from portfolio.errors import NotAllowed
from portfolio.models import Deed, Node, RoleGrant
from tests.cast import TODAY


def test_a_role_holds_on_the_node_and_below_only(cast):
    project = Node.objects.get(kind=NodeKind.PROJECT)
    with cast.acting(cast.admin):
        grant_role(cast.member, role_code="project_lead", node=project, by=cast.admin)
    assert Right.CREATE_MEASURE in rights_on(cast.member, cast.package.pk)
    assert rights_on(cast.member, cast.root.pk) == frozenset()
    assert set(visible_nodes(cast.member).values_list("name", flat=True)) == {"Procurement savings", "Direct materials"}


@pytest.mark.parametrize("person", ["owner", "office", "controller", "auditor"])
def test_only_who_manages_members_grants(cast, person):
    by = getattr(cast, person)
    with cast.acting(by), pytest.raises(NotAllowed):
        grant_role(cast.member, role_code="auditor", node=cast.root, by=by)
    assert not RoleGrant.objects.filter(user=cast.member).exists()


def test_withdrawing_keeps_what_another_role_gives(cast):
    with cast.acting(cast.admin):
        first = grant_role(cast.member, role_code="auditor", node=cast.root, by=cast.admin)
        grant_role(cast.member, role_code="member", node=cast.root, by=cast.admin)
        withdraw_role(first, by=cast.admin, reason="left the audit")
    assert rights_on(cast.member, cast.root.pk) == {Right.VIEW}


def test_the_superuser_flag_grants_nothing(cast):
    cast.member.is_superuser = cast.member.is_staff = True
    cast.member.save()
    assert rights_on(cast.member, cast.root.pk) == frozenset()


def test_a_role_that_has_ended_gives_nothing_from_then_on(cast):
    with cast.acting(cast.admin):
        grant_role(cast.member, role_code="consultant", node=cast.root, by=cast.admin, ends_on=TODAY)
        grant_role(cast.member, role_code="member", node=cast.root, by=cast.admin)
    with tenancy.acting_as(organization_id=cast.organization.pk):
        assert withdraw_ended_roles(on=TODAY) == 0
        assert Right.MANAGE_MEMBERS in rights_on(cast.member, cast.root.pk)
        assert withdraw_ended_roles(on=TODAY + timedelta(days=1)) == 1
    assert rights_on(cast.member, cast.root.pk) == {Right.VIEW}
    ended = Deed.objects.get(kind="role_ended")
    assert (ended.actor, ended.details) == (None, {"user": cast.member.pk, "role": "consultant"})
    assert RoleGrant.history.filter(user_id=cast.member.pk, history_type="-").get().deed_id == ended.pk


def test_granting_again_moves_the_end(cast):
    with cast.acting(cast.admin):
        grant_role(cast.member, role_code="consultant", node=cast.root, by=cast.admin, ends_on=TODAY)
        later = TODAY + timedelta(days=30)
        again = grant_role(cast.member, role_code="consultant", node=cast.root, by=cast.admin, ends_on=later)
    assert RoleGrant.objects.get(user=cast.member).ends_on == again.ends_on == later
