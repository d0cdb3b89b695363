"""`manage.py play_story`: a saving that vanishes behind green milestones, and is found."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from governance.actions.reconciliation import reconcile
from governance.demo.revisiting import revisit, story_place
from governance.demo.story import (
    MONTHLY,
    SHARE,
    Story,
    ask_to_close,
    confirm_as_committed,
    confirm_shortfall,
    prove_the_month,
    proven_amount,
    set_the_stage,
)
from governance.demo.telling import levels_above, picture_of, record, told
from governance.models import ReconcileRequest
from portfolio.errors import DomainError, Refused

# A worker takes a request at its next tick; one that has not by then is not running.
TAKEN_WITHIN, SERVED_WITHIN, PAUSE = 25.0, 90.0, 0.5


class Undone(Exception):
    """What was tried is taken back, so that a person can do it."""


class Command(BaseCommand):
    """May be repeated: each run has a measure of its own and touches no other."""

    help = "Plays the story of a measure whose milestones are all hit while its saving vanishes."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--close", action="store_true", help="close with a shortfall at the end, and keep it")
        parser.add_argument("--no-wait", action="store_true", help="do not wait for a worker")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.LOCAL_SIGN_INS:
            raise CommandError("The story is played with local settings only.")
        scene = revisit(timezone.now().date())
        if scene is None:
            raise CommandError("Load the demo first: manage.py load_demo.")
        self.waits = not options["no_wait"]
        try:
            with scene.opened():
                story = set_the_stage(
                    scene,
                    story_place(),
                    owner="owner",
                    office="office",
                    chair="chair",
                    deputy="deputy",
                    admin="admin",
                )
            self._play(story, close=options["close"])
        except DomainError as refusal:
            raise CommandError(" ".join(refusal.sentences)) from refusal

    def _play(self, story: Story, *, close: bool) -> None:
        measure = story.measure
        self._say(f"{measure.code} “{measure.name}” is Implemented; {story.owner} has hit every milestone.")
        self._judge(story)
        self._show(story)
        self._say("Procurement changes the raw-material specification. Nobody touches the forecast.")
        with story.scene.opened():
            prove_the_month(story)
        self._say(
            f"{story.controller} validates {story.month_name}: {proven_amount():,.2f} EUR "
            f"of {MONTHLY:,.2f} EUR in the forecast ({SHARE:.0%})."
        )
        self._judge(story)
        self._show(story)
        with story.scene.opened():
            self._show_around(story)
        self._close(story, keep=close)
        self._say(f"Look at it: /o/nordlicht/measures/{measure.code}/")

    def _judge(self, story: Story) -> None:
        if self.waits and self._served_by_worker(story):
            self._say("The worker has reconciled.", indent=True)
            return
        reconcile(story.scene.organization_id, on=story.scene.clock.today, measure_ids=[story.measure.pk])
        self._say("No worker took the work, so this command has reconciled.", indent=True)

    def _served_by_worker(self, story: Story) -> bool:
        begun = time.monotonic()
        waiting = ReconcileRequest.objects.filter(
            organization_id=story.scene.organization_id, measure_id=story.measure.pk
        )
        while waiting.exists():
            waited = time.monotonic() - begun
            untaken = not waiting.filter(leased_until__isnull=False).exists()
            if waited > SERVED_WITHIN or (untaken and waited > TAKEN_WITHIN):
                return False
            time.sleep(PAUSE)
        return True

    def _show(self, story: Story) -> None:
        with story.scene.opened():
            picture = picture_of(story.measure)
        if picture is None:
            raise CommandError("The measure has not been judged.")
        self._say(
            f"Implementation {picture.implementation.upper()}, potential {picture.potential.upper()}.", indent=True
        )
        self._say(f"Committed {picture.committed:,.2f} EUR, forecast {picture.forecast:,.2f} EUR a year.", indent=True)
        for line in (*picture.reasons, *picture.divergences):
            self._say(line, indent=True)

    def _show_around(self, story: Story) -> None:
        self._say("Told: " + ", ".join(str(person) for person in told(story.measure)) + ".")
        self._say("Exposed on each level:")
        for level in levels_above(story.measure):
            lights = f"implementation {level.implementation}, potential {level.potential}"
            self._say(f"{level.name}: {level.exposed:,.2f} EUR ({lights})", indent=True)

    def _close(self, story: Story, *, keep: bool) -> None:
        with story.scene.opened():
            ask_to_close(story)
        self._say(f"{story.owner} submits the closure. {story.controller} confirms the committed value: refused.")
        self._try(story, confirm_as_committed, keep=False)
        self._say("Only a shortfall with its reasons is possible.")
        self._try(story, confirm_shortfall, keep=keep)
        self._say(
            "Closed with a shortfall." if keep else "Tried and taken back, so that you can do it yourself.", indent=True
        )
        self._say("Who, when, why:")
        with story.scene.opened():
            for line in record(story.measure, 8):
                self._say(line, indent=True)

    def _try(self, story: Story, deed: Callable[[Story], None], *, keep: bool) -> None:
        try:
            with story.scene.opened(), transaction.atomic():
                deed(story)
                if not keep:
                    raise Undone
        except Undone:
            self._say("It would be accepted.", indent=True)
        except Refused as refusal:
            for line in refusal.sentences:
                self._say(f"– {line}", indent=True)

    def _say(self, line: str, *, indent: bool = False) -> None:
        self.stdout.write(f"    {line}" if indent else f"· {line}")
        self.stdout.flush()
