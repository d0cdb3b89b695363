"""The timeline of a measure: who changed what, when, why and on whose behalf."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header

from governance.queries.timeline import EVERYTHING, SHOWN, Theme, story, story_csv
from governance.views.measure_frame import frame, open_measure
from governance.views.page import page


def _theme(request: Any) -> str:
    theme: str = request.GET.get("kind", "")
    return theme if theme in Theme.values else ""


@page
def measure_timeline(request: Any, code: str) -> HttpResponse:
    """The newest entries, of one kind or all."""
    measure, _rights = open_measure(request, code)
    theme = _theme(request)
    entries = story(measure, theme=theme, currency=measure.organization_currency)
    context = frame(
        request,
        measure,
        "timeline",
        entries=entries,
        theme=theme,
        themes=Theme.choices,
        is_cut=len(entries) == SHOWN,
        shown=SHOWN,
    )
    return render(request, "governance/measure_timeline.html", context)


@page
def measure_timeline_csv(request: Any, code: str) -> HttpResponse:
    """Every entry as CSV in UTF-8, with a mark so that spreadsheets read it as such."""
    measure, _rights = open_measure(request, code)
    text = story_csv(story(measure, theme=_theme(request), limit=EVERYTHING, currency=measure.organization_currency))
    response = HttpResponse("\ufeff" + text, content_type="text/csv; charset=utf-8")
    name = content_disposition_header(as_attachment=True, filename=f"{measure.code}-timeline.csv")
    response.headers["Content-Disposition"] = name or "attachment"
    return response
