"""Lights that persons set beside the computed ones."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from finance.rules import add_months
from governance.actions.overrides import set_light, withdraw_light
from governance.forms.overrides import LightForm
from governance.queries.overrides import current_overrides
from governance.rules.overrides import LONGEST_MONTHS
from governance.sentences import objection
from governance.views.measure_frame import form_page, open_measure, sent
from governance.views.page import one_time_key, page, url
from measures.choices import LightKind
from measures.queries import offices_of
from portfolio.access import fetch_or_404
from portfolio.errors import NotAllowed


@page
def light_set(request: Any, code: str, light: str) -> HttpResponse:
    """Somebody with an office on the measure sees a light otherwise than it was computed, and says why."""
    measure, _rights = open_measure(request, code)
    if light not in LightKind.values:
        raise Http404
    if not offices_of(request.user, measure):
        raise NotAllowed(objection("no_office_here"))
    kind = LightKind(light)
    form = LightForm(
        request.POST or None,
        computed=getattr(measure, f"{light}_status"),
        initial={"until": add_months(request.on, LONGEST_MONTHS)},
    )
    status = sent(request, form, lambda: _set(request, measure, kind, form.cleaned_data))
    if not status:
        messages.success(request, _("Your light stands beside the computed one."))
        return redirect(url(request, "measure", code))
    title = _("Implementation, as you see it") if kind == LightKind.IMPLEMENTATION else _("Potential, as you see it")
    lead = _("The computed light stays visible beside yours, and divergences are judged by the computed one.")
    return form_page(request, measure, form, title, status=status, lead=lead, submit=_("Set the light"))


def _set(request: Any, measure: Any, kind: LightKind, values: dict[str, Any]) -> None:
    set_light(measure, light=kind, by=request.user, on=request.on, key=one_time_key(request), **values)


@require_POST
@page
def light_withdraw(request: Any, code: str, light: str) -> HttpResponse:
    """The computed light stands alone again."""
    measure, _rights = open_measure(request, code)
    override = fetch_or_404(current_overrides(request.on), measure=measure, light=light)
    withdraw_light(override, by=request.user, on=request.on)
    messages.success(request, _("The computed light stands alone again."))
    return redirect(url(request, "measure", code))
