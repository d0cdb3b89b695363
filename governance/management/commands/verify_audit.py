"""`manage.py verify_audit`: is the trail of an organization as it was sealed?"""

from __future__ import annotations

import json as json_text
import re
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from governance.sealing.anchors import anchored_heads
from governance.sealing.sentences import finding_sentence
from governance.sealing.verifying import Report, verify
from portfolio import tenancy
from portfolio.models import Organization

_HEAD_LINE = re.compile(r"#\d+\s+([0-9a-f]{64})\b")
_HASH = re.compile(r"(?:#\d+\s+)?([0-9a-f]{64})")


class Command(BaseCommand):
    help = "Checks every sealed row and every seal of an organization. Ends with 1 when anything is wrong."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--organization", required=True, metavar="SLUG")
        parser.add_argument("--head", action="append", default=[], metavar="HASH", help="a head known from outside")
        parser.add_argument("--head-file", metavar="FILE", help="a digest or archive list that names heads, as text")
        parser.add_argument("--json", metavar="FILE", help="where to write the result; - for standard output")

    def handle(self, *args: Any, organization: str, json: str | None, **options: Any) -> None:
        found = Organization.objects.filter(slug=organization).first()
        if found is None:
            raise CommandError(f"There is no organization “{organization}”.")
        heads = [*map(_head, options["head"]), *_heads_in(options["head_file"])]
        with tenancy.tenant(found.pk):
            report = verify(found.pk, now=timezone.now(), heads=heads, anchors=anchored_heads(found.pk))
        if json is not None:
            self._hand_over(report, heads, json)
        self._tell(report, heads, to_error=json == "-")
        if report.findings:
            raise CommandError(f"{len(report.findings)} findings: the trail is not as it was sealed.", returncode=1)

    def _tell(self, report: Report, heads: list[str], *, to_error: bool) -> None:
        out = self.stderr if to_error else self.stdout
        for finding in report.findings:
            out.write(finding_sentence(finding.code, finding.params))
        reach = report.head.line if report.head else "no seal yet"
        out.write(f"{report.rows} sealed rows compared, chain up to {reach}.")
        if not heads:
            out.write("No head was given: whether the end was cut off was compared with the anchors only.")
        if report.waiting_since is not None:
            out.write("Some rows are not sealed yet; they wait for the worker and were not judged.")

    def _hand_over(self, report: Report, heads: list[str], target: str) -> None:
        said = {
            "at": report.at.isoformat(),
            "head": {"number": report.head.number, "hash": report.head.hash} if report.head else None,
            "heads_given": heads,
            "rows": report.rows,
            "waiting_since": report.waiting_since.isoformat() if report.waiting_since else None,
            "findings": [
                {"code": one.code, "params": one.params, "sentence": finding_sentence(one.code, one.params)}
                for one in report.findings
            ],
        }
        text = json_text.dumps(said, ensure_ascii=False, indent=2) + "\n"
        if target == "-":
            self.stdout.write(text, ending="")
            return
        try:
            Path(target).write_text(text, encoding="utf-8")
        except OSError as error:
            raise CommandError(f"“{target}” cannot be written: {error.strerror}.") from error


def _head(text: str) -> str:
    found = _HASH.fullmatch(text.strip().lower())
    if found is None:
        raise CommandError(f"“{text}” is no head: 64 digits and letters a to f.")
    return found[1]


def _heads_in(path: str | None) -> list[str]:
    if path is None:
        return []
    try:
        found = _HEAD_LINE.findall(Path(path).read_text(encoding="utf-8", errors="replace"))
    except OSError as error:
        raise CommandError(f"“{path}” cannot be read: {error.strerror}.") from error
    if not found:
        raise CommandError(f"“{path}” names no head such as “#12 3fa9…”.")
    return list(found)
