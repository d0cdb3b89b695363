"""Granting and withdrawing roles."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from guardian.shortcuts import assign_perm

from portfolio.access import require
from portfolio.choices import NodeKind, Right
from portfolio.deeds import deed
from portfolio.errors import Objection, Refused
from portfolio.models import Membership, Node, NodePermission, Role, RoleGrant, User
from portfolio.tenancy import current_organization_id

# The role of somebody who configures for a time; it never lasts longer than this at once (domain §1).
CONSULTANT = "consultant"
TENANT_ADMIN = "tenant_admin"
LONGEST_CONSULTING = timedelta(days=180)


def grant_role(
    user: User,
    *,
    role_code: str,
    node: Node,
    by: User,
    ends_on: date | None = None,
    on: date | None = None,
    key: UUID | None = None,
) -> RoleGrant:
    """The person holds the role on the node and all below.

    Refused: without the right to manage members there; one's own roles; an unknown role; an end that has passed; a
    consultant without an end within 180 days of `on`, or named by another consultant. Recorded: the deed, the grant
    with its history, and one permission row for each right of the role.
    """
    require(by, Right.MANAGE_MEMBERS, node.pk)
    with deed("role_granted", by=by, subject=node, key=key, details={"user": user.pk, "role": role_code}):
        if objections := [*_own(user, by), *role_objections(role_code, by=by, ends_on=ends_on, on=on)]:
            raise Refused(*objections)
        return write_grant(user, role_code=role_code, node=node, ends_on=ends_on)


def _own(user: User, by: User) -> list[Objection]:
    """A role may bar a person from deciding; who could change their own roles could put that off."""
    return [Objection("own_roles", _("Nobody grants or withdraws roles of their own."))] if user == by else []


def role_objections(role_code: str, *, by: User, ends_on: date | None, on: date | None) -> list[Objection]:
    """What speaks against giving the role to anybody until that day."""
    objections = []
    if not Role.objects.filter(code=role_code).exists():
        objections.append(Objection("role_unknown", _("There is no role “%(role)s”."), {"role": role_code}))
    if on is not None and ends_on is not None and ends_on < on:
        objections.append(Objection("end_passed", _("The last day of a role does not lie in the past.")))
    if role_code == CONSULTANT:
        if on is None or ends_on is None or ends_on > on + LONGEST_CONSULTING:
            objections.append(consulting_too_long())
        if is_consultant(by):
            objections.append(
                Objection("consultant_by_tenant", _("Consultants are named by the organization, not by a consultant."))
            )
    return objections


def consulting_too_long() -> Objection:
    return Objection(
        "consulting_too_long",
        _("A consultant's role has a last day, at most %(days)s days ahead."),
        {"days": LONGEST_CONSULTING.days},
    )


def is_consultant(user: User) -> bool:
    """Whether the person holds the role of a consultant anywhere in the organization."""
    return RoleGrant.objects.filter(user=user, role__code=CONSULTANT).exists()


def write_grant(user: User, *, role_code: str, node: Node, ends_on: date | None = None) -> RoleGrant:
    """Writes grant and permission rows without asking for a right: for set-up and import, which asked before.

    A role held already ends on the day now given. The database refuses a consultant without an end in time.
    """
    role = Role.objects.get(code=role_code)
    grant, created = RoleGrant.objects.get_or_create(role=role, user=user, node=node, defaults={"ends_on": ends_on})
    if not created and grant.ends_on != ends_on:
        grant.ends_on = ends_on
        grant.save(update_fields=["ends_on"])
    for right in role.rights:
        assign_perm(right, user, node)
    return grant


def withdraw_role(grant: RoleGrant, *, by: User, reason: str = "", key: UUID | None = None) -> None:
    """The person no longer holds the role there; rights that another role of the person gives there stay.

    Refused: without the right to manage members there; one's own roles; the last administrator. Recorded: the deed
    and the history of the grant.
    """
    require(by, Right.MANAGE_MEMBERS, grant.node_id)
    details = {"user": grant.user_id, "role": grant.role.code}
    with deed("role_withdrawn", by=by, subject=grant.node, reason=reason, key=key, details=details):
        if objections := [*_own(grant.user, by), *_last_administrator(grant)]:
            raise Refused(*objections)
        _remove(grant)


def _last_administrator(grant: RoleGrant) -> list[Objection]:
    if grant.role.code != TENANT_ADMIN or administrators().exclude(pk=grant.pk).exists():
        return []
    return [Objection("last_administrator", _("The organization keeps at least one administrator."))]


def administrators() -> QuerySet[RoleGrant, RoleGrant]:
    """Grants that make an active member administrator of the whole organization, without an end."""
    members = Membership.objects.filter(organization_id=current_organization_id(), is_active=True)
    return RoleGrant.objects.filter(
        role__code=TENANT_ADMIN,
        node__kind=NodeKind.ORGANIZATION,
        ends_on__isnull=True,
        user__is_active=True,
        user__in=members.values("user_id"),
    )


def withdraw_ended_roles(*, on: date) -> int:
    """Roles whose last day lies before `on` are held no longer; returns how many were withdrawn.

    A consultant without an end, as older data may hold, gets the latest there may be. Recorded: a deed of the system
    for each, and the history of the grant.
    """
    _limit_consultants(on)
    ended = RoleGrant.objects.select_for_update(of=("self",)).filter(ends_on__lt=on)
    grants = list(ended.select_related("role", "user", "node").order_by("pk"))
    for grant in grants:
        details = {"user": grant.user_id, "role": grant.role.code}
        with deed("role_ended", by=None, subject=grant.node, details=details):
            _remove(grant)
    return len(grants)


def _limit_consultants(on: date) -> None:
    endless = RoleGrant.objects.select_for_update(of=("self",)).filter(role__code=CONSULTANT, ends_on__isnull=True)
    for grant in endless.select_related("node").order_by("pk"):
        with deed("role_limited", by=None, subject=grant.node, details={"user": grant.user_id, "role": CONSULTANT}):
            grant.ends_on = on + LONGEST_CONSULTING
            grant.save(update_fields=["ends_on"])


def end_consulting(user: User, *, on: date, ends_on: date | None) -> None:
    """The person's consultant roles end now (`ends_on` None) or with that day; written inside the caller's deed.

    Refused: nobody's roles are lengthened, and the day is today or later.
    """
    grants = RoleGrant.objects.select_for_update(of=("self",)).filter(user=user, role__code=CONSULTANT)
    for grant in list(grants.select_related("role", "user", "node").order_by("pk")):
        if ends_on is None:
            _remove(grant)
            continue
        if ends_on < on or (grant.ends_on is not None and ends_on > grant.ends_on):
            raise Refused(Objection("end_not_earlier", _("The new last day lies between today and the present one.")))
        grant.ends_on = ends_on
        grant.save(update_fields=["ends_on"])


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
    if grant.role.code == CONSULTANT and not RoleGrant.objects.filter(user=user).exists():
        # Nothing is left that a guest would come for.
        Membership.objects.filter(organization_id=current_organization_id(), user=user).update(is_active=False)
