"""The minutes of a meeting, ready for page, paper and mail; people by name, codes as sentences of the reader."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone

from governance.choices import ItemOutcome
from governance.queries.meetings import Line, MeetingPage
from governance.sentences import field_labels, sentence
from portfolio.models import User


@dataclass(frozen=True)
class Result:
    """One item as the minutes tell it: names in favour, against, abstaining and taking no part."""

    line: Line
    number: int
    in_favour: tuple[str, ...]
    against: tuple[str, ...]
    abstained: tuple[str, ...]
    recused: tuple[str, ...]
    presided: str
    reasons: tuple[str, ...]

    @property
    def outcome(self) -> str:
        return str(ItemOutcome(self.line.item.outcome).label) if self.line.item.outcome else ""

    @property
    def was_voted(self) -> bool:
        return bool(self.in_favour or self.against or self.abstained)


def results_of(page: MeetingPage) -> list[Result]:
    """Every item with its vote, as stored once it has its outcome, else as it stands."""
    return [_result(page, line, number) for number, line in enumerate(page.lines, start=1)]


def _result(page: MeetingPage, line: Line, number: int) -> Result:
    item = line.item
    tally: Mapping[str, Any] = item.tally or (line.sitting.as_record() if line.sitting and not item.outcome else {})
    votes = tally.get("votes", {})
    present = tally.get("present", [])
    return Result(
        line=line,
        number=number,
        in_favour=_names(page, [pk for pk in present if votes.get(str(pk)) == "for"]),
        against=_names(page, [pk for pk in present if votes.get(str(pk)) == "against"]),
        abstained=_names(page, [pk for pk in present if votes.get(str(pk)) not in ("for", "against")]),
        recused=_names(page, tally.get("recused", [])),
        presided=str(item.settled_by or page.presiding(line) or ""),
        reasons=tuple(_sentence(one) for one in item.objections),
    )


def _names(page: MeetingPage, people: Sequence[int]) -> tuple[str, ...]:
    return tuple(str(page.names.get(pk, f"#{pk}")) for pk in people)


def _sentence(stored: Mapping[str, Any]) -> str:
    params = dict(stored.get("params", {}))
    if stored["code"] == "submission_stale":
        params["fields"] = field_labels(params.get("fields", ()))
    return sentence(stored["code"], params)


def local_start(page: MeetingPage) -> Any:
    """When the meeting begins, as clocks at its place show it."""
    return timezone.localtime(page.meeting.starts_at, ZoneInfo(page.meeting.zone))


def receivers(page: MeetingPage) -> list[User]:
    """Who gets the minutes: the members, and the secretary."""
    secretary = page.meeting.committee.secretary
    people = [*page.seats.members, *([secretary] if secretary is not None else [])]
    return list({user.pk: user for user in people}.values())
