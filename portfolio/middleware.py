"""One transaction per request, in the name of one tenant and one person."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone, translation
from django.views.defaults import page_not_found

from portfolio import tenancy
from portfolio.deeds import request_id
from portfolio.models import Membership, Organization

_TENANT_PATH = re.compile(r"^/(?:o|setup/clients)/(?P<slug>[-a-z0-9]+)/")
# Pages for staff carry no organization in their address; they work on the one visited last.
_STAFF_PATH = "/staff/"
LAST_VISITED = "organization"


class TenantMiddleware:
    """Opens the transaction, finds the organization named in the path through the person's memberships, and
    renders the response inside.

    An organization that is foreign or unknown is answered with 404, so that nobody learns which exist. Sets
    `request.organization`, `request.organizations` (those the person may switch to), `request.consulting` (whether the
    person is there as a consultant) and `request.on` (the day in the organization's zone, computed once). An answer
    with a status of 400 or more leaves nothing behind.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponseBase:
        request.organization, request.organizations, request.consulting = None, [], False
        request.on = timezone.now().date()
        token = request_id.set(uuid.uuid4().hex)
        try:
            # Said also when nobody is signed in: what was active before the request has no part in it.
            with tenancy.acting_as(organization_id=None, user_id=request.user.pk):
                if not request.user.is_authenticated:
                    return self._in_transaction(request)
                with translation.override(request.user.language):
                    response = self._in_transaction(request)
                    response.headers["Content-Language"] = request.user.language
                    return response
        finally:
            request_id.reset(token)

    def _in_transaction(self, request: Any) -> HttpResponseBase:
        with transaction.atomic():
            if _holds_nul(request):
                return page_not_found(request, Http404())
            slug = _slug_of(request)
            if slug is None or not request.user.is_authenticated:
                return self._answer(request)
            memberships = memberships_of(request.user.pk)
            request.organizations = [membership.organization for membership in memberships]
            chosen = [membership for membership in memberships if membership.organization.slug == slug]
            if not chosen:
                return page_not_found(request, Http404())
            with _visiting(request, chosen[0]):
                return self._answer(request)

    def _answer(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if isinstance(response, StreamingHttpResponse):
            raise RuntimeError("Streamed responses would be read outside the transaction.")
        if response.status_code >= 400:
            transaction.set_rollback(True)
        return response

    def process_exception(self, _request: HttpRequest, _exception: Exception) -> None:
        transaction.set_rollback(True)


@contextmanager
def _visiting(request: Any, membership: Membership) -> Any:
    organization = request.organization = membership.organization
    request.on = today(organization, timezone.now())
    request.consulting = membership.consulting_until is not None and membership.consulting_until >= request.on
    if request.session.get(LAST_VISITED) != organization.slug:
        request.session[LAST_VISITED] = organization.slug
    with tenancy.acting_as(organization_id=organization.pk, user_id=request.user.pk, placement=organization.placement):
        yield


def _holds_nul(request: HttpRequest) -> bool:
    """No address of ours holds a NUL, and the database knows no text with one."""
    return "\0" in request.path_info or any("\0" in text for values in request.GET.lists() for text in values[1])


def _slug_of(request: Any) -> str | None:
    if request.path_info.startswith(_STAFF_PATH):
        slug: str | None = request.session.get(LAST_VISITED)
        return slug
    match = _TENANT_PATH.match(request.path_info)
    return match["slug"] if match else None


def today(organization: Organization, now: datetime) -> date:
    """The calendar day in the organization's time zone; where time stands still, the day it stands on."""
    if organization.stands_on is not None:
        return organization.stands_on
    return now.astimezone(ZoneInfo(organization.time_zone)).date()


def organizations_of(user_id: int) -> list[Organization]:
    """The organizations in which the person is an active member, by name; needs no active tenant."""
    return [membership.organization for membership in memberships_of(user_id)]


def memberships_of(user_id: int) -> list[Membership]:
    """The person's active memberships, by the name of the organization; one statement."""
    memberships = Membership.objects.select_related("organization").filter(
        user_id=user_id, is_active=True, user__is_active=True
    )
    return sorted(memberships, key=lambda membership: membership.organization.name.casefold())
