"""Founding an organization as its consultant, and handing it over."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from governance.actions.blueprints import apply_blueprint
from governance.actions.organizations import create_organization
from governance.setup.document import Document
from measures.models import Measure
from portfolio import tenancy
from portfolio.actions.members import (
    CONSULTANT,
    LONGEST_CONSULTING,
    administrators,
    consulting_too_long,
    end_consulting,
    is_consultant,
    write_grant,
)
from portfolio.actions.organizations import add_member
from portfolio.choices import NodeKind
from portfolio.deeds import deed
from portfolio.errors import NotAllowed, Objection, Refused
from portfolio.models import CommitteeMember, Node, Organization, RoleGrant, User


def found_client(
    *,
    slug: str,
    name: str,
    currency: str,
    time_zone: str,
    blueprint: Document | None,
    days: int,
    by: User,
    now: datetime,
) -> Organization:
    """The organization exists, set up by the blueprint, with the person as its consultant for so many days.

    Refused: without the platform's leave to found, more than 180 days, a taken address and malformed input, a
    blueprint for another currency. Recorded: the founding, and the blueprint with its hash.
    """
    if not (by.may_found and by.is_active):
        raise NotAllowed(
            Objection("may_not_found", _("You may not found organizations. Whoever runs this server grants that."))
        )
    if not 1 <= days <= LONGEST_CONSULTING.days:
        raise Refused(consulting_too_long())
    on = now.astimezone(_zone(time_zone)).date()
    year = blueprint.sections.get("fiscal_year", {}) if blueprint else {}
    with transaction.atomic():
        organization, _admin = create_organization(
            slug=slug,
            name=name,
            currency=currency,
            on=on,
            fiscal_year_start=year.get("start", 1),
            time_zone=time_zone,
        )
        with tenancy.acting_as(organization_id=organization.pk, user_id=by.pk):
            _begin(by, on=on, ends_on=date.fromordinal(on.toordinal() + days), blueprint=blueprint)
    return organization


def _begin(by: User, *, on: date, ends_on: date, blueprint: Document | None) -> None:
    root = Node.objects.get(kind=NodeKind.ORGANIZATION)
    with deed("organization_founded", by=by, subject=root, details={"until": ends_on.isoformat()}):
        add_member(by, on=on)
        write_grant(by, role_code=CONSULTANT, node=root, ends_on=ends_on)
    if blueprint is not None:
        apply_blueprint(blueprint, by=by, on=on)


def _zone(name: str) -> ZoneInfo:
    """The zone; an unknown one is refused by the founding itself, so that all refusals come at once."""
    try:
        return ZoneInfo(name)
    except (LookupError, ValueError, OSError):
        return ZoneInfo("UTC")


def hand_over(*, by: User, on: date, ends_on: date | None = None, key: UUID | None = None) -> None:
    """The consultant's role ends now, or with the day given; the organization goes on by itself.

    Refused: somebody who is no consultant here; a day in the past or later than the present last day; an
    organization without an administrator; a consultant with another role, office or seat, who would no longer be
    barred from deciding. Recorded: the deed and the history of the grants.
    """
    root = Node.objects.get(kind=NodeKind.ORGANIZATION)
    if not is_consultant(by):
        raise NotAllowed(Objection("not_a_consultant", _("You are no consultant of this organization.")))
    details = {"user": by.pk, "until": (ends_on or on).isoformat()}
    with deed("handed_over", by=by, subject=root, key=key, details=details):
        if objections := hand_over_objections(by):
            raise Refused(*objections)
        end_consulting(by, on=on, ends_on=ends_on)


def hand_over_objections(consultant: User) -> list[Objection]:
    """What stands between a consultant and the end of the work."""
    objections = []
    if not administrators().exclude(user=consultant).exists():
        objections.append(
            Objection("administrator_missing", _("Nobody administrates the organization yet. Invite an administrator."))
        )
    offices = Q(owner=consultant) | Q(controller=consultant) | Q(sponsor=consultant)
    named = Measure.objects.filter(offices).exists()
    seated = CommitteeMember.objects.filter(user=consultant, until__isnull=True).exists()
    if named or seated or RoleGrant.objects.filter(user=consultant).exclude(role__code=CONSULTANT).exists():
        objections.append(
            Objection("roles_remain", _("First give up your other roles, your offices on measures and your seats."))
        )
    return objections
