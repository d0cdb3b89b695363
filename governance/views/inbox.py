"""The inbox: what a person was told and why, and how the person wants to be told."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from governance.actions.digests import settable_digests
from governance.actions.inbox import mark_all_read, mark_read, mark_unread, snooze
from governance.actions.subscriptions import subscribe
from governance.forms.inbox import InboxFilter, SnoozeForm, SubscriptionForm
from governance.navigation import count_anew
from governance.queries.notices import UNREAD, choices_of, notices_of, with_surroundings
from governance.views.page import page, url

PER_PAGE = 50


@require_GET
@page
def inbox(request: Any) -> HttpResponse:
    """What the person was told, the newest first; without a choice what is not read and not put off."""
    form = InboxFilter(request.GET)
    chosen = form.chosen
    state = chosen.get("state", UNREAD)
    rows = notices_of(request.user, on=request.on, state=state, event=chosen.get("event", ""))
    count_anew(request)
    found = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": found,
        "told": with_surroundings(found.object_list),
        "state": state,
        "filtered": bool(chosen),
        "here": request.get_full_path(),
    }
    return render(request, "governance/inbox.html", context)


@require_POST
@page
def inbox_read(request: Any) -> HttpResponse:
    """The notices named, or with `all` whatever is not read, are read; with `unread` the one named is not."""
    named = [int(pk) for pk in request.POST.getlist("notice") if pk.isdecimal()]
    if "all" in request.POST:
        count = mark_all_read(by=request.user, on=request.on, at=timezone.now())
        messages.success(request, _("%(count)s notices were marked as read.") % {"count": count})
    elif "unread" in request.POST:
        for pk in named:
            mark_unread(pk, by=request.user)
    else:
        mark_read(named, by=request.user, at=timezone.now())
    return _back(request)


@require_POST
@page
def inbox_snooze(request: Any) -> HttpResponse:
    """The notice is out of sight until the day given."""
    form = SnoozeForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose a day on which the notice comes back."))
        return _back(request)
    snooze(form.cleaned_data["notice"], until=form.cleaned_data["until"], by=request.user, on=request.on)
    return _back(request)


def _back(request: Any) -> HttpResponse:
    """The list as it was, and nowhere else, whatever the form says."""
    count_anew(request)
    home = url(request, "inbox")
    query = request.POST.get("back", "").partition("?")[2]
    return redirect(f"{home}?{query}" if query else home)


@page
def inbox_settings(request: Any) -> HttpResponse:
    """How the person hears of each event; what is mandatory is shown and cannot be changed."""
    choices = choices_of(request.user)
    form = SubscriptionForm(choices, request.POST or None)
    if request.method == "POST" and form.is_valid():
        subscribe(form.cleaned_data, by=request.user, at=timezone.now())
        messages.success(request, _("Your choices were saved."))
        return redirect(url(request, "inbox_settings"))
    rows = [(choice, form[choice.event.code] if choice.ways else None) for choice in choices]
    context = {"rows": rows, "form": form, "digests": settable_digests(request.user), "active_nav": "inbox"}
    return render(request, "governance/inbox_settings.html", context, status=422 if form.errors else 200)
