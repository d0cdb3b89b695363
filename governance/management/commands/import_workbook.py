"""`manage.py import_workbook`: takes over a running program from an .xlsx file or a folder of CSV files."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from governance.actions.takeover import TakenOver, take_over_program
from governance.takeover.errors import WorkbookRefused
from governance.takeover.source import content_sha256
from governance.workbook.findings import Findings
from governance.workbook.reading import open_workbook
from measures.choices import DoI
from portfolio import tenancy
from portfolio.errors import DomainError
from portfolio.middleware import today
from portfolio.models import Organization, User


class Command(BaseCommand):
    """All or nothing; every error is listed on stderr as `table!cell: sentence`, with exit code 1."""

    help = "Takes over a running program from a workbook: an .xlsx file or a folder of UTF-8 CSV files."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", help="the .xlsx file, or the folder of CSV files")
        parser.add_argument("--organization", required=True, metavar="SLUG", help="the address of the organization")
        parser.add_argument("--as", required=True, dest="email", metavar="EMAIL", help="the person who takes over")
        parser.add_argument("--on", metavar="YYYY-MM-DD", help="day of the take-over; default: today")
        parser.add_argument("--dry-run", action="store_true", help="do everything, say what it was, and undo it")

    def handle(self, *args: Any, **options: Any) -> None:
        organization = Organization.objects.filter(slug=options["organization"]).first()
        if organization is None:
            raise CommandError(f"There is no organization “{options['organization']}”.")
        person = User.objects.filter(email=options["email"].strip().lower()).first()
        if person is None:
            raise CommandError(f"There is no person “{options['email']}”.")
        try:
            with tenancy.tenant(organization.pk, user_id=person.pk):
                done = self._take_over(organization, person, options)
        except WorkbookRefused as refusal:
            self._list(refusal.findings)
            raise CommandError(refusal.sentences[0]) from None
        except DomainError as refusal:
            raise CommandError(" ".join(refusal.sentences)) from None
        # Said only now, when it is committed.
        for line in done.findings.warning_lines():
            self.stderr.write(line)
        self._summarize(done, dry_run=options["dry_run"])

    def _take_over(self, organization: Organization, person: User, options: dict[str, Any]) -> TakenOver:
        path = Path(options["path"])
        now = today(organization, timezone.now())
        on = _day(options["on"]) if options["on"] else now
        done = take_over_program(
            open_workbook(path),
            by=person,
            on=on,
            today=now,
            name=path.resolve().name,
            sha256=content_sha256(path) if path.exists() else "",
            tell=self.stdout.write if options["verbosity"] else lambda _line: None,
        )
        transaction.set_rollback(options["dry_run"])
        return done

    def _list(self, findings: Findings) -> None:
        for line in (*findings.warning_lines(), *findings.error_lines()):
            self.stderr.write(line)

    def _summarize(self, done: TakenOver, *, dry_run: bool) -> None:
        outline = done.outline
        verb = "Would take over" if dry_run else "Took over"
        stages = ", ".join(f"{outline.stages[stage]} {stage.label}" for stage in DoI if outline.stages[stage])
        self.stdout.write(f"{verb} {_many(outline.counts['measures'], 'measure')} as of {outline.on}: {stages}.")
        for label, count in created(done):
            if count:
                self.stdout.write(f"  {count} {label}")
        if outline.committees.new:
            self.stdout.write("  New committees have no chair yet; name one before they are to decide or ratify.")
        if dry_run:
            self.stdout.write("Nothing was written.")


def created(done: TakenOver) -> list[tuple[str, int]]:
    """What came with the measures, as words and numbers."""
    outline = done.outline
    return [
        ("milestones", outline.counts["milestones"]),
        ("rows of effects", outline.counts["effects"]),
        ("new places", len(outline.places.new)),
        ("new people, inactive until invited", len(outline.people.new)),
        ("new committees", len(outline.committees.new)),
        ("new entries of master data", sum(len(names.new) for names in outline.master_data.values())),
        ("new or changed plan rates", len(outline.rates)),
        ("targets", outline.counts["targets"]),
        ("open take-over gaps", sum(done.gaps.values())),
    ]


def _many(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise CommandError(f"“{text}” is no day; write it as YYYY-MM-DD.") from None
