"""Places and values of a blueprint as people read them; never a query."""

from __future__ import annotations

import re
import uuid
from typing import Any

from django import template
from django.utils.translation import gettext_lazy as _

from governance.gates import ADDABLE, GATES
from governance.setup.gate_policy import BY_NAME
from governance.setup.numbers import NUMBERS
from governance.setup.words import WORDS
from measures.choices import DoI

register = template.Library()

SECTIONS = {
    "labels": _("Word"),
    "numbers": _("Threshold"),
    "probabilities": _("Probability"),
    "gates": _("Gate"),
    "fiscal_year": _("Calendar"),
    "currencies": _("Plan rate"),
    "categories": _("Category"),
    "committees": _("Committee"),
    "digests": _("Digest"),
}
POLICY = {"hard": _("blocks instead of needing a waiver"), "added": _("asked as well")}


CRITERIA = {rule.code: rule for gate in GATES.values() for rule in (*gate.soft, *ADDABLE[gate.to])}


@register.simple_tag
def one_time_key() -> str:
    """A key of its own for each form of a page."""
    return str(uuid.uuid4())


@register.filter
def field_of(path: str) -> str:
    """The field a place of a blueprint fills, in words."""
    section, _dot, rest = path.partition(".")
    if section == "numbers" and rest in NUMBERS:
        return str(NUMBERS[rest].label)
    parts = rest.split(".")
    if section == "labels" and len(parts) == 2:
        return str(WORDS.get(parts[0], {}).get(parts[1], rest))
    if section == "gates" and parts[0] in BY_NAME:
        return f"{BY_NAME[parts[0]].to.label}: {POLICY[parts[1]]}" if len(parts) == 2 else parts[0]
    if section == "probabilities":
        return f"{SECTIONS[section]}: {DoI[rest.upper()].label}"
    return str(SECTIONS.get(re.split(r"[.\[]", path)[0], path))


@register.filter
def told(value: Any) -> str:
    """A value of a blueprint: criteria by their policy, a dash for nothing."""
    if isinstance(value, list):
        return " ".join(CRITERIA[code].policy if code in CRITERIA else str(code) for code in value) or "–"
    return "–" if value is None or value == "" else str(value)
