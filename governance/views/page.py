"""The frame of every view: signed in, inside an organization, one key per deed form."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

View = Callable[..., HttpResponse]


def page(view: View) -> View:
    """The view runs for a signed-in member of the organization in the path; the slug is not passed on.

    Anybody else is led to sign in, or gets 404. `tests/architecture/test_views.py` finds views without this guard.
    """

    @wraps(view)
    def guarded(request: Any, *args: Any, slug: str = "", **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if request.organization is None or request.organization.slug != slug:
            raise Http404
        return view(request, *args, **kwargs)

    guarded.guarded = True  # type: ignore[attr-defined]
    return guarded


def url(request: Any, name: str, *args: Any) -> str:
    """The address of a page of the active organization."""
    return reverse(f"governance:{name}", args=[request.organization.slug, *args])


def one_time_key(request: HttpRequest) -> uuid.UUID | None:
    """The key a deed form carried; a malformed one counts as none."""
    try:
        return uuid.UUID(request.POST.get("key", ""))
    except ValueError:
        return None


def expected_version(request: HttpRequest) -> int | None:
    """The version the form was filled from."""
    text = request.POST.get("version", "")
    return int(text) if text.isdecimal() else None
