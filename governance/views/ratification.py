"""Ratifying what came with a running program."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from governance.actions.take_over_decisions import ratify_take_over
from governance.forms.divergences import RatifyForm
from governance.queries.contradictions import open_take_overs
from governance.views.page import one_time_key, page, url
from measures.queries import measures_with_right
from portfolio.access import not_allowed
from portfolio.choices import Right
from portfolio.errors import Conflict, DomainError, NotAllowed
from portfolio.models import Deed, OrganizationSettings


@page
def ratification(request: Any) -> HttpResponse:
    """The chair sees the taken-over measures of the committee with their gaps, and ratifies those chosen."""
    form = RatifyForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _ratified(request, form):
        return redirect(url(request, "ratification"))
    context = {
        "form": form,
        "take_overs": open_take_overs(request.user),
        "chosen": request.POST.getlist("measure"),
        "currency": OrganizationSettings.objects.values_list("currency", flat=True).get(),
        "key": one_time_key(request) or uuid.uuid4(),
        "active_nav": "my_work",
    }
    return render(request, "governance/ratification.html", context, status=422 if form.errors else 200)


def _ratified(request: Any, form: RatifyForm) -> bool:
    key = one_time_key(request)
    if key is not None and Deed.objects.filter(key=key).exists():
        messages.info(request, _("This was already done; it was not done twice."))
        return True
    codes = set(request.POST.getlist("measure"))
    chosen = list(measures_with_right(request.user, Right.VIEW).filter(code__in=codes))
    if len(chosen) < len(codes):
        # The same for a measure the person may not see and for one that does not exist.
        raise not_allowed(Right.DECIDE_AS_COMMITTEE)
    if not chosen:
        form.add_error(None, _("Choose at least one measure."))
        return False
    try:
        done = ratify_take_over(chosen, by=request.user, on=request.on, reason=form.cleaned_data["reason"], key=key)
    except (NotAllowed, Conflict):
        raise
    except DomainError as error:
        form.refuse(error)
        return False
    count = len(done)
    messages.success(
        request,
        ngettext("%(n)s take-over was ratified.", "%(n)s take-overs were ratified.", count) % {"n": count},
    )
    return True
