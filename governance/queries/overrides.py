"""Lights set by persons, for the pages that show them beside the computed ones."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, F, OuterRef, QuerySet
from django.db.models.functions import JSONObject

from governance.models import StatusOverride


@dataclass(frozen=True)
class LightBeside:
    """One light as a person sees it, in words for a page."""

    pk: int
    light: str
    colour: str
    reason: str
    person: str
    until: date


def current_overrides(on: date) -> QuerySet[StatusOverride, StatusOverride]:
    """Those that hold on a day: not withdrawn, not replaced, not run out."""
    return StatusOverride.objects.filter(ended_on__isnull=True, until__gte=on)


def beside_of_rows(on: date) -> ArraySubquery:
    """An annotation for measures: what persons say of their lights; read it with `lights_beside`."""
    rows = current_overrides(on).filter(measure_id=OuterRef("pk")).order_by("light")
    shape = JSONObject(
        pk=F("pk"), light=F("light"), colour=F("colour"), reason=F("reason"), person=F("set_by__name"), until=F("until")
    )
    return ArraySubquery(rows.values(row=shape))


def lights_beside(rows: list[dict[str, Any]]) -> dict[str, LightBeside]:
    """The annotation of one measure, by light."""
    return {row["light"]: LightBeside(**{**row, "until": date.fromisoformat(row["until"])}) for row in rows}


def override_counts(on: date) -> dict[int, int]:
    """How many lights below each node were set by persons; nodes without any are missing. One statement."""
    above = F("measure__package__node__above__ancestor_id")
    rows = current_overrides(on).values(node=above).annotate(n=Count("pk")).order_by()
    return {row["node"]: row["n"] for row in rows}
