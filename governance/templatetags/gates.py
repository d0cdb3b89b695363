"""Codes of gates as words; never a query."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from governance.choices import DecisionKind, Severity
from governance.gates import GATES, ON_CONFIRMATION
from governance.sentences import FIELDS, notice_sentence, reason_sentence, sentence
from measures.choices import DoI
from portfolio.templatetags.formats import month

if TYPE_CHECKING:
    from governance.models import Divergence, Notice
    from governance.queries.inbox import Item

register = template.Library()

CRITERIA = {rule.code: rule for gate in GATES.values() for rule in gate.criteria} | {
    rule.code: rule for rule in ON_CONFIRMATION
}


@register.simple_tag
def criterion(code: str) -> str:
    """The policy sentence of a criterion."""
    return CRITERIA[code].policy if code in CRITERIA else code


@register.simple_tag
def field_names(names: Iterable[str]) -> str:
    """Gate-relevant fields in words."""
    return ", ".join(str(FIELDS.get(name, name)) for name in names).capitalize()


@register.filter
def plan_total(months: Mapping[str, str]) -> Decimal:
    """The sum of a frozen monthly plan."""
    return sum((Decimal(amount) for amount in months.values()), Decimal(0))


# What waits, as a title; the measure stands beside it.
WORK = {
    "decide": _("Decide the gate to %(stage)s"),
    "close": _("Confirm the value and close"),
    "consent": _("Give the second consent to a closure above the four-eyes limit"),
    "dispute": _("Answer the dispute: %(detail)s"),
    "again": _("Submit the gate to %(stage)s again: it was returned, or the measure has changed"),
    "gate": _("Submit the gate to %(stage)s"),
    "milestone": _("Milestone: %(detail)s"),
    "divergence": _("Look into %(detail)s: %(meaning)s"),
    "proposal": _("Decide the proposal: %(proposed)s"),
    "review": _("Review the hold: resume, cancel or hold on"),
    "condition": _("Fulfil the condition: %(detail)s"),
    "fulfilment": _("Accept that the condition is fulfilled: %(detail)s"),
    "meeting": _("Meeting of %(detail)s"),
    "vote": _("Vote on the gate to %(stage)s, outside a meeting"),
    "minutes": _("Confirm what %(detail)s voted"),
}
COUNTED = {
    "claims": ngettext_lazy(
        "Validate the actuals claimed for %(month)s: %(number)d measure",
        "Validate the actuals claimed for %(month)s: %(number)d measures",
        "number",
    ),
    "forecast": ngettext_lazy(
        "Confirm or change the forecast of %(number)d measure for this month",
        "Confirm or change the forecasts of %(number)d measures for this month",
        "number",
    ),
    "ratify": ngettext_lazy(
        "Ratify the take-over of %(number)d measure", "Ratify the take-over of %(number)d measures", "number"
    ),
}


@register.simple_tag
def work(item: Item) -> str:
    """What an item of the inbox asks for."""
    if item.kind in COUNTED:
        return str(COUNTED[item.kind] % {"number": int(item.detail), "month": month(item.ref)})
    params = {"detail": item.detail, "stage": "", "meaning": "", "proposed": ""}
    if item.kind == "proposal":
        params["proposed"] = str(DecisionKind(item.detail).label)
    if item.kind in ("decide", "again", "gate", "vote"):
        params["stage"] = str(DoI(int(item.detail)).label)
    if item.kind == "divergence":
        params["meaning"] = sentence(item.detail)
    return str(WORK[item.kind]) % params


@register.simple_tag
def told(notice: Notice) -> str:
    """What a notice says."""
    return notice_sentence(notice.code, notice.params)


@register.simple_tag
def because(notice: Notice) -> str:
    """Why the person was told, as a sentence; nothing where the notice says it itself."""
    return reason_sentence(notice.because)


@register.simple_tag
def said(code: str, params: Mapping[str, object]) -> str:
    """The sentence of a stored code."""
    return sentence(code, params)


TONES = {Severity.CRITICAL: "bad", Severity.HIGH: "warn", Severity.MEDIUM: ""}


@register.simple_tag
def severity(row: Divergence) -> SafeString:
    """The severity of a divergence as a tag."""
    tone = TONES.get(Severity(row.severity), "")
    return format_html('<span class="tag {}">{}</span>', tone, Severity(row.severity).label)
