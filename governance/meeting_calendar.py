"""Meetings as calendar entries (RFC 5545): an invitation, its changes and its cancellation, always of one UID."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, vCalAddress

from governance.choices import MeetingState
from governance.models import Meeting
from portfolio.models import User

CONTENT_TYPE = "text/calendar"


def moment_in(wall: datetime, zone: str) -> datetime | None:
    """The moment at which clocks of the zone show this time; None when they jump over it in spring.

    In autumn, when they show it twice, it is the first.
    """
    moment = wall.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    back = moment.astimezone(ZoneInfo(zone))
    return moment if back.replace(tzinfo=None) == wall else None


def method_of(meeting: Meeting) -> str:
    return "CANCEL" if meeting.state == MeetingState.CANCELLED else "REQUEST"


def calendar_file(meeting: Meeting, members: Iterable[User], *, organizer: User, address: str, now: datetime) -> bytes:
    """The invitation as a file, or its cancellation once the meeting is cancelled.

    The sequence rises with every change that invited people must be told of, so that calendars replace the entry.
    Times are local to the meeting's zone, whose rules come with the file. `address` is the page of the meeting.
    """
    cancelled = method_of(meeting) == "CANCEL"
    calendar = Calendar()
    calendar.add("prodid", "-//Countersign//Meetings//EN")
    calendar.add("version", "2.0")
    calendar.add("method", method_of(meeting))
    begins = meeting.starts_at.astimezone(ZoneInfo(meeting.zone))
    event = Event()
    event.add("uid", f"{meeting.uid}@countersign")
    event.add("sequence", meeting.sequence)
    event.add("dtstamp", now.astimezone(UTC))
    event.add("dtstart", begins)
    event.add("dtend", (meeting.starts_at + timedelta(minutes=meeting.minutes)).astimezone(ZoneInfo(meeting.zone)))
    event.add("summary", meeting.committee.name)
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    event.add("url", address)
    if meeting.place:
        event.add("location", meeting.place)
    if cancelled and meeting.cancel_reason:
        event.add("comment", meeting.cancel_reason)
    event.add("organizer", _person(organizer))
    for member in members:
        event.add("attendee", _person(member, ROLE="REQ-PARTICIPANT", PARTSTAT="NEEDS-ACTION", RSVP="TRUE"))
    calendar.add_component(event)
    calendar.add_missing_timezones()
    text: bytes = calendar.to_ical()
    return text


def _person(user: User, **params: str) -> vCalAddress:
    address = vCalAddress(f"mailto:{user.email}")
    for name, value in {"CN": user.name, **params}.items():
        address.params[name] = value
    return address
