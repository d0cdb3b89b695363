"""Founding an organization."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from zoneinfo import available_timezones

from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from portfolio import tenancy
from portfolio.choices import NodeKind
from portfolio.errors import Objection, Refused
from portfolio.models import Membership, Node, NodeClosure, Organization, OrganizationSettings, Role, User
from portfolio.roles import DEFAULT_ROLES


@contextmanager
def found_organization(
    *,
    slug: str,
    name: str,
    currency: str,
    fiscal_year_start: int = 1,
    time_zone: str = "UTC",
    stands_on: date | None = None,
) -> Iterator[Organization]:
    """Creates an organization with its settings, root node and default roles, and stays in its name.

    With `stands_on` time stands still there: it is a sample, judged as of that day for ever.
    Inside the block the new organization is the active one, in one transaction, so that upper floors can add
    what is theirs. Refused: a slug that is taken, a currency that is no three capital letters, an unknown zone.
    """
    _refuse_bad_input(slug, currency, fiscal_year_start, time_zone)
    with transaction.atomic():
        try:
            with transaction.atomic():
                organization = Organization.objects.create(
                    slug=slug, name=name, time_zone=time_zone, stands_on=stands_on
                )
        except IntegrityError:
            raise Refused(
                Objection("slug_taken", _("The address “%(slug)s” is already taken."), {"slug": slug})
            ) from None
        with tenancy.acting_as(organization_id=organization.pk, user_id=tenancy.current().user_id):
            OrganizationSettings.objects.create(currency=currency, fiscal_year_start=fiscal_year_start)
            root = Node.objects.create(kind=NodeKind.ORGANIZATION, code=slug.upper()[:40], name=name)
            NodeClosure.objects.create(ancestor=root, descendant=root, depth=0)
            _create_roles()
            yield organization


def _refuse_bad_input(slug: str, currency: str, fiscal_year_start: int, time_zone: str) -> None:
    objections = []
    if not slug or not all(c.isascii() and (c.islower() or c.isdigit() or c == "-") for c in slug) or len(slug) > 40:
        objections.append(
            Objection("slug_invalid", _("The address takes small letters, digits and hyphens, at most 40."))
        )
    if len(currency) != 3 or not currency.isascii() or not currency.isupper():
        objections.append(Objection("currency_invalid", _("A currency has three capital letters, such as EUR.")))
    if not 1 <= fiscal_year_start <= 12:
        objections.append(Objection("month_invalid", _("The fiscal year starts in a month from 1 to 12.")))
    if time_zone not in available_timezones():
        objections.append(Objection("time_zone_unknown", _("There is no time zone “%(zone)s”."), {"zone": time_zone}))
    if objections:
        raise Refused(*objections)


def _create_roles() -> None:
    with translation.override("en"):
        for code, name, rights in DEFAULT_ROLES:
            Role.objects.create(code=code, name=str(name), rights=[right.value for right in rights])


def add_person(email: str, *, name: str = "", password: str | None = None, active: bool = True) -> User:
    """The person with this address, created when unknown. A person without a password cannot sign in yet."""
    email = email.strip().lower()
    user = User.objects.filter(email=email).first()
    if user is None:
        user = User.objects.create_user(email, password, name=name or email.split("@")[0], is_active=active)
    return user


def add_member(user: User, *, on: date, active: bool = True) -> Membership:
    """The person belongs to the active organization; an existing membership stays as it is."""
    membership, _created = Membership.objects.get_or_create(
        organization_id=tenancy.current_organization_id(),
        user=user,
        defaults={"is_active": active, "since": on},
    )
    return membership
