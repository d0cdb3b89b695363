"""Gates: where a measure stands, submitting the next one, deciding it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from governance.actions.gates import Outcome, approve, decide_as_committee, return_submission, submit, veto, withdraw
from governance.forms.gates import DecideForm, SubmitForm
from governance.models import GateSubmission
from governance.queries.comparison import compared
from governance.queries.gate_pages import GatePage, gate_page, past_decisions
from governance.queries.proposals import beside_gates
from governance.sentences import objection
from governance.snapshots import snapshot_of
from governance.views.measure_frame import frame, open_measure
from governance.views.page import expected_version, one_time_key, page, url
from governance.views.reauthentication import is_recent, reauthenticate
from measures.choices import DoI
from portfolio.access import fetch_or_404
from portfolio.choices import Office
from portfolio.deeds import refuse_stale
from portfolio.errors import Conflict, DomainError, NotAllowed, Objection, Refused

# Where a criterion is cleared: the URL name of the page, by criterion.
CLEARED_AT = {
    **dict.fromkeys(("milestones_set", "critical_milestones_evidenced"), "measure_milestones"),
    **dict.fromkeys(
        ("effect_planned", "full_year_planned", "actuals_begun", "value_proven", "one_off_cost_final"),
        "measure_months",
    ),
    **dict.fromkeys(
        (
            "problem_described",
            "likely_potential_given",
            "potential_range_given",
            "gate_dates_set",
            "reference_base_sourced",
            "budget_named",
            "line_owner_named",
            "lessons_learned_written",
        ),
        "measure_edit",
    ),
    "risks_scored": "risk_create",
    "dependencies_entered": "dependency_create",
    "overlaps_resolved": "dependency_create",
    "take_over_ratified": "measure_gates",
}


@page
def measure_gates(request: Any, code: str) -> HttpResponse:
    """Where the measure stands, what the next gate asks for, and every decision so far."""
    measure, _rights = open_measure(request, code)
    found = gate_page(measure, request.user, on=request.on)
    context = frame(
        request,
        measure,
        "gates",
        page=found,
        states=[(state, _cleared_at(request, code, state.criterion)) for state in found.states],
        decisions=past_decisions(measure),
        beside=beside_gates(measure, request.user, on=request.on),
        currency=found.case.limits.currency,
        key=uuid.uuid4(),
    )
    return render(request, "governance/gates.html", context)


def _cleared_at(request: Any, code: str, criterion: str) -> str:
    return url(request, CLEARED_AT.get(criterion, "measure"), code)


@page
def gate_submit(request: Any, code: str) -> HttpResponse:
    """All that stands in the way of the next gate at once, and the form that submits it."""
    measure, _rights = open_measure(request, code)
    found = gate_page(measure, request.user, on=request.on)
    if found.gate is not None and found.why_not_submit:
        raise NotAllowed(*found.why_not_submit)
    if request.method != "POST" and not found.possible.submit:
        messages.info(request, objection("already_submitted" if found.is_open else "no_next_gate").sentence)
        return redirect(url(request, "measure_gates", code))
    form = SubmitForm(request.POST or None, to_waive=found.to_waive)
    if request.method == "POST" and form.is_valid():
        deed = partial(submit, measure, note=form.cleaned_data["note"], waivers=form.waivers)
        if _submitted(request, form, deed, measure):
            return redirect(url(request, "measure_gates", code))
    context = frame(request, measure, "gates", page=found, form=form, **_form_context(request))
    context["blocking"] = [(state, _cleared_at(request, code, state.criterion)) for state in found.blocking]
    return render(request, "governance/gate_submit.html", context, status=422 if form.errors else 200)


def _submitted(request: Any, form: SubmitForm, deed: Callable[..., GateSubmission], measure: Any) -> bool:
    try:
        refuse_stale(measure, expected_version(request))
        deed(by=request.user, on=request.on, key=one_time_key(request))
    except (NotAllowed, Conflict):
        raise
    except DomainError as error:
        form.refuse(error)
        return False
    messages.success(request, _("The gate was submitted; the deciders see it in their work."))
    return True


def _form_context(request: Any) -> dict[str, Any]:
    """A refused form keeps its key: nothing was done with it yet."""
    return {"key": one_time_key(request) or uuid.uuid4()}


@page
def gate_withdraw(request: Any, code: str) -> HttpResponse:
    """The submission no longer waits. Asked for by anything but a form, it leads back to the gates."""
    measure, _rights = open_measure(request, code)
    if request.method == "POST":
        submission = fetch_or_404(_submissions(measure), pk=_submission_id(request))
        withdraw(submission, by=request.user, reason=request.POST.get("reason", ""), key=one_time_key(request))
        messages.success(request, _("The submission was withdrawn."))
    return redirect(url(request, "measure_gates", code))


def _submissions(measure: Any) -> Any:
    return GateSubmission.objects.filter(measure=measure).select_related("measure")


def _submission_id(request: Any) -> int:
    text = request.POST.get("submission", "")
    return int(text) if text.isdecimal() else 0


@page
def gate_decide(request: Any, code: str) -> HttpResponse:
    """What was submitted beside what stands now, and the words the person may say."""
    measure, _rights = open_measure(request, code)
    found = gate_page(measure, request.user, on=request.on)
    if request.method == "POST":
        return _decide(request, measure, found)
    if found.submission is None:
        messages.info(request, _("Nothing waits for a decision here."))
        return redirect(url(request, "measure_gates", code))
    if found.possible.close:
        return redirect(url(request, "closure", code))
    _refuse_bystander(found, request.user)
    return _decide_page(request, found, _decide_form(request, found))


def _refuse_bystander(found: GatePage, user: Any) -> None:
    """Raises `NotAllowed` for somebody who has nothing to decide here; a stale submission may be read."""
    if found.submission is None or found.possible.decide or found.is_stale:
        return
    if user.pk in (found.submission.submitted_by_id, found.submission.on_behalf_of_id):
        raise NotAllowed(objection("own_submission"))
    offices = ", ".join(str(word.office.label) for word in found.words)
    raise NotAllowed(objection("not_your_office", office=offices))


def _decide_form(request: Any, found: GatePage) -> DecideForm:
    return DecideForm(
        request.POST or None,
        bench=found.bench.eligible if found.possible.committee else (),
        alone=found.chair_alone,
        vetoed=found.veto is not None,
        ask_password=_needs_password(found) and not is_recent(request),
        may_condition=_may_condition(found),
    )


def _may_condition(found: GatePage) -> bool:
    """A condition goes with an approval, never with a closure."""
    closing = found.gate is not None and found.gate.to == DoI.CLOSED
    return not closing and (bool(found.possible.offices) or found.possible.committee)


def _needs_password(found: GatePage) -> bool:
    return found.gate is not None and found.gate.to in (DoI.DECIDED, DoI.CLOSED)


def _decide_page(request: Any, found: GatePage, form: DecideForm) -> HttpResponse:
    submission = found.submission
    rows = compared(submission.snapshot, snapshot_of(found.case, found.gate)) if submission and found.gate else []
    context = frame(
        request,
        found.measure,
        "gates",
        page=found,
        form=form,
        rows=rows,
        changed=sum(row.changed for row in rows),
        currency=found.case.limits.currency,
        **_form_context(request),
    )
    return render(request, "governance/gate_decide.html", context, status=422 if form.errors else 200)


def _decide(request: Any, measure: Any, found: GatePage) -> HttpResponse:
    submission = fetch_or_404(_submissions(measure), pk=_submission_id(request))
    form = _decide_form(request, found)
    if not form.is_valid():
        return _decide_page(request, found, form)
    try:
        outcome = _word(request, submission, found, form)
    except (NotAllowed, Conflict):
        raise
    except DomainError as error:
        form.refuse(error)
        return _decide_page(request, found, form)
    _tell(request, outcome)
    return redirect(url(request, "measure_gates", measure.code))


def _word(request: Any, submission: GateSubmission, found: GatePage, form: DecideForm) -> Outcome:
    """The one deed the pressed button names."""
    if _needs_password(found) and (wrong := reauthenticate(request)) is not None:
        raise Refused(wrong)
    name, _sep, office = request.POST.get("deed", "").partition(":")
    said: dict[str, Any] = {
        "by": request.user,
        "on": request.on,
        "reason": form.cleaned_data["reason"],
        "key": one_time_key(request),
    }
    if name == "approve" and office in Office.values:
        return approve(submission, office=Office(office), condition=form.condition, **said)
    if name == "return":
        return return_submission(submission, **said)
    if name == "veto":
        return veto(submission, **said)
    if name == "committee":
        overrule = form.cleaned_data.get("overrule_reason", "")
        return decide_as_committee(
            submission, present=form.sitting, overrule_reason=overrule, condition=form.condition, **said
        )
    raise Refused(Objection("no_deed", gettext_lazy("Say what you decide: press one of the buttons.")))


def _tell(request: Any, outcome: Outcome) -> None:
    if outcome.objection is not None:
        messages.warning(request, outcome.objection.sentence)
    elif outcome.decision is None:
        messages.success(request, _("Your word was recorded; the gate waits for the others."))
    elif outcome.decision.to_stage > outcome.decision.from_stage:
        stage = DoI(outcome.decision.to_stage).label
        messages.success(request, _("Decided: the measure is now %(stage)s.") % {"stage": stage})
    else:
        messages.success(request, _("The submission went back to the owner."))
