"""Objections that several deeds on a measure share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from measures.choices import DoI, Lifecycle
from measures.models import Measure
from portfolio.errors import Objection


def ended_objections(measure: Measure) -> list[Objection]:
    """Why nothing of a measure changes any more: it is closed or cancelled."""
    if measure.stage == DoI.CLOSED:
        return [Objection("measure_closed", _("“%(code)s” is closed; its record stays."), {"code": measure.code})]
    if measure.lifecycle == Lifecycle.CANCELLED:
        return [Objection("measure_cancelled", _("“%(code)s” is cancelled; its record stays."), {"code": measure.code})]
    return []


def decided_objections(measure: Measure) -> list[Objection]:
    """Why plan and baseline of a measure are no longer edited: it has passed Decided (domain §2)."""
    if measure.stage < DoI.DECIDED:
        return []
    return [
        Objection(
            "plan_frozen",
            _("“%(code)s” is decided. Nobody edits its plan or baseline any more; change the forecast instead."),
            {"code": measure.code},
        )
    ]


def field_objections(row: Model, values: Mapping[str, Any]) -> list[Objection]:
    """What the fields of a row say against these values: too long, out of range, missing. Keys are not looked up."""
    objections = []
    for name, value in values.items():
        field: Any = row._meta.get_field(name)
        if field.is_relation or (value is None and field.null):
            continue
        try:
            field.clean(value, row)
        except ValidationError as error:
            params = {"field": field.verbose_name, "why": " ".join(error.messages), "name": name}
            objections.append(Objection("field_invalid", _("%(field)s: %(why)s"), params))
    return objections
