"""Codes as words and sentences of the reader's language; never a query."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from finance.choices import Basis, EvidenceTier
from governance.sentences import light_sentence
from measures.choices import Lifecycle

register = template.Library()

KINDS = {
    "organization": _("ORG"),
    "portfolio": _("PF"),
    "program": _("PRG"),
    "project": _("PRJ"),
    "package": _("PKG"),
    "measure": _("M"),
}


@register.simple_tag
def node_kind(kind: str) -> str:
    """The short word of a level."""
    return str(KINDS[kind])


@register.simple_tag
def lifecycle(value: str) -> str:
    return str(Lifecycle(value).label)


@register.simple_tag
def beside(basis: str | None) -> SafeString | str:
    """A tag on measures whose money stands on another line than the run-rate; nothing on the others."""
    if basis not in (Basis.ONE_OFF, Basis.AVOIDANCE):
        return ""
    return format_html('<span class="tag">{}</span>', Basis(basis).label)


@register.simple_tag(takes_context=True)
def reasons(context: Mapping[str, Any], stored: Iterable[Mapping[str, Any]]) -> list[str]:
    """Sentences of the reasons a light was stored with; amounts named by the page's `currency`."""
    return [light_sentence(reason, context.get("currency", "")) for reason in stored or ()]


@register.simple_tag
def tier(value: str | None) -> str:
    """The evidence tier as a word; blank where nothing is booked."""
    return str(EvidenceTier(value).label) if value else ""
