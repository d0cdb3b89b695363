"""The first page after signing in: the organization, or the choice among several."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render

from portfolio.middleware import LAST_VISITED, organizations_of


@login_required
def home(request: Any) -> HttpResponse:
    """Leads to the organization visited last, else to the only one; with several it asks, with none it says so."""
    organizations = organizations_of(request.user.pk)
    slugs = [organization.slug for organization in organizations]
    last = request.session.get(LAST_VISITED)
    if last in slugs and "choose" not in request.GET:
        return redirect("governance:my_work", last)
    if len(slugs) == 1:
        return redirect("governance:my_work", slugs[0])
    return render(request, "governance/choose_organization.html", {"choices": organizations})
