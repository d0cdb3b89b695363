from __future__ import annotations

from dataclasses import fields, replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finance.rules import PotentialInputs
from measures.choices import DoI, Lifecycle, Light
from measures.rules import (
    DEFAULT_IMPLEMENTATION_THRESHOLDS,
    ImplementationInputs,
    MilestoneDates,
    Reason,
    badness,
    implementation_light,
    judged,
    worst,
)

ON = date(2026, 10, 15)


def day(offset: int) -> date:
    return ON + timedelta(days=offset)


def milestone(
    baseline: int, forecast: int | None = None, *, critical: bool = True, done: bool = False, weight: int = 1
) -> MilestoneDates:
    """Dates as days from the as-of date."""
    return MilestoneDates(
        is_critical=critical,
        baseline_on=day(baseline),
        forecast_on=None if forecast is None else day(forecast),
        actual_on=day(baseline) if done else None,
        weight=Decimal(weight),
    )


# Nine done milestones, all due on one day, so that one open one weighs 10 % and the plan lasts few days.
DONE = tuple(milestone(-1, critical=False, done=True) for _ in range(9))


def work(*milestones: MilestoneDates) -> ImplementationInputs:
    return ImplementationInputs(ON, DoI.DECIDED, Lifecycle.ACTIVE, milestones, last_update_on=ON)


def light(*milestones: MilestoneDates) -> Light:
    return implementation_light(work(*DONE, *milestones)).light


@pytest.mark.parametrize(
    ("slip", "expected"),
    [(-20, Light.GREEN), (0, Light.GREEN), (7, Light.GREEN), (8, Light.AMBER), (30, Light.AMBER), (31, Light.RED)],
)
def test_critical_slip_by_days(slip: int, expected: Light) -> None:
    assert light(milestone(30, 30 + slip)) == expected


@pytest.mark.parametrize(("late", "expected"), [(7, Light.GREEN), (8, Light.AMBER), (30, Light.AMBER), (31, Light.RED)])
def test_passed_forecast_slips_to_the_as_of_date(late: int, expected: Light) -> None:
    assert light(milestone(-late)) == expected


def test_forecast_on_the_as_of_date_has_not_passed() -> None:
    assert light(milestone(0, 0)) == Light.GREEN


@pytest.mark.parametrize(("slip", "expected"), [(40, Light.AMBER), (41, Light.RED)])
def test_large_slip_grows_with_the_planned_duration(slip: int, expected: Light) -> None:
    first = milestone(-370, done=True)
    assert light(first, milestone(30, 30 + slip)) == expected


def test_noncritical_slip_alone_is_amber() -> None:
    judgement = implementation_light(work(*DONE, milestone(30, 230, critical=False)))
    assert (judgement.light, judgement.codes) == (Light.AMBER, ("noncritical_slip",))
    assert light(milestone(30, 60, critical=False)) == Light.GREEN


@pytest.mark.parametrize(("late", "expected"), [(7, Light.GREEN), (8, Light.RED)])
def test_two_critical_milestones_overdue_are_red(late: int, expected: Light) -> None:
    pair = (milestone(-late), milestone(-late))
    judgement = implementation_light(work(*DONE, *DONE, *pair))
    assert judgement.light == expected
    assert ("critical_overdue" in judgement.codes) == (expected == Light.RED)


def test_milestone_forecast_anew_is_due_but_not_overdue() -> None:
    judgement = implementation_light(work(*DONE, *DONE, milestone(-10, 1), milestone(-10, 1)))
    assert (judgement.light, judgement.codes) == (Light.AMBER, ("critical_slip",))


@pytest.mark.parametrize(
    ("weight", "critical", "expected"),
    [
        (10, True, ()),
        (11, True, ((Light.AMBER, 11),)),
        (20, True, ((Light.AMBER, 20),)),
        (21, True, ((Light.RED, 21),)),
        (21, False, ((Light.AMBER, 21),)),
    ],
)
def test_progress_gap_by_weight_of_due_milestones(
    weight: int, critical: bool, expected: tuple[tuple[Light, int], ...]
) -> None:
    rest = milestone(100, critical=False, weight=100 - weight)
    judgement = implementation_light(work(rest, milestone(-8, 0, critical=critical, weight=weight)))
    found = tuple((r.light, dict(r.params)["points"]) for r in judgement.reasons if r.code == "progress_gap")
    assert found == expected


def test_noncritical_gap_beside_a_critical_due_one_is_red() -> None:
    rest = milestone(100, critical=False, weight=79)
    due = (milestone(-8, 0, weight=0), milestone(-8, 0, critical=False, weight=21))
    assert implementation_light(work(rest, *due)).light == Light.RED


def test_milestones_added_after_the_baseline_weigh_nothing() -> None:
    assert light(milestone(-8, 0, critical=False, weight=0)) == Light.GREEN
    assert implementation_light(work(milestone(-8, 0, critical=False, weight=0))).light == Light.GREEN


@pytest.mark.parametrize(
    ("late", "expected"),
    [(0, Light.GREEN), (14, Light.GREEN), (15, Light.AMBER), (60, Light.AMBER), (61, Light.RED)],
)
@pytest.mark.parametrize("doi", [DoI.DETAILED, DoI.DECIDED])
def test_gate_overdue_by_days(late: int, expected: Light, doi: DoI) -> None:
    inputs = replace(work(*DONE), doi=doi, next_gate_due_on=day(-late))
    assert implementation_light(inputs).light == expected


def test_overdue_closure_is_no_matter_of_work() -> None:
    inputs = replace(work(*DONE), doi=DoI.IMPLEMENTED, next_gate_due_on=day(-400))
    assert implementation_light(inputs).light == Light.GREEN


@pytest.mark.parametrize(("days", "expected"), [(45, Light.GREEN), (46, Light.AMBER)])
def test_stale_milestones_after_45_days(days: int, expected: Light) -> None:
    assert implementation_light(replace(work(*DONE), last_update_on=day(-days))).light == expected


def test_milestones_never_updated_are_amber() -> None:
    assert implementation_light(replace(work(*DONE), last_update_on=None)).light == Light.AMBER


def test_unmet_condition_is_amber() -> None:
    judgement = implementation_light(replace(work(*DONE), condition_unmet=True))
    assert (judgement.light, judgement.codes) == (Light.AMBER, ("condition_unmet",))


@pytest.mark.parametrize(
    ("doi", "lifecycle", "code"),
    [
        (DoI.DEFINED, Lifecycle.ACTIVE, "before_detailed"),
        (DoI.IDENTIFIED, Lifecycle.ACTIVE, "before_detailed"),
        (DoI.CLOSED, Lifecycle.ACTIVE, "closed"),
        (DoI.DECIDED, Lifecycle.ON_HOLD, "on_hold"),
        (DoI.IDENTIFIED, Lifecycle.CANCELLED, "cancelled"),
    ],
)
def test_grey_where_work_is_not_judged(doi: DoI, lifecycle: Lifecycle, code: str) -> None:
    late = ImplementationInputs(ON, doi, lifecycle, (milestone(-200),), day(-200))
    judgement = implementation_light(late)
    assert (judgement.light, judgement.codes) == (Light.GREY, (code,))


def test_all_reasons_are_listed_deciding_ones_first() -> None:
    inputs = replace(work(milestone(-10, 90), milestone(-50, 1, critical=False)), condition_unmet=True)
    judgement = implementation_light(inputs)
    assert judgement.codes == ("critical_slip", "progress_gap", "noncritical_slip", "condition_unmet")
    assert [reason.code for reason in judgement.deciding] == ["critical_slip", "progress_gap"]


def test_reason_as_json_names_its_parameters() -> None:
    reason = Reason("gate_overdue", Light.AMBER, (("days", 20), ("limit", 14)))
    assert reason.as_json() == {"code": "gate_overdue", "light": "amber", "params": {"days": 20, "limit": 14}}


def test_worst_of_lights_and_no_reason_is_green() -> None:
    assert worst([Light.GREEN, Light.RED, Light.GREY]) == Light.RED
    assert worst([]) == Light.GREY
    assert judged([None]).light == Light.GREEN


def test_thresholds_of_the_tenant_are_used() -> None:
    strict = replace(DEFAULT_IMPLEMENTATION_THRESHOLDS, small_slip_days=2)
    assert implementation_light(work(*DONE, milestone(30, 33)), strict).light == Light.AMBER


def test_the_two_lights_share_no_input_but_day_stage_and_lifecycle() -> None:
    ours, theirs = ({item.name for item in fields(kind)} for kind in (ImplementationInputs, PotentialInputs))
    assert ours & theirs == {"on", "doi", "lifecycle"}


offsets = st.integers(-400, 400)
any_milestone = st.builds(
    milestone,
    offsets,
    st.none() | offsets,
    critical=st.booleans(),
    done=st.booleans(),
    weight=st.integers(0, 50),
)
any_work = st.builds(
    ImplementationInputs,
    on=st.just(ON),
    doi=st.sampled_from([DoI.DETAILED, DoI.DECIDED, DoI.IMPLEMENTED]),
    lifecycle=st.just(Lifecycle.ACTIVE),
    milestones=st.lists(any_milestone, max_size=6).map(tuple),
    next_gate_due_on=st.none() | offsets.map(day),
    last_update_on=st.none() | st.integers(-100, 0).map(day),
    condition_unmet=st.booleans(),
)


@given(inputs=any_work, days=st.integers(0, 400))
def test_waiting_never_makes_the_work_better(inputs: ImplementationInputs, days: int) -> None:
    later = replace(inputs, on=ON + timedelta(days=days))
    assert badness(implementation_light(later).light) >= badness(implementation_light(inputs).light)


@given(inputs=any_work)
def test_finishing_every_critical_milestone_leaves_red_to_the_gate(inputs: ImplementationInputs) -> None:
    done = tuple(replace(m, actual_on=ON) if m.is_critical else m for m in inputs.milestones)
    judgement = implementation_light(replace(inputs, milestones=done))
    assert {reason.code for reason in judgement.reasons if reason.light == Light.RED} <= {"gate_overdue"}


@given(inputs=any_work)
def test_the_light_is_the_worst_reason(inputs: ImplementationInputs) -> None:
    judgement = implementation_light(inputs)
    colours = [reason.light for reason in judgement.reasons]
    assert judgement.light == (worst(colours) if colours else Light.GREEN)
    assert colours == sorted(colours, key=badness, reverse=True)
    assert len(set(judgement.codes)) == len(judgement.codes)
