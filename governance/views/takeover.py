"""Taking over a running program: upload, preview, take over."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from governance.actions.takeover import refuse_future, require_take_over, take_over_program
from governance.forms.takeover import WorkbookForm
from governance.models import ImportBatch
from governance.queries.takeovers import batch_rows, result_of
from governance.takeover.columns import column_notes, template_workbook
from governance.takeover.errors import WorkbookRefused
from governance.takeover.preview import preview_workbook
from governance.takeover.uploads import keep, kept, received
from governance.views.page import one_time_key, page, url
from governance.workbook.reading import open_workbook
from portfolio.access import fetch_or_404
from portfolio.errors import DomainError, NotAllowed, Replayed
from portfolio.models import OrganizationSettings

SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHOWN = 200


@page
def takeover(request: Any) -> HttpResponse:
    """Where a workbook is chosen; posted, what it would bring and what speaks against it."""
    require_take_over(request.user)
    if request.method != "POST":
        return _choose(request, WorkbookForm(initial={"on": request.on}))
    form = WorkbookForm(request.POST, request.FILES)
    if not form.is_valid():
        return _choose(request, form, status=422)
    try:
        refuse_future(form.cleaned_data["on"], request.on)
    except DomainError as error:
        form.refuse(error)
        return _choose(request, form, status=422)
    with received(form.cleaned_data["workbook"]) as upload:
        keep(upload, by=request.user)
        return _preview(request, upload, on=form.cleaned_data["on"])


def _choose(request: Any, form: WorkbookForm, *, status: int = 200) -> HttpResponse:
    context = {"form": form, "batches": batch_rows(), "tables": column_notes(), "active_nav": "takeover"}
    return render(request, "governance/takeover.html", context, status=status)


def _preview(request: Any, upload: Any, *, on: date, status: int = 200) -> HttpResponse:
    preview = preview_workbook(open_workbook(upload.path), on=on)
    context = {
        "preview": preview,
        "upload": upload,
        "errors": preview.errors[:SHOWN],
        "more_errors": preview.findings.unlisted_errors + len(preview.errors[SHOWN:]),
        "warnings": preview.warnings[:SHOWN],
        "more_warnings": preview.findings.unlisted_warnings + len(preview.warnings[SHOWN:]),
        "currency": preview.outline.currency,
        "key": uuid.uuid4(),
        "active_nav": "takeover",
    }
    return render(request, "governance/takeover_preview.html", context, status=422 if preview.refused else status)


@require_POST
@page
def takeover_apply(request: Any) -> HttpResponse:
    """The previewed workbook is taken over, once; what speaks against it by now is shown like a preview."""
    require_take_over(request.user)
    sha256, on = request.POST.get("upload", ""), _day(request.POST.get("on", ""), request.on)
    try:
        with kept(sha256, by=request.user) as upload:
            batch = _apply(request, upload, on)
    except Replayed as replay:
        return redirect(url(request, "takeover_result", _batch_of(replay)))
    except NotAllowed:
        raise
    except DomainError as error:
        messages.error(request, " ".join(error.sentences))
        return redirect(url(request, "takeover"))
    if batch is None:
        with kept(sha256, by=request.user) as upload:
            return _preview(request, upload, on=on)
    messages.success(request, _("The program was taken over. Lights and totals follow within a minute."))
    return redirect(url(request, "takeover_result", batch.pk))


def _apply(request: Any, upload: Any, on: date) -> ImportBatch | None:
    """The new batch; None when the workbook is refused."""
    try:
        return take_over_program(
            open_workbook(upload.path),
            by=request.user,
            on=on,
            today=request.on,
            name=upload.name,
            sha256=upload.sha256,
            key=one_time_key(request),
        ).batch
    except WorkbookRefused:
        return None


def _day(text: str, today: date) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return today


def _batch_of(replay: Replayed) -> int:
    return ImportBatch.objects.values_list("pk", flat=True).get(deed_id=replay.deed.pk)


@page
def takeover_result(request: Any, pk: int) -> HttpResponse:
    """What one take-over brought, and what is still open about it."""
    require_take_over(request.user)
    batch = fetch_or_404(ImportBatch.objects.select_related("imported_by"), pk=pk)
    context = {"batch": batch, "result": result_of(batch), "active_nav": "takeover"}
    return render(request, "governance/takeover_result.html", context)


@page
def takeover_template(request: Any) -> HttpResponse:
    """An empty workbook with all columns, and a sheet that explains them."""
    require_take_over(request.user)
    start = OrganizationSettings.objects.values_list("fiscal_year_start", flat=True).get()
    content = template_workbook(on=request.on, fiscal_year_start=start)
    headers = {"Content-Disposition": 'attachment; filename="take-over-template.xlsx"'}
    return HttpResponse(content, content_type=SPREADSHEET, headers=headers)
