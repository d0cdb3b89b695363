"""Milestones of a measure: planned before the decision, kept up to date after it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from governance.forms.milestones import MilestoneDoneForm, MilestoneForm, ReopenForm
from governance.views.downloads import download
from governance.views.measure_frame import form_page, frame, once, open_measure, sent
from governance.views.page import expected_version, page, url
from measures.actions.milestones import (
    add_milestone,
    complete_milestone,
    confirm_milestones_unchanged,
    edit_milestone,
    remove_milestone,
    reopen_milestone,
)
from measures.choices import DoI, Lifecycle
from measures.models import Measure, Milestone
from portfolio.access import fetch_or_404
from portfolio.actions.files import store_file
from portfolio.choices import Right
from portfolio.models import StoredFile


@page
def measure_milestones(request: Any, code: str) -> HttpResponse:
    """Every milestone with its dates, its slip and what proves it."""
    measure, rights = open_measure(request, code)
    milestones = list(measure.milestones.select_related("owner", "evidence_file").order_by("position", "pk"))
    context = frame(
        request,
        measure,
        "milestones",
        rows=[(milestone, _slip(milestone, request.on)) for milestone in milestones],
        weight=sum(milestone.weight for milestone in milestones),
        done=sum(milestone.weight for milestone in milestones if milestone.actual_on),
        may_edit=Right.EDIT_WORK in rights and not _ended(measure),
        may_remove=Right.EDIT_WORK in rights and measure.stage < DoI.DECIDED,
    )
    return render(request, "governance/measure_milestones.html", context)


def _ended(measure: Measure) -> bool:
    return measure.stage == DoI.CLOSED or measure.lifecycle == Lifecycle.CANCELLED


def _slip(milestone: Milestone, on: date) -> int:
    """Days after the baseline date (domain §3): done, expected, or already past its forecast."""
    expected = milestone.forecast_on or milestone.baseline_on
    return ((milestone.actual_on or (on if expected < on else expected)) - milestone.baseline_on).days


def _milestone(measure: Measure, pk: int) -> Milestone:
    return fetch_or_404(measure.milestones.select_related("measure", "evidence_file"), pk=pk)


@page
def milestone_create(request: Any, code: str) -> HttpResponse:
    """One more milestone, at the end of the list."""
    measure, _rights = open_measure(request, code, Right.EDIT_WORK)
    form = MilestoneForm(request.POST or None, measure=measure)
    status = sent(request, form, lambda: _add(request, measure, form.cleaned_data))
    if not status:
        messages.success(request, _("The milestone was added."))
        return redirect(url(request, "measure_milestones", code))
    lead = _("Added after the decision it has no weight, because the baseline does not know it.")
    return _form(request, measure, form, _("New milestone"), status, lead=lead if measure.stage >= DoI.DECIDED else "")


def _form(request: Any, measure: Measure, form: Any, title: str, status: int, **more: Any) -> HttpResponse:
    back = url(request, "measure_milestones", measure.code)
    return form_page(request, measure, form, title, status=status, tab="milestones", back=back, **more)


def _add(request: Any, measure: Measure, values: dict[str, Any]) -> None:
    with once(request, "milestone_added", measure, to=url(request, "measure_milestones", measure.code)):
        add_milestone(measure, by=request.user, on=request.on, **values)


@page
def milestone_edit(request: Any, code: str, pk: int) -> HttpResponse:
    """Dates and terms of a milestone; from Decided on its forecast and owner only."""
    measure, _rights = open_measure(request, code, Right.EDIT_WORK)
    milestone = _milestone(measure, pk)
    form = MilestoneForm(request.POST or None, measure=measure, milestone=milestone)
    status = sent(request, form, lambda: _edit(request, milestone, form))
    if not status:
        messages.success(request, _("The milestone was changed."))
        return redirect(url(request, "measure_milestones", code))
    danger = None
    if measure.stage < DoI.DECIDED:
        danger = (url(request, "milestone_remove", code, pk), _("Remove"), _("It is no longer planned."))
    version = request.POST.get("version") or milestone.version
    return _form(request, measure, form, milestone.name, status, version=version, danger=danger)


def _edit(request: Any, milestone: Milestone, form: MilestoneForm) -> None:
    open_fields = {name: value for name, value in form.cleaned_data.items() if not form.fields[name].disabled}
    version = expected_version(request)
    edit_milestone(milestone, by=request.user, on=request.on, expected_version=version, **open_fields)


@page
def milestone_complete(request: Any, code: str, pk: int) -> HttpResponse:
    """The milestone is done, with a sentence or a file that proves it."""
    measure, _rights = open_measure(request, code, Right.EDIT_WORK)
    milestone = _milestone(measure, pk)
    initial = {"actual_on": milestone.actual_on or request.on, "evidence_note": milestone.evidence_note}
    form = MilestoneDoneForm(request.POST or None, request.FILES or None, initial=initial)
    status = sent(request, form, lambda: _complete(request, milestone, form))
    if not status:
        messages.success(request, _("“%(name)s” is done.") % {"name": milestone.name})
        return redirect(url(request, "measure_milestones", code))
    version = request.POST.get("version") or milestone.version
    title = _("Done: %(name)s") % {"name": milestone.name}
    return _form(request, measure, form, title, status, version=version, multipart=True)


def _complete(request: Any, milestone: Milestone, form: MilestoneDoneForm) -> None:
    values = form.cleaned_data
    with once(request, "milestone_completed", milestone.measure, to=request.path):
        complete_milestone(
            milestone,
            actual_on=values["actual_on"],
            by=request.user,
            on=request.on,
            evidence_note=values["evidence_note"],
            evidence_file=_stored(request, values["evidence_file"]),
            expected_version=expected_version(request),
        )


def _stored(request: Any, file: Any) -> StoredFile | None:
    return store_file(file.name, file, by=request.user) if file else None


@page
def milestone_reopen(request: Any, code: str, pk: int) -> HttpResponse:
    """The milestone is open again, with the reason."""
    measure, _rights = open_measure(request, code, Right.EDIT_WORK)
    milestone = _milestone(measure, pk)
    form = ReopenForm(request.POST or None)
    status = sent(request, form, lambda: _reopen(request, milestone, form))
    if not status:
        messages.success(request, _("“%(name)s” is open again.") % {"name": milestone.name})
        return redirect(url(request, "measure_milestones", code))
    title = _("Open again: %(name)s") % {"name": milestone.name}
    return _form(request, measure, form, title, status, submit=_("Open again"))


def _reopen(request: Any, milestone: Milestone, form: ReopenForm) -> None:
    reopen_milestone(milestone, by=request.user, on=request.on, reason=form.cleaned_data["reason"])


@require_POST
@page
def milestone_remove(request: Any, code: str, pk: int) -> HttpResponse:
    measure, _rights = open_measure(request, code, Right.EDIT_WORK)
    milestone = _milestone(measure, pk)
    remove_milestone(milestone, by=request.user, on=request.on, expected_version=expected_version(request))
    messages.success(request, _("“%(name)s” was removed.") % {"name": milestone.name})
    return redirect(url(request, "measure_milestones", code))


@require_POST
@page
def milestones_confirm(request: Any, code: str) -> HttpResponse:
    """All milestones are up to date as they stand."""
    measure, _rights = open_measure(request, code, Right.EDIT_WORK)
    with once(request, "milestones_confirmed", measure, to=url(request, "measure_milestones", code)):
        confirm_milestones_unchanged([measure], by=request.user, on=request.on)
    messages.success(request, _("The milestones were confirmed as they stand."))
    return redirect(url(request, "measure_milestones", code))


@page
def milestone_evidence(request: Any, code: str, pk: int) -> HttpResponse:
    """The evidence file of a milestone, as a download that no browser opens by itself."""
    measure, _rights = open_measure(request, code)
    file = _milestone(measure, pk).evidence_file
    if file is None:
        raise Http404
    return download(file)
