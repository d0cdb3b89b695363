"""What all pages about setting up one organization share."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portfolio.access import fetch_node_for
from portfolio.choices import NodeKind, Right
from portfolio.models import Node

# URL name and word on the tab
TABS = (
    ("client", _("Readiness")),
    ("blueprint", _("Blueprint")),
    ("labels", _("Words")),
    ("numbers", _("Thresholds")),
    ("gates", _("Gate policy")),
    ("money", _("Calendar and rates")),
    ("categories", _("Categories")),
    ("committees", _("Committees")),
    ("digests", _("Digests")),
    ("published", _("Published figures")),
)


def open_setup(request: Any) -> Node:
    """First line of every page: 403 without the right to change settings of the whole organization."""
    return fetch_node_for(request.user, Right.MANAGE_SETTINGS, kind=NodeKind.ORGANIZATION)


def setup_url(request: Any, name: str) -> str:
    return reverse(f"setup:{name}", args=[request.organization.slug])


def setup_page(request: Any, name: str, template: str, *, status: int = 200, **context: Any) -> HttpResponse:
    """A page with its tab in front."""
    tabs = [(key, label, setup_url(request, key)) for key, label in TABS]
    frame = {"tab": name, "tabs": tabs, "key": uuid.uuid4(), "active_nav": "setup", **context}
    return render(request, f"governance/setup/{template}.html", frame, status=status)
