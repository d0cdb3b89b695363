"""The real sample: the workbook is the one the script makes, and the pure rules find what the examples say."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from finance.choices import Basis
from finance.money import ZERO
from finance.rules import (
    EffectAmounts,
    PotentialInputs,
    figures_of,
    fiscal_year_months,
    fiscal_year_of,
    parse_period,
    period_index,
    potential_light,
)
from governance.workbook.checks import check_workbook
from governance.workbook.findings import Findings
from governance.workbook.reading import Workbook, open_workbook
from governance.workbook.tables import EffectRow, MeasureRow, MilestoneRow
from measures.choices import DoI, Lifecycle, Light
from measures.rules import ImplementationInputs, MilestoneDates, implementation_light

SAMPLE = Path(__file__).resolve().parents[2] / "samples" / "us_hhs_it_2013"
SCRIPT = SAMPLE / "make_workbook.py"
ON = date(2012, 6, 30)


@dataclass(frozen=True)
class Judged:
    """One measure of the sample: planned cost, variance read as planned − projected, and its two lights."""

    planned: Decimal
    expected: Decimal
    delay: timedelta
    potential: Light
    implementation: Light

    @property
    def over_cost(self) -> bool:
        return self.expected < self.planned * Decimal("0.9")

    @property
    def off(self) -> bool:
        return abs(self.expected - self.planned) > self.planned * Decimal("0.1")


@pytest.fixture(scope="module")
def workbook() -> Workbook:
    return open_workbook(SAMPLE / "workbook")


@pytest.fixture(scope="module")
def punctual(workbook: Workbook) -> list[Judged]:
    """The projects of at most 30 days of delay, judged by the real rules."""
    return [judged for judged in _judge(workbook) if judged.delay <= timedelta(days=30)]


def _judge(workbook: Workbook) -> Iterator[Judged]:
    complete = {row.measure: row for row in workbook.milestones() if row.critical}
    effects: dict[str, dict[str, EffectRow]] = {}
    for row in workbook.effects():
        effects.setdefault(row.measure, {})[row.scenario.value] = row
    for measure in workbook.measures():
        plan, forecast = effects[measure.code]["plan"], effects[measure.code]["forecast"]
        milestone = complete[measure.code]
        assert milestone.baseline_on is not None
        assert milestone.forecast_on is not None
        yield Judged(
            planned=sum(_series(plan).values(), ZERO),
            expected=sum(_series(forecast).values(), ZERO),
            delay=milestone.forecast_on - milestone.baseline_on,
            potential=_potential(measure, plan, forecast),
            implementation=_implementation(measure, milestone),
        )


def _series(row: EffectRow) -> dict[int, Decimal]:
    return {parse_period(month): Decimal(amount) for month, amount in row.given()}


def _potential(measure: MeasureRow, plan: EffectRow, forecast: EffectRow) -> Light:
    effect = EffectAmounts(plan.nature, plan.recurrence, plan.hardness, _series(plan), _series(forecast))
    year = fiscal_year_months(fiscal_year_of(period_index(ON.year, ON.month)))
    figures = figures_of([effect], fiscal_year=year, last_closed=parse_period("2012-05"))
    assert figures.basis == Basis.RUN_RATE
    inputs = PotentialInputs(
        on=ON,
        doi=measure.stage,
        lifecycle=measure.lifecycle,
        basis=figures.basis,
        committed=figures.committed,
        forecast=figures.forecast,
        fy_reference=figures.fy_reference,
        fy_latest=figures.fy_latest,
        forecast_touched_on=ON,
    )
    return potential_light(inputs).light


def _implementation(measure: MeasureRow, row: MilestoneRow) -> Light:
    """By the critical milestone alone."""
    assert row.baseline_on is not None
    milestone = MilestoneDates(row.critical, row.baseline_on, row.forecast_on, row.actual_on, row.weight)
    inputs = ImplementationInputs(ON, measure.stage, measure.lifecycle, (milestone,), last_update_on=ON)
    return implementation_light(inputs).light


def test_workbook_is_what_the_script_makes(tmp_path: Path) -> None:
    subprocess.run([sys.executable, SCRIPT, tmp_path / "made"], check=True, capture_output=True)
    made = {path.name: path.read_bytes() for path in (tmp_path / "made").iterdir()}
    kept = {path.name: path.read_bytes() for path in (SAMPLE / "workbook").iterdir()}
    assert sorted(made) == ["effects.csv", "measures.csv", "milestones.csv"]
    assert made == kept


def test_spreadsheet_holds_the_same_rows(tmp_path: Path, workbook: Workbook) -> None:
    path = tmp_path / "hhs.xlsx"
    subprocess.run([sys.executable, SCRIPT, path, "--xlsx"], check=True, capture_output=True)
    book = open_workbook(path)
    assert not check_workbook(book, on=ON).refused
    assert list(book.measures()) == list(workbook.measures())
    assert list(book.milestones()) == list(workbook.milestones())
    pairs = zip(book.effects(), workbook.effects(), strict=True)
    assert all(_series(in_book) == _series(in_folder) for in_book, in_folder in pairs)


def test_workbook_has_no_findings(workbook: Workbook) -> None:
    findings = check_workbook(workbook, on=ON, findings=Findings())
    assert (list(findings.error_lines()), list(findings.warning_lines())) == ([], [])


def test_workbook_holds_the_projects_of_known_cost(workbook: Workbook) -> None:
    measures = list(workbook.measures())
    assert len(measures) == 108
    assert {measure.stage for measure in measures} == {DoI.DECIDED}
    assert {measure.lifecycle for measure in measures} == {Lifecycle.ACTIVE}
    assert {measure.currency for measure in measures} == {"USD"}
    assert len({measure.node_names for measure in measures}) == 108
    assert len({measure.node_names[:2] for measure in measures}) == 22
    assert len({measure.portfolio for measure in measures}) == 7


def test_each_measure_has_three_different_invented_people(workbook: Workbook) -> None:
    for measure in workbook.measures():
        people = {measure.owner, measure.controller, measure.sponsor}
        assert len(people) == 3
        assert all(person.endswith("@example.org") for person in people)


def test_each_measure_has_one_critical_milestone(workbook: Workbook) -> None:
    critical = Counter(row.measure for row in workbook.milestones() if row.critical)
    assert set(critical.values()) == {1}
    assert len(critical) == 108


def test_completion_is_actual_only_once_it_has_passed(workbook: Workbook) -> None:
    for row in workbook.milestones():
        assert row.forecast_on is not None
        assert row.actual_on is None or row.actual_on == row.forecast_on < ON
        if row.critical:
            assert (row.actual_on is not None) == (row.forecast_on < ON)


def test_amounts_sum_exactly_to_cost_and_variance(workbook: Workbook) -> None:
    first = {row.scenario.value: _series(row) for row in workbook.effects() if row.measure == "HHS-1998"}
    assert sum(first["plan"].values()) == Decimal(706_000)
    assert sum(first["forecast"].values()) == Decimal(706_000 - 215_000)
    assert sorted(first["plan"].values()) == [Decimal("58833.33")] * 11 + [Decimal("58833.37")]
    assert workbook.months[0] == "2012-07"
    assert len(workbook.months) == 12


def test_projects_on_time_have_money_in_three_colours(punctual: list[Judged]) -> None:
    assert len(punctual) == 98
    assert Counter(judged.potential for judged in punctual) == {Light.GREEN: 72, Light.AMBER: 12, Light.RED: 14}
    assert Counter(judged.implementation for judged in punctual) == {Light.GREEN: 96, Light.AMBER: 2}
    assert sum(judged.off for judged in punctual) == 36


def test_projects_on_time_and_over_cost_have_one_green_and_one_other_light(punctual: list[Judged]) -> None:
    over = [judged for judged in punctual if judged.over_cost]
    assert len(over) == 20
    assert Counter(judged.potential for judged in over) == {Light.AMBER: 6, Light.RED: 14}
    assert Counter(judged.implementation for judged in over) == {Light.GREEN: 19, Light.AMBER: 1}
