from __future__ import annotations

from pathlib import Path

import pytest

from governance.workbook.checks import check_workbook
from governance.workbook.reading import open_workbook

from .builders import EFFECT, MEASURE, MILESTONE, ON, RATE, TARGET, Line, errors, good_folder, warnings


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"code": ""}, "measures!A2 blank"),
        ({"code": "x" * 41}, "measures!A2 too_long"),
        ({"portfolio": " "}, "measures!B2 blank"),
        ({"package": ""}, "measures!E2 blank"),
        ({"name": "n" * 201}, "measures!F2 too_long"),
        ({"owner": "nobody"}, "measures!H2 no_email"),
        ({"controller": ""}, "measures!I2 controller_missing"),
        ({"controller": "nobody"}, "measures!I2 no_email"),
        ({"controller": "OWNER@example.org"}, "measures!I2 owner_is_controller"),
        ({"controller": "sponsor@example.org"}, "measures!I2 controller_is_sponsor"),
        ({"stage": "doing"}, "measures!O2 word_unknown"),
        ({"stage": "closed"}, "measures!O2 stage_closed"),
        ({"lifecycle": "asleep"}, "measures!P2 word_unknown"),
        ({"currency": "EURO"}, "measures!Q2 no_currency"),
        ({"reference_base": "1,5"}, "measures!R2 decimal_comma"),
    ],
)
def test_measure_is_refused_at_its_cell(tmp_path: Path, change: Line, expected: str) -> None:
    line = MEASURE | change
    tables = {"milestones": [MILESTONE | {"measure": line["code"]}], "effects": [EFFECT | {"measure": line["code"]}]}
    found = errors(good_folder(tmp_path, measures=[line], **tables))
    assert expected in found
    assert [error for error in found if error.startswith("measures")] == [expected]


def test_measure_before_detailed_needs_neither_controller_nor_plan(tmp_path: Path) -> None:
    for stage in ("defined", "identified"):
        line = MEASURE | {"stage": stage, "controller": ""}
        path = good_folder(tmp_path / stage, measures=[line], effects=[EFFECT | {"scenario": "forecast"}])
        assert errors(path) == []


@pytest.mark.parametrize("effect", [{"scenario": "forecast"}, {"2026-01": ""}])
def test_measure_from_detailed_needs_a_plan_with_amounts(tmp_path: Path, effect: Line) -> None:
    assert errors(good_folder(tmp_path, effects=[EFFECT | effect])) == ["measures!O2 plan_missing"]


def test_code_used_twice_names_the_first_row(tmp_path: Path) -> None:
    path = good_folder(tmp_path, measures=[MEASURE, MEASURE | {"name": "Other"}])
    found = check_workbook(open_workbook(path), on=ON)
    assert [str(error) for error in found.errors] == ["measures!A3: The code “M-1” stands in row 2 already."]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"measure": "M-9"}, "milestones!A2 measure_unknown"),
        ({"name": ""}, "milestones!B2 blank"),
        ({"critical": "maybe"}, "milestones!C2 no_flag"),
        ({"critical": ""}, "milestones!C2 blank"),
        ({"weight": "-1"}, "milestones!D2 negative"),
        ({"baseline_on": ""}, "milestones!E2 blank"),
        ({"baseline_on": "30.06.2026"}, "milestones!E2 no_date"),
        ({"forecast_on": "soon"}, "milestones!F2 no_date"),
        ({"actual_on": "2026-10-16"}, "milestones!G2 actual_in_future"),
    ],
)
def test_milestone_is_refused_at_its_cell(tmp_path: Path, change: Line, expected: str) -> None:
    assert errors(good_folder(tmp_path, milestones=[MILESTONE | change])) == [expected]


def test_milestone_done_on_the_day_of_the_take_over_is_accepted(tmp_path: Path) -> None:
    assert errors(good_folder(tmp_path, milestones=[MILESTONE | {"actual_on": ON.isoformat()}])) == []


def test_milestone_of_one_name_needs_another_date(tmp_path: Path) -> None:
    later = MILESTONE | {"baseline_on": "2026-07-31"}
    path = good_folder(tmp_path, milestones=[MILESTONE, later, MILESTONE | {"weight": "9"}])
    assert errors(path) == ["milestones!B4 milestone_twice"]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"nature": "PROFIT"}, "effects!C2 word_unknown"),
        ({"recurrence": "often"}, "effects!D2 word_unknown"),
        ({"hardness": ""}, "effects!E2 blank"),
        ({"scenario": "budget"}, "effects!I2 word_unknown"),
        ({"2026-01": "1,5"}, "effects!J2 decimal_comma"),
        ({"2026-02": "1.23456"}, "effects!K2 too_many_decimals"),
        ({"2026-02": "1\n2"}, "effects!K2 no_number"),
        ({"2026-02": "1234567890123456"}, "effects!K2 too_many_digits"),
        ({"2026-13": "1"}, "effects!L1 no_month"),
        ({"Jan 26": "1"}, "effects!L1 no_month"),
    ],
)
def test_effect_is_refused_at_its_cell(tmp_path: Path, change: Line, expected: str) -> None:
    assert errors(good_folder(tmp_path, effects=[EFFECT | change])) == [expected]


def test_effect_of_an_unknown_measure_is_refused(tmp_path: Path) -> None:
    path = good_folder(tmp_path, effects=[EFFECT, EFFECT | {"measure": "M-9"}])
    assert errors(path) == ["effects!A3 measure_unknown"]


def test_effect_has_one_row_per_scenario(tmp_path: Path) -> None:
    rows = [EFFECT, EFFECT | {"scenario": "forecast"}, EFFECT | {"scenario": "PLAN"}, EFFECT | {"effect": "Other"}]
    assert errors(good_folder(tmp_path, effects=rows)) == ["effects!B4 effect_twice"]


def test_effect_is_of_one_kind_in_all_scenarios(tmp_path: Path) -> None:
    blank = {"pnl_line": "", "gl_account": "", "cost_centre": ""}
    rows = [
        EFFECT,
        EFFECT | blank | {"scenario": "forecast"},
        EFFECT | {"scenario": "actual", "hardness": "SOFT", "gl_account": "6000"},
    ]
    assert errors(good_folder(tmp_path, effects=rows)) == ["effects!E4 effect_differs", "effects!G4 effect_differs"]


def test_actual_after_the_take_over_warns(tmp_path: Path) -> None:
    rows = [EFFECT | {"2026-10": "1", "2026-11": ""}, EFFECT | {"scenario": "actual", "2026-10": "1", "2026-11": "1"}]
    path = good_folder(tmp_path, effects=rows)
    assert errors(path) == []
    assert warnings(path) == ["effects!I3 actual_month_in_future"]


def test_rates_and_targets_are_refused_at_their_cells(tmp_path: Path) -> None:
    rates = [RATE, RATE | {"plan_rate": "0"}, RATE | {"fiscal_year": "next"}]
    targets = [TARGET, TARGET, TARGET | {"package": "Steel"}, TARGET | {"amount": ""}]
    assert errors(good_folder(tmp_path, rates=rates, targets=targets)) == [
        "rates!C3 not_positive",
        "rates!A3 rate_twice",
        "rates!B4 no_year",
        "targets!E3 target_twice",
        "targets!B4 path_broken",
        "targets!F5 blank",
        "targets!E5 target_twice",
    ]


def test_all_findings_come_at_once_and_in_reading_order(tmp_path: Path) -> None:
    path = good_folder(
        tmp_path,
        measures=[MEASURE | {"stage": "doing", "currency": "?"}],
        milestones=[MILESTONE | {"critical": "?", "baseline_on": "?"}],
        effects=[EFFECT | {"nature": "?", "2026-02": "?"}],
    )
    lines = list(check_workbook(open_workbook(path), on=ON).error_lines())
    assert [line.partition(":")[0] for line in lines] == [
        "measures!O2",
        "measures!Q2",
        "milestones!C2",
        "milestones!E2",
        "effects!C2",
        "effects!K2",
    ]
    assert lines[0].endswith("“doing” is not one of: defined, identified, detailed, decided, implemented, closed.")
