"""Creating and describing measures."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from measures.models import Measure, MeasurePackage
from portfolio.access import require
from portfolio.actions.structure import RESPONSIBLE, next_code
from portfolio.choices import NodeKind, Right
from portfolio.deeds import deed
from portfolio.errors import Objection, Refused
from portfolio.models import Node, NodeClosure, OrganizationSettings, User


def create_measure(
    node: Node,
    *,
    name: str,
    owner: User,
    by: User,
    on: date,
    code: str = "",
    currency: str = "",
    **fields: Any,
) -> Measure:
    """A measure stands Defined in the package `node`, with everything it inherits from above already its own.

    Controller, sponsor, committee, business unit, function and legal entity not given are taken from the nearest
    node above that names them. Refused: without the right, outside a package, in an archived place, with a blank
    name, a taken code, or one person as owner and controller or as controller and sponsor. Recorded: the deed and
    the measure's history.
    """
    require(by, Right.CREATE_MEASURE, node.pk)
    with deed("measure_created", by=by, subject=node, details={"name": name}):
        inherited = {**inherited_roles(node), **{k: v for k, v in fields.items() if v is not None}}
        _refuse_new(node, name=name, owner=owner, code=code, roles=inherited)
        package, _created = MeasurePackage.objects.get_or_create(node=node)
        return Measure.objects.create(
            package=package,
            code=code or next_code("measure", "M"),
            name=name.strip(),
            owner=owner,
            currency=currency or OrganizationSettings.objects.get().currency,
            stage_since=on,
            **inherited,
        )


def inherited_roles(node: Node) -> dict[str, Any]:
    """What the nearest nodes at or above name: field to value, only where somebody named it."""
    above = (
        NodeClosure.objects.filter(descendant=node)
        .order_by("depth")
        .select_related("ancestor", *(f"ancestor__{name}" for name in RESPONSIBLE))
    )
    found: dict[str, Any] = {}
    for link in above:
        for field in RESPONSIBLE:
            value = getattr(link.ancestor, field)
            if value is not None:
                found.setdefault(field, value)
    return found


def _refuse_new(node: Node, *, name: str, owner: User, code: str, roles: dict[str, Any]) -> None:
    objections = role_objections(owner, roles.get("controller"), roles.get("sponsor"))
    if node.kind != NodeKind.PACKAGE:
        objections.append(Objection("not_a_package", _("Measures stand in measure packages.")))
    if NodeClosure.objects.filter(descendant=node, ancestor__archived=True).exists():
        objections.append(Objection("node_archived", _("“%(name)s” is archived."), {"name": node.name}))
    if not name.strip():
        objections.append(Objection("name_missing", _("A measure needs a name.")))
    if code and Measure.objects.filter(code=code).exists():
        objections.append(Objection("code_taken", _("The code “%(code)s” is already taken."), {"code": code}))
    if objections:
        raise Refused(*objections)


def role_objections(owner: User | None, controller: User | None, sponsor: User | None) -> list[Objection]:
    """Segregation of duties among the offices of one measure (domain §2)."""
    objections = []
    if controller is not None and controller == owner:
        objections.append(
            Objection("owner_is_controller", _("Nobody controls what they own. Name another controller or owner."))
        )
    if controller is not None and controller == sponsor:
        objections.append(
            Objection(
                "controller_is_sponsor", _("Nobody controls what they sponsor. Name another controller or sponsor.")
            )
        )
    return objections
