from __future__ import annotations

from dataclasses import replace

import pytest

from governance.choices import CriterionKind
from governance.gates import GATES, Gate, passed_gates
from governance.queries.objections import criterion_states, gap_codes
from governance.sentences import CRITERIA, FIELDS, SENTENCES
from governance.snapshots import relevant_fields
from measures.choices import DoI
from measures.models import Measure
from portfolio.choices import Office
from tests.governance.cases import case


def test_the_gates_lead_from_stage_to_stage_without_a_gap():
    assert [(stage, gate.to) for stage, gate in GATES.items()] == [(DoI(n), DoI(n + 1)) for n in range(5)]


@pytest.mark.parametrize("gate", GATES.values(), ids=lambda gate: gate.to.name)
def test_every_gate_names_a_legal_step_of_the_measure(gate: Gate):
    assert hasattr(getattr(Measure, gate.move), "_django_fsm")
    assert gate.move == f"to_{gate.to.name.lower()}"


@pytest.mark.parametrize("gate", GATES.values(), ids=lambda gate: gate.to.name)
def test_every_criterion_has_a_policy_sentence_somebody_to_clear_it_and_a_text(gate: Gate):
    for criterion in gate.criteria:
        assert criterion.policy.endswith(".")
        assert criterion.cleared_by
        assert criterion.code in CRITERIA


def test_who_decides_is_what_the_policy_says():
    deciders = {gate.to: gate.deciders for gate in GATES.values()}
    assert deciders == {
        DoI.IDENTIFIED: (Office.TRANSFORMATION_OFFICE,),
        DoI.DETAILED: (Office.CONTROLLER, Office.SPONSOR),
        DoI.DECIDED: (Office.COMMITTEE,),
        DoI.IMPLEMENTED: (Office.TRANSFORMATION_OFFICE, Office.SPONSOR),
        DoI.CLOSED: (Office.CONTROLLER,),
    }


def test_the_controller_alone_decides_closure_and_never_submits_it():
    assert Office.CONTROLLER not in GATES[DoI.IMPLEMENTED].submitters
    assert {gate.to for gate in GATES.values() if gate.barred} == {DoI.DECIDED, DoI.CLOSED}


def test_the_forecast_is_no_gate_relevant_field():
    frozen = {name for gate in GATES.values() for name in gate.freezes}
    assert not {name for name in frozen if "forecast" in name}
    assert frozen == set(FIELDS)


@pytest.mark.parametrize("gate", GATES.values(), ids=lambda gate: gate.to.name)
def test_every_gate_relevant_field_exists(gate: Gate):
    assert set(relevant_fields(case(), gate.freezes)) == set(gate.freezes)


@pytest.mark.parametrize("stage", GATES)
def test_a_whole_measure_meets_every_criterion(stage: DoI):
    assert [state.criterion for state in criterion_states(case(stage=stage)) if not state.is_met] == []


def test_all_objections_come_at_once_with_those_who_can_clear_them():
    bare = case(problem="", sponsor_id=None, likely_potential=None, low_potential=None, due_on={})
    unmet = {state.criterion: state for state in criterion_states(bare) if not state.is_met}
    assert list(unmet) == [
        "problem_described",
        "sponsor_named",
        "likely_potential_given",
        "gate_dates_set",
        "potential_range_given",
    ]
    assert unmet["sponsor_named"].objection.cleared_by == (Office.TRANSFORMATION_OFFICE.value,)
    assert unmet["gate_dates_set"].kind == CriterionKind.SOFT


def test_a_tenant_turns_an_expected_criterion_into_a_required_one():
    limits = replace(case().limits, hardened=frozenset({"risks_scored"}))
    states = {state.criterion: state.kind for state in criterion_states(case(stage=DoI.IDENTIFIED, limits=limits))}
    assert states["risks_scored"] == CriterionKind.HARD
    assert states["dependencies_entered"] == CriterionKind.SOFT


def test_a_required_criterion_cannot_be_softened():
    limits = replace(case().limits, hardened=frozenset())
    states = {state.criterion: state.kind for state in criterion_states(case(stage=DoI.IDENTIFIED, limits=limits))}
    assert states["effect_planned"] == CriterionKind.HARD


def test_gaps_of_passed_gates_are_what_a_taken_over_measure_does_not_meet():
    taken = case(stage=DoI.DECIDED, problem="", risks=(), lessons_learned="")
    assert gap_codes(taken) == ["problem_described", "risks_scored"]
    assert gap_codes(case(stage=DoI.DEFINED, problem="")) == []


def test_an_open_gap_is_asked_again_at_the_next_gate():
    taken = case(stage=DoI.DETAILED, problem="")
    states = {state.criterion: state for state in criterion_states(taken, ["problem_described"])}
    assert states["problem_described"].asked_again
    assert states["problem_described"].kind == CriterionKind.HARD


def test_from_decided_on_a_gap_may_be_waived_because_the_plan_cannot_be_changed():
    taken = case(stage=DoI.DECIDED, reference_base=None)
    states = {state.criterion: state for state in criterion_states(taken, ["reference_base_sourced"])}
    assert states["reference_base_sourced"].kind == CriterionKind.SOFT


def test_a_closed_measure_has_no_criteria_and_all_gates_behind_it():
    assert criterion_states(case(stage=DoI.CLOSED)) == []
    assert len(passed_gates(DoI.CLOSED)) == 5


def test_every_sentence_is_a_sentence():
    assert all(str(text).endswith((".", "%(stage)s")) or "%(sentence)s" in str(text) for text in SENTENCES.values())
