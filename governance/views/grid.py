"""The months of a measure: seen by everybody, filled by those whose line it is."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from finance.actions.forecasts import confirm_forecast_unchanged
from finance.actions.month_grid import save_grid
from finance.queries.figures import MeasureRows
from finance.queries.grid import MonthGrid, grid_of
from finance.rules.run_rate import run_rate, sum_of
from governance.forms.grid import GridForm
from governance.queries.measure_page import rows_of
from governance.views.measure_frame import attempt, frame, once, open_measure
from governance.views.page import one_time_key, page, url
from measures.models import Measure
from portfolio.choices import Right

# How many fiscal years beyond the last one with amounts can be planned.
YEARS_AHEAD = 3


@page
def measure_months(request: Any, code: str) -> HttpResponse:
    """Plan, forecast, claims and proofs by month; saved together or not at all."""
    measure, rights = open_measure(request, code)
    rows, _lines, _beside = rows_of(measure, on=request.on)
    whole = grid_of(rows)
    chosen = _chosen_year(request, rows, whole)
    grid = whole if chosen is None else grid_of(rows, within=rows.calendar.months_of(chosen))
    form = GridForm(
        request.POST or None,
        grid=grid,
        may=_may(request, measure, rights),
        yearly=_yearly(rows),
        year=chosen or rows.calendar.fiscal_year,
    )
    status = 200
    if request.method == "POST":
        status = form.refusal_status or attempt(form, lambda: _save(request, measure, form))
        if not status:
            _tell(request, form)
            return redirect(request.get_full_path())
    context = frame(
        request,
        measure,
        "months",
        form=form,
        grid=grid,
        chosen=chosen,
        year=chosen or rows.calendar.fiscal_year,
        years=_years(rows, whole),
        may_confirm=Right.EDIT_FORECAST in rights and not _ended(grid) and bool(grid.rows),
        may_plan=Right.EDIT_PLAN in rights and grid.plan_editable,
        key=request.POST.get("key") or uuid.uuid4(),
    )
    return render(request, "governance/measure_months.html", context, status=status)


def _ended(grid: MonthGrid) -> bool:
    return grid.plan_frozen_by in ("measure_closed", "measure_cancelled")


def _may(request: Any, measure: Measure, rights: frozenset[Right]) -> frozenset[str]:
    """The lines this person writes; the actions decide again."""
    controls = measure.controller_id == request.user.pk
    held = {
        "plan": Right.EDIT_PLAN in rights,
        "forecast": Right.EDIT_FORECAST in rights,
        "claimed": Right.CLAIM_ACTUAL in rights and not controls,
        "validated": controls,
    }
    return frozenset(line for line, writes in held.items() if writes)


def _years(rows: MeasureRows, whole: MonthGrid) -> range:
    year = rows.calendar.year_of
    return range(year(whole.months[0].ordinal), year(whole.months[-1].ordinal) + YEARS_AHEAD + 1)


def _chosen_year(request: Any, rows: MeasureRows, whole: MonthGrid) -> int | None:
    text = request.GET.get("year", "")
    return int(text) if text.isdecimal() and int(text) in _years(rows, whole) else None


def _yearly(rows: MeasureRows) -> Callable[[int, str], Decimal | None]:
    """What a line is worth a year, or in all for a one-off effect, in the measure's currency; None for bookings."""
    priced = dict(zip((effect.pk for effect in rows.effects), rows.priced(rows.reference), strict=True))
    scenarios = {"baseline": rows.baseline, "plan": rows.amounts.plan, "forecast": rows.amounts.forecast}

    def of(effect_id: int, line: str) -> Decimal | None:
        if line not in scenarios:
            return None
        series, effect = scenarios[line].get(effect_id, {}), priced[effect_id]
        return run_rate(series, effect.shape) if effect.is_recurring else sum_of(series.values())

    return of


def _save(request: Any, measure: Measure, form: GridForm) -> None:
    save_grid(
        measure,
        form.changes,
        by=request.user,
        on=request.on,
        reason=form.cleaned_data.get("reason", ""),
        source=form.cleaned_data.get("source", ""),
        key=one_time_key(request),
        url=request.get_full_path(),
    )


def _tell(request: Any, form: GridForm) -> None:
    count = sum(len(c.plan) + len(c.forecast) + len(c.claimed) + len(c.validated) for c in form.changes)
    if count:
        messages.success(request, _("%(count)s months were changed.") % {"count": count})
    else:
        messages.info(request, _("Nothing was changed."))


@require_POST
@page
def forecast_confirm(request: Any, code: str) -> HttpResponse:
    """The forecast holds as it stands; counts as an update."""
    measure, _rights = open_measure(request, code, Right.EDIT_FORECAST)
    with once(request, "forecast_confirmed", measure, to=url(request, "measure_months", code)):
        confirm_forecast_unchanged([measure], by=request.user, on=request.on)
    messages.success(request, _("The forecast was confirmed as it stands."))
    return redirect(url(request, "measure_months", code))
