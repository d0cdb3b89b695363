"""Pages of meetings: planned, recorded, confirmed, printed; by whom, and by whom not."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from governance.models import GateDecision, Meeting, PreRead, Vote
from governance.queries.inbox import inbox
from measures.choices import DoI
from portfolio.models import Deed, SteeringCommittee, User
from tests.cast import PASSWORD, TODAY, Cast
from tests.governance.meetings import (
    LATER,
    confirm,
    fresh,
    items,
    plan,
    record,
    seat_all,
    submitted,
    vote_outside,
)
from tests.governance.views.desk import address, on_the_day, post, sign_in

__all__ = ["on_the_day"]
pytestmark = pytest.mark.usefixtures("on_the_day")

WHEN = {"starts": "2026-10-20T10:00", "zone": "Europe/Berlin", "minutes": "90", "place": "Room 1"}
EVERYBODY = (
    "owner",
    "controller",
    "sponsor",
    "chair",
    "deputy",
    "second_controller",
    "office",
    "auditor",
    "admin",
    "member",
)


@pytest.fixture(autouse=True)
def committee(cast: Cast) -> SteeringCommittee:
    return seat_all(cast)


def get(cast: Cast, person: User, name: str, *args: Any) -> Any:
    return sign_in(person).get(address(cast, name, *args))


def recorded(cast: Cast, meeting: Meeting, person: User | None = None, **more: str) -> Any:
    """The secretary's form, with everybody present and in favour."""
    people = [cast.chair, cast.deputy, cast.second_controller]
    data = {f"there_{user.pk}": "present" for user in people}
    for item in items(meeting):
        data |= {f"vote_{item.pk}_{user.pk}": "for" for user in people}
    return post(cast, person or cast.member, "meeting_record", meeting.pk, **{"deed": "hand_over"} | data | more)


def told(answer: Any) -> str:
    return answer.content.decode()


# Who may


@pytest.mark.parametrize("who", EVERYBODY)
@pytest.mark.parametrize(
    "name", ["meeting", "meeting_pre_read", "meeting_minutes", "meeting_calendar", "meeting_minutes_pdf"]
)
def test_members_office_and_auditors_see_meetings(cast: Cast, who: str, name: str) -> None:
    meeting = plan(cast)
    sees = who in ("chair", "deputy", "second_controller", "member", "office", "auditor", "admin")
    assert get(cast, getattr(cast, who), name, meeting.pk).status_code == (200 if sees else 403)


@pytest.mark.parametrize("who", EVERYBODY)
@pytest.mark.parametrize(
    ("name", "may"),
    [
        ("meeting_agenda", {"chair", "deputy", "member"}),
        ("meeting_record", {"chair", "deputy", "member"}),
        ("meeting_edit", {"chair", "deputy", "member", "office"}),
        ("meeting_cancel", {"chair", "deputy", "member", "office"}),
    ],
)
def test_secretary_and_chairs_keep_and_the_office_plans(cast: Cast, who: str, name: str, may: set[str]) -> None:
    meeting = plan(cast)
    assert get(cast, getattr(cast, who), name, meeting.pk).status_code == (200 if who in may else 403)


@pytest.mark.parametrize("who", EVERYBODY)
def test_a_meeting_is_planned_by_those_who_may(cast: Cast, who: str) -> None:
    person = getattr(cast, who)
    answer = post(cast, person, "meeting_create", cast.committee.pk, **WHEN)
    may = who in ("chair", "deputy", "member", "office")
    assert answer.status_code == (302 if may else 403)
    assert Meeting.objects.count() == int(may)


@pytest.mark.parametrize("name", ["meeting", "meeting_record", "meeting_confirm", "meeting_vote", "meeting_freeze"])
def test_a_foreign_tenants_person_finds_nothing(cast: Cast, name: str) -> None:
    meeting = plan(cast)
    assert post(cast, cast.outsider, name, meeting.pk).status_code == 404
    assert post(cast, cast.chair, name, meeting.pk + 99).status_code == 404


# Planning


def test_a_planned_meeting_has_on_its_agenda_what_waits(cast: Cast) -> None:
    submission = submitted(cast)
    answer = post(cast, cast.member, "meeting_create", cast.committee.pk, **WHEN)
    meeting = Meeting.objects.get()
    assert answer["Location"] == address(cast, "meeting", meeting.pk)
    assert meeting.starts_at.isoformat() == "2026-10-20T08:00:00+00:00"
    html = told(get(cast, cast.member, "meeting", meeting.pk))
    assert submission.measure.code in html
    assert "20 Oct 2026, 10:00 Europe/Berlin" in html or "Oct 20, 2026, 10:00 Europe/Berlin" in html


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        ({"starts": "2026-10-14T10:00"}, "A meeting begins in the future."),
        ({"starts": "2027-03-28T02:30"}, "This hour does not exist"),
        ({"zone": "Europe/Atlantis"}, "Europe/Atlantis"),
        ({"minutes": "1"}, "5"),
    ],
)
def test_a_meeting_that_cannot_be_is_refused_with_a_sentence(cast: Cast, bad: dict[str, str], says: str) -> None:
    answer = post(cast, cast.member, "meeting_create", cast.committee.pk, **(WHEN | bad))
    assert answer.status_code == 422
    assert says in told(answer)
    assert not Meeting.objects.exists()


def test_plan_twice_with_one_key_is_done_once(cast: Cast) -> None:
    key = str(uuid.uuid4())
    for _click in range(2):
        assert post(cast, cast.member, "meeting_create", cast.committee.pk, key=key, **WHEN).status_code == 302
    assert Meeting.objects.count() == 1


def test_a_change_raises_the_sequence_and_a_stale_form_is_told_so(cast: Cast) -> None:
    meeting = plan(cast)
    moved = WHEN | {"starts": "2026-10-21T10:00"}
    assert post(cast, cast.member, "meeting_edit", meeting.pk, version="1", **moved).status_code == 302
    assert Meeting.objects.get().sequence == 1
    answer = post(cast, cast.member, "meeting_edit", meeting.pk, version="1", **WHEN)
    assert answer.status_code == 409
    assert "Somebody else changed this meanwhile." in told(answer)


def test_a_cancelled_meeting_frees_its_items_and_never_changes_again(cast: Cast) -> None:
    submitted(cast)
    meeting = plan(cast)
    assert post(cast, cast.office, "meeting_cancel", meeting.pk, reason="").status_code == 422
    assert post(cast, cast.office, "meeting_cancel", meeting.pk, reason="Strike").status_code == 302
    assert "Strike" in told(get(cast, cast.chair, "meeting", meeting.pk))
    assert len(items(plan(cast))) == 1
    answer = post(cast, cast.member, "meeting_edit", meeting.pk, **WHEN)
    assert (answer.status_code, "The meeting is over" in told(answer)) == (409, True)


# Agenda and pre-read


def test_the_secretary_orders_marks_consent_and_adds_a_note(cast: Cast) -> None:
    submitted(cast)
    submitted(cast, name="Second")
    meeting = plan(cast)
    first, second = items(meeting)
    data = {
        f"place_{first.pk}": "2",
        f"place_{second.pk}": "1",
        "consent": str(first.pk),
        "title": "Any other business",
    }
    assert post(cast, cast.member, "meeting_agenda", meeting.pk, **data).status_code == 302
    rows = items(meeting)
    assert [(row.pk, row.consent) for row in rows[:2]] == [(second.pk, False), (first.pk, True)]
    assert rows[2].title == "Any other business"


def test_an_item_taken_off_the_agenda_waits_again_and_can_be_put_back(cast: Cast) -> None:
    submission = submitted(cast)
    meeting = plan(cast)
    (item,) = items(meeting)
    post(cast, cast.member, "meeting_agenda", meeting.pk, remove=str(item.pk))
    html = told(get(cast, cast.member, "meeting_agenda", meeting.pk))
    name = f"submission:{submission.measure_id}:{submission.pk}"
    assert name in html
    post(cast, cast.member, "meeting_agenda", meeting.pk, add=name)
    assert [row.outcome for row in items(meeting)] == ["removed", ""]


def test_the_pre_read_is_frozen_hashed_and_shows_what_changed(cast: Cast) -> None:
    submitted(cast)
    meeting = plan(cast)
    assert post(cast, cast.office, "meeting_freeze", meeting.pk).status_code == 403
    assert post(cast, cast.member, "meeting_freeze", meeting.pk).status_code == 302
    frozen = PreRead.objects.get()
    html = told(get(cast, cast.chair, "meeting_pre_read", meeting.pk))
    assert frozen.sha256 in html
    assert "nothing has changed since" in html
    (item,) = items(meeting)
    post(cast, cast.member, "meeting_agenda", meeting.pk, consent=str(item.pk), title="A late point")
    html = told(get(cast, cast.chair, "meeting_pre_read", meeting.pk))
    assert "2 values have changed since" in html
    assert "put on the agenda since" in html
    assert "A late point" in html


def test_an_empty_agenda_is_not_frozen(cast: Cast) -> None:
    answer = post(cast, cast.member, "meeting_freeze", plan(cast).pk)
    assert (answer.status_code, "There is nothing on the agenda." in told(answer)) == (422, True)


# Record and confirmation


def test_the_secretary_records_and_the_chair_confirms_once(cast: Cast) -> None:
    submission = submitted(cast)
    meeting = plan(cast)
    assert recorded(cast, meeting).status_code == 302
    assert set(Vote.objects.values_list("recorded_by", flat=True)) == {cast.member.pk}
    html = told(get(cast, cast.chair, "meeting_confirm", meeting.pk))
    assert "carried" in html
    assert "Your password" in html
    answer = post(cast, cast.chair, "meeting_confirm", meeting.pk, password=PASSWORD, reason="Worth it.")
    assert answer["Location"] == address(cast, "meeting", meeting.pk)
    assert fresh(submission.measure).stage == DoI.DECIDED
    again = post(cast, cast.chair, "meeting_confirm", meeting.pk, password=PASSWORD)
    assert again.status_code == 302
    assert "already confirmed" in told(sign_in_and_follow(cast, cast.chair, meeting))
    assert GateDecision.objects.filter(submission=submission).count() == 1


def sign_in_and_follow(cast: Cast, person: User, meeting: Meeting) -> Any:
    return sign_in(person).get(address(cast, "meeting_confirm", meeting.pk), follow=True)


@pytest.mark.parametrize(
    ("password", "says"), [("", "Enter your password again"), ("wrong", "This is not your password.")]
)
def test_confirming_without_the_password_is_refused(cast: Cast, password: str, says: str) -> None:
    submission = submitted(cast)
    meeting = plan(cast)
    recorded(cast, meeting)
    answer = post(cast, cast.chair, "meeting_confirm", meeting.pk, password=password)
    assert (answer.status_code, says in told(answer)) == (422, True)
    assert fresh(submission.measure).stage == DoI.DETAILED


@pytest.mark.parametrize("who", ["owner", "office", "auditor", "member", "admin"])
def test_nobody_else_confirms(cast: Cast, who: str) -> None:
    submitted(cast)
    meeting = plan(cast)
    recorded(cast, meeting)
    assert post(cast, getattr(cast, who), "meeting_confirm", meeting.pk, password=PASSWORD).status_code == 403
    assert not GateDecision.objects.filter(to_stage=DoI.DECIDED).exists()


def test_recording_over_a_newer_record_is_a_conflict(cast: Cast) -> None:
    submitted(cast)
    meeting = plan(cast)
    recorded(cast, meeting, version="1")
    answer = recorded(cast, meeting, version="1")
    assert (answer.status_code, "Somebody else changed this meanwhile." in told(answer)) == (409, True)


def test_a_record_that_cannot_be_names_every_objection(cast: Cast) -> None:
    submitted(cast)
    meeting = plan(cast)
    answer = recorded(cast, meeting, **{f"there_{cast.deputy.pk}": "absent"})
    assert answer.status_code == 422
    assert "Deputy was not present; only those present vote." in told(answer)
    assert not Vote.objects.exists()


def test_attendance_and_votes_are_fixed_after_the_confirmation(cast: Cast) -> None:
    submitted(cast)
    meeting = plan(cast)
    record(cast, meeting)
    confirm(cast, meeting)
    answer = recorded(cast, meeting)
    assert (answer.status_code, "The meeting is over" in told(answer)) == (409, True)


# Minutes


def test_the_minutes_name_who_voted_how_and_what_was_decided(cast: Cast) -> None:
    submitted(cast)
    meeting = plan(cast)
    record(cast, meeting)
    assert "Not confirmed yet" in told(get(cast, cast.member, "meeting_minutes", meeting.pk))
    confirm(cast, meeting)
    html = told(get(cast, cast.deputy, "meeting_minutes", meeting.pk))
    assert "3 for" in html
    assert "Second Controller" in html
    assert "Not confirmed yet" not in html


def test_the_calendar_entry_is_downloaded(cast: Cast) -> None:
    answer = get(cast, cast.deputy, "meeting_calendar", plan(cast).pk)
    assert answer["Content-Type"].startswith("text/calendar; method=REQUEST")
    assert answer.content.startswith(b"BEGIN:VCALENDAR")


def test_the_minutes_come_as_pdf(cast: Cast) -> None:
    submitted(cast)
    answer = get(cast, cast.deputy, "meeting_minutes_pdf", plan(cast).pk)
    assert answer.content.startswith(b"%PDF-")
    assert answer["Content-Disposition"].startswith("attachment")


# Outside a meeting


def test_a_vote_is_opened_from_the_gate_and_cast_by_the_members(cast: Cast) -> None:
    submission = submitted(cast)
    terms = {"closes": "2026-10-20T18:00", "zone": "Europe/Berlin"}
    code = submission.measure.code
    assert post(cast, cast.office, "vote_create", code, **terms).status_code == 403
    assert post(cast, cast.member, "vote_create", code, **terms).status_code == 302
    meeting = Meeting.objects.get()
    html = told(get(cast, cast.deputy, "meeting", meeting.pk))
    assert "Not voted" in html
    for person in (cast.chair, cast.deputy, cast.second_controller):
        assert post(cast, person, "meeting_vote", meeting.pk, choice="for").status_code == 302
    assert "Everybody has voted" in told(get(cast, cast.deputy, "meeting", meeting.pk))
    assert post(cast, cast.chair, "meeting_confirm", meeting.pk, password=PASSWORD).status_code == 302
    assert fresh(submission.measure).stage == DoI.DECIDED
    late = post(cast, cast.deputy, "meeting_vote", meeting.pk, choice="against")
    assert (late.status_code, "already decided; no vote counts" in told(late)) == (409, True)


@pytest.mark.parametrize("who", ["member", "office", "auditor", "owner"])
def test_who_has_no_seat_has_no_vote(cast: Cast, who: str) -> None:
    meeting = vote_outside(cast, submitted(cast))
    assert post(cast, getattr(cast, who), "meeting_vote", meeting.pk, choice="for").status_code == 403
    assert not Vote.objects.exists()


def test_confirming_an_open_vote_is_refused_with_its_end(cast: Cast) -> None:
    meeting = vote_outside(cast, submitted(cast))
    answer = post(cast, cast.chair, "meeting_confirm", meeting.pk, password=PASSWORD)
    assert answer.status_code == 422
    assert "The vote is open until 2026-10-18 09:00 UTC" in told(answer)


def test_a_vote_twice_with_one_key_is_cast_once(cast: Cast) -> None:
    meeting = vote_outside(cast, submitted(cast))
    key = str(uuid.uuid4())
    for _click in range(2):
        post(cast, cast.deputy, "meeting_vote", meeting.pk, choice="for", key=key)
    assert Vote.objects.count() == 1
    assert Deed.objects.filter(kind="vote_cast").count() == 1


# My work


def waits(person: User) -> list[str]:
    return [item.kind for item in inbox(person, on=TODAY).items if item.kind in ("meeting", "vote", "minutes")]


def test_my_work_says_meeting_vote_and_minutes(cast: Cast) -> None:
    meeting = plan(cast)
    vote_outside(cast, submitted(cast))
    assert waits(cast.deputy) == ["vote", "meeting"]
    assert waits(cast.member) == ["meeting"]
    assert waits(cast.owner) == []
    html = told(get(cast, cast.deputy, "my_work"))
    assert "Meeting of SteerCo" in html
    assert "Vote on the gate to Decided, outside a meeting" in html
    record(cast, meeting)
    assert sorted(waits(cast.chair)) == ["minutes", "vote"]
    assert "minutes" not in waits(cast.deputy)
    assert "Confirm what SteerCo voted" in told(get(cast, cast.chair, "my_work"))


# How many statements


def _statements(cast: Cast, person: User, name: str, pk: int) -> int:
    client = sign_in(person)
    client.get(address(cast, name, pk))
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address(cast, name, pk)).status_code == 200
    return len(queries)


@pytest.mark.parametrize("name", ["meeting", "meeting_agenda", "meeting_record", "meeting_minutes", "meeting_confirm"])
def test_a_page_takes_as_many_statements_for_three_items_as_for_one(cast: Cast, name: str) -> None:
    submitted(cast)
    one, held = plan(cast), name in ("meeting_confirm", "meeting_minutes")
    record(cast, one, hand_over=held)
    for number in range(3):
        submitted(cast, name=f"Measure {number}")
    three = plan(cast, starts_at=LATER + timedelta(days=1))
    record(cast, three, hand_over=held)
    assert (len(items(one)), len(items(three))) == (1, 3)
    assert _statements(cast, cast.chair, name, one.pk) == _statements(cast, cast.chair, name, three.pk)
