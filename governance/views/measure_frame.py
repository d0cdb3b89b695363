"""What all pages of one measure share: opening it, its head and its tabs."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from django.db.models import OuterRef, Subquery
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from governance.forms.refusal import DeedForm
from governance.models import MeasureStatus
from governance.queries.overrides import beside_of_rows, lights_beside
from governance.views.page import one_time_key, url
from measures.models import Measure
from measures.queries import rights_on_measure
from portfolio.access import fetch_or_404, not_allowed
from portfolio.choices import Right
from portfolio.deeds import deed
from portfolio.errors import DomainError, NotAllowed
from portfolio.models import Deed, OrganizationSettings

# key, word on the tab, URL name
TABS = (
    ("overview", _("Overview"), "measure"),
    ("months", _("Months"), "measure_months"),
    ("milestones", _("Milestones"), "measure_milestones"),
    ("gates", _("Gates"), "measure_gates"),
    ("timeline", _("Timeline"), "measure_timeline"),
)

RELATED = (
    "package__node",
    "owner",
    "controller",
    "sponsor",
    "line_owner",
    "committee",
    "committee__chair",
    "committee__deputy_chair",
    "business_unit",
    "function",
    "legal_entity",
)


def open_measure(request: Any, code: str, right: Right = Right.VIEW) -> tuple[Any, frozenset[Right]]:
    """First line of a page on a measure: the measure and what the person may do with it.

    404 when the organization has none of this code, 403 without the right. Carries the evidence tier, the lights
    that persons set beside the computed ones, and the currency in which measures are compared.
    """
    current = MeasureStatus.objects.filter(measure=OuterRef("pk"), valid_to__isnull=True)
    measures = Measure.objects.select_related(*RELATED).annotate(
        tier=Subquery(current.values("tier")[:1]),
        lights_set=beside_of_rows(request.on),
        organization_currency=Subquery(OrganizationSettings.objects.values("currency")[:1]),
    )
    measure = fetch_or_404(measures, code=code)
    rights = rights_on_measure(request.user, measure)
    if right not in rights:
        raise not_allowed(right)
    return measure, rights


def frame(request: Any, measure: Any, tab: str, **context: Any) -> dict[str, Any]:
    """Context of `governance/measure_base.html` with one tab in front."""
    return {
        "measure": measure,
        "beside_lights": lights_beside(measure.lights_set),
        "tab": tab,
        "tabs": [(key, label, url(request, name, measure.code)) for key, label, name in TABS],
        "active_nav": "measures",
        "currency": measure.organization_currency,
        **context,
    }


def attempt(form: DeedForm, action: Callable[[], object]) -> int:
    """Does what a valid form asks; returns 0 when it was done, else the status of the refusal, which the form says.

    Without the right nothing is shown of the form: `NotAllowed` passes.
    """
    try:
        action()
    except NotAllowed:
        raise
    except DomainError as error:
        form.refuse(error)
        return error.status
    return 0


def sent(request: Any, form: DeedForm, action: Callable[[], object]) -> int:
    """0 when the form was sent and the deed is done; else the status of the page that shows the form."""
    if request.method != "POST":
        return 200
    return attempt(form, action) if form.is_valid() else 422


def once(request: Any, kind: str, subject: Any, *, to: str, reason: str = "") -> AbstractContextManager[Deed]:
    """The deed of a form that carries a one-time key: sent twice, it is done once and leads to `to` again."""
    return deed(kind, by=request.user, subject=subject, reason=reason, key=one_time_key(request), details={"url": to})


def form_page(
    request: Any, measure: Measure, form: DeedForm, title: str, *, status: int = 200, tab: str = "overview", **more: Any
) -> HttpResponse:
    """One form on a page of the measure. `back` is where Cancel leads, `version` what the form was filled from."""
    context = {
        "form": form,
        "title": title,
        "key": request.POST.get("key") or uuid.uuid4(),
        "back": url(request, "measure", measure.code),
        **more,
    }
    return render(request, "governance/measure_form.html", frame(request, measure, tab, **context), status=status)
