"""The forecast: what the owner now expects, month by month, until each month has passed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from finance.actions.amounts import Cells, amount_objections, changed_cells, write_cells
from finance.actions.effects import lock_effect, save_effect
from finance.models import Effect, FiscalPeriod, ForecastAmount, ForecastUpkeep
from finance.money import ZERO
from finance.queries.amounts import forecast_amounts
from finance.rules.periods import period_name
from measures.actions.measures import lock_measures
from measures.errors import ended_objections
from measures.models import Measure
from measures.queries import require_on_measure, require_on_measures
from portfolio.choices import Right
from portfolio.deeds import deed
from portfolio.errors import Objection, Refused
from portfolio.models import User


def set_forecast(
    effect: Effect,
    amounts: Cells,
    *,
    by: User,
    on: date,
    reason: str = "",
    expected_version: int | None = None,
) -> Effect:
    """The given months of the forecast hold these amounts; months not given stay, a blank one expects nought.

    Refused: without the right, a stale form, a change of a month whose calendar end has passed (all of them are
    named), amounts that cannot be stored, a closed or cancelled measure. Recorded: deed with reason, each changed
    amount (by the database), and that the forecast was updated on that day.
    """
    require_on_measure(by, Right.EDIT_FORECAST, effect.measure)
    with deed("forecast_set", by=by, subject=effect.measure, reason=reason, details={"effect": effect.pk}):
        measure, effect = lock_effect(effect, expected_version)
        present = forecast_amounts([effect.pk]).get(effect.pk, {})
        cells = changed_cells(present, _explicit(present, amounts))
        objections = ended_objections(measure) + amount_objections(cells) + _frozen_objections(cells, on)
        if objections:
            raise Refused(*objections)
        write_cells(ForecastAmount, effect, cells)
        keep_forecast([measure], updated_on=on)
        return save_effect(effect, {}) if cells else effect


def _explicit(present: Mapping[int, Decimal], amounts: Cells) -> dict[int, Decimal | None]:
    # A forecast of nought is a statement, and must never be mistaken for a forecast nobody made.
    return {
        month: ZERO if amount is None else amount
        for month, amount in amounts.items()
        if amount is not None or month in present
    }


def _frozen_objections(cells: Cells, on: date) -> list[Objection]:
    passed = FiscalPeriod.objects.filter(ordinal__in=cells, ends_on__lt=on).order_by("ordinal")
    months = [period_name(ordinal) for ordinal in passed.values_list("ordinal", flat=True)]
    if not months:
        return []
    return [
        Objection(
            "forecast_frozen",
            _("These months have passed and their forecast stays: %(months)s."),
            {"months": ", ".join(months)},
        )
    ]


def keep_forecast(
    measures: Iterable[Measure], *, updated_on: date | None = None, confirmed_on: date | None = None
) -> None:
    """Notes the day on which the forecasts were changed, or confirmed as they stand; a later day is never lost."""
    days = {"updated_on": updated_on, "confirmed_on": confirmed_on}
    known = {name: day for name, day in days.items() if day is not None}
    chosen = list(measures)
    present = {row.measure_id: row for row in ForecastUpkeep.objects.select_for_update().filter(measure__in=chosen)}
    ForecastUpkeep.objects.bulk_create(
        ForecastUpkeep(measure=measure, **known) for measure in chosen if measure.pk not in present
    )
    for row in present.values():
        for name, day in known.items():
            setattr(row, name, max(getattr(row, name) or day, day))
    ForecastUpkeep.objects.bulk_update(present.values(), list(known))


def confirm_forecast_unchanged(measures: Iterable[Measure], *, by: User, on: date) -> int:
    """The forecasts of these measures hold as they stand; counts as an update. Returns how many measures that is.

    Refused, all of it, without the right on one of them. Measures that are closed or cancelled are left out.
    Recorded: one deed, and the day for each measure.
    """
    chosen = list(measures)
    require_on_measures(by, Right.EDIT_FORECAST, chosen)
    with deed("forecast_confirmed", by=by, details={"measures": [measure.pk for measure in chosen]}):
        held = [measure for measure in lock_measures(chosen) if not ended_objections(measure)]
        keep_forecast(held, confirmed_on=on)
        return len(held)
