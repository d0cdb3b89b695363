"""A person's clients: the organizations where the person is consultant or administrator.

Each is asked in its own name, one after the other; no statement ever looks into two.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from governance.models import PublishedFigures
from portfolio import tenancy
from portfolio.actions.members import CONSULTANT, TENANT_ADMIN
from portfolio.middleware import today
from portfolio.models import Organization, RoleGrant, User

CLIENT_ROLES = (CONSULTANT, TENANT_ADMIN)


@dataclass(frozen=True)
class Client:
    """One organization; `figures` are None where it publishes nothing, `ends_on` where the role has no end."""

    organization: Organization
    is_consultant: bool
    ends_on: date | None
    days_left: int | None
    figures: PublishedFigures | None


def clients_of(user: User, organizations: list[Organization], *, now: datetime) -> list[Client]:
    """Those of the person's organizations that are clients, in the order given."""
    found = []
    for organization in organizations:
        with tenancy.tenant(organization.pk, user_id=user.pk):
            client = _client(user, organization, today(organization, now))
        if client is not None:
            found.append(client)
    return found


def _client(user: User, organization: Organization, on: date) -> Client | None:
    grants = RoleGrant.objects.filter(user=user, role__code__in=CLIENT_ROLES).select_related("role")
    held = [grant for grant in grants if grant.ends_on is None or grant.ends_on >= on]
    if not held:
        return None
    consulting = [grant for grant in held if grant.role.code == CONSULTANT]
    ends_on = min((grant.ends_on for grant in consulting if grant.ends_on is not None), default=None)
    return Client(
        organization=organization,
        is_consultant=bool(consulting),
        ends_on=ends_on,
        days_left=None if ends_on is None else (ends_on - on).days,
        figures=PublishedFigures.objects.first(),
    )
