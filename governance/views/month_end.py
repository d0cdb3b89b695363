"""Month end: every measure a controller answers for, in one month, validated in one go."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import ngettext

from finance.actions.month_end import validate_month
from finance.models import FiscalPeriod
from finance.queries.rounds import MonthState
from finance.queries.rounds import month_end as month_end_rows
from governance.forms.rounds import MonthEndForm
from governance.queries.rounds import month_totals
from governance.views.measure_frame import attempt
from governance.views.page import one_time_key, page
from measures.models import Measure
from portfolio.access import fetch_or_404


@page
def month_end(request: Any) -> HttpResponse:
    """Plan, forecast, claim and proof of each effect in the month; ticked rows are validated together."""
    month = _month(request)
    if month is None or month.starts_on > request.on:
        return _not_begun(request, month)
    rows = month_end_rows(request.user, month, on=request.on)
    form = MonthEndForm(request.POST or None, rows=rows, month=month)
    status = 200
    if request.method == "POST":
        status = form.refusal_status or attempt(form, lambda: _validate(request, form))
        if not status:
            messages.success(request, _done(len(form.proofs), month))
            return redirect(request.get_full_path())
    context = {
        "form": form,
        "month": month,
        "totals": month_totals(rows, month),
        "waiting": sum(row.state == MonthState.CLAIMED for row in rows),
        "missing": sum(row.state == MonthState.MISSING for row in rows),
        "controls": bool(rows) or Measure.objects.filter(controller=request.user).exists(),
        "key": request.POST.get("key") or uuid.uuid4(),
        **_around(request, month),
    }
    return render(request, "governance/month_end.html", context, status=status)


def _done(count: int, month: FiscalPeriod) -> str:
    said = ngettext("%(count)s row of %(month)s was validated.", "%(count)s rows of %(month)s were validated.", count)
    return said % {"count": count, "month": month.name}


def _month(request: Any) -> FiscalPeriod | None:
    """The month asked for, else the latest that has ended; 404 for one the calendar does not hold."""
    if "month" in request.GET:
        return fetch_or_404(FiscalPeriod.objects.all(), name=request.GET["month"])
    return FiscalPeriod.objects.filter(ends_on__lt=request.on).order_by("ordinal").last()


def _around(request: Any, month: FiscalPeriod) -> dict[str, Any]:
    beside = FiscalPeriod.objects.filter(ordinal__in=(month.ordinal - 1, month.ordinal + 1))
    found = {period.ordinal: period for period in beside}
    following = found.get(month.ordinal + 1)
    return {
        "previous": found.get(month.ordinal - 1),
        "following": following if following is not None and following.starts_on <= request.on else None,
    }


def _not_begun(request: Any, month: FiscalPeriod | None) -> HttpResponse:
    context = {"month": month, "not_begun": True, "form": None}
    return render(request, "governance/month_end.html", context, status=422 if month else 200)


def _validate(request: Any, form: MonthEndForm) -> None:
    validate_month(
        form.proofs,
        form.month.ordinal,
        by=request.user,
        on=request.on,
        key=one_time_key(request),
        url=request.get_full_path(),
    )
