"""Risks of a measure, and what it waits for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from measures.actions.measures import lock_measure
from measures.errors import ended_objections, field_objections
from measures.models import Dependency, Measure, Milestone, Risk
from measures.queries import require_on_measure
from portfolio.choices import Right
from portfolio.deeds import deed, refuse_stale
from portfolio.errors import Objection, Refused
from portfolio.models import User

RISK_FIELDS = frozenset({"text", "probability", "impact", "response", "owner", "closed"})


def add_risk(
    measure: Measure,
    *,
    text: str,
    probability: int,
    impact: int,
    by: User,
    response: str = "",
    owner: User | None = None,
) -> Risk:
    """The measure has one more risk, scored probability × impact.

    Refused: without the right, a closed or cancelled measure, a blank text, numbers outside 1 to 5. Recorded:
    deed and history.
    """
    require_on_measure(by, Right.EDIT_WORK, measure)
    with deed("risk_added", by=by, subject=measure):
        measure = lock_measure(measure)
        risk = Risk(measure=measure, owner=owner or measure.owner)
        _fill(measure, risk, text=text.strip(), probability=probability, impact=impact, response=response)
        risk.save()
        return risk


def _fill(measure: Measure, risk: Risk, **values: Any) -> None:
    _refuse(ended_objections(measure) + field_objections(risk, values))
    for name, value in values.items():
        setattr(risk, name, value)


def _refuse(objections: Iterable[Objection]) -> None:
    if found := list(objections):
        raise Refused(*found)


def edit_risk(risk: Risk, *, by: User, expected_version: int | None = None, **fields: Any) -> Risk:
    """The risk reads and is scored as given, or is closed. Refused as in `add_risk`, and from a stale form."""
    if unknown := set(fields) - RISK_FIELDS:
        raise TypeError(f"no field of a risk that can be edited: {sorted(unknown)}")
    require_on_measure(by, Right.EDIT_WORK, risk.measure)
    with deed("risk_edited", by=by, subject=risk.measure, details={"risk": risk.pk}):
        measure = lock_measure(risk.measure)
        risk = Risk.objects.select_for_update().get(pk=risk.pk)
        refuse_stale(risk, expected_version)
        _fill(measure, risk, **fields)
        risk.version += 1
        risk.save(update_fields=[*fields, "version"])
        return risk


def add_dependency(
    measure: Measure, *, on_measure: Measure, by: User, on_milestone: Milestone | None = None, note: str = ""
) -> Dependency:
    """The measure waits for another one, or for one milestone of it.

    Refused: without the right, a closed or cancelled measure, waiting for itself, a milestone of a third measure,
    the same dependency twice. Recorded: deed and history.
    """
    require_on_measure(by, Right.EDIT_WORK, measure)
    with deed("dependency_added", by=by, subject=measure, details={"on": on_measure.pk}):
        measure = lock_measure(measure)
        _refuse(ended_objections(measure) + _dependency_objections(measure, on_measure, on_milestone))
        return Dependency.objects.create(measure=measure, on_measure=on_measure, on_milestone=on_milestone, note=note)


def _dependency_objections(measure: Measure, on_measure: Measure, milestone: Milestone | None) -> list[Objection]:
    objections = []
    if measure.pk == on_measure.pk:
        objections.append(Objection("waits_for_itself", _("A measure does not wait for itself.")))
    if milestone is not None and milestone.measure_id != on_measure.pk:
        objections.append(
            Objection("foreign_milestone", _("“%(name)s” belongs to another measure."), {"name": milestone.name})
        )
    if Dependency.objects.filter(measure=measure, on_measure=on_measure, on_milestone=milestone).exists():
        objections.append(Objection("dependency_known", _("This dependency is already entered.")))
    return objections


def remove_dependency(dependency: Dependency, *, by: User) -> None:
    """The measure no longer waits; the history stays. Refused: without the right, a closed or cancelled measure."""
    require_on_measure(by, Right.EDIT_WORK, dependency.measure)
    with deed("dependency_removed", by=by, subject=dependency.measure, details={"on": dependency.on_measure_id}):
        _refuse(ended_objections(lock_measure(dependency.measure)))
        dependency.delete()
