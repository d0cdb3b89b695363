"""`manage.py export_audit`: the sealed trail of an organization as a signed archive."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from governance.queries.seals import Head
from governance.sealing.exporting import write_archive
from governance.sealing.signing import new_key, public_key
from portfolio import tenancy
from portfolio.errors import Refused
from portfolio.models import Organization


class Command(BaseCommand):
    help = "Writes the sealed trail of an organization as a signed archive, for tools/verify_audit.py."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--organization", metavar="SLUG")
        parser.add_argument("--out", metavar="FILE", help="the archive to write; an existing file is not overwritten")
        parser.add_argument("--new-key", action="store_true", help="only print a fresh key for AUDIT_SIGNING_KEY")

    def handle(self, *args: Any, organization: str | None, out: str | None, **options: Any) -> None:
        if options["new_key"]:
            self.stdout.write(new_key())
            return
        if not organization or not out:
            raise CommandError("Name --organization and --out.")
        found = Organization.objects.filter(slug=organization).first()
        if found is None:
            raise CommandError(f"There is no organization “{organization}”.")
        head = _write(found, Path(out))
        reach = f"sealed up to {head.line}" if head else "nothing is sealed yet"
        self.stdout.write(f"{out}: {reach}; signed by the key {public_key()}.")


def _write(organization: Organization, out: Path) -> Head | None:
    """Complete or not at all: what breaks half-way leaves no file."""
    try:
        with open(out, "xb") as file, tenancy.tenant(organization.pk):
            return write_archive(organization, file, now=timezone.now())
    except OSError as error:
        raise CommandError(f"“{out}” cannot be written: {error.strerror}.") from error
    except Refused as error:
        out.unlink(missing_ok=True)
        raise CommandError(" ".join(error.sentences)) from error
