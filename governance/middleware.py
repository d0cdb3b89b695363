"""Turns domain errors into pages: a refusal is a sentence, never a stack trace."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from portfolio.errors import DomainError, Replayed


class RefusalMiddleware:
    """A refusal no view has caught becomes a page with every objection, and its status; nothing was changed.

    A replayed form leads to where the first one led, so that a double click looks like one.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, Replayed):
            messages.info(request, _("This was already done; it was not done twice."))
            return redirect(exception.deed.details.get("url") or request.path)
        if not isinstance(exception, DomainError):
            return None
        context = {
            "objections": exception.objections,
            "differences": getattr(exception, "differences", ()),
            "back_url": request.path,
        }
        template = {403: "403.html", 404: "404.html"}.get(exception.status, "409.html")
        return render(request, template, context, status=exception.status)
