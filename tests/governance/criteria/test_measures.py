from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from governance.criteria import measures
from governance.criteria.case import FigureFacts, RiskFacts
from measures.choices import DoI
from tests.governance.cases import case, milestone

SMALL = FigureFacts(rate=Decimal(1), plan_run_rate=Decimal("9999.99"))


@pytest.mark.parametrize(
    ("criterion", "fields", "code"),
    [
        (measures.problem_described, {"problem": "  "}, "problem_described"),
        (measures.package_named, {"package_id": None}, "package_named"),
        (measures.gate_dates_set, {"due_on": {}}, "gate_dates_set"),
        (measures.milestones_set, {"milestones": (milestone(1), milestone(2))}, "milestones_set"),
        (
            measures.milestones_set,
            {"milestones": tuple(replace(milestone(n), is_critical=False) for n in (1, 2, 3))},
            "milestones_set",
        ),
        (
            measures.milestones_set,
            {"milestones": (milestone(1), milestone(2, owner_id=None), milestone(3))},
            "milestones_owned",
        ),
        (measures.risks_scored, {"risks": ()}, "risks_scored"),
        (measures.risks_scored, {"risks": (RiskFacts(1, "Late", None, 3),)}, "risks_scored"),
        (measures.dependencies_entered, {"waits_for": ()}, "dependencies_entered"),
        (
            measures.critical_milestones_evidenced,
            {"milestones": (milestone(1, actual_on=None),)},
            "critical_milestones_evidenced",
        ),
        (
            measures.critical_milestones_evidenced,
            {"milestones": (milestone(1, evidence_sha256="", evidence_note="Signed."),)},
            "critical_milestones_evidenced",
        ),
        (
            measures.critical_milestones_evidenced,
            {"milestones": (milestone(1, evidence_sha256=""),), "figures": SMALL},
            "critical_milestones_described",
        ),
        (measures.lessons_learned_written, {"lessons_learned": ""}, "lessons_learned_written"),
    ],
)
def test_an_objection_says_what_is_missing(criterion, fields, code):
    found = criterion(case(**fields))
    assert found.code == code
    assert found.sentence
    assert criterion(case()) is None


def test_only_gates_still_to_come_need_a_date():
    measure = case(stage=DoI.DECIDED)
    dates = {stage: day for stage, day in measure.due_on.items() if stage > DoI.DECIDED}
    assert measures.gate_dates_set(replace(measure, due_on=dates)) is None


def test_below_materiality_a_sentence_is_evidence_enough():
    noted = milestone(1, evidence_sha256="", evidence_note="Signed on the day.")
    assert measures.critical_milestones_evidenced(case(milestones=(noted,), figures=SMALL)) is None


def test_at_materiality_a_file_is_needed():
    exact = replace(SMALL, plan_run_rate=Decimal(10_000))
    noted = milestone(1, evidence_sha256="", evidence_note="Signed on the day.")
    assert measures.critical_milestones_evidenced(case(milestones=(noted,), figures=exact)) is not None


def test_a_milestone_that_is_not_critical_needs_no_evidence():
    open_one = milestone(2, actual_on=None, evidence_sha256="")
    assert measures.critical_milestones_evidenced(case(milestones=(milestone(1), open_one))) is None
