"""Divergences: where work and money contradict each other, and what the controller answers."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from finance.rules import add_months
from governance.actions.divergences import LONGEST_ANSWER_MONTHS, answer_divergence
from governance.choices import DivergenceState
from governance.filters import DivergenceFilter
from governance.forms.divergences import AnswerForm
from governance.models import Divergence
from governance.queries.contradictions import divergence_rows, page_of, sums
from governance.views.measure_frame import frame, open_measure
from governance.views.page import one_time_key, page, url
from governance.views.register import chips_of, misread
from portfolio.access import fetch_or_404
from portfolio.errors import Conflict, DomainError, NotAllowed
from portfolio.models import OrganizationSettings


@page
def divergences(request: Any) -> HttpResponse:
    """Divergences of all measures the person may see, filtered by the address."""
    found = DivergenceFilter(request.GET, queryset=divergence_rows(request.user))
    total = sums(found.qs)
    context = {
        "filter": found,
        "chips": chips_of(request, found),
        "misread": misread(found),
        "sums": total,
        "page": page_of(found.qs, request.GET.get("page"), total=total.count),
        "currency": OrganizationSettings.objects.values_list("currency", flat=True).get(),
        "active_nav": "divergences",
    }
    return render(request, "governance/divergences.html", context)


@page
def divergence_answer(request: Any, code: str, divergence: str) -> HttpResponse:
    """One divergence with its history; its controller says why it may stand for a while."""
    measure, _rights = open_measure(request, code)
    row = fetch_or_404(
        Divergence.objects.select_related("measure__package", "answered_by"), measure=measure, code=divergence
    )
    form = AnswerForm(request.POST or None, initial={"until": add_months(request.on, LONGEST_ANSWER_MONTHS)})
    if request.method == "POST" and form.is_valid():
        try:
            answer_divergence(row, by=request.user, on=request.on, key=one_time_key(request), **form.cleaned_data)
        except (NotAllowed, Conflict):
            raise
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("Your answer was recorded."))
            return redirect(url(request, "divergences"))
    context = frame(
        request,
        measure,
        "overview",
        divergence=row,
        changes=row.changes.order_by("-at", "-pk"),
        form=form,
        may_answer=measure.controller_id == request.user.pk and row.state != DivergenceState.CLOSED,
        key=one_time_key(request) or uuid.uuid4(),
    )
    return render(request, "governance/divergence_answer.html", context, status=422 if form.errors else 200)
