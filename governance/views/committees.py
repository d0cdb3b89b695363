"""Committees: who sits on them, by which rules they decide, and their meetings."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from governance.forms.committees import CommitteeForm, SeatForm, TermForm
from governance.queries.agenda import waiting_for
from governance.queries.committee_history import committee_story
from governance.queries.meetings import Standing, committees, meetings_of, seats_held, standing
from governance.views.measure_frame import attempt
from governance.views.page import expected_version, one_time_key, page, url
from portfolio.access import fetch_or_404, not_allowed, require, rights_on
from portfolio.actions.committees import create_committee, edit_committee, end_term, seat_member
from portfolio.choices import NodeKind, Right
from portfolio.models import CommitteeMember, Node, SteeringCommittee


def open_committee(request: Any, pk: int) -> tuple[SteeringCommittee, Standing]:
    """First line of a page on a committee: the committee, and what the person may do with it. 404 when unknown."""
    committee = fetch_or_404(committees(), pk=pk)
    return committee, standing(request.user, committee, on=request.on)


def render_form(request: Any, form: Any, title: str, *, back: str, status: int = 200, **more: Any) -> HttpResponse:
    """One form on a page of a committee or a meeting; `crumbs` lead back."""
    context = {
        "form": form,
        "title": title,
        "back": back,
        "key": request.POST.get("key") or uuid.uuid4(),
        "active_nav": "committee_list",
        **more,
    }
    return render(request, "governance/committee_form.html", context, status=status)


@page
def committee_list(request: Any) -> HttpResponse:
    """Every committee with its officers; who decides here is no secret, what was decided is."""
    root = Node.objects.get(kind=NodeKind.ORGANIZATION)
    may_create = Right.MANAGE_SETTINGS in rights_on(request.user, root.pk)
    context = {"committees": committees(), "may_create": may_create, "active_nav": "committee_list"}
    return render(request, "governance/committees.html", context)


@page
def committee(request: Any, pk: int) -> HttpResponse:
    """One committee: members and terms, rules, and for those who may see them its meetings and what waits."""
    body, may = open_committee(request, pk)
    context = {
        "committee": body,
        "may": may,
        "seats": seats_held(body),
        "meetings": meetings_of(body)[:40] if may.sees else [],
        "waiting": waiting_for(body, on=request.on) if may.sees else [],
        "history": committee_story(body) if may.sees or may.settings else [],
        "on": request.on,
        "active_nav": "committee_list",
    }
    return render(request, "governance/committee.html", context)


@page
def committee_create(request: Any) -> HttpResponse:
    """A new committee with chair and deputy chair, who take their seats today."""
    require(request.user, Right.MANAGE_SETTINGS, Node.objects.get(kind=NodeKind.ORGANIZATION).pk)
    form = CommitteeForm(request.POST or None, initial={"quorum": 2})
    del form.fields["voting_rule"]
    status = 200
    if request.method == "POST":
        status = 422 if not form.is_valid() else attempt(form, lambda: _created(request, form))
        if not status:
            messages.success(request, _("The committee exists. Seat its other members now."))
            return redirect(url(request, "committee_list"))
    back = url(request, "committee_list")
    return render_form(request, form, _("New committee"), back=back, status=status, submit=_("Create"))


def _created(request: Any, form: CommitteeForm) -> None:
    create_committee(by=request.user, on=request.on, key=one_time_key(request), **form.cleaned_data)


@page
def committee_edit(request: Any, pk: int) -> HttpResponse:
    """Officers and rules are changed by who manages settings; never by the secretary as such."""
    body, may = open_committee(request, pk)
    if not may.settings:
        raise not_allowed(Right.MANAGE_SETTINGS)
    initial = {
        "name": body.name,
        "chair": body.chair_id,
        "deputy": body.deputy_chair_id,
        "secretary": body.secretary_id,
        "quorum": body.quorum,
        "voting_rule": body.voting_rule,
    }
    form = CommitteeForm(request.POST or None, initial=initial)
    status = 200
    if request.method == "POST":
        status = 422 if not form.is_valid() else attempt(form, lambda: _edited(request, body, form))
        if not status:
            messages.success(request, _("The committee was changed."))
            return redirect(url(request, "committee", pk))
    back = url(request, "committee", pk)
    version = request.POST.get("version") or body.version
    return render_form(
        request, form, _("Change the committee"), back=back, status=status, committee=body, version=version
    )


def _edited(request: Any, body: SteeringCommittee, form: CommitteeForm) -> None:
    key, version = one_time_key(request), expected_version(request)
    edit_committee(body, by=request.user, on=request.on, key=key, expected_version=version, **form.cleaned_data)


@page
def seat_create(request: Any, pk: int) -> HttpResponse:
    """Somebody takes a seat on the committee."""
    body, may = open_committee(request, pk)
    if not may.settings:
        raise not_allowed(Right.MANAGE_SETTINGS)
    form = SeatForm(request.POST or None, initial={"since": request.on})
    status = 200
    if request.method == "POST":
        status = 422 if not form.is_valid() else attempt(form, lambda: _seated(request, body, form))
        if not status:
            messages.success(request, _("The seat was taken."))
            return redirect(url(request, "committee", pk))
    back = url(request, "committee", pk)
    return render_form(request, form, _("Seat a member"), back=back, status=status, committee=body)


def _seated(request: Any, body: SteeringCommittee, form: SeatForm) -> None:
    values = dict(form.cleaned_data)
    seat_member(body, values.pop("user"), by=request.user, key=one_time_key(request), **values)


@page
def seat_edit(request: Any, pk: int) -> HttpResponse:
    """When a member's term ends."""
    seat = fetch_or_404(CommitteeMember.objects.select_related("committee", "user"), pk=pk)
    body, may = open_committee(request, seat.committee_id)
    if not may.settings:
        raise not_allowed(Right.MANAGE_SETTINGS)
    form = TermForm(request.POST or None, initial={"until": seat.until})
    status = 200
    if request.method == "POST":
        status = 422 if not form.is_valid() else attempt(form, lambda: _ended(request, seat, form))
        if not status:
            messages.success(request, _("The term was changed."))
            return redirect(url(request, "committee", body.pk))
    title = _("Term of %(name)s") % {"name": seat.user.name}
    return render_form(request, form, title, back=url(request, "committee", body.pk), status=status, committee=body)


def _ended(request: Any, seat: CommitteeMember, form: TermForm) -> None:
    until = form.cleaned_data["until"]
    end_term(seat, until=until, by=request.user, on=request.on, key=one_time_key(request))
