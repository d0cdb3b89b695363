"""A measure: its overview, its description, and who is responsible for it."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from finance.actions.plans import validate_plan
from governance.forms.measures import BodyForm, MeasureCreateForm, MeasureForm, OfficeForm
from governance.queries.measure_page import Beside, overview
from governance.queries.objections import open_objections
from governance.sentences import sentence
from governance.views.measure_frame import attempt, form_page, frame, once, open_measure, sent
from governance.views.page import expected_version, page, url
from measures.actions.measures import change_controller, change_owner, create_measure, edit_measure
from measures.choices import DoI, Lifecycle
from measures.models import Measure
from portfolio.access import fetch_node_for
from portfolio.choices import NodeKind, Right

# Rights that only an office on the measure brings, the controller's apart; who has one is offered to set a light.
OFFICE_SIGNS = {
    Right.EDIT_FORECAST,
    Right.DECIDE_AS_SPONSOR,
    Right.DECIDE_AS_OFFICE,
    Right.DECIDE_AS_COMMITTEE,
}
CHANGES = {"owner": change_owner, "controller": change_controller}


@page
def measure(request: Any, code: str) -> HttpResponse:
    """Money, description, effects and what stands in the way, on one page."""
    found, rights = open_measure(request, code)
    page_of = overview(found, on=request.on)
    context = frame(
        request,
        found,
        "overview",
        overview=page_of,
        beside=page_of.beside,
        divergences=[(row, sentence(row.code, row.params)) for row in page_of.beside.divergences],
        gaps=[sentence(row.criterion, row.params) for row in page_of.beside.gaps],
        people=_people(found, page_of.beside),
        units=_units(found, page_of.beside),
        due=[(stage.label, getattr(found, f"due_{stage.name.lower()}")) for stage in DoI if stage > DoI.DEFINED],
        may=_may(request, found, rights),
    )
    return render(request, "governance/measure.html", context)


def _may(request: Any, found: Measure, rights: frozenset[Right]) -> dict[str, bool]:
    """What the page offers; the actions decide again."""
    ended = found.stage == DoI.CLOSED or found.lifecycle == Lifecycle.CANCELLED
    draft = not ended and found.stage < DoI.DECIDED
    controls = found.controller_id == request.user.pk
    return {
        "edit": Right.EDIT_WORK in rights and not ended,
        "plan": Right.EDIT_PLAN in rights and draft,
        "validate": controls and draft,
        "review": draft
        and Right.VALIDATE in rights
        and request.user.pk not in (found.owner_id, found.controller_id, found.sponsor_id),
        "dispute": controls and not ended,
        "answer": Right.EDIT_FORECAST in rights and not ended,
        "roles": Right.CHANGE_ROLES in rights and not ended,
        "light": (controls or bool(rights & OFFICE_SIGNS)) and not ended,
    }


def _people(found: Measure, beside: Beside) -> list[tuple[str, Any, str, str]]:
    """Office, holder, the node it is inherited from, and the office's word in addresses of changes."""
    rows = [
        (_("Owner"), "owner", "owner"),
        (_("Controller"), "controller", "controller"),
        (_("Sponsor"), "sponsor", "body"),
        (_("Steering committee"), "committee", "body"),
        (_("Line owner"), "line_owner", ""),
    ]
    return [(label, getattr(found, name), _from(found, name, beside), office) for label, name, office in rows]


def _units(found: Measure, beside: Beside) -> list[tuple[str, Any, str]]:
    rows = [
        (_("Business unit"), "business_unit"),
        (_("Legal entity"), "legal_entity"),
        (_("Function"), "function"),
    ]
    return [(label, getattr(found, name), _from(found, name, beside)) for label, name in rows]


def _from(found: Measure, name: str, beside: Beside) -> str:
    """The node above that names the same; blank where the measure differs."""
    inherited = beside.inherited.get(name)
    return inherited.node if inherited and inherited.value == getattr(found, f"{name}_id") else ""


@page
def measure_objections(request: Any, code: str) -> HttpResponse:
    """What the next gate still asks for, as a part of the overview fetched after it."""
    found, _rights = open_measure(request, code)
    context = {"measure": found, "objections": open_objections(found, on=request.on)}
    return render(request, "governance/_measure_objections.html", context)


@page
def measure_create(request: Any, code: str) -> HttpResponse:
    """A new measure in the package `code`."""
    node = fetch_node_for(request.user, Right.CREATE_MEASURE, code=code)
    if node.kind != NodeKind.PACKAGE:
        raise Http404
    form = MeasureCreateForm(request.POST or None, initial={"owner": request.user.pk})
    status = 200
    if request.method == "POST" and not (status := 0 if form.is_valid() else 422):
        created: list[Measure] = []
        status = attempt(form, lambda: created.append(_create(request, node, form.cleaned_data)))
        if not status:
            messages.success(request, _("%(code)s was created.") % {"code": created[0].code})
            return redirect(url(request, "measure", created[0].code))
    context = {"node": node, "form": form, "key": request.POST.get("key") or uuid.uuid4(), "active_nav": "portfolio"}
    return render(request, "governance/measure_create.html", context, status=status)


def _create(request: Any, node: Any, values: dict[str, Any]) -> Measure:
    with once(request, "measure_created", node, to=url(request, "node", node.code)):
        return create_measure(
            node,
            name=values["name"],
            owner=values["owner"],
            by=request.user,
            on=request.on,
            code=values["code"],
            currency=values["currency"],
            problem=values["problem"],
            likely_potential=values["likely_potential"],
        )


@page
def measure_edit(request: Any, code: str) -> HttpResponse:
    """The description of a measure; reference base and potential are frozen from Decided on."""
    found, _rights = open_measure(request, code, Right.EDIT_WORK)
    form = MeasureForm(request.POST or None, measure=found)
    status = sent(request, form, lambda: _edit(request, found, form.cleaned_data))
    if not status:
        messages.success(request, _("The measure was changed."))
        return redirect(url(request, "measure", code))
    version = request.POST.get("version") or found.version
    return form_page(
        request, found, form, _("Describe the measure"), status=status, sections=form.sections(), version=version
    )


def _edit(request: Any, found: Measure, values: dict[str, Any]) -> None:
    edit_measure(found, by=request.user, expected_version=expected_version(request), **values)


@page
def measure_office(request: Any, code: str, office: str) -> HttpResponse:
    """Another owner or controller: a decision of the sponsor, with its reason."""
    if office not in CHANGES:
        raise Http404
    found, _rights = open_measure(request, code, Right.CHANGE_ROLES)
    form = OfficeForm(request.POST or None)
    status = sent(request, form, lambda: _change(request, found, office, form))
    if not status:
        messages.success(request, _("The office was handed over."))
        return redirect(url(request, "measure", code))
    title = _("Another owner") if office == "owner" else _("Another controller")
    lead = _("This is a logged decision. A submission that is waiting becomes stale and must be submitted again.")
    return form_page(request, found, form, title, status=status, lead=lead, submit=_("Hand over"))


def _change(request: Any, found: Measure, office: str, form: OfficeForm) -> None:
    CHANGES[office](found, by=request.user, on=request.on, **form.cleaned_data)


@page
def measure_body(request: Any, code: str) -> HttpResponse:
    """Another sponsor or committee, by the sponsor or those who build the structure."""
    found, _rights = open_measure(request, code, Right.CHANGE_ROLES)
    form = BodyForm(request.POST or None, measure=found)
    status = sent(request, form, lambda: _edit(request, found, form.cleaned_data))
    if not status:
        messages.success(request, _("Sponsor and committee were named."))
        return redirect(url(request, "measure", code))
    version = request.POST.get("version") or found.version
    return form_page(request, found, form, _("Sponsor and committee"), status=status, version=version)


@require_POST
@page
def plan_validate(request: Any, code: str) -> HttpResponse:
    """The controller, or a second reviewer, stands behind the plan as it is."""
    found, _rights = open_measure(request, code)
    second = "second" in request.POST
    with once(request, "plan_validated", found, to=url(request, "measure", code)):
        validate_plan(found, by=request.user, on=request.on, second_reviewer=second)
    messages.success(request, _("The plan was validated."))
    return redirect(url(request, "measure", code))
