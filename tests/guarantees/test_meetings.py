"""Attack: votes in another's name, words after the decision, a record rewritten."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from governance.choices import ItemKind, MeetingKind, MeetingState, Presence, VoteChoice
from governance.models import AgendaItem, Attendance, Meeting, PreRead, Vote
from tests.cast import TODAY
from tests.governance.meetings import LATER, NOW, confirm, items, plan, record, seat_all, submitted, vote_outside
from tests.guarantees.rows import refused, sql


@pytest.fixture(autouse=True)
def committee(cast):
    return seat_all(cast)


def say(item, member, recorder, choice=VoteChoice.FOR, at=NOW):
    return Vote.objects.create(item=item, member=member, choice=choice, recorded_by=recorder, at=at)


def attend(meeting, user, recorder):
    return Attendance.objects.create(
        meeting=meeting, user=user, presence=Presence.PRESENT, recorded_by=recorder, at=timezone.now()
    )


@pytest.fixture
def held(cast):
    """A meeting with one submission, recorded and waiting for the chair."""
    submitted(cast)
    return record(cast, plan(cast))


def test_a_vote_names_who_recorded_it(cast, held):
    (item,) = items(held)
    with cast.acting(cast.deputy), refused("vote_actor"):
        say(item, cast.deputy, cast.member)
    with cast.acting(cast.member):
        say(item, cast.deputy, cast.member)


def test_outside_a_meeting_nobody_votes_for_another(cast):
    meeting = vote_outside(cast, submitted(cast))
    (item,) = items(meeting)
    for recorder in (cast.member, cast.chair):
        with cast.acting(recorder), refused("vote_own_name"):
            say(item, cast.deputy, recorder)
    with cast.acting(cast.chair), refused("vote_actor"):
        say(item, cast.deputy, cast.deputy)
    with cast.acting(cast.deputy):
        say(item, cast.deputy, cast.deputy)
        with refused("voting_closed"):
            say(item, cast.deputy, cast.deputy, at=LATER)


def test_nobody_votes_or_attends_after_the_decision(cast, held):
    confirm(cast, held)
    (item,) = items(held)
    with cast.acting(cast.member):
        with refused("vote_after_decision"):
            say(item, cast.deputy, cast.member, VoteChoice.AGAINST)
        with refused("meeting_over"):
            attend(held, cast.deputy, cast.member)


def test_attendance_is_fixed_by_the_first_decision(cast):
    """The chair sponsors one of two items, so the meeting is not over when the first is decided."""
    submitted(cast, sponsor=cast.chair), submitted(cast, name="Plain")
    meeting = plan(cast)
    everybody = (cast.chair, cast.deputy, cast.second_controller)
    words = {
        (item.pk, user.pk): "for" for item in items(meeting) for user in everybody if user.pk != item.measure.sponsor_id
    }
    record(cast, meeting, words=words)
    confirm(cast, meeting)
    with cast.acting(cast.member):
        with refused("attendance_frozen"):
            attend(meeting, cast.deputy, cast.member)
        with refused("attendance_actor"):
            attend(meeting, cast.deputy, cast.chair)


@pytest.mark.parametrize("table", ["governance_vote", "governance_attendance", "governance_historicalagendaitem"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_what_was_said_is_not_rewritten(cast, held, table, statement):
    with pytest.raises(DatabaseError) as caught, transaction.atomic():
        sql(statement.format(table))
    assert caught.value.__cause__.sqlstate == "42501"


def test_a_confirmed_meeting_and_its_outcomes_stay(cast, held):
    confirm(cast, held)
    with cast.acting(cast.chair):
        for rule, fields in (
            ("meeting_over", {"place": "Elsewhere"}),
            ("meeting_over", {"confirmed_at": NOW}),
            ("meeting_confirmer", {"state": MeetingState.HELD}),
            ("meeting_confirmer", {"confirmed_by": cast.deputy}),
        ):
            with refused(rule):
                Meeting.objects.filter(pk=held.pk).update(**fields)
        for fields in ({"outcome": "returned"}, {"tally": {}}, {"outcome": "", "settled_by": None}):
            with refused("agenda_item_settled_once"):
                AgendaItem.objects.filter(meeting=held).update(**fields)
        with refused("meeting_over"):
            AgendaItem.objects.create(meeting=held, kind=ItemKind.NOTE, title="Late")
    for table in ("governance_meeting", "governance_agendaitem"):
        with pytest.raises(DatabaseError), transaction.atomic():
            sql(f"DELETE FROM {table}")


def test_what_a_meeting_and_an_item_are_about_stays(cast, held):
    other = cast.measure()
    with cast.acting(cast.member):
        for fields in ({"planned_by": cast.chair}, {"kind": MeetingKind.CIRCULAR, "closes_at": LATER}):
            with refused("meeting_fixed"):
                Meeting.objects.filter(pk=held.pk).update(**fields)
        for fields in ({"measure": other}, {"kind": ItemKind.NOTE}, {"ref": "7"}, {"submission": None}):
            with refused("agenda_item_fixed"):
                AgendaItem.objects.filter(meeting=held).update(**fields)


def test_nobody_confirms_in_another_name_or_with_open_items(cast, held):
    with cast.acting(cast.deputy):
        with refused("meeting_confirmer"):
            Meeting.objects.filter(pk=held.pk).update(state="confirmed", confirmed_by=cast.chair, confirmed_at=NOW)
        with refused("meeting_items_open"):
            Meeting.objects.filter(pk=held.pk).update(state="confirmed", confirmed_by=cast.deputy, confirmed_at=NOW)
        with refused("agenda_item_settler"):
            AgendaItem.objects.filter(meeting=held).update(outcome="noted", settled_by=cast.chair)


def test_the_outcome_of_a_gate_is_its_decision(cast, held):
    with cast.acting(cast.chair), refused("agenda_item_names_its_decision"):
        AgendaItem.objects.filter(meeting=held).update(outcome="advanced", settled_by=cast.chair)


def test_meetings_and_items_start_open(cast, held):
    terms = {"committee": cast.committee, "starts_at": LATER, "zone": "UTC", "planned_by": cast.member}
    with cast.acting(cast.member):
        for fields in ({"state": "confirmed"}, {"confirmed_by": cast.member}):
            with refused("meeting_starts_planned"):
                Meeting.objects.create(**terms | fields)
        with refused("agenda_item_starts_open"):
            AgendaItem.objects.create(meeting=held, kind=ItemKind.NOTE, outcome="noted", settled_by=cast.member)
        with refused("meeting_planner"):
            Meeting.objects.create(**terms | {"planned_by": cast.chair})
        with refused("circular_vote_has_an_end"):
            Meeting.objects.create(**terms, kind=MeetingKind.CIRCULAR, closes_at=NOW)


def test_an_item_stands_on_an_agenda_once(cast, held):
    (item,) = items(held)
    copy = {"meeting": held, "kind": item.kind, "measure": item.measure, "ref": item.ref}
    with cast.acting(cast.member), refused("agenda_item_once"):
        AgendaItem.objects.create(**copy)


def test_a_pre_read_is_frozen_in_ones_own_name_and_stays(cast, held):
    fields = {"meeting": held, "number": 1, "body": "{}", "sha256": "0" * 64, "frozen_by": cast.chair, "as_of": NOW}
    with cast.acting(cast.member), refused("pre_read_actor"):
        PreRead.objects.create(**fields)
    with cast.acting(cast.chair):
        PreRead.objects.create(**fields)
        with refused("pre_read_number"):
            PreRead.objects.create(**fields)
    with pytest.raises(DatabaseError), transaction.atomic():
        PreRead.objects.update(body="{}")


def test_numbers_and_codes_are_unique_in_the_tenant(cast, held):
    copy = {"committee": cast.committee, "starts_at": LATER, "zone": "UTC", "planned_by": cast.member, "uid": held.uid}
    with cast.acting(cast.member), refused("meeting_uid"):
        Meeting.objects.create(**copy)
    assert Meeting.objects.get().history.filter(history_date__date__gte=TODAY).exists()
