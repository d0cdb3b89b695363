"""Meetings of committees: planned, prepared, recorded, confirmed and put on paper."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from governance.actions.meetings import (
    arrange_agenda,
    cancel_meeting,
    change_meeting,
    freeze_pre_read,
    identity_text,
    plan_meeting,
)
from governance.actions.minutes import Attachment, invitation, minutes_pdf
from governance.actions.votes import record_meeting
from governance.forms.meetings import MeetingForm, ReasonForm, RecordForm, VoteForm
from governance.forms.refusal import DeedForm
from governance.models import Meeting
from governance.printing import MISSING, can_print
from governance.queries.agenda import waiting_for
from governance.queries.meetings import (
    MeetingPage,
    Standing,
    is_vote_open,
    latest_pre_read,
    meeting_page,
    standing,
)
from governance.queries.minutes import local_start, results_of
from governance.queries.pre_reads import changes_since, content_of, read
from governance.views.committees import open_committee, render_form
from governance.views.measure_frame import attempt
from governance.views.page import expected_version, one_time_key, page, url
from portfolio.access import fetch_or_404
from portfolio.models import OrganizationSettings, User

RELATED = (
    "committee__chair",
    "committee__deputy_chair",
    "committee__secretary",
    "planned_by",
    "confirmed_by",
    "organization",
)


def open_meeting(request: Any, pk: int) -> tuple[Meeting, Standing]:
    """First line of a page on a meeting: 404 when unknown, 403 for who may not see the committee's meetings."""
    meeting = fetch_or_404(Meeting.objects.select_related(*RELATED), pk=pk)
    may = standing(request.user, meeting.committee, on=request.on)
    may.require_sight()
    return meeting, may


def frame(request: Any, found: MeetingPage, may: Standing, **context: Any) -> dict[str, Any]:
    """What all pages of one meeting show; the version is the one the page was filled from."""
    return {
        "page": found,
        "meeting": found.meeting,
        "committee": found.meeting.committee,
        "may": may,
        "starts": local_start(found),
        "currency": OrganizationSettings.objects.values_list("currency", flat=True).get(),
        "key": request.POST.get("key") or uuid.uuid4(),
        "version": found.meeting.version,
        "active_nav": "committee_list",
        **context,
    }


def shown_version(request: Any, row: Meeting, status: int) -> Any:
    """The version a form goes on with: its own, until a refusal has shown what changed meanwhile."""
    return row.version if status == 409 else request.POST.get("version") or row.version


@page
def meeting(request: Any, pk: int) -> HttpResponse:
    """One meeting: agenda, who was there, what was voted and what came of it."""
    row, may = open_meeting(request, pk)
    found = meeting_page(row, on=request.on)
    context = frame(
        request,
        found,
        may,
        results=results_of(found),
        pre_read=latest_pre_read(row),
        mine=found.waiting_for(request.user) if may.member else [],
        vote_form=VoteForm() if _may_vote(row, found, request.user) else None,
        is_open=is_vote_open(row, timezone.now()),
        can_print=can_print(),
        printing=MISSING.sentence,
    )
    return render(request, "governance/meeting.html", context)


def _may_vote(row: Meeting, found: MeetingPage, user: Any) -> bool:
    if not row.is_circular or not is_vote_open(row, timezone.now()):
        return False
    return any(line.is_open and line.is_voted and user in line.voters(found.seats) for line in found.lines)


@page
def meeting_create(request: Any, pk: int) -> HttpResponse:
    """A meeting is planned, with everything on its agenda that waits for the committee."""
    body, may = open_committee(request, pk)
    may.require_planning()
    form = MeetingForm(request.POST or None, home=request.organization.time_zone)
    status = 200
    if request.method == "POST":
        planned: list[Meeting] = []
        status = 422
        if form.is_valid():
            terms = _terms(request, form)
            status = attempt(form, lambda: planned.append(plan_meeting(body, key=one_time_key(request), **terms)))
        if not status:
            messages.success(request, _("The meeting is planned. What waits for the committee is on its agenda."))
            return redirect(url(request, "meeting", planned[0].pk))
    back = url(request, "committee", pk)
    more = {"committee": body, "submit": _("Plan the meeting")}
    return render_form(request, form, _("Plan a meeting"), back=back, status=status, **more)


def _terms(request: Any, form: MeetingForm) -> dict[str, Any]:
    values = form.cleaned_data
    return {
        "starts_at": values["moment"],
        "zone": values["zone"],
        "minutes": values["minutes"],
        "place": values["place"],
        "by": request.user,
        "on": request.on,
        "now": timezone.now(),
    }


@page
def meeting_edit(request: Any, pk: int) -> HttpResponse:
    """Time and place are changed; invited people must be told."""
    row, may = open_meeting(request, pk)
    may.require_planning()
    initial = {
        "starts": _wall(row.starts_at, row.zone),
        "zone": row.zone,
        "minutes": row.minutes,
        "place": row.place,
    }
    form = MeetingForm(request.POST or None, home=row.zone, initial=initial)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            said = {"key": one_time_key(request), "expected_version": expected_version(request)}
            terms = _terms(request, form) | said
            status = attempt(form, lambda: change_meeting(row, **terms))
        if not status:
            messages.success(request, _("The meeting was changed. Send the new invitation to the members."))
            return redirect(url(request, "meeting", pk))
    more = {"committee": row.committee, "meeting": row, "version": request.POST.get("version") or row.version}
    return render_form(request, form, _("Change the meeting"), back=url(request, "meeting", pk), status=status, **more)


def _wall(moment: datetime, zone: str) -> datetime:
    return timezone.localtime(moment, ZoneInfo(zone)).replace(tzinfo=None, second=0, microsecond=0)


@page
def meeting_cancel(request: Any, pk: int) -> HttpResponse:
    """The meeting does not take place; what was on its agenda waits again."""
    row, may = open_meeting(request, pk)
    may.require_planning()
    form = ReasonForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422 if not form.is_valid() else attempt(form, lambda: _cancelled(request, row, form))
        if not status:
            messages.success(request, _("It was cancelled. What was on its agenda waits again."))
            return redirect(url(request, "meeting", pk))
    more = {"committee": row.committee, "meeting": row, "submit": _("Cancel the meeting"), "version": row.version}
    title = _("Cancel the vote") if row.is_circular else _("Cancel the meeting")
    return render_form(request, form, title, back=url(request, "meeting", pk), status=status, **more)


def _cancelled(request: Any, row: Meeting, form: ReasonForm) -> None:
    cancel_meeting(
        row,
        reason=form.cleaned_data["reason"],
        by=request.user,
        on=request.on,
        expected_version=expected_version(request),
        key=one_time_key(request),
    )


@page
def meeting_agenda(request: Any, pk: int) -> HttpResponse:
    """The secretary orders the agenda, marks what is taken by consent, takes items off and puts others on."""
    row, may = open_meeting(request, pk)
    may.require_keeping()
    form = DeedForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422 if not form.is_valid() else attempt(form, lambda: _arranged(request, row))
        if not status:
            messages.success(request, _("The agenda was saved."))
            return redirect(url(request, "meeting", pk))
    found = meeting_page(row, on=request.on)
    waiting = [(identity_text(one), one) for one in waiting_for(row.committee, on=request.on)]
    version = shown_version(request, row, status)
    context = frame(request, found, may, form=form, waiting=waiting, version=version)
    return render(request, "governance/meeting_agenda.html", context, status=status)


def _arranged(request: Any, row: Meeting) -> None:
    places = {
        int(name.removeprefix("place_")): int(value)
        for name, value in request.POST.items()
        if name.startswith("place_") and name.removeprefix("place_").isdecimal() and value.isdecimal()
    }
    arrange_agenda(
        row,
        order=sorted(places, key=lambda pk: (places[pk], pk)),
        consent=_numbers(request, "consent"),
        removed=_numbers(request, "remove"),
        added=request.POST.getlist("add"),
        title=request.POST.get("title", ""),
        by=request.user,
        on=request.on,
        expected_version=expected_version(request),
        key=one_time_key(request),
    )


def _numbers(request: Any, name: str) -> set[int]:
    return {int(value) for value in request.POST.getlist(name) if value.isdecimal()}


@page
def meeting_record(request: Any, pk: int) -> HttpResponse:
    """The secretary writes down who was there and what each member said, and hands the record to the chair."""
    row, may = open_meeting(request, pk)
    may.require_keeping()
    found = meeting_page(row, on=request.on)
    form = RecordForm(request.POST or None, page=found)
    status = 200
    if request.method == "POST":
        hand_over = request.POST.get("deed") == "hand_over"
        status = 422 if not form.is_valid() else attempt(form, lambda: _recorded(request, row, form, hand_over))
        if not status:
            done = _("The record waits for the chair.") if hand_over else _("The record was saved.")
            messages.success(request, done)
            return redirect(url(request, "meeting" if hand_over else "meeting_record", pk))
    context = frame(request, found, may, form=form, version=shown_version(request, row, status))
    return render(request, "governance/meeting_record.html", context, status=status)


def _recorded(request: Any, row: Meeting, form: RecordForm, hand_over: bool) -> None:
    record_meeting(
        row,
        form.record,
        hand_over=hand_over,
        by=request.user,
        on=request.on,
        expected_version=expected_version(request),
        key=one_time_key(request),
    )


@page
def meeting_pre_read(request: Any, pk: int) -> HttpResponse:
    """What the members were given to read, as of its moment, and what has changed since."""
    row, may = open_meeting(request, pk)
    found = meeting_page(row, on=request.on)
    frozen = latest_pre_read(row)
    content = read(frozen) if frozen is not None else None
    changes = changes_since(content, content_of(found, now=timezone.now())) if content is not None else []
    owners = (
        User.objects.in_bulk({item["owner_id"] for item in content["items"] if item["owner_id"]}) if content else {}
    )
    rows = [(item, owners.get(item["owner_id"])) for item in content["items"]] if content else []
    context = frame(request, found, may, frozen=frozen, rows=rows, changes=changes)
    return render(request, "governance/meeting_pre_read.html", context)


@require_POST
@page
def meeting_freeze(request: Any, pk: int) -> HttpResponse:
    """The pre-read is frozen as of now."""
    row, may = open_meeting(request, pk)
    may.require_keeping()
    freeze_pre_read(row, by=request.user, on=request.on, now=timezone.now(), key=one_time_key(request))
    messages.success(request, _("The pre-read is frozen; its fingerprint is on the page."))
    return redirect(url(request, "meeting_pre_read", pk))


@page
def meeting_minutes(request: Any, pk: int) -> HttpResponse:
    """The minutes, as a page."""
    row, may = open_meeting(request, pk)
    found = meeting_page(row, on=request.on)
    context = frame(request, found, may, results=results_of(found), can_print=can_print(), printing=MISSING.sentence)
    return render(request, "governance/meeting_minutes.html", context)


@page
def meeting_minutes_pdf(request: Any, pk: int) -> HttpResponse:
    """The minutes on paper; where the machine cannot print, the sentence that says what to install."""
    row, _may = open_meeting(request, pk)
    body = minutes_pdf(meeting_page(row, on=request.on))
    return _download(Attachment(f"{row.committee.name} {row.starts_at:%Y-%m-%d}.pdf", "application/pdf", body))


@page
def meeting_calendar(request: Any, pk: int) -> HttpResponse:
    """The invitation, or its cancellation, for one's own calendar."""
    row, _may = open_meeting(request, pk)
    return _download(invitation(meeting_page(row, on=request.on), now=timezone.now()))


def _download(file: Attachment) -> HttpResponse:
    answer = HttpResponse(file.body, content_type=file.content_type)
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=file.name) or "attachment"
    return answer
