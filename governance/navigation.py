"""What the frame of every page shows: the main ways, the organizations to switch to, the person's menu."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Way:
    """One entry of the main navigation."""

    key: str
    label: str | Promise
    url: str
    icon: str
    count: int = 0


# key (also the URL name), label, icon
WAYS: list[tuple[str, Promise, str]] = [
    ("my_work", _("My work"), "inbox"),
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
        return {"organization": None, "person": request.user, "nav": []}
    here = organization.slug
    return {
        "organization": organization,
        "person": request.user,
        "nav": [Way(key, label, reverse(f"governance:{key}", args=[here]), icon) for key, label, icon in WAYS],
        "active_nav": request.resolver_match.url_name if request.resolver_match else "",
        "organizations": [
            {"name": o.name, "url": reverse("governance:my_work", args=[o.slug]), "current": o.slug == here}
            for o in request.organizations  # type: ignore[attr-defined]
        ]
        if len(request.organizations) > 1  # type: ignore[attr-defined]
        else [],
        "search_url": reverse("governance:measures", args=[here]),
    }
