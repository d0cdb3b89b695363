"""Meetings in words; never a query."""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from governance.choices import ItemKind, ItemOutcome, MeetingState, VoteChoice
from governance.sentences import sentence
from measures.choices import DoI, Light
from portfolio.templatetags.formats import day, money

if TYPE_CHECKING:
    from governance.models import AgendaItem, Meeting, Vote
    from governance.queries.agenda import Waiting
    from governance.queries.meetings import Line, MeetingPage

register = template.Library()

OUTCOME_TONES = {
    ItemOutcome.ADVANCED: "ok",
    ItemOutcome.AGREED: "ok",
    ItemOutcome.RATIFIED: "ok",
    ItemOutcome.RETURNED: "warn",
    ItemOutcome.DECLINED: "warn",
    ItemOutcome.STALE: "bad",
    ItemOutcome.REFUSED: "bad",
}
STATE_TONES = {
    MeetingState.PLANNED: "info",
    MeetingState.PRE_READ: "info",
    MeetingState.HELD: "warn",
    MeetingState.CONFIRMED: "ok",
}

# What a value of the pre-read is called.
READ = {
    "added": gettext_lazy("put on the agenda since"),
    "removed": gettext_lazy("taken off the agenda since"),
    "title": gettext_lazy("title"),
    "consent": gettext_lazy("by consent"),
    "name": gettext_lazy("name"),
    "stage": gettext_lazy("DoI"),
    "submission_sha256": gettext_lazy("fingerprint of the submission"),
    "due_on": gettext_lazy("due"),
    "vetoed": gettext_lazy("vetoed"),
    "implementation": gettext_lazy("implementation"),
    "potential": gettext_lazy("potential"),
    "planned": gettext_lazy("plan"),
    "committed": gettext_lazy("committed"),
    "forecast": gettext_lazy("forecast"),
    "confirmed": gettext_lazy("confirmed"),
    "one_off_plan": gettext_lazy("one-off cost, plan"),
    "one_off_forecast": gettext_lazy("one-off cost, forecast"),
}


@register.simple_tag
def item_subject(item: AgendaItem | Waiting) -> str:
    """What an item is about; the measure stands beside it."""
    if item.kind == ItemKind.NOTE:
        return str(getattr(item, "title", ""))
    if item.kind == ItemKind.DIVERGENCE:
        return f"{item.ref}: {sentence(item.ref)}"
    submission = item.submission
    if item.kind == ItemKind.SUBMISSION and submission is not None:
        return _("Gate to %(stage)s") % {"stage": DoI(submission.to_stage).label}
    return str(ItemKind(item.kind).label)


@register.simple_tag
def kind_label(kind: str) -> str:
    return str(ItemKind(kind).label)


@register.simple_tag
def outcome_tag(item: AgendaItem) -> SafeString:
    """What became of the item; open while nothing did."""
    if not item.outcome:
        return format_html('<span class="tag">{}</span>', _("open"))
    outcome = ItemOutcome(item.outcome)
    return format_html('<span class="tag {}">{}</span>', OUTCOME_TONES.get(outcome, ""), outcome.label)


@register.simple_tag
def meeting_state(meeting: Meeting) -> SafeString:
    state = MeetingState(meeting.state)
    words = {MeetingState.PLANNED: _("Open for votes")} if meeting.is_circular else {}
    return format_html('<span class="tag {}">{}</span>', STATE_TONES.get(state, ""), words.get(state, state.label))


@register.filter
def wall_clock(moment: datetime | None, zone: str) -> str:
    """Date and time as clocks of the zone show them, with the zone."""
    if moment is None:
        return ""
    local = timezone.localtime(moment, ZoneInfo(zone))
    return f"{day(local.date())}, {local:%H:%M} {zone}"


@register.filter
def vote_label(vote: Vote) -> str:
    return str(VoteChoice(vote.choice).label)


@register.filter
def read_label(field: str) -> str:
    """What a value of the pre-read is called."""
    return str(READ.get(field, field))


@register.simple_tag
def light_word(colour: str) -> str:
    return str(Light(colour).label) if colour else "–"


@register.simple_tag
def missing_votes(page: MeetingPage, line: Line) -> str:
    """Names of those who may still vote and have not."""
    return ", ".join(str(user) for user in page.not_voted(line))


@register.filter
def amount(text: str | None) -> str:
    """An amount of the pre-read, which is stored as text."""
    return money(Decimal(text)) if text else "–"


@register.filter
def read_value(text: str) -> str:
    """A value of the pre-read as people read it."""
    if text in ("True", "False"):
        return _("yes") if text == "True" else _("no")
    if _AMOUNT.fullmatch(text):
        return amount(text)
    if text in Light.values:
        return str(Light(text).label)
    return f"{text[:16]}…" if len(text) == 64 else text or "–"


_AMOUNT = re.compile(r"-?\d+\.\d{2}")
