"""The people of an organization: who holds which role where, who is invited, and what consultants have read."""

from __future__ import annotations

import uuid
from functools import wraps
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from governance.actions.invitations import invite, revoke, send_again
from governance.forms.people import GrantForm, InviteForm
from governance.models import Invitation
from governance.queries.people import consultant_reads as all_reads
from governance.queries.people import people_of_organization, waiting_invitations
from governance.views.measure_frame import attempt
from governance.views.page import View, one_time_key, page, url
from portfolio.access import fetch_node_for, fetch_or_404
from portfolio.actions.members import grant_role, is_consultant, withdraw_role
from portfolio.choices import NodeKind, Right
from portfolio.errors import DomainError, NotAllowed, Replayed
from portfolio.models import Node, RoleGrant, User

READS_PER_PAGE = 100


def _once(view: View) -> View:
    """A form sent twice leads back to the page, like the first time."""

    @wraps(view)
    def answered(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except Replayed:
            messages.info(request, _("This was already done; it was not done twice."))
            return redirect(url(request, "people"))

    return answered


def _open(request: Any) -> Node:
    """First line of every page: 403 without the right to manage the members of the whole organization."""
    return fetch_node_for(request.user, Right.MANAGE_MEMBERS, kind=NodeKind.ORGANIZATION)


@page
def people(request: Any) -> HttpResponse:
    """All members with their roles, and the invitations that wait."""
    root = _open(request)
    return _people(request, root)


def _people(request: Any, root: Node, *, status: int = 200, **forms: Any) -> HttpResponse:
    context = {
        "people": people_of_organization(),
        "waiting": waiting_invitations(timezone.now()),
        "grant_form": GrantForm(initial={"node": root}, auto_id="grant_%s"),
        "invite_form": InviteForm(initial={"node": root}, auto_id="invite_%s"),
        "consulting": is_consultant(request.user),
        "key": uuid.uuid4(),
        "active_nav": "people",
        **forms,
    }
    return render(request, "governance/people.html", context, status=status)


@require_POST
@page
@_once
def role_grant(request: Any) -> HttpResponse:
    """A role for a member; granted again, its last day moves."""
    root = _open(request)
    form = GrantForm(request.POST, auto_id="grant_%s")
    status = attempt(form, lambda: _grant(request, form)) if form.is_valid() else 422
    if status:
        return _people(request, root, status=status, grant_form=form)
    messages.success(request, _("The role was granted."))
    return redirect(url(request, "people"))


def _grant(request: Any, form: GrantForm) -> None:
    values = form.cleaned_data
    grant_role(
        values["person"],
        role_code=values["role"].code,
        node=values["node"],
        by=request.user,
        ends_on=values["ends_on"],
        on=request.on,
        key=one_time_key(request),
    )


@require_POST
@page
@_once
def role_withdraw(request: Any, pk: int) -> HttpResponse:
    """A role is no longer held."""
    _open(request)
    grant = fetch_or_404(RoleGrant.objects.select_related("role", "user", "node"), pk=pk)
    _do(request, lambda: withdraw_role(grant, by=request.user, key=one_time_key(request)), _("The role was withdrawn."))
    return redirect(url(request, "people"))


@require_POST
@page
@_once
def person_invite(request: Any) -> HttpResponse:
    """A link for somebody who is to come in."""
    root = _open(request)
    form = InviteForm(request.POST, auto_id="invite_%s")
    status = attempt(form, lambda: _invite(request, form)) if form.is_valid() else 422
    if status:
        return _people(request, root, status=status, invite_form=form)
    messages.success(request, _("The invitation is on its way."))
    return redirect(url(request, "people"))


def _invite(request: Any, form: InviteForm) -> None:
    values = form.cleaned_data
    invite(
        values["email"],
        name=values["name"],
        role_code=values["role"].code,
        node=values["node"],
        by=request.user,
        now=timezone.now(),
        on=request.on,
        ends_on=values["ends_on"],
        key=one_time_key(request),
    )


@require_POST
@page
@_once
def invitation_send(request: Any, pk: int) -> HttpResponse:
    """A new link in place of the one that was lost or has expired."""
    _open(request)
    row = fetch_or_404(Invitation.objects.select_related("node"), pk=pk)
    key = one_time_key(request)
    _do(
        request,
        lambda: send_again(row, by=request.user, now=timezone.now(), key=key),
        _("The invitation is on its way."),
    )
    return redirect(url(request, "people"))


@require_POST
@page
@_once
def invitation_revoke(request: Any, pk: int) -> HttpResponse:
    """The link opens nothing any more."""
    _open(request)
    row = fetch_or_404(Invitation.objects.select_related("node"), pk=pk)
    key = one_time_key(request)
    _do(request, lambda: revoke(row, by=request.user, now=timezone.now(), key=key), _("The invitation was withdrawn."))
    return redirect(url(request, "people"))


def _do(request: Any, action: Any, said: str) -> None:
    """Does what one button asks and says so, or why not."""
    try:
        action()
    except NotAllowed:
        raise
    except DomainError as error:
        messages.error(request, " ".join(error.sentences))
    else:
        messages.success(request, said)


@page
def consultant_reads(request: Any) -> HttpResponse:
    """Which pages consultants have opened, for administrators and auditors."""
    fetch_node_for(request.user, Right.VIEW_AUDIT, kind=NodeKind.ORGANIZATION)
    shown = Paginator(all_reads(), READS_PER_PAGE).get_page(request.GET.get("page"))
    names = {user.pk: user for user in User.objects.filter(pk__in={row.user_id for row in shown})}
    rows = [(row, names.get(row.user_id)) for row in shown]
    context = {"page": shown, "rows": rows, "active_nav": "people"}
    return render(request, "governance/consultant_reads.html", context)
