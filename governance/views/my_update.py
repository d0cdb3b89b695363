"""My update: an owner brings forecast and milestones of every measure up to date, in five minutes."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from finance.actions.updates import save_update
from finance.queries.rounds import my_update as updates_of
from governance.forms.rounds import MyUpdateForm
from governance.views.measure_frame import attempt
from governance.views.page import one_time_key, page, url
from portfolio.models import OrganizationSettings

MONTHS_SHOWN = 6


@page
def my_update(request: Any) -> HttpResponse:
    """The running measures of the person with their next months and open milestones; one save for all."""
    found = updates_of(request.user, request.on)
    form = MyUpdateForm(
        request.POST or None,
        updates=found.measures,
        months=found.months[:MONTHS_SHOWN],
        everything="everything" in request.POST,
    )
    status = 200
    if request.method == "POST":
        status = form.refusal_status or attempt(form, lambda: _save(request, form))
        if not status:
            done = _("%(changed)s measures were changed, %(confirmed)s confirmed as they stand.")
            messages.success(request, done % {"changed": len(form.changes), "confirmed": len(form.confirmed)})
            return redirect(url(request, "my_update"))
    context = {
        "form": form,
        "ages": [
            (card, _age(card.update.touched_on, request.on), _age(card.measure.milestones_kept_on, request.on))
            for card in form.cards
        ],
        "currency": OrganizationSettings.objects.values_list("currency", flat=True).get(),
        "key": request.POST.get("key") or uuid.uuid4(),
    }
    return render(request, "governance/my_update.html", context, status=status)


def _age(day: Any, on: Any) -> int | None:
    """Days since then; None where it never happened."""
    return None if day is None else (on - day).days


def _save(request: Any, form: MyUpdateForm) -> None:
    save_update(
        form.changes,
        form.confirmed,
        by=request.user,
        on=request.on,
        key=one_time_key(request),
        url=url(request, "my_update"),
    )
