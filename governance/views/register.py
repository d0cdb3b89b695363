"""The measure register."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from governance.filters import MeasureFilter
from governance.queries.register import SORTS, page_of, register_rows, register_terms, totals
from governance.views.page import page, url
from measures.models import Measure


@page
def measures(request: Any) -> HttpResponse:
    """All measures the person may see, filtered, sorted and paged by the address; a code alone leads to its measure."""
    wanted = request.GET.get("q", "").strip()
    if wanted and list(request.GET) == ["q"] and (code := _code_of(wanted)):
        return redirect(url(request, "measure", code))
    currency, sees_all = register_terms(request.user)
    found = MeasureFilter(request.GET, queryset=register_rows(request.user, sees_all=sees_all))
    sums = totals(found.qs)
    sort = request.GET.get("sort", "code")
    context = {
        "filter": found,
        "chips": chips_of(request, found),
        "misread": misread(found),
        "totals": sums,
        "page": page_of(found.qs, request.GET.get("page"), total=sums.count, sort=sort, on=request.on),
        "sort": sort,
        "sorts": {key: _sort_state(sort, key) for key in SORTS},
        "currency": currency,
        "active_nav": "measures",
    }
    return render(request, "governance/measures.html", context)


def _code_of(wanted: str) -> str | None:
    """The code as it is written, for a search that names one in whatever case."""
    return Measure.objects.filter(code__iexact=wanted).values_list("code", flat=True).first()


def _sort_state(sort: str, key: str) -> tuple[str, str]:
    """What a column head says to screen readers, and where it leads."""
    if sort == key:
        return "ascending", f"-{key}"
    return ("descending", key) if sort == f"-{key}" else ("none", key)


def chips_of(request: Any, found: MeasureFilter) -> list[tuple[str, str, str]]:
    """Label, value and the address without it, for each filter in force; what cannot be understood filters nothing."""
    chips = []
    for name, field in found.form.fields.items():
        if name in found.form.errors:
            continue
        choices = dict(getattr(field, "choices", ()))
        for value in [v for v in request.GET.getlist(name) if v]:
            rest = request.GET.copy()
            rest.pop("page", None)
            rest.setlist(name, [v for v in rest.getlist(name) if v != value])
            label = next((str(text) for key, text in choices.items() if str(key) == value), value)
            chips.append((str(field.label), label, f"?{rest.urlencode()}"))
    return chips


def misread(found: Any) -> list[str]:
    """A sentence for each filter of the address that was not understood and so filters nothing."""
    return [
        _("Not filtered by “%(label)s”: %(why)s") % {"label": found.form.fields[name].label, "why": " ".join(errors)}
        for name, errors in found.form.errors.items()
    ]
