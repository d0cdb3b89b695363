"""`manage.py allow_founding`: who may found organizations on this server."""

from __future__ import annotations

from typing import Any

import structlog
from django.core.management.base import BaseCommand, CommandError, CommandParser

from portfolio.models import User

log = structlog.get_logger()


class Command(BaseCommand):
    """Gives or takes the leave to found organizations; it opens no organization to anybody."""

    help = "Lets a person found organizations as their consultant, or withdraws that."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--withdraw", action="store_true", help="the person may found none any more")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(email=options["email"].strip().lower(), is_active=True).first()
        if user is None:
            raise CommandError(f"Nobody signs in as “{options['email']}”.")
        user.may_found = not options["withdraw"]
        user.save(update_fields=["may_found"])
        log.info("founding_allowed" if user.may_found else "founding_withdrawn", user_id=user.pk)
        self.stdout.write(f"{user.email} may{'' if user.may_found else ' not'} found organizations.")
