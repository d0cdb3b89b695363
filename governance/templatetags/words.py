"""The organization's own words for levels and offices; never a query, the frame of the page has them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template

from governance.setup.words import word

register = template.Library()


@register.simple_tag(takes_context=True)
def level_word(context: Mapping[str, Any], kind: str) -> str:
    """The word for a level of the hierarchy."""
    return word(context.get("labels") or {}, "levels", kind)


@register.simple_tag(takes_context=True)
def office_word(context: Mapping[str, Any], office: str) -> str:
    """The word for an office on a measure."""
    return word(context.get("labels") or {}, "offices", office)
