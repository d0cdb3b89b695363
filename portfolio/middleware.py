"""One transaction per request, in the name of one tenant and one person."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.views.defaults import page_not_found

from portfolio import tenancy
from portfolio.models import Membership, Organization

_TENANT_PATH = re.compile(r"^/o/(?P<slug>[-a-z0-9]+)/")


class TenantMiddleware:
    """Opens the transaction, finds the organization named in the path through the person's memberships, and
    renders the response inside.

    A slug of a foreign or unknown organization is answered with 404, so that nobody learns which exist. Sets
    `request.organization`, `request.on` (the day in the organization's zone, computed once) and
    `request.request_id`. A view that raises or answers with a status of 400 or more leaves nothing behind.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponseBase:
        request.request_id = uuid.uuid4().hex
        request.organization = None
        request.on = timezone.now().date()
        match = _TENANT_PATH.match(request.path_info)
        user_id = request.user.pk if request.user.is_authenticated else None
        if match is None or user_id is None:
            with tenancy.acting_as(organization_id=None, user_id=user_id), transaction.atomic():
                return self._answer(request)
        with tenancy.acting_as(organization_id=None, user_id=user_id), transaction.atomic():
            organization = _organization_of(match["slug"], user_id)
            if organization is None:
                return page_not_found(request, Http404())
            request.organization = organization
            request.on = today(organization, timezone.now())
            with tenancy.acting_as(organization_id=organization.pk, user_id=user_id):
                return self._answer(request)

    def _answer(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if isinstance(response, StreamingHttpResponse) and not hasattr(response, "file_to_stream"):
            raise RuntimeError("Streamed responses would be read outside the transaction.")
        if response.status_code >= 400:
            transaction.set_rollback(True)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        transaction.set_rollback(True)
        return None


def today(organization: Organization, now: datetime) -> date:
    """The calendar day in the organization's time zone."""
    return now.astimezone(ZoneInfo(organization.time_zone)).date()


def _organization_of(slug: str, user_id: int) -> Organization | None:
    membership = (
        Membership.objects.select_related("organization")
        .filter(organization__slug=slug, user_id=user_id, is_active=True, user__is_active=True)
        .first()
    )
    return membership.organization if membership else None
