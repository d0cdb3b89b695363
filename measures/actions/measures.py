"""Creating and describing measures, and changing who is responsible for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from measures.choices import DoI
from measures.errors import ended_objections, field_objections
from measures.models import Measure, MeasurePackage
from measures.queries import require_on_measure, rights_on_measure
from portfolio.access import is_active_member, not_allowed, require
from portfolio.actions.structure import RESPONSIBLE, next_code
from portfolio.choices import NodeKind, Right
from portfolio.deeds import deed, refuse_stale
from portfolio.errors import Objection, Refused
from portfolio.models import Node, NodeClosure, OrganizationSettings, User

# What may be described at any time before the end, and what is part of the promise and so frozen from Decided on.
FREE_FIELDS = frozenset(
    {
        "name",
        "description",
        "problem",
        "line_owner",
        "business_unit",
        "function",
        "legal_entity",
        "budget_name",
        "lessons_learned",
        "effect_start_confirmed",
        "due_identified",
        "due_detailed",
        "due_decided",
        "due_implemented",
        "due_closed",
    }
)
FROZEN_FIELDS = frozenset(
    {
        "likely_potential",
        "low_potential",
        "high_potential",
        "reference_base",
        "reference_source",
        "reference_period",
    }
)
# Who decides and pays is not for those who deliver to name.
BODY_FIELDS = frozenset({"sponsor", "committee"})


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
    name, a taken code, a malformed currency, or one person as owner and controller or as controller and sponsor.
    Recorded: the deed and the measure's history.
    """
    require(by, Right.CREATE_MEASURE, node.pk)
    with deed("measure_created", by=by, subject=node, details={"name": name}):
        inherited = {**inherited_roles(node), **{k: v for k, v in fields.items() if v is not None}}
        _refuse_new(node, name=name, owner=owner, code=code, currency=currency, roles=inherited)
        package, _created = MeasurePackage.objects.get_or_create(node=node)
        return Measure.objects.create(
            package=package,
            code=code or next_code("measure", "M"),
            name=name.strip(),
            owner=owner,
            currency=currency or OrganizationSettings.objects.get().currency,
            stage_since=on,
            milestones_kept_on=on,
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


def _refuse_new(node: Node, *, name: str, owner: User, code: str, currency: str, roles: dict[str, Any]) -> None:
    objections = role_objections(owner, roles.get("controller"), roles.get("sponsor"))
    if node.kind != NodeKind.PACKAGE:
        objections.append(Objection("not_a_package", _("Measures stand in measure packages.")))
    if NodeClosure.objects.filter(descendant=node, ancestor__archived=True).exists():
        objections.append(Objection("node_archived", _("“%(name)s” is archived."), {"name": node.name}))
    objections += _name_objections(name)
    if code and Measure.objects.filter(code=code).exists():
        objections.append(Objection("code_taken", _("The code “%(code)s” is already taken."), {"code": code}))
    if currency and not (len(currency) == 3 and currency.isascii() and currency.isalpha() and currency.isupper()):
        objections.append(Objection("currency_invalid", _("A currency has three capital letters, such as EUR.")))
    if objections:
        raise Refused(*objections)


def _name_objections(name: str) -> list[Objection]:
    if not name.strip():
        return [Objection("name_missing", _("A measure needs a name."))]
    if len(name.strip()) > 200:
        return [Objection("name_too_long", _("A name has at most 200 characters."))]
    return []


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


def lock_measure(measure: Measure, expected_version: int | None = None) -> Measure:
    """The measure as it is now, held until the transaction ends; raises `Conflict` when a form is out of date."""
    related = ("package", "owner", "controller", "sponsor", "line_owner", "committee")
    fresh = Measure.objects.select_for_update(of=("self",)).select_related(*related).get(pk=measure.pk)
    refuse_stale(fresh, expected_version)
    return fresh


def lock_measures(measures: Iterable[Measure]) -> list[Measure]:
    """Several measures held at once, in the order of their ids, so that two bulk deeds never wait for each other."""
    ids = [measure.pk for measure in measures]
    return list(Measure.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk"))


def save_measure(measure: Measure, fields: Iterable[str]) -> Measure:
    """Writes these fields and counts the version up."""
    measure.version += 1
    measure.save(update_fields=[*fields, "sort_key", "version"])
    return measure


def edit_measure(measure: Measure, *, by: User, expected_version: int | None = None, **fields: Any) -> Measure:
    """The measure is described by the given fields.

    Sponsor and committee are named by the sponsor or those who build the structure. Refused: without the right, a
    stale form, a closed or cancelled measure, reference base and potential from Decided on, a blank name, one
    person as controller and sponsor, impossible low and high potential. Recorded: deed and history.
    """
    _require_edit(by, measure, fields)
    with deed("measure_edited", by=by, subject=measure, details={"fields": sorted(fields)}):
        measure = lock_measure(measure, expected_version)
        changed = {name: value for name, value in fields.items() if getattr(measure, name) != value}
        _refuse_edit(measure, changed)
        for name, value in changed.items():
            setattr(measure, name, value)
        return save_measure(measure, changed) if changed else measure


def _require_edit(by: User, measure: Measure, fields: Mapping[str, Any]) -> None:
    if unknown := set(fields) - FREE_FIELDS - FROZEN_FIELDS - BODY_FIELDS:
        raise TypeError(f"no field of a measure that can be edited: {sorted(unknown)}")
    if set(fields) - BODY_FIELDS or not fields:
        require_on_measure(by, Right.EDIT_WORK, measure)
    if BODY_FIELDS & set(fields):
        vacant = all(getattr(measure, f"{name}_id") is None for name in BODY_FIELDS & set(fields))
        require_role_change(by, measure, vacant=vacant)


def _refuse_edit(measure: Measure, changed: Mapping[str, Any]) -> None:
    objections = ended_objections(measure)
    if measure.stage >= DoI.DECIDED:
        objections += [_frozen(measure, name) for name in sorted(FROZEN_FIELDS & set(changed))]
    if "name" in changed:
        objections += _name_objections(changed["name"])
    if changed.get("sponsor") is not None:
        objections += role_objections(None, measure.controller, changed["sponsor"])
    objections += field_objections(measure, {name: value for name, value in changed.items() if name != "name"})
    objections += _potential_objections(measure, changed)
    if objections:
        raise Refused(*objections)


def _frozen(measure: Measure, name: str) -> Objection:
    label = measure._meta.get_field(name).verbose_name  # type: ignore[union-attr]
    return Objection(
        "field_frozen",
        _("“%(field)s” is part of what was decided and stays as it is."),
        {"field": label, "name": name},
    )


def _potential_objections(measure: Measure, changed: Mapping[str, Any]) -> list[Objection]:
    low, likely, high = (
        changed.get(name, getattr(measure, name)) for name in ("low_potential", "likely_potential", "high_potential")
    )
    known = [amount for amount in (low, likely, high) if amount is not None]
    if {"low_potential", "likely_potential", "high_potential"} & set(changed) and known != sorted(known):
        return [Objection("potential_order", _("The potential rises from low over likely to high."))]
    return []


def require_role_change(by: User, measure: Measure, *, vacant: bool) -> None:
    """The sponsor changes offices; a vacant office may also be filled by those who build the structure there."""
    held = rights_on_measure(by, measure)
    if not (Right.CHANGE_ROLES in held or (vacant and Right.EDIT_STRUCTURE in held)):
        raise not_allowed(Right.CHANGE_ROLES)


def change_owner(measure: Measure, *, to: User, by: User, reason: str, on: date) -> Measure:
    """The measure has a new owner: a logged decision of its sponsor, which makes an open submission stale.

    Refused: without the right, without a reason, somebody who is no active member, the measure's controller, a
    closed or cancelled measure. Recorded: deed with reason, history, and who held the office (by the database).
    """
    return _change_office(measure, "owner", to=to, by=by, reason=reason, on=on)


def change_controller(measure: Measure, *, to: User, by: User, reason: str, on: date) -> Measure:
    """The measure has a new controller: a logged decision of its sponsor, which makes an open submission stale.

    Refused: without the right, without a reason, somebody who is no active member, the measure's owner or
    sponsor, a closed or cancelled measure. Recorded: deed with reason, history, and who held the office.
    """
    return _change_office(measure, "controller", to=to, by=by, reason=reason, on=on)


def _change_office(measure: Measure, office: str, *, to: User, by: User, reason: str, on: date) -> Measure:
    require_role_change(by, measure, vacant=getattr(measure, f"{office}_id") is None)
    details = {"from": getattr(measure, f"{office}_id"), "to": to.pk, "on": on.isoformat()}
    with deed(f"{office}_changed", by=by, subject=measure, reason=reason, details=details):
        measure = lock_measure(measure)
        _refuse_office(measure, office, to, reason)
        setattr(measure, office, to)
        return save_measure(measure, [office])


def _refuse_office(measure: Measure, office: str, to: User, reason: str) -> None:
    people = {"owner": measure.owner, "controller": measure.controller, office: to}
    objections = ended_objections(measure)
    objections += role_objections(people["owner"], people["controller"], measure.sponsor)
    if not is_active_member(to):
        objections.append(
            Objection("not_a_member", _("%(name)s is no active member of this organization."), {"name": to.name})
        )
    if not reason.strip():
        objections.append(Objection("reason_missing", _("Say why the office changes hands.")))
    if objections:
        raise Refused(*objections)
