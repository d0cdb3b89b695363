"""`manage.py reconcile`: judges an organization now, or as of a day without writing anything."""

from __future__ import annotations

import json
from argparse import ArgumentTypeError
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from governance.actions.reconciliation import Outcome, reconcile
from portfolio.middleware import today
from portfolio.models import Organization


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"“{text}” is no day; write it as YYYY-MM-DD.") from None


class Command(BaseCommand):
    help = "Judges both lights, divergences and roll-ups of an organization. With --on nothing is written."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--organization", required=True, metavar="SLUG")
        parser.add_argument("--on", type=_day, metavar="YYYY-MM-DD", help="the day to judge as of")
        parser.add_argument("--json", metavar="FILE", help="where to write the findings; - for standard output")

    def handle(self, *args: Any, organization: str, on: date | None, json: str | None, **options: Any) -> None:
        found = Organization.objects.filter(slug=organization).first()
        if found is None:
            raise CommandError(f"There is no organization “{organization}”.")
        day = on or today(found, timezone.now())
        outcome = reconcile(found.pk, on=day, write=on is None, report=json is not None)
        (self.stderr if json == "-" else self.stdout).write(
            f"{outcome.measures} measures judged as of {day}, {outcome.changed} changed."
        )
        if json is not None:
            self._hand_over(outcome, json)

    def _hand_over(self, outcome: Outcome, target: str) -> None:
        text = json.dumps(outcome.report, ensure_ascii=False, indent=2) + "\n"
        if target == "-":
            self.stdout.write(text, ending="")
            return
        try:
            Path(target).write_text(text, encoding="utf-8")
        except OSError as error:
            raise CommandError(f"“{target}” cannot be written: {error.strerror}.") from error
