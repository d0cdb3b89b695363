"""The whole life of a measure, whatever people try in whatever order: no illegal move, and a record for each."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from finance.actions.confirmations import ConfirmationTerms
from finance.actions.plans import set_plan, validate_plan
from finance.choices import ClosureOutcome
from finance.models import BaselineVersion, ClosureConfirmation, PlanAmount
from governance.actions.closure import confirm_and_close, reject_closure
from governance.actions.conditions import ConditionTerms, accept_fulfilment, claim_fulfilment, refuse_fulfilment
from governance.actions.gates import approve, decide_as_committee, return_submission, submit, veto, withdraw
from governance.actions.lifecycle import decide_proposal, propose, withdraw_proposal
from governance.choices import ConditionState, DecisionKind, ProposalState, SubmissionState
from governance.lifecycle import COURSES, step_of
from governance.models import Condition, GateApproval, GateDecision, GateSubmission, Proposal, ProposalWord
from governance.queries.proposals import deciding_offices_of, offers, step_for
from measures.choices import DoI, Lifecycle
from measures.models import Measure
from portfolio.choices import Office
from portfolio.errors import DomainError
from tests.cast import TODAY, Cast
from tests.governance.steps import APRIL, WAIVED, idea, prepare_detailed, prepare_implemented, stored_file

PEOPLE = ("owner", "controller", "second_controller", "sponsor", "chair", "deputy", "office", "auditor", "admin")
PEOPLE += ("member", "outsider")
KINDS = tuple(COURSES)
BY_OFFICE = {
    Office.OWNER: "owner",
    Office.CONTROLLER: "controller",
    Office.SPONSOR: "sponsor",
    Office.COMMITTEE: "chair",
    Office.TRANSFORMATION_OFFICE: "office",
}
ADVANCES = (DecisionKind.ADVANCE, DecisionKind.ADVANCE_CONDITIONAL)
NOTHING_THERE = (GateSubmission.DoesNotExist, Proposal.DoesNotExist, Condition.DoesNotExist)


class Life:
    """One measure that meets every criterion, and everything anybody may try with it."""

    def __init__(self, cast: Cast, measure: Measure) -> None:
        self.cast, self.pk, self.day, self.steps = cast, measure.pk, 0, 0

    @property
    def measure(self) -> Measure:
        return Measure.objects.get(pk=self.pk)

    @property
    def on(self) -> Any:
        return TODAY + timedelta(days=self.day)

    def latest(self, model: Any) -> Any:
        return model.objects.filter(measure_id=self.pk).latest("pk")

    def attempt(self, deed: str, person: str, office: Office, kind: DecisionKind) -> None:
        by = getattr(self.cast, person)
        with self.cast.acting(by), suppress(DomainError, *NOTHING_THERE), transaction.atomic():
            self.deeds(by, office, kind)[deed]()

    def deeds(self, by: Any, office: Office, kind: DecisionKind) -> dict[str, Callable[[], Any]]:
        said: dict[str, Any] = {"by": by, "on": self.on}
        return {
            "submit": lambda: submit(self.measure, waivers=WAIVED, **said),
            "approve": lambda: approve(self.latest(GateSubmission), office=office, **said),
            "approve_if": lambda: approve(
                self.latest(GateSubmission), office=office, condition=self.condition(), **said
            ),
            "return": lambda: return_submission(self.latest(GateSubmission), reason="Not yet.", **said),
            "veto": lambda: veto(self.latest(GateSubmission), reason="Wrong base.", **said),
            "decide": lambda: self.sit(by),
            "decide_if": lambda: self.sit(by, condition=self.condition()),
            "close": lambda: self.close(by),
            "reject": lambda: reject_closure(self.measure, reason="Not proven.", **said),
            "withdraw": lambda: withdraw(self.latest(GateSubmission), by=by),
            "propose": lambda: self.propose(kind, by),
            "agree": lambda: self.answer(by, agreed=True),
            "decline": lambda: self.answer(by, agreed=False),
            "take_back": lambda: withdraw_proposal(self.latest(Proposal), by=by),
            "claim": lambda: claim_fulfilment(self.latest(Condition), note="Done.", **said),
            "accept": lambda: accept_fulfilment(self.latest(Condition), **said),
            "refuse": lambda: refuse_fulfilment(self.latest(Condition), reason="Where?", **said),
            "plan": lambda: self.plan(by),
            "validate": lambda: validate_plan(self.measure, **said),
        }

    def condition(self) -> ConditionTerms:
        return ConditionTerms("Second source", self.cast.owner, self.on + timedelta(days=60))

    def sit(self, by: Any, **terms: Any) -> Any:
        present = [self.cast.chair, self.cast.deputy]
        return decide_as_committee(
            self.latest(GateSubmission), by=by, on=self.on, reason="Yes.", present=present, **terms
        )

    def propose(self, kind: DecisionKind, by: Any) -> Any:
        closed = self.measure.stage == DoI.CLOSED
        code = "error" if kind == DecisionKind.REOPEN and closed else "other"
        review = self.on + timedelta(days=90)
        return propose(self.measure, kind=kind, by=by, on=self.on, reason_code=code, reason="So.", review_on=review)

    def answer(self, by: Any, *, agreed: bool) -> Any:
        present = [self.cast.chair, self.cast.deputy]
        return decide_proposal(self.latest(Proposal), by=by, on=self.on, agreed=agreed, reason="So.", present=present)

    def plan(self, by: Any) -> Any:
        effect = self.measure.effects.first()
        assert effect is not None
        cell = PlanAmount.objects.filter(effect=effect, period__ordinal=APRIL).first()
        amount = Decimal(40_001) if cell is None or cell.amount == 40_000 else Decimal(40_000)
        return set_plan(effect, {APRIL: amount}, by=by)

    def close(self, by: Any) -> Any:
        return confirm_and_close(
            self.measure,
            by=by,
            on=self.on,
            terms=ConfirmationTerms(ClosureOutcome.CONFIRM, run_rate=Decimal(480_000), statement="Checked."),
            evidence=[stored_file(self.cast, f"proof {self.steps}")],
            reauthenticated_at=timezone.now(),
        )

    # What people should do next.

    def go_on(self, kind: DecisionKind) -> None:
        """The next rightful word on whatever waits."""
        waiting = Proposal.objects.filter(measure_id=self.pk, state=ProposalState.OPEN).first()
        if waiting is not None:
            self.answer_rightly(waiting, kind)
        elif self.measure.lifecycle == Lifecycle.ACTIVE and self.measure.stage < DoI.CLOSED:
            self.advance(kind)
        else:
            self.put_forward(kind)

    def answer_rightly(self, proposal: Proposal, kind: DecisionKind) -> None:
        step = step_for(self.measure, DecisionKind(proposal.kind))
        assert step is not None, "an open proposal fits where the measure stands"
        for person in BY_OFFICE.values():
            if deciding_offices_of(proposal, step, getattr(self.cast, person), on=self.on):
                self.attempt("agree", person, Office.OWNER, kind)

    def advance(self, kind: DecisionKind) -> None:
        waiting = GateSubmission.objects.filter(measure_id=self.pk, state=SubmissionState.OPEN).first()
        if waiting is None:
            self.attempt("validate", "controller", Office.CONTROLLER, kind)
            self.attempt("submit", "owner", Office.OWNER, kind)
        elif waiting.to_stage == DoI.CLOSED:
            self.attempt("close", "controller", Office.CONTROLLER, kind)
        elif waiting.to_stage == DoI.DECIDED:
            self.attempt("decide", "chair", Office.COMMITTEE, kind)
        else:
            for office in (Office.TRANSFORMATION_OFFICE, Office.CONTROLLER, Office.SPONSOR):
                self.attempt("approve", BY_OFFICE[office], office, kind)

    def put_forward(self, kind: DecisionKind) -> None:
        """Any proposal that fits, by the first who may make it."""
        for person in ("owner", "sponsor", "office"):
            able = [one for one in offers(self.measure, getattr(self.cast, person)) if not one.why_not]
            if able:
                chosen = next((one.kind for one in able if one.kind == kind), able[0].kind)
                self.attempt("propose", person, Office.OWNER, chosen)
                return

    # What must always be true.

    def check(self) -> None:
        self.steps += 1
        measure = self.measure
        decisions = list(GateDecision.objects.filter(measure=measure).select_related("submission", "proposal"))
        decisions.sort(key=lambda decision: decision.pk)
        self.check_chain(measure, decisions)
        for decision in decisions:
            self.check_decision(decision)
        self.check_waiting(measure)
        self.check_money(measure, decisions)

    def check_chain(self, measure: Measure, decisions: list[GateDecision]) -> None:
        stands = (int(DoI.DEFINED), str(Lifecycle.ACTIVE))
        for decision in decisions:
            assert (decision.from_stage, decision.from_lifecycle) == stands
            assert abs(decision.to_stage - decision.from_stage) <= 1
            stands = (decision.to_stage, decision.to_lifecycle)
        assert (measure.stage, measure.lifecycle) == stands

    def check_decision(self, decision: GateDecision) -> None:
        kind = DecisionKind(decision.kind)
        never = {getattr(self.cast, name).pk for name in ("owner", "admin", "auditor", "member", "outsider")}
        assert decision.decided_by_id not in never
        assert (decision.submission is None) != (decision.proposal is None)
        if kind in COURSES:
            step = step_of(kind, DoI(decision.from_stage), Lifecycle(decision.from_lifecycle))
            assert step is not None
            assert decision.proposal is not None
            assert (decision.to_stage, decision.to_lifecycle) == (step.to_stage, step.to_lifecycle)
            assert decision.office in step.body.needed(Office(decision.proposal.office))
            assert decision.proposal.proposed_by_id != decision.decided_by_id
            assert decision.proposal.state == ProposalState.DECIDED
        else:
            assert decision.submission is not None
            assert decision.submission.submitted_by_id != decision.decided_by_id
            assert decision.to_stage - decision.from_stage == (kind in ADVANCES)
            assert decision.to_lifecycle == decision.from_lifecycle == Lifecycle.ACTIVE

    def check_waiting(self, measure: Measure) -> None:
        submissions = GateSubmission.objects.filter(measure=measure, state=SubmissionState.OPEN)
        assert submissions.count() <= (measure.lifecycle == Lifecycle.ACTIVE)
        assert all(one.from_stage == measure.stage for one in submissions)
        proposals = Proposal.objects.filter(measure=measure, state=ProposalState.OPEN)
        assert [(one.from_stage, one.from_lifecycle) for one in proposals] in (
            [],
            [(measure.stage, measure.lifecycle)],
        )
        decided = Proposal.objects.filter(measure=measure, state=ProposalState.DECIDED).count()
        assert decided == GateDecision.objects.filter(measure=measure, proposal__isnull=False).count()
        conditional = set(
            GateDecision.objects.filter(measure=measure, kind="advance_conditional").values_list("pk", flat=True)
        )
        conditions = Condition.objects.filter(measure=measure)
        assert {one.decision_id for one in conditions} == conditional
        fulfilled = [one for one in conditions if one.state == ConditionState.FULFILLED]
        assert all(one.accepted_by_id not in (None, one.owner_id) for one in fulfilled)

    def check_money(self, measure: Measure, decisions: list[GateDecision]) -> None:
        versions = list(BaselineVersion.objects.filter(measure=measure).order_by("number"))
        times = [one for one in decisions if one.kind in ADVANCES and one.to_stage == DoI.DECIDED]
        assert [version.number for version in versions] == list(range(1, len(times) + 1))
        assert [version.is_current for version in versions] == [False] * (len(times) - 1) + [True] * bool(times)
        confirmations = ClosureConfirmation.objects.filter(measure=measure)
        closings = [one for one in decisions if one.kind in ADVANCES and one.to_stage == DoI.CLOSED]
        assert len(confirmations) == len(closings)
        assert sum(row.revoked_at is None for row in confirmations) == (measure.stage == DoI.CLOSED)
        assert all(row.confirmed_by_id == self.cast.controller.pk for row in confirmations)


DEEDS = ("submit", "approve", "approve_if", "return", "veto", "decide", "decide_if", "close", "reject", "withdraw")
DEEDS += ("propose", "propose", "agree", "decline", "take_back", "claim", "accept", "refuse", "plan", "validate")
ATTEMPT = st.tuples(
    st.sampled_from(DEEDS), st.sampled_from(PEOPLE), st.sampled_from(list(Office)), st.sampled_from(KINDS)
)
GO_ON = st.tuples(st.just("go_on"), st.sampled_from(KINDS))
PUT_FORWARD = st.tuples(st.just("put_forward"), st.sampled_from(KINDS))
WAIT = st.tuples(st.just("wait"), st.integers(1, 100))
STEPS = st.lists(st.one_of(GO_ON, GO_ON, GO_ON, PUT_FORWARD, ATTEMPT, ATTEMPT, WAIT), min_size=20, max_size=60)
PROFILE = settings()


@pytest.fixture
def ready(cast: Cast) -> Life:
    measure = idea(cast)
    prepare_detailed(cast, measure)
    prepare_implemented(cast, measure)
    return Life(cast, measure)


def live(life: Life, steps: list[Any]) -> None:
    for name, *rest in steps:
        if name == "wait":
            life.day += rest[0]
        elif name in ("go_on", "put_forward"):
            getattr(life, name)(*rest)
        else:
            life.attempt(name, *rest)
        life.check()


@settings(
    # A step is a dozen statements and its checks as many again: CI takes few lives, the profile fuzz its many.
    max_examples=6
    if settings.default is None or settings.default.max_examples <= 100
    else settings.default.max_examples,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(steps=STEPS)
def test_no_life_leads_anywhere_without_its_decisions(ready: Life, steps: list[Any]) -> None:
    with transaction.atomic():
        live(Life(ready.cast, ready.measure), steps)
        transaction.set_rollback(True)


def run(life: Life, times: int, kind: DecisionKind = DecisionKind.HOLD) -> None:
    for _ in range(times):
        life.go_on(kind)
        life.check()


def test_a_life_through_every_kind_of_decision(ready: Life) -> None:
    """Hold, resume, cancel, reopen, revert, conditions and closing twice: nothing of it is out of reach."""
    run(ready, 6)
    assert ready.measure.stage == DoI.DECIDED
    for kind, expected in (
        (DecisionKind.HOLD, Lifecycle.ON_HOLD),
        (DecisionKind.RESUME, Lifecycle.ACTIVE),
        (DecisionKind.CANCEL, Lifecycle.CANCELLED),
        (DecisionKind.REOPEN, Lifecycle.ACTIVE),
        (DecisionKind.REVERT, Lifecycle.ACTIVE),
    ):
        proposer = "sponsor" if kind in (DecisionKind.HOLD, DecisionKind.RESUME) else "owner"
        ready.attempt("propose", proposer, Office.OWNER, kind)
        run(ready, 1)
        assert ready.measure.lifecycle == expected, kind
    assert ready.measure.stage == DoI.DETAILED
    run(ready, 1)
    ready.attempt("decide_if", "chair", Office.COMMITTEE, DecisionKind.HOLD)
    ready.check()
    run(ready, 4)
    assert ready.measure.stage == DoI.CLOSED
    ready.attempt("propose", "owner", Office.OWNER, DecisionKind.REOPEN)
    run(ready, 1)
    assert ready.measure.stage == DoI.IMPLEMENTED
    run(ready, 2)
    assert ready.measure.stage == DoI.CLOSED
    kinds = set(GateDecision.objects.filter(measure_id=ready.pk).values_list("kind", flat=True))
    assert kinds >= {*KINDS, *ADVANCES}


def test_every_word_is_by_somebody_who_holds_the_office(ready: Life) -> None:
    run(ready, 12)
    words = [*GateApproval.objects.all(), *ProposalWord.objects.all()]
    assert words
    assert all(word.given_by_id == getattr(ready.cast, BY_OFFICE[Office(word.office)]).pk for word in words)
