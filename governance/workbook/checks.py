"""Checks a workbook as far as the workbook alone can tell: each cell, and the rules that need more than one row.

What needs the database (existing codes, people, plan rates already stored) is judged by the take-over.
"""

from __future__ import annotations

import datetime

from finance.choices import Scenario
from governance.workbook.findings import Findings
from governance.workbook.reading import Workbook
from governance.workbook.tables import EffectRow, MeasureRow, Row, TargetRow
from measures.choices import DoI

_KIND_FIELDS = ("nature", "recurrence", "hardness", "pnl_line", "gl_account", "cost_centre")
_SCENARIO_BITS = {Scenario.PLAN: 1, Scenario.FORECAST: 2, Scenario.ACTUAL: 4}


def check_workbook(workbook: Workbook, *, on: datetime.date, findings: Findings | None = None) -> Findings:
    """Everything that is wrong, all at once, added to `findings`; `on` is the day of the take-over.

    One pass over each table; kept meanwhile are the codes and, per effect, its kind and scenarios, no amounts.
    """
    findings = Findings() if findings is None else findings
    workbook.report_opening(findings)
    measures = _check_measures(workbook, findings)
    _check_milestones(workbook, findings, measures, on)
    planned = _check_effects(workbook, findings, measures, on)
    _require_plans(findings, measures, planned)
    _check_rates(workbook, findings)
    _check_targets(workbook, findings)
    return findings


def _check_measures(workbook: Workbook, findings: Findings) -> dict[str, tuple[int, str]]:
    """The codes of the workbook: row, and the address of the stage where it asks for a plan, else ""."""
    codes: dict[str, tuple[int, str]] = {}
    for row in workbook.measures(findings):
        if row.code in codes:
            _refuse(findings, row, "code", "code_twice", code=row.code, row=codes[row.code][0])
        elif row.code:
            codes[row.code] = (row.row, row.cell("stage") if row.stage >= DoI.DETAILED else "")
        _check_people(row, findings)
        if row.stage == DoI.CLOSED:
            _refuse(findings, row, "stage", "stage_closed")
    return codes


def _check_people(row: MeasureRow, findings: Findings) -> None:
    """Owner, controller and sponsor of one measure against the segregation of duties (domain §2)."""
    detailed = row.stage >= DoI.DETAILED
    if not row.controller:
        if detailed and "controller" not in row.refused:
            _refuse(findings, row, "controller", "controller_missing")
        return
    if detailed and row.controller == row.owner:
        _refuse(findings, row, "controller", "owner_is_controller")
    if row.controller == row.sponsor:
        _refuse(findings, row, "controller", "controller_is_sponsor")


def _check_milestones(
    workbook: Workbook, findings: Findings, measures: dict[str, tuple[int, str]], on: datetime.date
) -> None:
    # a 64-bit hash stands for measure, name and date: a fifth of the bytes, and two of 100,000 meet once in 10^8 files
    seen: set[int] = set()
    for row in workbook.milestones(findings):
        _check_reference(row, row.measure, findings, measures)
        key = hash((row.measure, row.name, row.baseline_on))
        if key in seen and row.baseline_on:
            _refuse(findings, row, "name", "milestone_twice")
        seen.add(key)
        if row.actual_on and row.actual_on > on:
            _refuse(findings, row, "actual_on", "actual_in_future", on=on.isoformat())


def _check_effects(
    workbook: Workbook, findings: Findings, measures: dict[str, tuple[int, str]], on: datetime.date
) -> set[str]:
    """The codes of the measures that have a plan with amounts."""
    planned: set[str] = set()
    kinds: dict[tuple[str, ...], tuple[str, ...]] = {}
    seen: dict[tuple[str, str], tuple[int, tuple[str, ...]]] = {}
    this_month = format(on, "%Y-%m")
    for row in workbook.effects(findings):
        _check_reference(row, row.measure, findings, measures)
        if row.measure and row.effect:
            _check_effect(row, seen, kinds, findings)
        if row.scenario == Scenario.PLAN and (any(row.amounts) or "amounts" in row.refused):
            planned.add(row.measure)
        if row.scenario == Scenario.ACTUAL:
            _warn_of_future(row, this_month, findings)
    return planned


def _check_effect(
    row: EffectRow,
    seen: dict[tuple[str, str], tuple[int, tuple[str, ...]]],
    kinds: dict[tuple[str, ...], tuple[str, ...]],
    findings: Findings,
) -> None:
    """One row per scenario, all of one kind; later rows may leave line, account and cost centre blank."""
    kind = tuple([str(getattr(row, field)) for field in _KIND_FIELDS])
    key = (row.measure, row.effect)
    scenarios, first = seen.get(key) or (0, kinds.setdefault(kind, kind))
    bit = 0 if "scenario" in row.refused else _SCENARIO_BITS[row.scenario]
    if scenarios & bit:
        scenario = row.scenario.value
        _refuse(findings, row, "effect", "effect_twice", effect=row.effect, measure=row.measure, scenario=scenario)
    seen[key] = (scenarios | bit, first)
    if kind != first:
        for field, value, expected in zip(_KIND_FIELDS, kind, first, strict=True):
            if value and value != expected and field not in row.refused:
                _refuse(findings, row, field, "effect_differs", field=field)


def _warn_of_future(row: EffectRow, this_month: str, findings: Findings) -> None:
    late = [month for month, _ in row.given() if month > this_month]
    if late:
        findings.warn("effects", row.cell("scenario"), "actual_month_in_future", month=late[0])


def _require_plans(findings: Findings, measures: dict[str, tuple[int, str]], planned: set[str]) -> None:
    for code, (_, stage_cell) in measures.items():
        if stage_cell and code not in planned:
            findings.refuse("measures", stage_cell, "plan_missing")


def _check_rates(workbook: Workbook, findings: Findings) -> None:
    seen: set[tuple[str, int]] = set()
    for row in workbook.rates(findings):
        if not row.currency or row.fiscal_year is None:
            continue
        key = (row.currency, row.fiscal_year)
        if key in seen:
            _refuse(findings, row, "currency", "rate_twice", currency=key[0], year=key[1])
        seen.add(key)


def _check_targets(workbook: Workbook, findings: Findings) -> None:
    seen: set[tuple[tuple[str, ...], int]] = set()
    for row in workbook.targets(findings):
        broken = _gap_in_path(row)
        if broken:
            _refuse(findings, row, broken, "path_broken", field=broken)
        elif row.portfolio and row.fiscal_year is not None:
            key = (row.node_names, row.fiscal_year)
            if key in seen:
                _refuse(findings, row, "fiscal_year", "target_twice", year=row.fiscal_year)
            seen.add(key)


def _gap_in_path(row: TargetRow) -> str:
    """The first blank level with a named one below it, else ""."""
    levels = ("program", "project", "package")
    for place, level in enumerate(levels):
        below = levels[place + 1 :]
        if not getattr(row, level) and level not in row.refused and any(getattr(row, lower) for lower in below):
            return level
    return ""


def _check_reference(row: Row, code: str, findings: Findings, measures: dict[str, tuple[int, str]]) -> None:
    """Without any code read, the table of measures is at fault and has been reported itself."""
    if code and measures and code not in measures:
        _refuse(findings, row, "measure", "measure_unknown", code=code)


def _refuse(findings: Findings, row: Row, field: str, code: str, /, **params: object) -> None:
    findings.refuse(row.header.table, row.cell(field), code, **params)
