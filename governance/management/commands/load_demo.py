"""`manage.py load_demo`: the invented manufacturer and the real program, for a first look."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from governance.demo import second, structure
from governance.demo.loading import load_manufacturer, load_program
from portfolio.errors import DomainError
from portfolio.models import Organization


class Command(BaseCommand):
    """Refused outside local settings, and where one of the two organizations stands already."""

    help = "Loads the demo: Nordlicht AG with 150 measures, and the US HHS IT portfolio taken over from its sample."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--on", type=date.fromisoformat, metavar="YYYY-MM-DD", help="the demo's day; default: today"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.LOCAL_SIGN_INS:
            raise CommandError("The demo comes with well-known passwords and is loaded with local settings only.")
        taken = Organization.objects.filter(slug__in=(structure.SLUG, second.SLUG)).values_list("slug", flat=True)
        if taken:
            raise CommandError(f"The demo is loaded already: {', '.join(taken)}. `make demo-reset` starts afresh.")
        try:
            self._load(options["on"] or timezone.now().date())
        except DomainError as refusal:
            raise CommandError(" ".join(refusal.sentences)) from refusal

    def _load(self, today: date) -> None:
        with self._timed(structure.NAME):
            scene = load_manufacturer(today, self._say, side_by_side=True)
        with self._timed(second.NAME):
            load_program(scene.names.people, self._say)

    @contextmanager
    def _timed(self, title: str) -> Iterator[None]:
        begun = time.monotonic()
        self._say(f"{title} …")
        yield
        self._say(f"{title}: {time.monotonic() - begun:.1f} s")

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
