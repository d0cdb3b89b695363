"""One cast of persons named by office, in a small organization with one package."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date

import pytest
from django.db import transaction

from governance.actions.organizations import create_organization
from measures.actions.measures import create_measure
from measures.models import Measure
from portfolio import tenancy
from portfolio.actions.members import write_grant
from portfolio.actions.organizations import add_member, add_person
from portfolio.actions.structure import insert_node
from portfolio.choices import NodeKind
from portfolio.models import CommitteeMember, Node, Organization, SteeringCommittee, User

TODAY = date(2026, 10, 15)
PASSWORD = "correct horse battery"


@dataclass
class Cast:
    """People of one organization; `outsider` belongs to another."""

    organization: Organization
    root: Node
    package: Node
    committee: SteeringCommittee
    owner: User
    controller: User
    second_controller: User
    sponsor: User
    chair: User
    deputy: User
    office: User
    auditor: User
    admin: User
    member: User
    outsider: User
    foreign: Organization

    def acting(self, person: User) -> AbstractContextManager[None]:
        """Inside the block the database knows this person as the one who acts."""
        return tenancy.acting_as(organization_id=self.organization.pk, user_id=person.pk)

    def measure(self, **fields: object) -> Measure:
        """A fresh Defined measure with the whole cast in its offices."""
        return create_measure(
            self.package,
            **{"name": "Resin dual sourcing", "owner": self.owner, "by": self.office, "on": TODAY} | fields,
        )


def _person(name: str, organization: Organization, *, role: str = "", node: Node | None = None) -> User:
    user = add_person(f"{name}@{organization.slug}.example", name=name.replace("-", " ").title(), password=PASSWORD)
    add_member(user, on=TODAY)
    if role and node is not None:
        write_grant(user, role_code=role, node=node)
    return user


def found(slug: str, *, currency: str = "EUR") -> tuple[Organization, Node]:
    organization, _admin = create_organization(slug=slug, name=slug.title(), currency=currency, on=TODAY)
    with tenancy.acting_as(organization_id=organization.pk):
        return organization, Node.objects.get(kind=NodeKind.ORGANIZATION)


def assemble(slug: str = "nordlicht") -> Cast:
    """Founds the organization and a foreign one; call inside a transaction."""
    foreign, foreign_root = found(f"{slug}-foreign")
    with tenancy.acting_as(organization_id=foreign.pk):
        outsider = _person("outsider", foreign, role="tenant_admin", node=foreign_root)
    organization, root = found(slug)
    with tenancy.acting_as(organization_id=organization.pk):
        people = {
            name: _person(name.replace("_", "-"), organization, role=role, node=root)
            for name, role in (
                ("owner", "member"),
                ("controller", "controller"),
                ("second_controller", "controller"),
                ("sponsor", "sponsor"),
                ("chair", "committee_member"),
                ("deputy", "committee_member"),
                ("office", "transformation_office"),
                ("auditor", "auditor"),
                ("admin", "tenant_admin"),
                ("member", ""),
            )
        }
        committee = SteeringCommittee.objects.create(
            name="SteerCo", chair=people["chair"], deputy_chair=people["deputy"], quorum=2
        )
        for member in (people["chair"], people["deputy"]):
            CommitteeMember.objects.create(committee=committee, user=member, since=TODAY)
        responsible = {
            "controller": people["controller"],
            "sponsor": people["sponsor"],
            "committee": committee,
        }
        portfolio = insert_node(root, name="Fit for Growth", **responsible)
        program = insert_node(portfolio, name="Operational excellence")
        project = insert_node(program, name="Procurement savings")
        package = insert_node(project, name="Direct materials")
    return Cast(
        organization=organization,
        root=root,
        package=package,
        committee=committee,
        outsider=outsider,
        foreign=foreign,
        **people,
    )


_kept: list[Cast] = []


def keep_cast() -> None:
    """The cast is founded once per run and stands in its database; each test sees it as it was then."""
    with transaction.atomic():
        _kept[:] = [assemble()]


@pytest.fixture
def cast(db: None) -> Iterator[Cast]:
    """The cast, with its organization active and the transformation office acting."""
    people = copy.deepcopy(_kept[0])
    with tenancy.acting_as(organization_id=people.organization.pk, user_id=people.office.pk):
        yield people
