from __future__ import annotations

import pytest

from finance.models import BaselineVersion
from governance.choices import DecisionKind, SubmissionState
from governance.models import GateDecision
from measures.choices import DoI
from tests.cast import TODAY
from tests.governance.steps import measure_at


@pytest.mark.parametrize("stage", [DoI.IDENTIFIED, DoI.DETAILED, DoI.DECIDED, DoI.IMPLEMENTED])
def test_a_measure_goes_gate_by_gate_and_each_step_has_its_decision(cast, stage):
    measure = measure_at(cast, stage)
    assert measure.stage == stage
    assert measure.stage_since == TODAY
    steps = list(GateDecision.objects.filter(measure=measure).order_by("pk").values_list("from_stage", "to_stage"))
    assert steps == [(n, n + 1) for n in range(stage)]
    assert set(measure.submissions.values_list("state", flat=True)) == {SubmissionState.DECIDED}


def test_the_step_to_decided_freezes_the_baseline(cast):
    measure = measure_at(cast, DoI.DECIDED)
    baseline = BaselineVersion.objects.get(measure=measure)
    assert (baseline.number, baseline.is_current, baseline.committed) == (1, True, 480_000)
    decision = GateDecision.objects.get(measure=measure, to_stage=DoI.DECIDED)
    assert decision.kind == DecisionKind.ADVANCE
    assert decision.decided_by == cast.chair
    assert decision.snapshot["committee"]["present"] == sorted([cast.chair.pk, cast.deputy.pk])
