from __future__ import annotations

from decimal import Decimal

from finance.actions.actuals import claim_actual, record_validated
from finance.choices import EvidenceTier
from finance.queries.grid import GridCell, MonthGrid, month_grid
from finance.rules.periods import parse_period
from measures.choices import Lifecycle
from tests.cast import TODAY, Cast
from tests.finance.builders import act, cells, decide, saving

PLAN = cells({"2026-09": 90, "2026-10": 100, "2026-11": 110})


def _cells(grid: MonthGrid) -> dict[str, GridCell]:
    return {cell.month.name: cell for cell in grid.rows[0].cells}


def test_grid_shows_every_scenario_of_every_month(cast: Cast) -> None:
    measure = cast.measure()
    effect = saving(cast, measure, PLAN)
    measure = decide(cast, measure)
    september = parse_period("2026-09")
    act(cast, claim_actual, effect, september, Decimal(85), by=cast.owner, on=TODAY)
    act(cast, record_validated, effect, september, Decimal(80), by=cast.controller, on=TODAY, source="GL")
    cell = _cells(month_grid(measure, on=TODAY))["2026-09"]
    assert (cell.baseline, cell.plan, cell.forecast, cell.claimed, cell.validated) == (90, 90, 90, 85, 80)
    assert cell.tier == EvidenceTier.VALIDATED


def test_grid_covers_the_fiscal_year_and_all_amounts(cast: Cast) -> None:
    measure = cast.measure()
    saving(cast, measure, cells({"2025-12": 1, "2027-02": 1}))
    names = [month.name for month in month_grid(measure, on=TODAY).months]
    assert (names[0], names[-1], len(names)) == ("2025-12", "2027-02", 15)


def test_draft_plan_is_open_and_has_no_baseline(cast: Cast) -> None:
    measure = cast.measure()
    saving(cast, measure, PLAN)
    grid = month_grid(measure, on=TODAY)
    assert grid.plan_editable
    assert _cells(grid)["2026-10"].baseline is None


def test_frozen_cells_say_why(cast: Cast) -> None:
    measure = cast.measure()
    saving(cast, measure, PLAN)
    grid = month_grid(decide(cast, measure), on=TODAY)
    found = _cells(grid)
    assert grid.plan_frozen_by == "plan_frozen"
    assert [found[name].forecast_frozen_by for name in ("2026-09", "2026-10", "2026-11")] == ["month_passed", "", ""]
    assert [found[name].actual_frozen_by for name in ("2026-09", "2026-10", "2026-11")] == ["", "", "month_not_begun"]


def test_cancelled_measure_is_frozen_everywhere(cast: Cast) -> None:
    measure = cast.measure()
    saving(cast, measure, PLAN)
    grid = month_grid(decide(cast, measure, lifecycle=Lifecycle.CANCELLED), on=TODAY)
    cell = _cells(grid)["2026-11"]
    frozen = {grid.plan_frozen_by, cell.forecast_frozen_by, cell.actual_frozen_by}
    assert frozen == {"measure_cancelled"}


def test_row_carries_the_version_the_form_needs(cast: Cast) -> None:
    measure = cast.measure()
    effect = saving(cast, measure, PLAN)
    assert month_grid(measure, on=TODAY).rows[0].version == effect.version == 2
