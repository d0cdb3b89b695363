"""An owner's update: forecasts and milestones of many measures together, or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from uuid import UUID

from django.db import transaction

from finance.actions.amounts import Cells
from finance.actions.forecasts import confirm_forecast_unchanged, set_forecast
from finance.models import Effect
from measures.actions.milestones import complete_milestone, confirm_milestones_unchanged, edit_milestone
from measures.models import Measure, Milestone
from portfolio.deeds import deed
from portfolio.errors import Objection, Refused
from portfolio.models import User


@dataclass(frozen=True)
class MeasureChanges:
    """What an owner changes on one measure. `forecasts` are cells that shall hold another amount."""

    measure: Measure
    reason: str = ""
    forecasts: list[tuple[Effect, Cells]] = field(default_factory=list)
    forecast_dates: list[tuple[Milestone, date]] = field(default_factory=list)
    done_dates: list[tuple[Milestone, date]] = field(default_factory=list)


class UpdateRefused(Refused):
    """A refusal that knows on which measure each objection lies."""

    def __init__(self, by_measure: Mapping[int, list[Objection]]) -> None:
        self.by_measure = by_measure
        super().__init__(*(objection for found in by_measure.values() for objection in found))


def save_update(
    changes: Iterable[MeasureChanges],
    confirmed: Iterable[Measure],
    *,
    by: User,
    on: date,
    key: UUID | None = None,
    url: str = "",
) -> None:
    """Every change is made and every confirmed measure counts as kept up to date, or nothing happens.

    Refused, with the objections of all measures at once by measure, what `set_forecast`, `edit_milestone` and
    `complete_milestone` refuse; `Replayed` when the key was used. Recorded: a deed for each changed measure with its
    reason, and one for all confirmed.
    """
    known, unchanged = list(changes), list(confirmed)
    details = {"url": url}
    with transaction.atomic():
        refused: dict[int, list[Objection]] = {}
        for change in known:
            with deed("my_update_saved", by=by, subject=change.measure, reason=change.reason, key=key, details=details):
                refused[change.measure.pk] = _objections(change, by=by, on=on)
            key = None
        if any(refused.values()):
            raise UpdateRefused({measure: found for measure, found in refused.items() if found})
        if unchanged:
            with deed("update_confirmed", by=by, key=key, details=details):
                confirm_forecast_unchanged(unchanged, by=by, on=on)
                confirm_milestones_unchanged(unchanged, by=by, on=on)


def _objections(change: MeasureChanges, *, by: User, on: date) -> list[Objection]:
    found: list[Objection] = []
    for step in _steps(change, by=by, on=on):
        try:
            with transaction.atomic():
                step()
        except Refused as refused:
            found += refused.objections
    return found


def _steps(change: MeasureChanges, *, by: User, on: date) -> list[Callable[[], object]]:
    forecasts = [
        partial(set_forecast, effect, cells, by=by, on=on, reason=change.reason) for effect, cells in change.forecasts
    ]
    moved = [partial(edit_milestone, one, by=by, on=on, forecast_on=day) for one, day in change.forecast_dates]
    done = [partial(complete_milestone, one, actual_on=day, by=by, on=on) for one, day in change.done_dates]
    return [*forecasts, *moved, *done]
