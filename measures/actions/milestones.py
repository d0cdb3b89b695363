"""Milestones: planned before the decision, kept up to date after it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Max, ProtectedError
from django.utils.translation import gettext_lazy as _

from measures.actions.measures import lock_measure, lock_measures
from measures.choices import DoI
from measures.errors import ended_objections, field_objections
from measures.models import Measure, Milestone
from measures.queries import require_on_measure, require_on_measures
from portfolio.choices import Right
from portfolio.deeds import deed, refuse_stale
from portfolio.errors import Objection, Refused
from portfolio.models import StoredFile, User

# Copied into the baseline, and so frozen from Decided on.
FROZEN_FIELDS = frozenset({"name", "baseline_on", "weight", "is_critical"})
FREE_FIELDS = frozenset({"owner", "forecast_on", "position"})


def add_milestone(
    measure: Measure,
    *,
    name: str,
    baseline_on: date,
    by: User,
    on: date,
    weight: Decimal = Decimal(1),
    is_critical: bool = False,
    owner: User | None = None,
    forecast_on: date | None = None,
) -> Milestone:
    """The measure has one more milestone, at the end of its list; the owner of the measure owns it unless named.

    From Decided on it has weight 0, whatever was asked, because the baseline does not know it (domain §1).
    Refused: without the right, a closed or cancelled measure, a blank name, a negative weight. Recorded: deed,
    history, and that the milestones were kept on that day.
    """
    require_on_measure(by, Right.EDIT_WORK, measure)
    with deed("milestone_added", by=by, subject=measure, details={"name": name}):
        measure = lock_measure(measure)
        milestone = Milestone(
            measure=measure,
            name=name.strip(),
            position=_next_position(measure),
            weight=weight if measure.stage < DoI.DECIDED else Decimal(0),
            is_critical=is_critical,
            owner=owner or measure.owner,
            baseline_on=baseline_on,
            forecast_on=forecast_on,
        )
        _refuse(measure, milestone, {"name": milestone.name, "weight": weight})
        milestone.save()
        _kept(measure, on)
        return milestone


def _next_position(measure: Measure) -> int:
    last: int | None = measure.milestones.aggregate(last=Max("position"))["last"]
    return 1 if last is None else last + 1


def _refuse(measure: Measure, milestone: Milestone, values: Mapping[str, Any], *more: Objection) -> None:
    objections = [*ended_objections(measure), *more, *field_objections(milestone, values)]
    if values.get("weight") is not None and values["weight"] < 0:
        objections.append(Objection("weight_negative", _("A weight is never negative.")))
    if objections:
        raise Refused(*objections)


def _kept(measure: Measure, on: date) -> None:
    """Notes the day on which somebody looked after the milestones."""
    if measure.milestones_kept_on is None or measure.milestones_kept_on < on:
        measure.milestones_kept_on = on
        measure.save(update_fields=["milestones_kept_on"])


def _locked(milestone: Milestone, expected_version: int | None = None) -> tuple[Measure, Milestone]:
    measure = lock_measure(milestone.measure)
    fresh = Milestone.objects.select_for_update().get(pk=milestone.pk)
    refuse_stale(fresh, expected_version)
    return measure, fresh


def _save(milestone: Milestone, fields: Iterable[str]) -> Milestone:
    milestone.version += 1
    milestone.save(update_fields=[*fields, "version"])
    return milestone


def edit_milestone(
    milestone: Milestone, *, by: User, on: date, expected_version: int | None = None, **fields: Any
) -> Milestone:
    """The milestone has the given owner, forecast date and position; before Decided also name, baseline and weight.

    Refused: without the right, a stale form, a closed or cancelled measure, a frozen field from Decided on, a
    forecast for a milestone that is done. Recorded: deed, history, and that the milestones were kept on that day.
    """
    if unknown := set(fields) - FREE_FIELDS - FROZEN_FIELDS:
        raise TypeError(f"no field of a milestone that can be edited: {sorted(unknown)}")
    require_on_measure(by, Right.EDIT_WORK, milestone.measure)
    with deed("milestone_edited", by=by, subject=milestone.measure, details={"milestone": milestone.pk}):
        measure, milestone = _locked(milestone, expected_version)
        changed = {name: value for name, value in fields.items() if getattr(milestone, name) != value}
        _refuse(measure, milestone, changed, *_frozen_objections(measure, milestone, changed))
        for name, value in changed.items():
            setattr(milestone, name, value)
        _kept(measure, on)
        return _save(milestone, changed) if changed else milestone


def _frozen_objections(measure: Measure, milestone: Milestone, changed: Mapping[str, Any]) -> list[Objection]:
    objections = []
    if measure.stage >= DoI.DECIDED and FROZEN_FIELDS & set(changed):
        objections.append(
            Objection(
                "milestone_frozen",
                _("Name, baseline date and weight of “%(name)s” were decided and stay; change its forecast date."),
                {"name": milestone.name},
            )
        )
    if "forecast_on" in changed and milestone.actual_on is not None:
        objections.append(
            Objection(
                "milestone_done", _("“%(name)s” is done; there is nothing to forecast."), {"name": milestone.name}
            )
        )
    return objections


def complete_milestone(
    milestone: Milestone,
    *,
    actual_on: date,
    by: User,
    on: date,
    evidence_note: str = "",
    evidence_file: StoredFile | None = None,
    expected_version: int | None = None,
) -> Milestone:
    """The milestone is done on `actual_on`, with what proves it; doing it again corrects day and evidence.

    Evidence may follow: the gate asks for it. Refused: without the right, a stale form, a closed or cancelled
    measure, a day in the future. Recorded: deed, history, and that the milestones were kept on that day.
    """
    require_on_measure(by, Right.EDIT_WORK, milestone.measure)
    with deed("milestone_completed", by=by, subject=milestone.measure, details={"milestone": milestone.pk}):
        measure, milestone = _locked(milestone, expected_version)
        _refuse(measure, milestone, {}, *_future_objections(milestone, actual_on, on))
        milestone.actual_on = actual_on
        milestone.evidence_note = evidence_note.strip() or milestone.evidence_note
        milestone.evidence_file = evidence_file or milestone.evidence_file
        _kept(measure, on)
        return _save(milestone, ["actual_on", "evidence_note", "evidence_file"])


def _future_objections(milestone: Milestone, actual_on: date, on: date) -> list[Objection]:
    if actual_on <= on:
        return []
    return [Objection("actual_in_future", _("“%(name)s” cannot be done before it is."), {"name": milestone.name})]


def reopen_milestone(milestone: Milestone, *, by: User, on: date, reason: str) -> Milestone:
    """The milestone is open again; its evidence stays in the history.

    Refused: without the right, without a reason, a closed or cancelled measure. Recorded: deed and history.
    """
    require_on_measure(by, Right.EDIT_WORK, milestone.measure)
    with deed("milestone_reopened", by=by, subject=milestone.measure, reason=reason):
        measure, milestone = _locked(milestone)
        missing = () if reason.strip() else (Objection("reason_missing", _("Say why the milestone is open again.")),)
        _refuse(measure, milestone, {}, *missing)
        milestone.actual_on = None
        _kept(measure, on)
        return _save(milestone, ["actual_on"])


def confirm_milestones_unchanged(measures: Iterable[Measure], *, by: User, on: date) -> int:
    """The milestones of these measures are up to date as they stand; returns how many measures that is.

    Refused, all of it, without the right on one of them. Measures that are closed or cancelled are left out.
    Recorded: one deed, and the day in each measure's history.
    """
    chosen = list(measures)
    require_on_measures(by, Right.EDIT_WORK, chosen)
    with deed("milestones_confirmed", by=by, details={"measures": [measure.pk for measure in chosen]}):
        kept = [measure for measure in lock_measures(chosen) if not ended_objections(measure)]
        for measure in kept:
            _kept(measure, on)
        return len(kept)


def remove_milestone(milestone: Milestone, *, by: User, on: date, expected_version: int | None = None) -> None:
    """The milestone is no longer planned; its history stays.

    Refused: without the right, a stale form, from Decided on, while something else waits for it. Recorded: deed,
    history, and that the milestones were kept on that day.
    """
    require_on_measure(by, Right.EDIT_WORK, milestone.measure)
    with deed("milestone_removed", by=by, subject=milestone.measure, details={"name": milestone.name}):
        measure, milestone = _locked(milestone, expected_version)
        decided = _frozen_objections(measure, milestone, {"name": ""})
        _refuse(measure, milestone, {}, *decided)
        try:
            milestone.delete()
        except ProtectedError:
            raise Refused(
                Objection("milestone_needed", _("Something else refers to “%(name)s”."), {"name": milestone.name})
            ) from None
        _kept(measure, on)
