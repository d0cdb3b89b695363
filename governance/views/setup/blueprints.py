"""A blueprint for an organization that exists: choose, see the difference, apply; and the way back, an export."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from governance.actions.blueprints import apply_blueprint
from governance.forms.setup import BlueprintForm
from governance.models import Blueprint
from governance.queries.blueprints import preview_blueprint, refuse_together, standing_document, standing_sections
from governance.setup.built_in import built_in
from governance.setup.document import Document, read_blueprint
from governance.setup.parsing import LARGEST_BYTES
from governance.views.page import one_time_key, page
from governance.views.setup.frame import open_setup, setup_page, setup_url
from portfolio.errors import DomainError, NotAllowed, Replayed
from portfolio.models import OrganizationSettings


@page
def blueprint(request: Any) -> HttpResponse:
    """Which blueprints were applied, and choosing one; posted, what it would change."""
    open_setup(request)
    if request.method != "POST":
        return _choose(request, BlueprintForm())
    form = BlueprintForm(request.POST, request.FILES)
    settings = OrganizationSettings.objects.get()
    try:
        document = chosen(form, currency=settings.currency)
        if document is not None:
            refuse_together(document, standing_sections(settings), currency=settings.currency)
            return _preview(request, document, settings)
    except DomainError as error:
        form.refuse(error)
    return _choose(request, form, status=422)


def chosen(form: BlueprintForm, *, currency: str) -> Document | None:
    """The document of a form, a file before a built-in one; None when there is neither. Refused: a malformed file."""
    if not form.is_valid():
        return None
    if (file := form.cleaned_data["file"]) is not None:
        return read_blueprint(file.read(LARGEST_BYTES + 1), currency=currency)
    document = built_in().get(form.cleaned_data["built_in"])
    if document is None:
        form.add_error("built_in", _("Choose a blueprint or a file."))
    return document


def _choose(request: Any, form: BlueprintForm, *, status: int = 200) -> HttpResponse:
    applied = Blueprint.objects.select_related("applied_by").order_by("-pk")[:30]
    return setup_page(request, "blueprint", "blueprint", status=status, form=form, applied=applied)


def _preview(request: Any, document: Document, settings: OrganizationSettings) -> HttpResponse:
    preview = preview_blueprint(document, settings)
    return setup_page(request, "blueprint", "blueprint_preview", preview=preview, text=document.text())


@require_POST
@page
def blueprint_apply(request: Any) -> HttpResponse:
    """The previewed document is applied, all of it or nothing."""
    open_setup(request)
    currency = OrganizationSettings.objects.values_list("currency", flat=True).get()
    try:
        document = read_blueprint(request.POST.get("document", ""), currency=currency)
        stamp = request.POST.get("stamp", "")
        done = apply_blueprint(document, by=request.user, on=request.on, stamp=stamp, key=one_time_key(request))
    except NotAllowed:
        raise
    except Replayed:
        messages.info(request, _("This was already done; it was not done twice."))
    except DomainError as error:
        messages.error(request, " ".join(error.sentences))
    else:
        messages.success(request, _("Applied: %(count)s fields changed.") % {"count": done.changes})
    return redirect(setup_url(request, "blueprint"))


@page
def blueprint_export(request: Any) -> HttpResponse:
    """The organization as a blueprint, to keep or to set up another one with."""
    open_setup(request)
    organization = request.organization
    document = standing_document(OrganizationSettings.objects.get(), name=organization.name)
    headers = {"Content-Disposition": f'attachment; filename="blueprint-{organization.slug}.json"'}
    return HttpResponse(document.text(), content_type="application/json", headers=headers)
