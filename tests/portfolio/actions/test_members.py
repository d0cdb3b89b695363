"""Roles on nodes: granted, inherited downwards, withdrawn."""

from __future__ import annotations

from datetime import timedelta

import pytest

from portfolio import tenancy
from portfolio.access import rights_on, visible_nodes
from portfolio.actions.members import (
    LONGEST_CONSULTING,
    grant_role,
    withdraw_ended_roles,
    withdraw_role,
    write_grant,
)
from portfolio.choices import NodeKind, Right
from portfolio.errors import NotAllowed, Refused
from portfolio.models import Deed, Membership, Node, Role, RoleGrant
from tests.cast import TODAY
from tests.guarantees.rows import refused


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
        grant_role(cast.member, role_code="consultant", node=cast.root, by=cast.admin, ends_on=TODAY, on=TODAY)
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
        grant_role(cast.member, role_code="consultant", node=cast.root, by=cast.admin, ends_on=TODAY, on=TODAY)
        later = TODAY + timedelta(days=30)
        again = grant_role(cast.member, role_code="consultant", node=cast.root, by=cast.admin, ends_on=later, on=TODAY)
    assert RoleGrant.objects.get(user=cast.member).ends_on == again.ends_on == later


# A role that bars from deciding is never put off by who holds it


def refusal(cast, by, action, *subject, **terms):
    with cast.acting(by), pytest.raises(Refused) as found:
        action(*subject, by=by, **terms)
    return found.value.codes


def consultant(cast, person, days=30):
    return write_grant(person, role_code="consultant", node=cast.root, ends_on=TODAY + timedelta(days=days))


def test_nobody_withdraws_a_role_of_their_own(cast):
    own = RoleGrant.objects.get(user=cast.admin)
    write_grant(cast.member, role_code="tenant_admin", node=cast.root)
    assert refusal(cast, cast.admin, withdraw_role, own) == ["own_roles"]
    assert refusal(cast, cast.member, withdraw_role, RoleGrant.objects.get(user=cast.member)) == ["own_roles"]
    with cast.acting(cast.member):
        withdraw_role(own, by=cast.member)
    assert not rights_on(cast.admin, cast.root.pk)


@pytest.mark.parametrize("role", ["controller", "tenant_admin", "consultant", "committee_member"])
def test_nobody_grants_themselves_a_role(cast, role):
    terms = {"role_code": role, "node": cast.root, "ends_on": TODAY, "on": TODAY}
    assert "own_roles" in refusal(cast, cast.admin, grant_role, cast.admin, **terms)
    consultant(cast, cast.member)
    assert "own_roles" in refusal(cast, cast.member, grant_role, cast.member, **terms)


def test_a_consultant_neither_ends_nor_lengthens_the_own_role(cast):
    grant = consultant(cast, cast.member)
    assert refusal(cast, cast.member, withdraw_role, grant) == ["own_roles"]
    later = {"role_code": "consultant", "node": cast.root, "ends_on": TODAY + timedelta(days=90), "on": TODAY}
    assert set(refusal(cast, cast.member, grant_role, cast.member, **later)) == {"own_roles", "consultant_by_tenant"}


def test_two_consultants_cannot_keep_each_other_in(cast):
    consultant(cast, cast.member)
    consultant(cast, cast.auditor)
    terms = {"role_code": "consultant", "node": cast.root, "ends_on": TODAY + timedelta(days=90), "on": TODAY}
    assert refusal(cast, cast.member, grant_role, cast.auditor, **terms) == ["consultant_by_tenant"]


def test_the_tenant_ends_a_consultants_role_at_once(cast):
    grant = consultant(cast, cast.member)
    with cast.acting(cast.admin):
        withdraw_role(grant, by=cast.admin)
    assert not rights_on(cast.member, cast.root.pk)
    assert not Membership.objects.get(user=cast.member).is_active


def test_the_last_administrator_stays(cast):
    consultant(cast, cast.member)
    last = RoleGrant.objects.get(user=cast.admin)
    assert refusal(cast, cast.member, withdraw_role, last) == ["last_administrator"]


@pytest.mark.parametrize("days", [None, 181, 10_000])
def test_a_consultant_has_a_last_day_within_180_days(cast, days):
    ends_on = None if days is None else TODAY + timedelta(days=days)
    terms = {"role_code": "consultant", "node": cast.root, "ends_on": ends_on, "on": TODAY}
    assert refusal(cast, cast.admin, grant_role, cast.member, **terms) == ["consulting_too_long"]


def test_a_consultant_may_stay_180_days(cast):
    with cast.acting(cast.admin):
        grant = grant_role(
            cast.member,
            role_code="consultant",
            node=cast.root,
            by=cast.admin,
            ends_on=TODAY + LONGEST_CONSULTING,
            on=TODAY,
        )
    assert grant.ends_on == TODAY + timedelta(days=180)


def test_a_role_does_not_end_in_the_past_and_is_known(cast):
    past = {"role_code": "auditor", "node": cast.root, "ends_on": TODAY - timedelta(days=1), "on": TODAY}
    assert refusal(cast, cast.admin, grant_role, cast.member, **past) == ["end_passed"]
    assert refusal(cast, cast.admin, grant_role, cast.member, role_code="king", node=cast.root) == ["role_unknown"]


def test_the_database_refuses_a_consultant_without_an_end_in_time(cast):
    with refused("consultant_ends"):
        write_grant(cast.member, role_code="consultant", node=cast.root)
    with refused("consultant_ends"):
        consultant(cast, cast.member, days=5_000)
    grant = consultant(cast, cast.member)
    with refused("consultant_ends"):
        RoleGrant.objects.filter(pk=grant.pk).update(ends_on=None)
    with refused("consultant_ends"):
        RoleGrant.objects.filter(pk=grant.pk).update(ends_on=TODAY + timedelta(days=5_000))


def test_the_database_keeps_what_bars_a_person(cast):
    grant = consultant(cast, cast.member)
    with refused("role_code_fixed"):
        Role.objects.filter(code="consultant").update(code="guest")
    with refused("grant_fixed"):
        RoleGrant.objects.filter(pk=grant.pk).update(role=Role.objects.get(code="controller"))
