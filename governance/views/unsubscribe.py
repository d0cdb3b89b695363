"""One click in a mail program, or on the page behind the link, ends one kind of mail (RFC 8058)."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from governance.actions.subscriptions import unsubscribe as end_subscription
from governance.events import EVENTS, ways_of
from governance.unsubscribing import Leaving, read_token
from portfolio import tenancy
from portfolio.models import Membership, Organization


# A mail program holds neither session nor token of ours; the signature says whose subscription it is, and the only
# thing the link can do is to end that one.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: Any, token: str) -> HttpResponse:
    """GET asks, POST does; a link that is forged, too old or about a mandatory notice gets a sentence."""
    leaving = read_token(token)
    if leaving is None or not ways_of_code(leaving.event):
        return _answer(request, "invalid", status=400)
    with tenancy.tenant(leaving.organization_id, user_id=leaving.user_id):
        member = _member(leaving)
        if member is None:
            return _answer(request, "invalid", status=400)
        context: dict[str, Any] = {"event": EVENTS[leaving.event], "organization_name": _name(leaving)}
        with translation.override(member.user.language):
            if request.method != "POST":
                return _answer(request, "ask", **context)
            end_subscription(member.user, leaving.event, at=timezone.now())
            return _answer(request, "done", **context)


def ways_of_code(code: str) -> bool:
    """Whether there is anything to unsubscribe from."""
    return code in EVENTS and bool(ways_of(EVENTS[code]))


def _member(leaving: Leaving) -> Membership | None:
    rows = Membership.objects.filter(organization_id=leaving.organization_id, user_id=leaving.user_id)
    return rows.select_related("user").first()


def _name(leaving: Leaving) -> str:
    return Organization.objects.get(pk=leaving.organization_id).name


def _answer(request: Any, state: str, status: int = 200, **context: Any) -> HttpResponse:
    return render(request, "governance/unsubscribe.html", {"state": state, **context}, status=status)
