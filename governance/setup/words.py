"""The words an organization may put in place of ours: levels of the hierarchy and offices on a measure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from portfolio.choices import NodeKind, Office

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

LONGEST = 30

# Never renamed: the organization itself, and the gates, whose names are the degree of implementation.
WORDS: dict[str, dict[str, str | _StrPromise]] = {
    "levels": {kind.value: kind.label for kind in NodeKind if kind != NodeKind.ORGANIZATION},
    "offices": {office.value: office.label for office in Office},
}
WORDS["levels"]["measure"] = _("Measure")


def word(labels: Mapping[str, Any], group: str, key: str) -> str:
    """The organization's word, else ours."""
    own: str = labels.get(group, {}).get(key, "")
    return own or str(WORDS[group].get(key, key))
