"""Calendar entries: one UID for ever, a rising sequence, escaped text, the zone's own clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from icalendar import Calendar

from governance.actions.meetings import cancel_meeting, change_meeting
from governance.actions.minutes import invitation, invitation_mail
from governance.meeting_calendar import moment_in
from governance.models import Meeting
from governance.queries.meetings import meeting_page
from portfolio.models import SteeringCommittee
from tests.cast import TODAY, Cast
from tests.governance.meetings import NOW, plan, seat_all
from tests.governance.views.desk import on_the_day

__all__ = ["on_the_day"]
pytestmark = pytest.mark.usefixtures("on_the_day")


def at(text: str) -> datetime:
    """What a clock on the wall shows."""
    return datetime.fromisoformat(text)


SUMMER, WINTER = at("2027-07-01T10:00"), at("2027-12-01T10:00")
NASTY = "Room; 1, \\ north\nwing BEGIN:VEVENT" + "ä" * 80


@pytest.fixture(autouse=True)
def committee(cast: Cast) -> SteeringCommittee:
    return seat_all(cast)


def entry(meeting: Meeting) -> Calendar:
    file = invitation(meeting_page(Meeting.objects.get(pk=meeting.pk), on=TODAY), now=NOW)
    assert all(len(line) <= 75 for line in file.body.split(b"\r\n"))
    return Calendar.from_ical(file.body)


def event(meeting: Meeting):
    (found,) = entry(meeting).walk("VEVENT")
    return found


@pytest.mark.parametrize(("wall", "hours"), [(SUMMER, 8), (WINTER, 9)])
def test_the_hour_is_that_of_the_zone(cast: Cast, wall: datetime, hours: int) -> None:
    meeting = plan(cast, starts_at=moment_in(wall, "Europe/Berlin"), minutes=90)
    calendar = entry(meeting)
    (found,) = calendar.walk("VEVENT")
    assert found["dtstart"].dt.astimezone(UTC) == wall.replace(hour=hours, tzinfo=UTC)
    assert found["dtend"].dt - found["dtstart"].dt == timedelta(minutes=90)
    assert found["dtstart"].params["TZID"] == "Europe/Berlin"
    assert [zone["tzid"] for zone in calendar.walk("VTIMEZONE")] == ["Europe/Berlin"]


@pytest.mark.parametrize(
    ("wall", "zone", "moment"),
    [
        # Forward at two in the morning: half past two does not exist.
        (at("2027-03-28T02:30"), "Europe/Berlin", None),
        (at("2027-03-28T03:00"), "Europe/Berlin", datetime(2027, 3, 28, 1, tzinfo=UTC)),
        # Back at three: the first of the two.
        (at("2027-10-31T02:30"), "Europe/Berlin", datetime(2027, 10, 31, 0, 30, tzinfo=UTC)),
        (at("2027-03-14T02:30"), "America/New_York", None),
        (at("2027-07-01T09:00"), "Asia/Kolkata", datetime(2027, 7, 1, 3, 30, tzinfo=UTC)),
    ],
)
def test_a_clock_on_the_wall_names_a_moment_or_none(wall: datetime, zone: str, moment: datetime | None) -> None:
    assert moment_in(wall, zone) == moment


def test_text_is_escaped_and_invents_no_second_entry(cast: Cast) -> None:
    meeting = plan(cast, place=NASTY[:190])
    (found,) = entry(meeting).walk("VEVENT")
    assert str(found["location"]) == NASTY[:190]


def test_members_are_invited_and_the_secretary_asks(cast: Cast) -> None:
    found = event(plan(cast))
    assert [str(one) for one in found["attendee"]] == [
        f"mailto:{person.email}" for person in (cast.chair, cast.deputy, cast.second_controller)
    ]
    assert str(found["organizer"]) == f"mailto:{cast.member.email}"


def test_a_change_keeps_the_uid_and_raises_the_sequence(cast: Cast) -> None:
    meeting = plan(cast)
    before = event(meeting)
    terms = {"zone": meeting.zone, "minutes": 60, "by": cast.member, "on": TODAY, "now": NOW}
    with cast.acting(cast.member):
        change_meeting(meeting, starts_at=meeting.starts_at, place="Room 1", **terms)
        assert event(meeting)["sequence"] == before["sequence"] == 0
        change_meeting(meeting, starts_at=meeting.starts_at, place="Room 2", **terms)
    after = event(meeting)
    assert (after["uid"], after["sequence"]) == (before["uid"], 1)


def test_a_cancellation_is_one_of_the_same_entry(cast: Cast) -> None:
    meeting = plan(cast)
    uid = event(meeting)["uid"]
    with cast.acting(cast.member):
        cancel_meeting(meeting, reason="Strike", by=cast.member, on=TODAY)
    calendar = entry(meeting)
    (found,) = calendar.walk("VEVENT")
    assert str(calendar["method"]) == "CANCEL"
    assert (found["uid"], found["sequence"], str(found["status"])) == (uid, 1, "CANCELLED")


def test_the_mail_carries_the_entry_to_members_and_secretary(cast: Cast) -> None:
    mails = invitation_mail(plan(cast), on=TODAY, now=NOW)
    assert [mail.to for mail in mails] == [cast.chair, cast.deputy, cast.second_controller, cast.member]
    assert mails[0].subject.startswith("Meeting: SteerCo")
    assert mails[0].attachments[0].content_type == "text/calendar; method=REQUEST; charset=utf-8"
    assert "\n" not in mails[0].subject
