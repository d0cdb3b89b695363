"""The parts of a set-up in forms. Each is a small blueprint, applied like any other."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from governance.actions.blueprints import apply_blueprint
from governance.actions.publishing import choose_published
from governance.forms.setup import (
    CategoriesForm,
    CommitteesForm,
    DigestsForm,
    GatesForm,
    LabelsForm,
    MoneyForm,
    NumbersForm,
    PublishedForm,
    SectionForm,
)
from governance.queries.blueprints import stamp_of, standing_sections
from governance.setup.document import VERSION, check_blueprint
from governance.views.measure_frame import attempt
from governance.views.page import one_time_key, page
from governance.views.setup.frame import open_setup, setup_page, setup_url
from portfolio.actions.members import is_consultant
from portfolio.models import OrganizationSettings


@page
def labels(request: Any) -> HttpResponse:
    """Words of the organization for levels and offices."""
    return _section(request, "labels", LabelsForm)


@page
def numbers(request: Any) -> HttpResponse:
    """Every number, shown with its default and where it acts."""
    return _section(request, "numbers", NumbersForm)


@page
def gates(request: Any) -> HttpResponse:
    """The policy table, with what the organization asks beyond it."""
    return _section(request, "gates", GatesForm)


@page
def money(request: Any) -> HttpResponse:
    """Fiscal year, closing day and plan rates."""
    return _section(request, "money", MoneyForm)


@page
def categories(request: Any) -> HttpResponse:
    """Master data that measures and effects refer to."""
    return _section(request, "categories", CategoriesForm)


@page
def committees(request: Any) -> HttpResponse:
    """Quorum and voting rule of each committee."""
    return _section(request, "committees", CommitteesForm)


@page
def digests(request: Any) -> HttpResponse:
    """When digests go out by default."""
    return _section(request, "digests", DigestsForm)


def _section(request: Any, name: str, kind: type[SectionForm]) -> HttpResponse:
    open_setup(request)
    settings = OrganizationSettings.objects.get()
    standing = standing_sections(settings)
    form = kind(request.POST or None, standing=standing)
    status = 200
    if request.method == "POST":
        status = attempt(form, lambda: _apply(request, name, form, settings)) if form.is_valid() else 422
        if not status:
            messages.success(request, _("Saved. Lights and totals follow within a minute."))
            return redirect(setup_url(request, name))
    stamp = request.POST.get("stamp") or stamp_of(standing)
    context = {"form": form, "stamp": stamp, "currency": settings.currency}
    return setup_page(request, name, name, status=status, **context)


def _apply(request: Any, name: str, form: SectionForm, settings: OrganizationSettings) -> None:
    # Stored with the deed: a word of ours, not of a language.
    value = {"blueprint": VERSION, "name": f"console: {name}", **form.sections()}
    document = check_blueprint(value, currency=settings.currency)
    stamp = request.POST.get("stamp", "")
    apply_blueprint(document, by=request.user, on=request.on, stamp=stamp, key=one_time_key(request))


@page
def published(request: Any) -> HttpResponse:
    """What the organization lets its consultants see in their list of clients."""
    open_setup(request)
    chosen = OrganizationSettings.objects.values_list("published", flat=True).get()
    form = PublishedForm(request.POST or None, initial={"figures": chosen})
    status = 200
    if request.method == "POST":
        status = attempt(form, lambda: _publish(request, form)) if form.is_valid() else 422
        if not status:
            messages.success(request, _("Saved."))
            return redirect(setup_url(request, "published"))
    context = {"form": form, "consulting": is_consultant(request.user)}
    return setup_page(request, "published", "published", status=status, **context)


def _publish(request: Any, form: PublishedForm) -> None:
    choose_published(form.cleaned_data["figures"], by=request.user, on=request.on, key=one_time_key(request))
