"""Proposals beside the gates, and the conditions of a gate."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from governance.actions.conditions import accept_fulfilment, claim_fulfilment, may_accept, refuse_fulfilment
from governance.actions.lifecycle import decide_proposal, propose, resumption_objections, withdraw_proposal
from governance.actions.proposals import picture
from governance.choices import ConditionState, DecisionKind, ProposalState
from governance.forms.proposals import AnswerForm, ConditionForm, ProposeForm
from governance.lifecycle import COURSES
from governance.models import Condition, Proposal
from governance.queries.proposals import (
    bench_of,
    deciding_offices_of,
    may_decide,
    offers,
    reason_codes,
    step_for,
)
from governance.sentences import objection
from governance.snapshots import changed_fields
from governance.views.measure_frame import attempt, form_page, frame, open_measure
from governance.views.page import one_time_key, page, url
from governance.views.reauthentication import is_recent, reauthenticate
from measures.choices import DoI
from portfolio.access import fetch_or_404
from portfolio.choices import Office
from portfolio.errors import NotAllowed, Objection, Refused

TITLES = {
    DecisionKind.HOLD: gettext_lazy("Propose to put the measure on hold"),
    DecisionKind.RESUME: gettext_lazy("Propose to resume the measure"),
    DecisionKind.CANCEL: gettext_lazy("Propose to cancel the measure"),
    DecisionKind.REVERT: gettext_lazy("Propose to revert the last gate"),
    DecisionKind.REOPEN: gettext_lazy("Propose to reopen the measure"),
}


@page
def proposal_new(request: Any, code: str, proposed: str) -> HttpResponse:
    """A proposal of one kind, which waits for the body that decides it."""
    measure, _rights = open_measure(request, code)
    if proposed not in COURSES:
        raise Http404
    offer = next((one for one in offers(measure, request.user) if one.kind == proposed), None)
    if offer is None:
        raise Refused(objection("not_possible_here", kind=DecisionKind(proposed).label))
    if offer.why_not:
        raise NotAllowed(*offer.why_not)
    codes = reason_codes(offer.step, DoI(measure.stage))
    form = ProposeForm(request.POST or None, kind=offer.kind, codes=codes, user=request.user)
    status = 200
    if request.method == "POST":
        status = 422 if not form.is_valid() else attempt(form, lambda: _propose(request, measure, offer.kind, form))
        if not status:
            messages.success(request, _("Your proposal waits for its decision."))
            return redirect(url(request, "measure_gates", code))
    lead = _("Decided by: %(offices)s.") % {"offices": ", ".join(offer.deciders)}
    back = url(request, "measure_gates", code)
    return form_page(
        request,
        measure,
        form,
        str(TITLES[offer.kind]),
        status=status,
        tab="gates",
        lead=lead,
        back=back,
        submit=_("Propose"),
    )


def _propose(request: Any, measure: Any, kind: DecisionKind, form: ProposeForm) -> None:
    propose(measure, kind=kind, by=request.user, on=request.on, key=one_time_key(request), **form.cleaned_data)


def _proposal(request: Any, code: str, pk: int) -> tuple[Any, Proposal]:
    measure, _rights = open_measure(request, code)
    rows = Proposal.objects.filter(measure=measure).select_related("proposed_by", "on_behalf_of", "superseded_by")
    proposal = fetch_or_404(rows, pk=pk)
    proposal.measure = measure
    return measure, proposal


@page
def proposal_decide(request: Any, code: str, pk: int) -> HttpResponse:
    """What was proposed, who has said what, and the word the person may say."""
    measure, proposal = _proposal(request, code, pk)
    may = may_decide(proposal, request.user, on=request.on)
    form = _answer_form(request, proposal)
    status = 200
    if request.method == "POST":
        status = 422 if not form.is_valid() else attempt(form, lambda: _answer(request, proposal, form))
        if not status:
            return redirect(url(request, "measure_gates", code))
    context = _about(request, measure, proposal) | {
        "form": form,
        "may_decide": may,
        "key": one_time_key(request) or uuid.uuid4(),
    }
    return render(request, "governance/proposal.html", frame(request, measure, "gates", **context), status=status)


def _answer_form(request: Any, proposal: Proposal) -> AnswerForm:
    step = step_for(proposal.measure, DecisionKind(proposal.kind))
    asked = () if step is None else deciding_offices_of(proposal, step, request.user, on=request.on)
    committee = Office.COMMITTEE in asked[:1]
    bench = bench_of(proposal, on=request.on).eligible if committee else ()
    return AnswerForm(request.POST or None, bench=bench, ask_password=bool(asked) and not is_recent(request))


def _answer(request: Any, proposal: Proposal, form: AnswerForm) -> None:
    if (wrong := reauthenticate(request)) is not None:
        raise Refused(wrong)
    deed = request.POST.get("deed", "")
    if deed not in ("agree", "decline"):
        raise Refused(Objection("no_deed", gettext_lazy("Say what you decide: press one of the buttons.")))
    decision = decide_proposal(
        proposal,
        by=request.user,
        on=request.on,
        agreed=deed == "agree",
        reason=form.cleaned_data["reason"],
        present=form.sitting,
        key=one_time_key(request),
    )
    if decision is not None:
        messages.success(request, _("Decided: %(kind)s.") % {"kind": DecisionKind(decision.kind).label})
    elif deed == "agree":
        messages.success(request, _("Your word was recorded; the proposal waits for the others."))
    else:
        messages.success(request, _("The proposal was declined; the measure stays as it is."))


def _about(request: Any, measure: Any, proposal: Proposal) -> dict[str, Any]:
    is_open = proposal.state == ProposalState.OPEN
    step = step_for(measure, DecisionKind(proposal.kind))
    return {
        "proposal": proposal,
        "is_open": is_open,
        "words": proposal.words.select_related("given_by", "on_behalf_of").order_by("pk"),
        "offices": [] if step is None else step.body.needed(Office(proposal.office)),
        "changed": changed_fields(proposal.snapshot, picture(measure, on=request.on)) if is_open else [],
        "blocking": resumption_objections(measure, on=request.on) if is_open and proposal.kind == "resume" else [],
        "mine": request.user.pk in (proposal.proposed_by_id, proposal.on_behalf_of_id),
    }


@require_POST
@page
def proposal_withdraw(request: Any, code: str, pk: int) -> HttpResponse:
    """The proposal no longer waits."""
    _measure, proposal = _proposal(request, code, pk)
    withdraw_proposal(proposal, by=request.user, key=one_time_key(request))
    messages.success(request, _("The proposal was withdrawn."))
    return redirect(url(request, "measure_gates", code))


@page
def condition(request: Any, code: str, pk: int) -> HttpResponse:
    """A condition of a gate: its owner says how it was fulfilled, whoever set it accepts."""
    measure, _rights = open_measure(request, code)
    rows = Condition.objects.filter(measure=measure).select_related("owner", "accepted_by", "decision")
    found = fetch_or_404(rows, pk=pk)
    found.measure = measure
    form = ConditionForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422 if not form.is_valid() else attempt(form, lambda: _settle(request, found, form))
        if not status:
            return redirect(url(request, "measure_gates", code))
    claimed = found.state == ConditionState.CLAIMED
    context = {
        "condition": found,
        "form": form,
        "key": one_time_key(request) or uuid.uuid4(),
        "may_claim": found.owner_id == request.user.pk and found.state == ConditionState.OPEN,
        "may_accept": claimed and may_accept(found, request.user, on=request.on),
    }
    return render(request, "governance/condition.html", frame(request, measure, "gates", **context), status=status)


def _settle(request: Any, found: Condition, form: ConditionForm) -> None:
    said: dict[str, Any] = {"by": request.user, "on": request.on, "key": one_time_key(request) or uuid.uuid4()}
    note = form.cleaned_data["note"]
    deed = request.POST.get("deed", "")
    if deed == "claim":
        claim_fulfilment(found, note=note, **said)
        messages.success(request, _("Who set the condition is asked to accept it."))
    elif deed == "accept":
        accept_fulfilment(found, note=note, **said)
        messages.success(request, _("The condition is fulfilled."))
    elif deed == "refuse":
        refuse_fulfilment(found, reason=note, **said)
        messages.success(request, _("The condition is open again."))
    else:
        raise Refused(Objection("no_deed", gettext_lazy("Say what you decide: press one of the buttons.")))
