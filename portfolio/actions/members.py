"""Granting and withdrawing roles."""

from __future__ import annotations

from datetime import date

from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from guardian.shortcuts import assign_perm

from portfolio.access import require
from portfolio.choices import Right
from portfolio.deeds import deed
from portfolio.models import Node, NodePermission, Role, RoleGrant, User


def grant_role(user: User, *, role_code: str, node: Node, by: User, ends_on: date | None = None) -> RoleGrant:
    """The person holds the role on the node and all below. Refused without the right to manage members there.

    Recorded: the deed, the grant with its history, and one permission row for each right of the role.
    """
    require(by, Right.MANAGE_MEMBERS, node.pk)
    with deed("role_granted", by=by, subject=node, details={"user": user.pk, "role": role_code}):
        return write_grant(user, role_code=role_code, node=node, ends_on=ends_on)


def write_grant(user: User, *, role_code: str, node: Node, ends_on: date | None = None) -> RoleGrant:
    """Writes grant and permission rows without asking for a right: for set-up and import, which asked before.

    A role held already ends on the day now given.
    """
    role = Role.objects.get(code=role_code)
    grant, created = RoleGrant.objects.get_or_create(role=role, user=user, node=node, defaults={"ends_on": ends_on})
    if not created and grant.ends_on != ends_on:
        grant.ends_on = ends_on
        grant.save(update_fields=["ends_on"])
    for right in role.rights:
        assign_perm(right, user, node)
    return grant


def withdraw_role(grant: RoleGrant, *, by: User, reason: str = "") -> None:
    """The person no longer holds the role there; rights that another role of the person gives there stay."""
    require(by, Right.MANAGE_MEMBERS, grant.node_id)
    with deed("role_withdrawn", by=by, subject=grant.node, reason=reason, details={"user": grant.user_id}):
        _remove(grant)


def withdraw_ended_roles(*, on: date) -> int:
    """Roles whose last day lies before `on` are held no longer; returns how many were withdrawn.

    Recorded: a deed of the system for each, and the history of the grant.
    """
    ended = RoleGrant.objects.select_for_update(of=("self",)).filter(ends_on__lt=on)
    grants = list(ended.select_related("role", "user", "node").order_by("pk"))
    for grant in grants:
        details = {"user": grant.user_id, "role": grant.role.code}
        with deed("role_ended", by=None, subject=grant.node, details=details):
            _remove(grant)
    return len(grants)


def _remove(grant: RoleGrant) -> None:
    node, user = grant.node, grant.user
    kept = {
        right
        for other in RoleGrant.objects.filter(user=user, node=node).exclude(pk=grant.pk).select_related("role")
        for right in other.role.rights
    }
    lost = set(grant.role.rights) - kept
    grant.delete()
    permissions = Permission.objects.filter(content_type=ContentType.objects.get_for_model(Node), codename__in=lost)
    NodePermission.objects.filter(user=user, content_object=node, permission__in=permissions).delete()
