from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from governance.gates import GATES
from governance.snapshots import changed_fields, snapshot_hash, snapshot_of, take_over_snapshot
from measures.choices import DoI
from tests.governance.cases import JULY, case, effect, milestone

DETAILED = GATES[DoI.DETAILED]


def test_the_hash_covers_the_gate_relevant_fields_alone():
    before = snapshot_of(case(), DETAILED)
    moved = effect(forecast={JULY: Decimal(1)})
    after = snapshot_of(case(effects=(moved, case().effects[1])), DETAILED)
    assert snapshot_hash(before) == snapshot_hash(after)
    assert changed_fields(before, after) == []


def test_a_figure_that_moves_does_not_move_the_hash():
    before = snapshot_of(case(), DETAILED)
    cheaper = replace(case().figures, forecast_run_rate=Decimal(1))
    after = snapshot_of(case(figures=cheaper), DETAILED)
    assert before["figures"] != after["figures"]
    assert snapshot_hash(before) == snapshot_hash(after)


def test_the_same_facts_in_another_order_have_the_same_hash():
    turned = case(milestones=tuple(reversed(case().milestones)), effects=tuple(reversed(case().effects)))
    assert snapshot_hash(snapshot_of(turned, DETAILED)) == snapshot_hash(snapshot_of(case(), DETAILED))


def test_equal_amounts_written_differently_are_equal():
    plan = {month: Decimal("100000.0000") for month in effect().plan} | {JULY - 1: Decimal(0)}
    same = case(effects=(effect(plan=plan), case().effects[1]))
    assert changed_fields(snapshot_of(case(), DETAILED), snapshot_of(same, DETAILED)) == []


def test_each_changed_field_is_named():
    changed = case(owner_id=9, milestones=(milestone(1, name="Other"), milestone(2), milestone(3)))
    names = changed_fields(snapshot_of(case(), DETAILED), snapshot_of(changed, DETAILED))
    assert names == ["measure.owner", "milestones.name"]


def test_a_finished_milestone_matters_from_decided_on_only():
    done = case(milestones=(milestone(1, actual_on=None), milestone(2), milestone(3)))
    assert changed_fields(snapshot_of(case(), DETAILED), snapshot_of(done, DETAILED)) == []
    later = GATES[DoI.DECIDED]
    assert changed_fields(snapshot_of(case(), later), snapshot_of(done, later)) == ["milestones.actual_on"]


def test_figures_are_strings_for_the_hollow_light():
    assert snapshot_of(case(), DETAILED)["figures"] == {
        "plan_run_rate": "1200000.0000",
        "forecast_run_rate": "1200000.0000",
        "committed": None,
        "basis": "run_rate",
    }


def test_a_take_over_keeps_the_picture_of_the_last_gate_passed():
    assert take_over_snapshot(case(stage=DoI.DECIDED))["gate"] == "decided"
    assert take_over_snapshot(case(stage=DoI.DEFINED)) is None
