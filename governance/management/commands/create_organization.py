"""`manage.py create_organization`: a new client, ready to work."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone

from governance.actions.organizations import create_organization
from portfolio.errors import DomainError
from portfolio.models import Organization, User


class Command(BaseCommand):
    """Prints what to do next; a refusal is one sentence with exit code 1."""

    help = "Creates an organization with its roles, fiscal calendar and, if named, its administrator."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--slug", required=True, help="its address: small letters, digits, hyphens")
        parser.add_argument("--name", required=True)
        parser.add_argument("--currency", required=True, help="three capital letters, as in EUR")
        parser.add_argument("--fiscal-year-start", type=int, default=1, metavar="MONTH", help="1 to 12; default 1")
        parser.add_argument("--time-zone", default="UTC", help="as in Europe/Berlin; default UTC")
        parser.add_argument("--admin", default="", metavar="EMAIL", help="who administrates it")

    def handle(self, *args: Any, **options: Any) -> None:
        self._refuse(options)
        try:
            with transaction.atomic():
                organization, admin = create_organization(
                    slug=options["slug"],
                    name=options["name"].strip(),
                    currency=options["currency"],
                    on=timezone.now().astimezone(_zone(options["time_zone"])).date(),
                    fiscal_year_start=options["fiscal_year_start"],
                    time_zone=options["time_zone"],
                    admin_email=options["admin"],
                )
        except DomainError as refusal:
            raise CommandError(" ".join(refusal.sentences)) from None
        self.stdout.write(f"Created {organization.name} at /o/{organization.slug}/.")
        for line in _next_steps(organization, admin):
            self.stdout.write(line)

    def _refuse(self, options: dict[str, Any]) -> None:
        if not options["name"].strip() or len(options["name"].strip()) > 200:
            raise CommandError("A name has 1 to 200 characters.")
        if options["admin"]:
            try:
                validate_email(options["admin"])
            except ValidationError:
                raise CommandError(f"“{options['admin']}” is no e-mail address.") from None


def _zone(name: str) -> ZoneInfo:
    """The zone; an unknown one is refused by the action itself, so that all refusals come at once."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def _next_steps(organization: Organization, admin: User | None) -> list[str]:
    if admin is None:
        return ["It has no administrator yet; make somebody one before it can be used."]
    steps = [] if admin.has_usable_password() else [f"Set a password: manage.py changepassword {admin.email}"]
    return [
        f"{admin.email} is its administrator.",
        *steps,
        f"Take over a running program: manage.py import_workbook PATH --organization {organization.slug} "
        f"--as {admin.email}",
    ]
