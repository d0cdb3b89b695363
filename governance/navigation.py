"""What the frame of every page shows: the main ways, the organizations to switch to, the person's menu."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise, SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from governance.queries.notices import unread_count
from portfolio.models import OrganizationSettings


@dataclass(frozen=True)
class Way:
    """One entry of the main navigation."""

    key: str
    label: str | Promise
    url: str
    icon: str
    count: int = 0


UNREAD = "unread"
COUNT_HOLDS = 60.0

# key (also the URL name), label, icon
WAYS: list[tuple[str, Promise, str]] = [
    ("my_work", _("My work"), "inbox"),
    ("inbox", _("Inbox"), "bell"),
    ("portfolio", _("Portfolio"), "tree"),
    ("measures", _("Measures"), "measure"),
    ("divergences", _("Divergences"), "diverge"),
    ("my_update", _("My update"), "edit"),
    ("month_end", _("Month end"), "calendar"),
    ("takeover", _("Take-over"), "upload"),
    ("committee_list", _("Committees"), "people"),
    ("audit", _("Audit"), "shield"),
]


def navigation(request: HttpRequest) -> dict[str, Any]:
    organization = getattr(request, "organization", None)
    if organization is None:
        return {"organization": None, "person": request.user, "nav": [], "person_menu": SimpleLazyObject(person_menu)}
    here = organization.slug
    counts = {"inbox": _unread(request)}
    return {
        "organization": organization,
        "person": request.user,
        "nav": [
            Way(key, label, reverse(f"governance:{key}", args=[here]), icon, counts.get(key, 0))
            for key, label, icon in WAYS
        ],
        "active_nav": request.resolver_match.url_name if request.resolver_match else "",
        "organizations": [
            {"name": o.name, "url": reverse("governance:my_work", args=[o.slug]), "current": o.slug == here}
            for o in request.organizations  # type: ignore[attr-defined]
        ]
        if len(request.organizations) > 1  # type: ignore[attr-defined]
        else [],
        "search_url": reverse("governance:measures", args=[here]),
        "person_menu": SimpleLazyObject(person_menu),
        "labels": SimpleLazyObject(own_words),
    }


def _unread(request: Any) -> int:
    """How much the person has not read, as of a minute ago at most: a page costs no statement for it.

    Kept in the session, which is read anyway. Nothing is counted for the page of a refusal whose transaction can only
    be rolled back.
    """
    slug, now = request.organization.slug, time.time()
    kept = request.session.get(UNREAD)
    if kept is not None and kept[0] == slug and 0 <= now - kept[2] < COUNT_HOLDS:
        return int(kept[1])
    if connection.needs_rollback:
        return 0
    count = unread_count(request.user, on=request.on)
    request.session[UNREAD] = [slug, count, now]
    return count


def count_anew(request: Any) -> None:
    """What was counted no longer holds: the person is looking, or has read something."""
    request.session.pop(UNREAD, None)


# Set-up: pages apart, for consultants and administrators, and the organization's own words


def person_menu() -> list[Way]:
    """What a person finds beside the work: the set-up of the organizations they look after."""
    return [Way("clients", _("Clients and set-up"), reverse("setup:clients"), "gear")]


def own_words() -> dict[str, Any]:
    """The organization's own words; read only by a page that shows one."""
    labels: dict[str, Any] = OrganizationSettings.objects.values_list("labels", flat=True).get()
    return labels
