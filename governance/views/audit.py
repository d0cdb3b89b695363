"""The sealed trail and the whole log: for those who may read it all, and change nothing."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from governance.actions.seals import request_verification
from governance.filters import DeedFilter
from governance.forms.audit import VerificationForm
from governance.queries.log import deed_rows, log_page
from governance.queries.seals import trail_state
from governance.sealing.sentences import finding_sentence
from governance.sealing.signing import public_key
from governance.views.page import one_time_key, page, url
from governance.views.register import chips_of
from portfolio.access import fetch_node_for
from portfolio.choices import NodeKind, Right
from portfolio.errors import Refused, Replayed


def _require_audit(request: Any) -> None:
    fetch_node_for(request.user, Right.VIEW_AUDIT, kind=NodeKind.ORGANIZATION)


@page
def audit(request: Any) -> HttpResponse:
    """How far the trail is sealed, its head, and what looks at it have found."""
    _require_audit(request)
    return _state(request, VerificationForm())


def _state(request: Any, form: VerificationForm, *, status: int = 200) -> HttpResponse:
    state = trail_state(request.organization.pk)
    context = {
        "state": state,
        "looks": [(look, _sentences(look.findings)) for look in state.verifications],
        "public_key": public_key(),
        "form": form,
        "key": one_time_key(request) or uuid.uuid4(),
        "tab": "trail",
        "active_nav": "audit",
    }
    return render(request, "governance/audit.html", context, status=status)


def _sentences(findings: list[dict[str, Any]]) -> list[str]:
    return [finding_sentence(one["code"], one["params"]) for one in findings]


@page
@require_POST
def audit_verify(request: Any) -> HttpResponse:
    """Asks for a look at the whole trail."""
    _require_audit(request)
    form = VerificationForm(request.POST)
    if not form.is_valid():
        return _state(request, form, status=422)
    try:
        request_verification(
            by=request.user, head=form.cleaned_data["head"], key=one_time_key(request), now=timezone.now()
        )
    except Replayed:
        return redirect(url(request, "audit"))
    except Refused as error:
        form.refuse(error)
        return _state(request, form, status=422)
    messages.success(request, _("The trail is being checked. The result appears here within a minute or so."))
    return redirect(url(request, "audit"))


@page
def audit_log(request: Any) -> HttpResponse:
    """Every deed of the organization, filtered and paged by the address."""
    _require_audit(request)
    found = DeedFilter(request.GET, queryset=deed_rows())
    shown, lines = log_page(found.qs, request.GET.get("page"))
    context = {
        "filter": found,
        "chips": chips_of(request, found),
        "page": shown,
        "lines": lines,
        "tab": "log",
        "active_nav": "audit",
    }
    return render(request, "governance/audit_log.html", context)
