"""The home page: what waits for the person."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from governance.actions.inbox import mark_read
from governance.navigation import count_anew
from governance.queries.inbox import Item, inbox
from governance.views.page import page, url

# Where each kind of work is done, and its drawing.
PLACES = {
    "decide": ("gate_decide", "flag"),
    "close": ("closure", "lock"),
    "consent": ("closure", "lock"),
    "dispute": ("measure", "alert"),
    "ratify": ("ratification", "check"),
    "claims": ("month_end", "calendar"),
    "again": ("gate_submit", "flag"),
    "gate": ("measure_gates", "flag"),
    "milestone": ("measure_milestones", "clock"),
    "divergence": ("divergence_answer", "diverge"),
    "forecast": ("my_update", "edit"),
    "proposal": ("proposal_decide", "flag"),
    "review": ("measure_gates", "pause"),
    "condition": ("condition", "clock"),
    "fulfilment": ("condition", "check"),
    "meeting": ("meeting", "calendar"),
    "vote": ("meeting", "flag"),
    "minutes": ("meeting_confirm", "check"),
}
# The row itself has a page below its measure.
BY_NUMBER = ("proposal", "condition", "fulfilment")
OF_MEETINGS = ("meeting", "vote", "minutes")


@page
def my_work(request: Any) -> HttpResponse:
    """What waits for the person, most urgent first, and what the person has not read yet."""
    found = inbox(request.user, on=request.on)
    rows = [(item, *_place(request, item)) for item in found.items]
    return render(request, "governance/my_work.html", {"inbox": found, "rows": rows, "active_nav": "my_work"})


def _place(request: Any, item: Item) -> tuple[str, str]:
    """Where the work is done, and its drawing."""
    name, icon = PLACES[item.kind]
    if item.kind == "divergence":
        return url(request, name, item.code, item.detail), icon
    if item.kind in BY_NUMBER:
        return url(request, name, item.code, int(item.ref)), icon
    if item.kind in OF_MEETINGS:
        return url(request, name, item.ref), icon
    if item.code:
        return url(request, name, item.code), icon
    query = f"?month={item.ref}" if item.ref else ""
    return url(request, name) + query, icon


@require_POST
@page
def notices_read(request: Any) -> HttpResponse:
    """The notices named, or all of them, are read."""
    chosen = [int(pk) for pk in request.POST.getlist("notice") if pk.isdecimal()]
    mark_read(chosen, by=request.user, at=timezone.now())
    count_anew(request)
    return redirect(url(request, "my_work"))
