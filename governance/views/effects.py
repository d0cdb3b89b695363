"""Effects of a measure before it is decided, and disputes about them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from finance.actions.disputes import answer_dispute, close_dispute, open_dispute
from finance.actions.effects import add_effect, edit_effect, remove_effect
from finance.models import Dispute
from governance.forms.measures import DisputeAnswerForm, DisputeForm, DisputeOutcomeForm, EffectForm
from governance.views.measure_frame import form_page, once, open_measure, sent
from governance.views.page import expected_version, page, url
from portfolio.access import fetch_or_404
from portfolio.choices import Right


@page
def effect_create(request: Any, code: str) -> HttpResponse:
    """One more effect of the draft; its months are planned in the month grid."""
    measure, _rights = open_measure(request, code, Right.EDIT_PLAN)
    form = EffectForm(request.POST or None)
    status = sent(request, form, lambda: _add(request, measure, form.cleaned_data))
    if not status:
        messages.success(request, _("The effect was added. Now plan its months."))
        return redirect(url(request, "measure_months", code))
    return form_page(request, measure, form, _("New effect"), status=status, submit=_("Add effect"))


def _add(request: Any, measure: Any, terms: dict[str, Any]) -> None:
    with once(request, "effect_added", measure, to=url(request, "measure_months", measure.code)):
        add_effect(measure, by=request.user, **terms)


@page
def effect_edit(request: Any, code: str, pk: int) -> HttpResponse:
    """The terms of an effect of the draft, or its removal."""
    measure, _rights = open_measure(request, code, Right.EDIT_PLAN)
    effect = fetch_or_404(measure.effects.all(), pk=pk)
    form = EffectForm(request.POST or None, effect=effect)
    status = sent(request, form, lambda: _edit(request, effect, form.cleaned_data))
    if not status:
        messages.success(request, _("The effect was changed."))
        return redirect(url(request, "measure", code))
    danger = (url(request, "effect_remove", code, pk), _("Remove"), _("The effect with its plan leaves the draft."))
    version = request.POST.get("version") or effect.version
    return form_page(request, measure, form, effect.name, status=status, version=version, danger=danger)


def _edit(request: Any, effect: Any, terms: dict[str, Any]) -> None:
    edit_effect(effect, by=request.user, expected_version=expected_version(request), **terms)


@require_POST
@page
def effect_remove(request: Any, code: str, pk: int) -> HttpResponse:
    measure, _rights = open_measure(request, code, Right.EDIT_PLAN)
    effect = fetch_or_404(measure.effects.all(), pk=pk)
    remove_effect(effect, by=request.user, expected_version=expected_version(request))
    messages.success(request, _("“%(name)s” was removed.") % {"name": effect.name})
    return redirect(url(request, "measure", code))


@page
def dispute_open(request: Any, code: str, pk: int) -> HttpResponse:
    """The controller doubts an effect; its potential is red until the dispute is closed."""
    measure, _rights = open_measure(request, code)
    effect = fetch_or_404(measure.effects.select_related("measure"), pk=pk)
    form = DisputeForm(request.POST or None)
    status = sent(request, form, lambda: _open(request, effect, form.cleaned_data))
    if not status:
        messages.success(request, _("The dispute is open; the owner answers."))
        return redirect(url(request, "measure", code))
    lead = _("While the dispute is open the potential of the measure is red.")
    title = _("Dispute “%(name)s”") % {"name": effect.name}
    return form_page(request, measure, form, title, status=status, lead=lead, submit=_("Open the dispute"))


def _open(request: Any, effect: Any, values: dict[str, Any]) -> None:
    with once(request, "dispute_opened", effect.measure, to=url(request, "measure", effect.measure.code)):
        open_dispute(effect, by=request.user, on=request.on, **values)


def _dispute(measure: Any, pk: int) -> Dispute:
    return fetch_or_404(Dispute.objects.select_related("measure", "effect").filter(measure=measure), pk=pk)


@page
def dispute_answer(request: Any, code: str, pk: int) -> HttpResponse:
    """What the owner says to a dispute."""
    measure, _rights = open_measure(request, code)
    dispute = _dispute(measure, pk)
    form = DisputeAnswerForm(request.POST or None)
    status = sent(request, form, lambda: answer_dispute(dispute, by=request.user, answer=form.cleaned_data["answer"]))
    if not status:
        messages.success(request, _("The dispute was answered."))
        return redirect(url(request, "measure", code))
    title = _("Answer the dispute about “%(name)s”") % {"name": dispute.effect.name}
    return form_page(request, measure, form, title, status=status, lead=dispute.reason, submit=_("Answer"))


@page
def dispute_close(request: Any, code: str, pk: int) -> HttpResponse:
    """How a dispute ended."""
    measure, _rights = open_measure(request, code)
    dispute = _dispute(measure, pk)
    form = DisputeOutcomeForm(request.POST or None)
    status = sent(
        request,
        form,
        lambda: close_dispute(dispute, by=request.user, on=request.on, outcome=form.cleaned_data["outcome"]),
    )
    if not status:
        messages.success(request, _("The dispute is closed."))
        return redirect(url(request, "measure", code))
    title = _("Close the dispute about “%(name)s”") % {"name": dispute.effect.name}
    return form_page(request, measure, form, title, status=status, lead=dispute.reason, submit=_("Close the dispute"))
