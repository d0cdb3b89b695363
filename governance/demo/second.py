"""The second organization: a real program, taken over as of the day it was recorded."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from governance.actions.organizations import create_organization
from governance.actions.takeover import take_over_program
from governance.demo.people import IN_BOTH, PEOPLE
from governance.demo.scene import Say
from governance.takeover.source import content_sha256
from governance.workbook.reading import open_workbook
from portfolio import tenancy
from portfolio.actions.members import grant_role
from portfolio.actions.organizations import add_member
from portfolio.choices import NodeKind
from portfolio.models import Node, Organization, User

SLUG, NAME, CURRENCY, TIME_ZONE = "us-hhs", "US HHS IT portfolio 2013", "USD", "America/New_York"
RECORDED_ON = date(2012, 6, 30)
SAMPLE = Path(__file__).parents[2] / "samples" / "us_hhs_it_2013" / "workbook"


def load_second(people: dict[str, User], say: Say) -> Organization:
    """The organization stands with the program of the sample, taken over as of the day on which it stands still."""
    admin = people["admin"]
    organization, _admin = create_organization(
        slug=SLUG,
        name=NAME,
        currency=CURRENCY,
        on=RECORDED_ON,
        time_zone=TIME_ZONE,
        admin_email=admin.email,
        stands_on=RECORDED_ON,
    )
    with tenancy.tenant(organization.pk, user_id=admin.pk):
        root = Node.objects.get(kind=NodeKind.ORGANIZATION)
        roles = {person.key: person.role for person in PEOPLE}
        for key in IN_BOTH:
            add_member(people[key], on=RECORDED_ON)
            grant_role(people[key], role_code=roles[key], node=root, by=admin)
    _import(organization, people["office"], say)
    return organization


def _import(organization: Organization, office: User, say: Say) -> None:
    with tenancy.tenant(organization.pk, user_id=office.pk):
        take_over_program(
            open_workbook(SAMPLE),
            by=office,
            on=RECORDED_ON,
            today=RECORDED_ON,
            name="US HHS IT portfolio",
            sha256=content_sha256(SAMPLE),
            tell=lambda line: say(f"  {line}"),
        )
