"""Bringing a meeting through its life by the deeds people would do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils import timezone

from finance.actions.plans import validate_plan
from governance.actions.meetings import plan_meeting
from governance.actions.settling import confirm_meeting
from governance.actions.votes import ItemTerms, Record, open_vote, record_meeting
from governance.models import AgendaItem, GateSubmission, Meeting
from measures.choices import DoI
from measures.models import Measure
from portfolio.models import CommitteeMember, SteeringCommittee, User
from tests.cast import TODAY, Cast
from tests.governance.steps import measure_at, put

NOW = datetime(TODAY.year, TODAY.month, TODAY.day, 9, tzinfo=UTC)
LATER = NOW + timedelta(days=3)
WAIVER = {"second_reviewer_agreed": "On leave."}


def seat_all(cast: Cast) -> SteeringCommittee:
    """A committee of three, kept by a secretary who has no vote."""
    CommitteeMember.objects.create(committee=cast.committee, user=cast.second_controller, since=TODAY)
    SteeringCommittee.objects.filter(pk=cast.committee.pk).update(secretary=cast.member)
    return SteeringCommittee.objects.get(pk=cast.committee.pk)


def submitted(cast: Cast, **fields: Any) -> GateSubmission:
    """A measure whose step to Decided waits for the committee."""
    people = replace(cast, sponsor=fields.get("sponsor", cast.sponsor))
    return put(people, measure_at(people, DoI.DETAILED, **fields), waivers=WAIVER)


def plan(cast: Cast, *, by: User | None = None, **fields: Any) -> Meeting:
    terms: dict[str, Any] = {
        "starts_at": LATER,
        "zone": "Europe/Berlin",
        "minutes": 60,
        "place": "Room 1",
        "by": by or cast.member,
        "on": TODAY,
        "now": NOW,
    } | fields
    with cast.acting(terms["by"]):
        return plan_meeting(SteeringCommittee.objects.get(pk=cast.committee.pk), **terms)


def items(meeting: Meeting) -> list[AgendaItem]:
    return list(AgendaItem.objects.filter(meeting=meeting).order_by("position", "pk"))


def record(
    cast: Cast,
    meeting: Meeting,
    votes: Mapping[int, str] | None = None,
    *,
    present: list[User] | None = None,
    words: Mapping[tuple[int, int], str] | None = None,
    terms: Mapping[int, ItemTerms] | None = None,
    hand_over: bool = True,
    by: User | None = None,
    **more: Any,
) -> Meeting:
    """Everybody was there and said the same on every item, unless told otherwise."""
    people = [cast.chair, cast.deputy, cast.second_controller] if present is None else present
    asked = [item for item in items(meeting) if item.kind in ("submission", "ratification")]
    said = votes if votes is not None else dict.fromkeys((user.pk for user in people), "for")
    all_words = {(item.pk, user): word for item in asked for user, word in said.items()} if words is None else words
    written = Record(dict.fromkeys((user.pk for user in people), "present"), terms or {}, all_words)
    who = by or cast.member
    with cast.acting(who):
        return record_meeting(meeting, written, by=who, on=TODAY, hand_over=hand_over, **more)


def confirm(cast: Cast, meeting: Meeting, *, by: User | None = None, **fields: Any) -> Meeting:
    who = by or cast.chair
    now = fields.pop("now", timezone.now())
    terms: dict[str, Any] = {"now": now, "reauthenticated_at": now} | fields
    with cast.acting(who):
        return confirm_meeting(meeting, by=who, on=TODAY, **terms)


def vote_outside(cast: Cast, submission: GateSubmission, *, by: User | None = None, **fields: Any) -> Meeting:
    who = by or cast.member
    terms: dict[str, Any] = {"closes_at": LATER, "zone": "Europe/Berlin", "now": NOW} | fields
    with cast.acting(who):
        return open_vote(submission, by=who, on=TODAY, **terms)


def fresh(measure: Measure) -> Measure:
    return Measure.objects.get(pk=measure.pk)


def revalidate(cast: Cast, measure: Measure) -> None:
    with cast.acting(cast.controller):
        validate_plan(measure, by=cast.controller, on=TODAY)
