"""Whatever people try, in whatever order: no illegal move, and decision and step always come together."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from finance.actions.confirmations import ConfirmationTerms
from finance.actions.plans import validate_plan
from finance.choices import ClosureOutcome
from finance.models import BaselineVersion, ClosureConfirmation
from governance.actions.closure import confirm_and_close, reject_closure
from governance.actions.gates import approve, decide_as_committee, return_submission, submit, veto, withdraw
from governance.choices import DecisionKind, SubmissionState
from governance.gates import GATES
from governance.models import GateDecision, GateSubmission
from measures.choices import DoI
from measures.models import Measure
from portfolio.choices import Office
from portfolio.errors import DomainError
from tests.cast import TODAY, Cast
from tests.governance.steps import WAIVED, idea, prepare_detailed, prepare_implemented, stored_file

PEOPLE = ("owner", "controller", "sponsor", "chair", "deputy", "office", "admin")
RIGHTFUL = {
    Office.CONTROLLER: "controller",
    Office.SPONSOR: "sponsor",
    Office.TRANSFORMATION_OFFICE: "office",
}


class Walk:
    """One measure that meets every criterion, and everything anybody may try with it."""

    def __init__(self, cast: Cast, measure: Measure) -> None:
        self.cast, self.pk = cast, measure.pk

    @property
    def measure(self) -> Measure:
        return Measure.objects.get(pk=self.pk)

    def latest(self) -> GateSubmission:
        return GateSubmission.objects.filter(measure_id=self.pk).latest("pk")

    def attempt(self, deed: str, person: str, office: Office) -> None:
        by = getattr(self.cast, person)
        deeds: dict[str, Callable[[], Any]] = {
            "submit": lambda: submit(self.measure, by=by, on=TODAY, waivers=WAIVED),
            "approve": lambda: approve(self.latest(), office=office, by=by, on=TODAY),
            "return": lambda: return_submission(self.latest(), by=by, on=TODAY, reason="Not yet."),
            "veto": lambda: veto(self.latest(), by=by, on=TODAY, reason="The base is wrong."),
            "decide": lambda: decide_as_committee(
                self.latest(), by=by, on=TODAY, reason="Yes.", present=[self.cast.deputy]
            ),
            "close": lambda: self.close(by),
            "reject": lambda: reject_closure(self.measure, by=by, on=TODAY, reason="Not proven."),
            "withdraw": lambda: withdraw(self.latest(), by=by),
        }
        with self.cast.acting(by), suppress(DomainError, GateSubmission.DoesNotExist), transaction.atomic():
            deeds[deed]()

    def close(self, by: Any) -> Any:
        terms = ConfirmationTerms(ClosureOutcome.CONFIRM, run_rate=Decimal(480_000), statement="Checked.")
        return confirm_and_close(
            self.measure,
            by=by,
            on=TODAY,
            terms=terms,
            evidence=[stored_file(self.cast)],
            reauthenticated_at=timezone.now(),
        )

    def go_on(self) -> None:
        """The next thing that people should do."""
        waiting = GateSubmission.objects.filter(measure_id=self.pk, state=SubmissionState.OPEN).first()
        gate = GATES.get(DoI(self.measure.stage))
        if gate is None:
            return
        if waiting is None:
            self.attempt("submit", "owner", Office.OWNER)
        elif gate.to == DoI.CLOSED:
            self.attempt("close", "controller", Office.CONTROLLER)
        elif Office.COMMITTEE in gate.deciders:
            self.attempt("decide", "chair", Office.COMMITTEE)
        else:
            for office in gate.deciders:
                self.attempt("approve", RIGHTFUL[office], office)

    def check(self, before: int) -> None:
        measure = self.measure
        decisions = list(GateDecision.objects.filter(measure=measure).order_by("pk"))
        steps = [d for d in decisions if d.kind == DecisionKind.ADVANCE]
        assert measure.stage - before in (0, 1)
        assert [(d.from_stage, d.to_stage) for d in steps] == [(n, n + 1) for n in range(measure.stage)]
        assert all(d.from_stage == d.to_stage for d in decisions if d.kind == DecisionKind.RETURN)
        assert all(d.decided_by_id != d.submission.submitted_by_id for d in decisions)
        assert GateSubmission.objects.filter(measure=measure, state=SubmissionState.OPEN).count() <= 1
        assert BaselineVersion.objects.filter(measure=measure).exists() == (measure.stage >= DoI.DECIDED)
        confirmed = ClosureConfirmation.objects.filter(measure=measure, confirmed_by=self.cast.controller)
        assert confirmed.exists() == (measure.stage == DoI.CLOSED)


ATTEMPT = st.tuples(
    st.sampled_from(("submit", "approve", "return", "veto", "decide", "close", "reject", "withdraw")),
    st.sampled_from(PEOPLE),
    st.sampled_from(list(Office)),
)
STEPS = st.lists(st.one_of(st.none(), st.none(), ATTEMPT), min_size=12, max_size=18)


@pytest.fixture
def ready(cast: Cast) -> Walk:
    measure = idea(cast)
    prepare_detailed(cast, measure)
    with cast.acting(cast.controller):
        validate_plan(measure, by=cast.controller, on=TODAY)
    prepare_implemented(cast, measure)
    return Walk(cast, measure)


@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_no_walk_leads_anywhere_without_its_decisions(ready: Walk, steps: list[Any]):
    with transaction.atomic():
        for step in steps:
            before = ready.measure.stage
            if step is None:
                ready.go_on()
            else:
                ready.attempt(*step)
            ready.check(before)
        transaction.set_rollback(True)


def test_going_on_as_people_should_leads_to_closed(ready: Walk):
    for _ in range(10):
        before = ready.measure.stage
        ready.go_on()
        ready.check(before)
    assert ready.measure.stage == DoI.CLOSED
