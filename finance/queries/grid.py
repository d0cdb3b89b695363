"""The months of one measure as a grid: every scenario, and which cells may be changed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from finance.choices import EvidenceTier
from finance.models import Effect
from finance.queries.figures import MeasureRows, read_measure
from finance.queries.periods import Calendar
from finance.rules.periods import period_name
from measures.choices import DoI, Lifecycle
from measures.models import Measure


@dataclass(frozen=True, slots=True)
class MonthHead:
    """A column: `has_passed` freezes its forecast, `is_closed` its validated actuals."""

    ordinal: int
    name: str
    fiscal_year: int
    is_current: bool
    has_begun: bool
    has_passed: bool
    is_closed: bool


@dataclass(frozen=True, slots=True)
class GridCell:
    """One month of one effect in the measure's currency; None where there is no amount.

    `forecast_frozen_by` and `actual_frozen_by` are codes, blank where the cell may be changed: `month_passed`,
    `month_not_begun`, `measure_closed`, `measure_cancelled`.
    """

    month: MonthHead
    baseline: Decimal | None
    plan: Decimal | None
    forecast: Decimal | None
    claimed: Decimal | None
    validated: Decimal | None
    tier: EvidenceTier | None
    forecast_frozen_by: str
    actual_frozen_by: str


@dataclass(frozen=True, slots=True)
class GridRow:
    """One effect with its cells; `version` goes into the form that edits it."""

    effect: Effect
    version: int
    cells: tuple[GridCell, ...]


@dataclass(frozen=True, slots=True)
class MonthGrid:
    """`plan_frozen_by` is blank before Decided, else `plan_frozen`, `measure_closed` or `measure_cancelled`."""

    measure: Measure
    months: tuple[MonthHead, ...]
    rows: tuple[GridRow, ...]
    plan_frozen_by: str

    @property
    def plan_editable(self) -> bool:
        return not self.plan_frozen_by


def month_grid(measure: Measure, *, on: date) -> MonthGrid:
    """The grid of a measure as of a day: all months with amounts and the whole present fiscal year."""
    return grid_of(read_measure(measure, on=on))


def grid_of(rows: MeasureRows, *, within: range | None = None) -> MonthGrid:
    """The grid from rows that were already read, over all its months or those of a range."""
    months = tuple(month_head(rows.calendar, ordinal) for ordinal in within or _span(rows))
    ended = _ended(rows.measure)
    return MonthGrid(
        measure=rows.measure,
        months=months,
        rows=tuple(_row(rows, effect, months, ended) for effect in rows.effects),
        plan_frozen_by=ended or ("plan_frozen" if rows.measure.stage >= DoI.DECIDED else ""),
    )


def _ended(measure: Measure) -> str:
    if measure.stage == DoI.CLOSED:
        return "measure_closed"
    return "measure_cancelled" if measure.lifecycle == Lifecycle.CANCELLED else ""


def _span(rows: MeasureRows) -> range:
    amounts = rows.amounts
    scenarios = (amounts.plan, amounts.forecast, amounts.actual, amounts.claimed, rows.baseline)
    months = [month for scenario in scenarios for cells in scenario.values() for month in cells]
    year = rows.calendar.months_of(rows.calendar.fiscal_year)
    return range(min([*months, year.start]), max([*months, year.stop - 1]) + 1)


def month_head(calendar: Calendar, ordinal: int) -> MonthHead:
    return MonthHead(
        ordinal=ordinal,
        name=period_name(ordinal),
        fiscal_year=calendar.year_of(ordinal),
        is_current=ordinal == calendar.current,
        has_begun=calendar.starts_on(ordinal) <= calendar.on,
        has_passed=calendar.has_passed(ordinal),
        is_closed=calendar.is_closed(ordinal),
    )


def _row(rows: MeasureRows, effect: Effect, months: Iterable[MonthHead], ended: str) -> GridRow:
    return GridRow(effect, effect.version, tuple(_cell(rows, effect.pk, month, ended) for month in months))


def _cell(rows: MeasureRows, effect_id: int, month: MonthHead, ended: str) -> GridCell:
    amounts, ordinal = rows.amounts, month.ordinal
    cancelled = ended if ended == "measure_cancelled" else ""
    return GridCell(
        month=month,
        baseline=rows.baseline.get(effect_id, {}).get(ordinal) if rows.current is not None else None,
        plan=amounts.plan.get(effect_id, {}).get(ordinal),
        forecast=amounts.forecast.get(effect_id, {}).get(ordinal),
        claimed=amounts.claimed.get(effect_id, {}).get(ordinal),
        validated=amounts.actual.get(effect_id, {}).get(ordinal),
        tier=amounts.tiers.get(effect_id, {}).get(ordinal),
        forecast_frozen_by=ended or ("month_passed" if month.has_passed else ""),
        actual_frozen_by=cancelled or ("" if month.has_begun else "month_not_begun"),
    )
