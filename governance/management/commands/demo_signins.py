"""`manage.py demo_signins`: who may sign in to the demo, and what to look at."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from governance.demo.people import PASSWORD, PEOPLE
from governance.demo.structure import NAME, SLUG
from portfolio.models import Organization


class Command(BaseCommand):
    """Prints nothing where the demo is not loaded, or the settings are not local."""

    help = "Lists the sign-ins of the demo."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.LOCAL_SIGN_INS or not Organization.objects.filter(slug=SLUG).exists():
            return
        known = [person for person in PEOPLE if person.signs_in]
        address = max(len(person.email) for person in known)
        office = max(len(person.office) for person in known)
        self.stdout.write(f"\nSign-ins of the demo ({NAME}); the password is always {PASSWORD}\n")
        for person in known:
            self.stdout.write(f"  {person.email:<{address}}  {person.office:<{office}}  {person.look}")
        self.stdout.write("\nmanage.py play_story plays a saving that vanishes behind green milestones.\n")
