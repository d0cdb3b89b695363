"""Minutes and invitations on their way to people: what a mail says and carries; sending is the outbox's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import override

from governance.choices import MeetingState
from governance.meeting_calendar import CONTENT_TYPE, calendar_file, method_of
from governance.models import Meeting
from governance.printing import can_print, pdf_of
from governance.queries.meetings import MeetingPage, meeting_page
from governance.queries.minutes import local_start, receivers, results_of
from portfolio.models import User

STYLE = "minutes.css"


@dataclass(frozen=True)
class Attachment:
    name: str
    content_type: str
    body: bytes


@dataclass(frozen=True)
class MeetingMail:
    """A mail about a meeting to one person, in their language."""

    to: User
    subject: str
    text: str
    html: str
    attachments: tuple[Attachment, ...] = ()


def minutes_pdf(page: MeetingPage) -> bytes:
    """The minutes on paper, in the active language; refused where the machine cannot print."""
    return pdf_of(render_to_string("governance/minutes_paper.html", _context(page)), STYLE)


def minutes_mail(meeting: Meeting, *, on: date) -> list[MeetingMail]:
    """The minutes to every member and the secretary, each in their own language, with the PDF where it can be made."""
    page = meeting_page(meeting, on=on)
    return [_minutes_to(person, page) for person in receivers(page)]


def _minutes_to(person: User, page: MeetingPage) -> MeetingMail:
    with override(person.language):
        context = _context(page) | {"reader": person}
        subject = _("Minutes: %(committee)s, %(day)s") % _named(page)
        paper = (Attachment(f"{_('minutes')}.pdf", "application/pdf", minutes_pdf(page)),) if can_print() else ()
        return MeetingMail(
            to=person,
            subject=" ".join(subject.split()),
            text=render_to_string("governance/minutes_mail.txt", context),
            html=render_to_string("governance/minutes_paper.html", context),
            attachments=paper,
        )


def invitation_mail(meeting: Meeting, *, on: date, now: datetime) -> list[MeetingMail]:
    """The invitation, its change or its cancellation to every member and the secretary, as a calendar entry."""
    page = meeting_page(meeting, on=on)
    entry = invitation(page, now=now)
    return [_invitation_to(person, page, entry) for person in receivers(page)]


def _invitation_to(person: User, page: MeetingPage, entry: Attachment) -> MeetingMail:
    with override(person.language):
        cancelled = page.meeting.state == MeetingState.CANCELLED
        subject = _("Cancelled: %(committee)s, %(day)s") if cancelled else _("Meeting: %(committee)s, %(day)s")
        context = _context(page) | {"reader": person}
        return MeetingMail(
            to=person,
            subject=" ".join((subject % _named(page)).split()),
            text=render_to_string("governance/invitation_mail.txt", context),
            html="",
            attachments=(entry,),
        )


def invitation(page: MeetingPage, *, now: datetime) -> Attachment:
    """The calendar entry as a file."""
    meeting = page.meeting
    organizer = meeting.committee.secretary or meeting.planned_by
    body = calendar_file(meeting, page.seats.members, organizer=organizer, address=address_of(meeting), now=now)
    return Attachment("meeting.ics", f"{CONTENT_TYPE}; method={method_of(meeting)}; charset=utf-8", body)


def address_of(meeting: Meeting) -> str:
    return f"{settings.BASE_URL}{reverse('governance:meeting', args=[meeting.organization.slug, meeting.pk])}"


def _context(page: MeetingPage) -> dict[str, object]:
    return {
        "page": page,
        "meeting": page.meeting,
        "committee": page.meeting.committee,
        "results": results_of(page),
        "starts": local_start(page),
        "address": address_of(page.meeting),
    }


def _named(page: MeetingPage) -> dict[str, str]:
    day = date_format(local_start(page), "DATE_FORMAT")
    return {"committee": page.meeting.committee.name, "day": day}
