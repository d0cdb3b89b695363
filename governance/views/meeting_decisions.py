"""Votes outside a meeting, and the chair's confirmation."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from governance.actions.settling import confirm_meeting
from governance.actions.votes import cast_vote, open_vote
from governance.choices import MeetingState, SubmissionState
from governance.forms.meetings import ConfirmForm, OpenVoteForm, VoteForm
from governance.models import GateSubmission, Meeting
from governance.queries.meetings import meeting_page, standing
from governance.queries.minutes import results_of
from governance.sentences import objection
from governance.views.committees import render_form
from governance.views.measure_frame import attempt, open_measure
from governance.views.meetings import frame, open_meeting, shown_version
from governance.views.page import expected_version, one_time_key, page, url
from governance.views.reauthentication import is_recent, reauthenticate, reauthenticated_at
from portfolio.access import fetch_or_404
from portfolio.errors import NotAllowed, Refused


@page
def meeting_confirm(request: Any, pk: int) -> HttpResponse:
    """The chair reads what the votes come to, and confirms once, with the password.

    Whoever comes second, or has nothing to confirm, is led to what was decided.
    """
    row, may = open_meeting(request, pk)
    found = meeting_page(row, on=request.on)
    mine = found.waiting_for(request.user) if may.member else []
    if not may.member:
        raise NotAllowed(objection("nothing_to_confirm"))
    if row.is_over or not (mine or (found.is_settled and found.chair == request.user)):
        return _done(request, row)
    form = ConfirmForm(request.POST or None, ask_password=not is_recent(request))
    status = 200
    if request.method == "POST":
        status = 422 if not form.is_valid() else attempt(form, lambda: _confirmed(request, row, form))
        if not status:
            messages.success(request, _("Confirmed. What became of each item stands below."))
            return redirect(url(request, "meeting", pk))
        if status == 409 and Meeting.objects.filter(pk=pk, state=MeetingState.CONFIRMED).exists():
            # Somebody was faster while this person waited for the lock.
            return _done(request, Meeting.objects.get(pk=pk))
    results = [one for one in results_of(found) if one.line in mine]
    context = frame(request, found, may, form=form, results=results, version=shown_version(request, row, status))
    return render(request, "governance/meeting_confirm.html", context, status=status)


def _done(request: Any, row: Meeting) -> HttpResponse:
    """The stored outcome, for whoever comes second or has nothing to confirm."""
    code = "meeting_confirmed" if row.state == MeetingState.CONFIRMED else "nothing_to_confirm"
    messages.info(request, objection(code).sentence)
    return redirect(url(request, "meeting", row.pk))


def _confirmed(request: Any, row: Meeting, form: ConfirmForm) -> None:
    if (wrong := reauthenticate(request)) is not None:
        raise Refused(wrong)
    confirm_meeting(
        row,
        by=request.user,
        on=request.on,
        now=timezone.now(),
        reauthenticated_at=reauthenticated_at(request),
        reason=form.cleaned_data["reason"],
        expected_version=expected_version(request),
        key=one_time_key(request),
    )


@page
def vote_create(request: Any, code: str) -> HttpResponse:
    """The members are asked to vote on the submission of this measure in their browsers."""
    measure, _rights = open_measure(request, code)
    if measure.committee is None:
        raise Refused(objection("no_committee_gate"))
    standing(request.user, measure.committee, on=request.on).require_keeping()
    waiting = GateSubmission.objects.filter(measure=measure, state=SubmissionState.OPEN)
    submission = fetch_or_404(waiting.select_related("measure__committee"))
    form = OpenVoteForm(request.POST or None, home=request.organization.time_zone)
    status = 200
    if request.method == "POST":
        opened: list[Meeting] = []
        status = 422
        if form.is_valid():
            status = attempt(form, lambda: opened.append(_opened(request, submission, form)))
        if not status:
            messages.success(request, _("The vote is open. Each member finds it under “My work”."))
            return redirect(url(request, "meeting", opened[0].pk))
    back = url(request, "measure_gates", code)
    more = {"committee": measure.committee, "submit": _("Open the vote")}
    title = _("Vote outside a meeting: %(measure)s") % {"measure": measure}
    return render_form(request, form, title, back=back, status=status, **more)


def _opened(request: Any, submission: GateSubmission, form: OpenVoteForm) -> Meeting:
    return open_vote(
        submission,
        closes_at=form.cleaned_data["moment"],
        zone=form.cleaned_data["zone"],
        by=request.user,
        on=request.on,
        now=timezone.now(),
        key=one_time_key(request),
    )


@require_POST
@page
def meeting_vote(request: Any, pk: int) -> HttpResponse:
    """A member votes, or changes the vote, while the vote is open."""
    row, _may = open_meeting(request, pk)
    form = VoteForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose what you vote."))
        return redirect(url(request, "meeting", pk))
    said = {"by": request.user, "on": request.on, "now": timezone.now(), "key": one_time_key(request)}
    cast_vote(row, choice=form.cleaned_data["choice"], note=form.cleaned_data["note"], **said)
    messages.success(request, _("Your vote was recorded. You may change it until the vote ends."))
    return redirect(url(request, "meeting", pk))
