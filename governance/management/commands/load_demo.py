"""`manage.py load_demo`: the invented manufacturer and the real program, for a first look."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from governance.actions.reconciliation import reconcile
from governance.demo import second
from governance.demo.founding import found
from governance.demo.program import play
from governance.demo.scene import Scene
from governance.demo.structure import NAME, SLUG
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
        taken = Organization.objects.filter(slug__in=(SLUG, second.SLUG)).values_list("slug", flat=True)
        if taken:
            raise CommandError(f"The demo is loaded already: {', '.join(taken)}. `make demo-reset` starts afresh.")
        today = options["on"] or timezone.now().date()
        try:
            self._load(today)
        except DomainError as refusal:
            raise CommandError(" ".join(refusal.sentences)) from refusal

    def _load(self, today: date) -> None:
        scene = self._timed(f"{NAME}: people, rates and hierarchy", lambda: self._found(today))
        self._timed("US HHS IT portfolio", lambda: self._second(scene))

    def _found(self, today: date) -> Scene:
        with transaction.atomic():
            scene, packages = found(today, self._say)
        self._timed(f"{NAME}: measures", lambda: play(scene, packages, self._say))
        self._timed(f"{NAME}: reconciliation", lambda: reconcile(scene.organization_id, on=today))
        return scene

    def _second(self, scene: Scene) -> None:
        with transaction.atomic():
            organization = second.load_second(scene.names.people, self._say)
        reconcile(organization.pk, on=second.RECORDED_ON)

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()

    def _timed(self, title: str, step: Callable[[], Any]) -> Any:
        begun = time.monotonic()
        self._say(f"{title} …")
        result = step()
        self._say(f"{title}: {time.monotonic() - begun:.1f} s")
        return result
