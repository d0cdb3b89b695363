"""Controller-backed closure: nothing closes until the controller has confirmed the value."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from finance.choices import ClosureOutcome, Hardness
from finance.models import ConfirmationEvidence
from finance.money import ZERO
from governance.actions.closure import confirm_and_close, consent_to_closure, reject_closure
from governance.actions.gates import Outcome
from governance.forms.closure import ClosureForm, ConsentForm, RejectForm
from governance.forms.refusal import DeedForm
from governance.queries.certificates import certificate_of, consented
from governance.queries.closure import ClosureCase, closure_case
from governance.queries.gate_pages import gate_page
from governance.views.downloads import download
from governance.views.measure_frame import frame, open_measure
from governance.views.page import one_time_key, page, url
from governance.views.reauthentication import is_recent, reauthenticate, reauthenticated_at
from measures.choices import DoI
from measures.models import Measure
from portfolio.access import fetch_or_404
from portfolio.actions.files import store_file
from portfolio.errors import Conflict, DomainError, NotAllowed, Objection, Refused
from portfolio.models import OrganizationSettings, StoredFile

LONG_AGO = datetime.min.replace(tzinfo=UTC)


@page
def closure(request: Any, code: str) -> HttpResponse:
    """The page on which the controller confirms the value and closes; to all others it is a page to read."""
    measure, _rights = open_measure(request, code)
    if measure.stage == DoI.CLOSED and request.method != "POST":
        return redirect(url(request, "closure_certificate", code))
    if measure.stage < DoI.IMPLEMENTED:
        messages.info(request, _("Only an implemented measure can be closed."))
        return redirect(url(request, "measure_gates", code))
    case = closure_case(measure, request.user, on=request.on)
    if request.method != "POST":
        return _page(request, case, form=_form(request, case))
    if request.POST.get("deed") == "confirm":
        return _confirm(request, case)
    return _prepare(request, case)


def _form(request: Any, case: ClosureCase, data: Any = None, files: Any = None, initial: Any = None) -> ClosureForm:
    ask = not is_recent(request)
    return ClosureForm(data, files, outcomes=case.outcomes, ask_password=ask, initial=initial or _proposal(case))


def _proposal(case: ClosureCase) -> dict[str, Any]:
    """What the figures propose; the controller changes it where the evidence says otherwise."""
    avoidance = ClosureOutcome.CONFIRM_AVOIDANCE in case.outcomes
    return {
        "outcome": case.outcomes[0],
        "run_rate": case.closing.proposed,
        "final_one_off_cost": case.closing.one_off_cost,
        "hardness": Hardness.AVOIDANCE if avoidance else Hardness.BOTTOM_LINE,
    }


def _prepare(request: Any, case: ClosureCase) -> HttpResponse:
    """Keeps the chosen files and works out the rest to explain; what was typed stays, nothing is decided."""
    if not case.may_confirm:
        raise NotAllowed(*case.against_person)
    form = _form(request, case, request.POST, request.FILES)
    kept = _kept(request)
    try:
        kept += [store_file(one.name, one, by=request.user) for one in request.FILES.getlist("added")]
    except DomainError as error:
        return _refused_page(request, case, form, error)
    return _page(request, case, form=_form(request, case, initial=request.POST.dict()), kept=kept)


def _kept(request: Any) -> list[StoredFile]:
    """Files the person attached to this form before."""
    chosen = [int(pk) for pk in request.POST.getlist("evidence") if pk.isdecimal()]
    return list(StoredFile.objects.filter(pk__in=chosen, uploaded_by=request.user).order_by("pk"))


def _confirm(request: Any, case: ClosureCase) -> HttpResponse:
    form = _form(request, case, request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, case, form=form, kept=_kept(request))
    wrong = reauthenticate(request)
    try:
        new = [store_file(one.name, one, by=request.user) for one in form.cleaned_data["added"]]
        outcome = confirm_and_close(
            case.measure,
            by=request.user,
            on=request.on,
            terms=form.terms,
            evidence=[*_kept(request), *new],
            reauthenticated_at=reauthenticated_at(request) or LONG_AGO,
            key=one_time_key(request),
        )
    except (NotAllowed, Conflict):
        raise
    except DomainError as error:
        return _refused_page(request, case, form, _with_password(error, wrong))
    return _after(request, outcome, "closure_certificate", _("The value is confirmed and the measure is closed."))


def _with_password(error: DomainError, wrong: Objection | None) -> DomainError:
    """Says what is wrong with the password in place of merely asking for it."""
    if wrong is None:
        return error
    return Refused(*(wrong if one.code == "reauthentication_missing" else one for one in error.objections))


def _after(request: Any, outcome: Outcome, name: str, sentence: str) -> HttpResponse:
    code = outcome.submission.measure.code
    if outcome.objection is not None:
        messages.warning(request, outcome.objection.sentence)
        return redirect(url(request, "measure_gates", code))
    messages.success(request, sentence)
    return redirect(url(request, name, code))


def _refused_page(request: Any, case: ClosureCase, form: ClosureForm, error: DomainError) -> HttpResponse:
    form.refuse(error)
    return _page(request, case, form=form, kept=_kept(request))


def _page(
    request: Any,
    case: ClosureCase,
    *,
    form: ClosureForm,
    kept: list[StoredFile] | None = None,
    consent: ConsentForm | None = None,
    reject: RejectForm | None = None,
) -> HttpResponse:
    settings = OrganizationSettings.objects.get()
    forms: list[DeedForm | None] = [form, consent, reject]
    context = frame(
        request,
        case.measure,
        "gates",
        case=case,
        page=gate_page(case.measure, request.user, on=request.on),
        form=form,
        consent_form=consent or _consent_form(request, case),
        reject_form=reject or RejectForm(auto_id="reject_%s"),
        kept=kept or [],
        rest=form.rest(case.closing.committed),
        consents=consented(case.consents),
        currency=settings.currency,
        four_eyes_limit=settings.four_eyes_limit,
        key=one_time_key(request) or uuid.uuid4(),
    )
    wrong = any(one is not None and one.errors for one in forms)
    return render(request, "governance/closure.html", context, status=422 if wrong else 200)


def _consent_form(request: Any, case: ClosureCase, data: Any = None) -> ConsentForm:
    return ConsentForm(
        data,
        outcomes=case.outcomes,
        ask_password=not is_recent(request),
        auto_id="consent_%s",
        initial=_proposal(case),
    )


@page
def closure_consent(request: Any, code: str) -> HttpResponse:
    """A second controller consents to outcome and value. Asked for by anything but a form, it leads to the closure."""
    measure, _rights = open_measure(request, code)
    if request.method != "POST":
        return redirect(url(request, "closure", code))
    case = closure_case(measure, request.user, on=request.on)
    form = _consent_form(request, case, request.POST)
    if not form.is_valid():
        return _page(request, case, form=_form(request, case), consent=form)
    wrong = reauthenticate(request)
    try:
        outcome = consent_to_closure(
            measure,
            by=request.user,
            on=request.on,
            outcome=ClosureOutcome(form.cleaned_data["outcome"]),
            run_rate=form.cleaned_data["run_rate"] or ZERO,
            reauthenticated_at=reauthenticated_at(request) or LONG_AGO,
            key=one_time_key(request),
        )
    except (NotAllowed, Conflict):
        raise
    except DomainError as error:
        form.refuse(_with_password(error, wrong))
        return _page(request, case, form=_form(request, case), consent=form)
    return _after(request, outcome, "closure", _("Your consent was recorded."))


@page
def closure_reject(request: Any, code: str) -> HttpResponse:
    """The controller sends the closure back. Asked for by anything but a form, it leads to the closure."""
    measure, _rights = open_measure(request, code)
    if request.method != "POST":
        return redirect(url(request, "closure", code))
    form = RejectForm(request.POST, auto_id="reject_%s")
    if not form.is_valid():
        return _rejection_page(request, measure, form)
    try:
        reason = form.cleaned_data["findings"]
        outcome = reject_closure(measure, by=request.user, on=request.on, reason=reason, key=one_time_key(request))
    except (NotAllowed, Conflict):
        raise
    except DomainError as error:
        form.refuse(error)
        return _rejection_page(request, measure, form)
    return _after(request, outcome, "measure_gates", _("The closure went back with your findings."))


def _rejection_page(request: Any, measure: Measure, form: RejectForm) -> HttpResponse:
    case = closure_case(measure, request.user, on=request.on)
    return _page(request, case, form=_form(request, case), reject=form)


@page
def closure_evidence(request: Any, code: str, pk: int) -> HttpResponse:
    """One file of the evidence a value was confirmed on."""
    measure, _rights = open_measure(request, code)
    evidence = ConfirmationEvidence.objects.filter(confirmation__measure=measure).select_related("file")
    return download(fetch_or_404(evidence, pk=pk).file)


@page
def closure_certificate(request: Any, code: str) -> HttpResponse:
    """Who confirmed what, when, on which evidence; made to be printed."""
    measure, _rights = open_measure(request, code)
    confirmation = certificate_of(measure)
    context = frame(
        request,
        measure,
        "gates",
        confirmation=confirmation,
        months=_months(confirmation.snapshot.get("closing", {})),
        currency=OrganizationSettings.objects.values_list("currency", flat=True).get(),
    )
    return render(request, "governance/closure_certificate.html", context)


def _months(closing: dict[str, Any]) -> list[tuple[str, Decimal, Decimal]]:
    """Month, baseline and validated amount as they were confirmed."""
    columns = [closing.get(name, []) for name in ("months", "baselines", "actuals")]
    return [(month, Decimal(baseline), Decimal(actual)) for month, baseline, actual in zip(*columns, strict=True)]
