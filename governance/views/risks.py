"""Risks of a measure, and what it waits for."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from governance.forms.measures import DependencyForm, RiskForm
from governance.views.measure_frame import form_page, once, open_measure, sent
from governance.views.page import expected_version, page, url
from measures.actions.risks import add_dependency, add_risk, edit_risk, remove_dependency
from measures.queries import visible_measures
from portfolio.access import fetch_or_404
from portfolio.choices import Right


@page
def risk_create(request: Any, code: str) -> HttpResponse:
    """Something that may go wrong, scored."""
    measure, _rights = open_measure(request, code, Right.EDIT_WORK)
    form = RiskForm(request.POST or None)
    status = sent(request, form, lambda: _add(request, measure, form.cleaned_data))
    if not status:
        messages.success(request, _("The risk was entered."))
        return redirect(url(request, "measure", code))
    return form_page(request, measure, form, _("New risk"), status=status, submit=_("Add risk"))


def _add(request: Any, measure: Any, values: dict[str, Any]) -> None:
    with once(request, "risk_added", measure, to=url(request, "measure", measure.code)):
        add_risk(measure, by=request.user, **values)


@page
def risk_edit(request: Any, code: str, pk: int) -> HttpResponse:
    """How a risk reads and is scored, or that it is none any more."""
    measure, _rights = open_measure(request, code, Right.EDIT_WORK)
    risk = fetch_or_404(measure.risks.select_related("measure"), pk=pk)
    form = RiskForm(request.POST or None, risk=risk)
    status = sent(request, form, lambda: _edit(request, risk, form.cleaned_data))
    if not status:
        messages.success(request, _("The risk was changed."))
        return redirect(url(request, "measure", code))
    version = request.POST.get("version") or risk.version
    return form_page(request, measure, form, _("Risk"), status=status, version=version)


def _edit(request: Any, risk: Any, values: dict[str, Any]) -> None:
    edit_risk(risk, by=request.user, expected_version=expected_version(request), **values)


@page
def dependency_create(request: Any, code: str) -> HttpResponse:
    """Another measure, or a milestone of it, that this one waits for."""
    measure, _rights = open_measure(request, code, Right.EDIT_WORK)
    form = DependencyForm(request.POST or None, visible=visible_measures(request.user))
    status = sent(request, form, lambda: _wait(request, measure, form.cleaned_data))
    if not status:
        messages.success(request, _("The dependency was entered."))
        return redirect(url(request, "measure", code))
    return form_page(request, measure, form, _("It waits for"), status=status, submit=_("Add dependency"))


def _wait(request: Any, measure: Any, values: dict[str, Any]) -> None:
    add_dependency(
        measure,
        on_measure=values["on_measure"],
        on_milestone=values["on_milestone"],
        note=values["note"],
        by=request.user,
    )


@require_POST
@page
def dependency_remove(request: Any, code: str, pk: int) -> HttpResponse:
    measure, _rights = open_measure(request, code, Right.EDIT_WORK)
    remove_dependency(fetch_or_404(measure.waits_for.select_related("measure"), pk=pk), by=request.user)
    messages.success(request, _("The dependency was removed."))
    return redirect(url(request, "measure", code))
