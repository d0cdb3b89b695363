"""Coming in by an invitation: a first password for a new person, a sign-in for a known one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth import login
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from governance.actions.invitations import WRONG_PERSON, Guest, accept, accept_with_password, opened
from governance.forms.people import FirstPasswordForm
from governance.views.measure_frame import attempt
from portfolio.errors import NotAllowed
from portfolio.middleware import today
from portfolio.models import Organization

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def join(request: Any, token: str) -> HttpResponse:
    """The invitation behind the link; posted, it is accepted and used up."""
    now = timezone.now()
    with opened(token, now=now) as guest:
        pass
    if request.user.is_authenticated:
        return _join_signed_in(request, token, guest, now)
    if guest.known:
        return _page(request, guest, "sign_in")
    form = FirstPasswordForm(
        request.POST or None, email=guest.invitation.email, initial={"name": guest.invitation.name}
    )
    if request.method == "POST" and form.is_valid():
        status = attempt(form, lambda: _begin(request, token, form, guest, now))
        if not status:
            return _welcome(request, guest.organization)
    return _page(request, guest, "password", form=form, status=422 if form.errors else 200)


def _join_signed_in(request: Any, token: str, guest: Guest, now: Any) -> HttpResponse:
    if request.user.email != guest.invitation.email:
        raise NotAllowed(WRONG_PERSON)
    if request.method != "POST":
        return _page(request, guest, "confirm")
    accept(token, user=request.user, now=now, on=today(guest.organization, now))
    return _welcome(request, guest.organization)


def _begin(request: Any, token: str, form: FirstPasswordForm, guest: Guest, now: Any) -> None:
    user, _organization = accept_with_password(
        token,
        password=form.cleaned_data["password"],
        name=form.cleaned_data["name"],
        now=now,
        on=today(guest.organization, now),
    )
    login(request, user, backend=BACKEND)


def _welcome(request: Any, organization: Organization) -> HttpResponse:
    messages.success(request, _("Welcome to %(name)s.") % {"name": organization.name})
    return redirect("governance:my_work", organization.slug)


def _page(request: Any, guest: Guest, kind: str, *, status: int = 200, **context: Any) -> HttpResponse:
    context = {"guest": guest, "kind": kind, "form": None, **context}
    response = render(request, "governance/join.html", context, status=status)
    # The address is the secret: it stays out of caches and out of what other pages learn.
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
