"""Setting up an organization with everything it needs on its first day."""

from __future__ import annotations

from datetime import date

from finance.actions.calendar import open_fiscal_years
from portfolio.actions.members import write_grant
from portfolio.actions.organizations import add_member, add_person, found_organization
from portfolio.choices import NodeKind
from portfolio.models import Node, Organization, User

# Fiscal years around the founding day that have periods from the start; imports open further ones.
YEARS_BACK, YEARS_AHEAD = 3, 6


def create_organization(
    *,
    slug: str,
    name: str,
    currency: str,
    on: date,
    fiscal_year_start: int = 1,
    time_zone: str = "UTC",
    admin_email: str = "",
    stands_on: date | None = None,
) -> tuple[Organization, User | None]:
    """The organization exists with settings, root node, default roles, fiscal periods, and a tenant administrator.

    With `stands_on` time stands still there: it is a sample, judged as of that day for ever.

    Refused: a taken slug and malformed input, see `found_organization`.
    """
    with found_organization(
        slug=slug,
        name=name,
        currency=currency,
        fiscal_year_start=fiscal_year_start,
        time_zone=time_zone,
        stands_on=stands_on,
    ) as organization:
        open_fiscal_years(first=on.year - YEARS_BACK, last=on.year + YEARS_AHEAD)
        admin = _administrator(admin_email, on) if admin_email else None
        return organization, admin


def _administrator(email: str, on: date) -> User:
    admin = add_person(email)
    add_member(admin, on=on)
    write_grant(admin, role_code="tenant_admin", node=Node.objects.get(kind=NodeKind.ORGANIZATION))
    return admin
