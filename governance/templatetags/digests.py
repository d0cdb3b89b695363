"""Rows of a digest as words; never a query."""

from __future__ import annotations

from collections.abc import Mapping, Sized
from typing import TYPE_CHECKING, Any

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from governance.sentences import notice_sentence
from measures.choices import Light, LightKind

if TYPE_CHECKING:
    from governance.queries.digests import CommitteeContent, Figure

register = template.Library()


@register.filter
def figures(digest: CommitteeContent) -> list[tuple[str, Figure]]:
    """The four totals in the order in which value hardens."""
    return [
        (_("Committed"), digest.committed),
        (_("Forecast"), digest.forecast),
        (_("Risk-weighted"), digest.weighted),
        (_("Confirmed"), digest.confirmed),
    ]


@register.simple_tag
def light_name(kind: str) -> str:
    """Which of the two lights."""
    return str(LightKind(kind).label)


@register.simple_tag
def colour_name(colour: str) -> str:
    """The word of a colour."""
    return str(Light(colour).label)


@register.simple_tag
def more_lines(lines: Sized, listed: int) -> str:
    """How many lines are not shown; nothing when all are."""
    more = len(lines) - listed
    return ngettext("and %(n)d more", "and %(n)d more", more) % {"n": more} if more > 0 else ""


@register.simple_tag
def notice_line(code: str, params: Mapping[str, Any]) -> str:
    """What a notice says."""
    return notice_sentence(code, params)
