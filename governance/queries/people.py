"""The people of an organization with their roles, who is invited, and what consultants have read."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from governance.models import ConsultantRead, Invitation
from portfolio.models import Membership, RoleGrant, User
from portfolio.tenancy import current_organization_id


@dataclass(frozen=True)
class Person:
    """A member with the roles held; `is_active` is false for somebody who is named here and may do nothing."""

    user: User
    is_active: bool
    grants: tuple[RoleGrant, ...]


def people_of_organization() -> list[Person]:
    """All members by name, with their roles; three statements however many there are."""
    grants: dict[int, list[RoleGrant]] = defaultdict(list)
    for grant in RoleGrant.objects.select_related("role", "node").order_by("role__name", "pk"):
        grants[grant.user_id].append(grant)
    members = Membership.objects.filter(organization_id=current_organization_id()).select_related("user")
    return [
        Person(one.user, one.is_active and one.user.is_active, tuple(grants[one.user_id]))
        for one in members.order_by("user__name", "user__email")
    ]


@dataclass(frozen=True)
class Waiting:
    """An invitation that is neither accepted nor withdrawn."""

    invitation: Invitation
    is_expired: bool


def waiting_invitations(now: datetime) -> list[Waiting]:
    rows = Invitation.objects.filter(accepted_at=None, revoked_at=None).select_related("role", "node", "invited_by")
    return [Waiting(row, row.expires_at <= now) for row in rows.order_by("-pk")]


def consultant_reads() -> QuerySet[ConsultantRead, ConsultantRead]:
    """Every page opened under a consultant's role, the latest first."""
    return ConsultantRead.objects.order_by("-at", "-pk")
