"""Founding the demo's organization: people, committees, master data, rates, hierarchy, targets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from finance.actions.rates import lock_plan_rates, set_plan_rate, set_target
from governance.actions.organizations import create_organization
from governance.demo.clock import clock_on
from governance.demo.people import PASSWORD, PEOPLE
from governance.demo.scene import Names, Say, Scene
from governance.demo.structure import (
    BUSINESS_UNITS,
    COMMITTEES,
    CURRENCY,
    FUNCTIONS,
    LEGAL_ENTITIES,
    NAME,
    PLAN_RATES,
    PNL_LINES,
    PORTFOLIOS,
    SLUG,
    TARGETS,
    TIME_ZONE,
    Place,
)
from portfolio import tenancy
from portfolio.actions.committees import create_committee
from portfolio.actions.master_data import Entry, enter_master_data
from portfolio.actions.members import CONSULTANT, grant_role
from portfolio.actions.organizations import add_member, add_person
from portfolio.actions.structure import create_node
from portfolio.choices import NodeKind
from portfolio.models import (
    BusinessUnit,
    CostCentre,
    Function,
    GLAccount,
    LegalEntity,
    Node,
    PnlLine,
    User,
)

# The program began well before anything the demo shows.
FOUNDED_DAYS_AGO = 550
# How long the consultant still helps.
CONSULTING = timedelta(days=120)


@dataclass(frozen=True)
class Package:
    """A package of the demo, ready to take measures."""

    node: Node
    key: str
    owners: tuple[str, ...]
    currency: str
    path: tuple[str, ...]


def found(today: date, say: Say, *, slug: str = SLUG) -> tuple[Scene, list[Package]]:
    """The organization stands, without a measure. Refused: when its address is taken."""
    say(f"  {len(PEOPLE)} people, {sum(person.signs_in for person in PEOPLE)} of them with a password")
    people = {person.key: _person(person.email, person.name, person.signs_in) for person in PEOPLE}
    founded = today - timedelta(days=FOUNDED_DAYS_AGO)
    organization, _admin = create_organization(
        slug=slug, name=NAME, currency=CURRENCY, on=founded, time_zone=TIME_ZONE, admin_email=people["admin"].email
    )
    with tenancy.acting_as(organization_id=organization.pk, user_id=people["admin"].pk):
        scene = Scene(organization.pk, clock_on(today), Names(people=people))
        root = Node.objects.get(kind=NodeKind.ORGANIZATION)
        _admit(scene, root, founded)
        _committees(scene, founded)
        _master_data(scene)
        _rates(scene)
        packages = [package for place in PORTFOLIOS for package in _build(scene, root, place)]
        _target(scene, root, 100)
    say(f"  {len(packages)} packages in {len(PORTFOLIOS)} portfolios")
    return scene, packages


def _person(email: str, name: str, signs_in: bool) -> User:
    return add_person(email, name=name, password=PASSWORD if signs_in else None)


def _admit(scene: Scene, root: Node, founded: date) -> None:
    admin = scene.person("admin")
    for person in PEOPLE:
        add_member(scene.person(person.key), on=founded)
        if person.key != "admin":
            ends = {"ends_on": scene.clock.today + CONSULTING, "on": scene.clock.today}
            limit = ends if person.role == CONSULTANT else {}
            scene.act(grant_role, scene.person(person.key), role_code=person.role, node=root, by=admin, **limit)


def _committees(scene: Scene, founded: date) -> None:
    for one in COMMITTEES:
        scene.names.committees[one.name] = scene.act(
            create_committee,
            one.name,
            chair=scene.person(one.chair),
            deputy=scene.person(one.deputy),
            members=[scene.person(member) for member in one.members],
            secretary=scene.person("office"),
            by=scene.person("admin"),
            on=founded,
        )


def _master_data(scene: Scene) -> None:
    names = scene.names
    names.legal_entities = _entries(scene, LegalEntity, LEGAL_ENTITIES)
    names.business_units = _entries(scene, BusinessUnit, BUSINESS_UNITS)
    names.functions = _entries(scene, Function, FUNCTIONS)
    names.pnl_lines = _entries(scene, PnlLine, [(code, name) for code, (name, _) in PNL_LINES.items()])
    for place, (code, (_, accounts)) in enumerate(PNL_LINES.items(), 4):
        numbered = [(f"{place}{number}00", name) for number, name in enumerate(accounts, 1)]
        names.gl_accounts[code] = list(_entries(scene, GLAccount, numbered).values())


def _entries(scene: Scene, kind: type[Entry], rows: Sequence[tuple[str, str]]) -> dict[str, Entry]:
    admin = scene.person("admin")
    return {code: scene.act(enter_master_data, kind, code=code, name=name, by=admin) for code, name in rows}


def _rates(scene: Scene) -> None:
    admin, year = scene.person("admin"), scene.clock.fiscal_year
    for currency, rates in PLAN_RATES.items():
        for offset, rate in rates.items():
            scene.act(set_plan_rate, currency, year + offset, rate, by=admin)
    for offset in (-2, -1, 0):
        scene.act(lock_plan_rates, year + offset, by=admin)


def _build(scene: Scene, parent: Node, place: Place, above: tuple[Place, ...] = ()) -> Iterator[Package]:
    named = {field: _named(scene, field, key) for field, key in place.named.items()}
    node = scene.act(create_node, parent, name=place.name, by=scene.person("office"), **named)
    way = (*above, place)
    if place.key:
        _cost_centre(scene, place)
        owners = next(one.owners for one in reversed(way) if one.owners)
        currency = next((one.currency for one in reversed(way) if one.currency), CURRENCY)
        yield Package(node, place.key, owners, currency, tuple(one.name for one in way))
    for below in place.below:
        yield from _build(scene, node, below, way)
    if place.target:
        _target(scene, node, place.target)


def _named(scene: Scene, field: str, key: str) -> object:
    names = scene.names
    return {
        "committee": names.committees,
        "controller": names.people,
        "sponsor": names.people,
        "business_unit": names.business_units,
        "function": names.functions,
        "legal_entity": names.legal_entities,
    }[field][key]  # type: ignore[index]


def _cost_centre(scene: Scene, place: Place) -> None:
    number = 2000 + 10 * len(scene.names.cost_centres)
    scene.names.cost_centres[place.key] = scene.act(
        enter_master_data, CostCentre, code=str(number), name=place.name, by=scene.person("admin")
    )


def _target(scene: Scene, node: Node, percent: int) -> None:
    for offset, amount in TARGETS.items():
        scene.act(
            set_target,
            node,
            scene.clock.fiscal_year + offset,
            amount * Decimal(percent) / 100,
            by=scene.person("office"),
        )
