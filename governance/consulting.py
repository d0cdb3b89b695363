"""Every page that a consultant opens in an organization leaves a row there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from governance.models import ConsultantRead
from portfolio import tenancy


class ConsultantReadMiddleware:
    """Whoever holds a consultant's role in the organization of the request is recorded with page, code and status;
    never the content, nor what was typed.

    The row is written in a transaction of its own before the answer leaves, because a refused form shows governed
    data too and its transaction is rolled back. Without the row there is no answer.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponseBase:
        response = self.get_response(request)
        # The door says so, and not yet where a request has not come as far as the door.
        if getattr(request, "consulting", False) and request.resolver_match is not None:
            with tenancy.tenant(request.organization.pk, user_id=request.user.pk):
                _record(request, response.status_code)
        return response


def _record(request: Any, status: int) -> None:
    match = request.resolver_match
    values = [str(value) for key, value in match.kwargs.items() if key not in ("slug", "token")]
    ConsultantRead.objects.create(
        user_id=request.user.pk,
        at=timezone.now(),
        method=(request.method or "")[:7],
        view=match.view_name[:100],
        code=" ".join(values)[:200],
        status=status,
    )
