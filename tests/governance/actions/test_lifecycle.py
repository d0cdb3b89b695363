"""Proposals beside the gates: who proposes, who decides, what becomes of the measure."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from finance.actions.confirmations import ConfirmationTerms
from finance.actions.effects import add_effect, edit_effect, remove_effect
from finance.actions.plans import set_plan, validate_plan
from finance.choices import ClosureOutcome
from finance.models import BaselineVersion, ClosureConfirmation, PlanAmount
from finance.queries.figures import measure_figures
from governance.actions.closure import confirm_and_close
from governance.actions.lifecycle import decide_proposal, propose, withdraw_proposal
from governance.choices import DecisionKind, ProposalState, SubmissionState
from governance.lifecycle import all_steps
from governance.models import GateDecision, GateSubmission, Proposal
from governance.rules.sittings import Sitting, hold_vote
from measures.choices import DoI, Lifecycle
from measures.models import Measure
from portfolio.choices import Office, VotingRule
from portfolio.errors import Conflict, NotAllowed, Refused, Replayed
from portfolio.models import CommitteeMember, User
from tests.cast import TODAY, Cast
from tests.governance.steps import APRIL, LAST, WAIVED, idea, measure_at, put, say, sit, stored_file

HOLD, RESUME, CANCEL = DecisionKind.HOLD, DecisionKind.RESUME, DecisionKind.CANCEL
REVERT, REOPEN = DecisionKind.REVERT, DecisionKind.REOPEN
REVIEW = TODAY + timedelta(days=90)
REASONS = {HOLD: "resources", RESUME: "obstacle_gone", CANCEL: "not_feasible", REVERT: "plan_changed"}


def fresh(measure: Measure) -> Measure:
    return Measure.objects.get(pk=measure.pk)


def put_forward(cast: Cast, measure: Measure, kind: DecisionKind, by: User, **terms: Any) -> Proposal:
    reopening = "error" if fresh(measure).stage == DoI.CLOSED else "reason_gone"
    said: dict[str, Any] = {"reason_code": REASONS.get(kind, reopening), "reason": "It must be.", "on": TODAY}
    if kind == HOLD:
        said["review_on"] = REVIEW
    with cast.acting(by):
        return propose(fresh(measure), kind=kind, by=by, **{**said, **terms})


def answer(cast: Cast, proposal: Proposal, by: User, *, agreed: bool = True, **terms: Any) -> GateDecision | None:
    said: dict[str, Any] = {"on": TODAY, "reason": "Agreed." if agreed else "No."}
    if by == cast.chair:
        said["present"] = [cast.deputy]
    with cast.acting(by):
        return decide_proposal(proposal, by=by, agreed=agreed, **{**said, **terms})


def hold(cast: Cast, measure: Measure, by: User) -> Measure:
    answer(cast, put_forward(cast, measure, HOLD, cast.sponsor), by)
    return fresh(measure)


def closed(cast: Cast) -> Measure:
    measure = measure_at(cast, DoI.IMPLEMENTED)
    put(cast, measure)
    terms = ConfirmationTerms(ClosureOutcome.CONFIRM, run_rate=Decimal(480_000), statement="Checked.")
    with cast.acting(cast.controller):
        confirm_and_close(
            fresh(measure),
            by=cast.controller,
            on=TODAY,
            terms=terms,
            evidence=[stored_file(cast, "proof")],
            reauthenticated_at=timezone.now(),
        )
    return fresh(measure)


# Hold and resume


@pytest.mark.parametrize(
    ("stage", "decider"),
    [
        (DoI.DEFINED, "office"),
        (DoI.IDENTIFIED, "controller"),
        (DoI.DETAILED, "chair"),
        (DoI.DECIDED, "office"),
        (DoI.IMPLEMENTED, "controller"),
    ],
)
def test_hold_is_proposed_by_the_sponsor_and_decided_by_the_decider_of_the_next_gate(
    cast: Cast, stage: DoI, decider: str
) -> None:
    measure = measure_at(cast, stage)
    proposal = put_forward(cast, measure, HOLD, cast.sponsor)
    for name in {"owner", "sponsor", "office", "controller", "chair", "deputy", "member", "admin"} - {decider}:
        with pytest.raises(NotAllowed):
            answer(cast, proposal, getattr(cast, name))
    decision = answer(cast, proposal, getattr(cast, decider))
    assert decision is not None
    assert (decision.kind, decision.to_lifecycle, decision.proposal_id) == (HOLD, Lifecycle.ON_HOLD, proposal.pk)
    assert (fresh(measure).stage, fresh(measure).lifecycle) == (stage, Lifecycle.ON_HOLD)


def test_hold_is_not_for_others_to_propose(cast: Cast) -> None:
    measure = measure_at(cast, DoI.IDENTIFIED)
    for person in (cast.owner, cast.controller, cast.office, cast.chair, cast.auditor, cast.admin):
        with pytest.raises(NotAllowed) as caught:
            put_forward(cast, measure, HOLD, person)
        assert caught.value.codes == ["not_your_proposal"]


@pytest.mark.parametrize("days", [None, 0, 91])
def test_hold_needs_a_review_within_ninety_days(cast: Cast, days: int | None) -> None:
    review_on = None if days is None else TODAY + timedelta(days=days)
    with pytest.raises(Refused) as caught:
        put_forward(cast, idea(cast), HOLD, cast.sponsor, review_on=review_on)
    assert caught.value.codes == ["review_wrong"]


def test_hold_proposed_too_long_ago_is_proposed_anew(cast: Cast) -> None:
    proposal = put_forward(cast, idea(cast), HOLD, cast.sponsor, review_on=TODAY + timedelta(days=3))
    with pytest.raises(Refused) as caught:
        answer(cast, proposal, cast.office, on=TODAY + timedelta(days=3))
    assert caught.value.codes == ["review_passed"]


def test_all_objections_to_a_proposal_come_at_once(cast: Cast) -> None:
    measure = idea(cast)
    put_forward(cast, measure, CANCEL, cast.owner)
    with pytest.raises(Refused) as caught:
        put_forward(cast, measure, HOLD, cast.sponsor, reason_code="other", reason=" ", review_on=None)
    assert caught.value.codes == ["reason_text_missing", "review_wrong", "already_proposed"]


def test_hold_withdraws_the_open_submission(cast: Cast) -> None:
    measure = idea(cast)
    submission = put(cast, measure)
    measure = hold(cast, measure, cast.office)
    assert GateSubmission.objects.get(pk=submission.pk).state == SubmissionState.WITHDRAWN
    with pytest.raises(Conflict):
        say(cast, submission, Office.TRANSFORMATION_OFFICE)
    with pytest.raises(Refused) as caught:
        put(cast, measure)
    assert "not_active" in caught.value.codes


def test_resume_leads_to_the_same_stage(cast: Cast) -> None:
    measure = hold(cast, measure_at(cast, DoI.DETAILED), cast.chair)
    decision = answer(cast, put_forward(cast, measure, RESUME, cast.sponsor), cast.chair)
    assert decision is not None
    assert (fresh(measure).stage, fresh(measure).lifecycle) == (DoI.DETAILED, Lifecycle.ACTIVE)


def test_resume_after_a_long_hold_of_a_decided_measure_needs_a_fresh_validation(cast: Cast) -> None:
    measure = hold(cast, measure_at(cast, DoI.DECIDED), cast.office)
    later = TODAY + timedelta(days=91)
    proposal = put_forward(cast, measure, RESUME, cast.sponsor, on=later)
    with pytest.raises(Refused) as caught:
        answer(cast, proposal, cast.office, on=later)
    assert caught.value.codes == ["held_too_long", "plan_validated"]
    with cast.acting(cast.controller):
        validate_plan(measure, by=cast.controller, on=later - timedelta(days=30))
    assert answer(cast, proposal, cast.office, on=later) is not None


@pytest.mark.parametrize(("stage", "days"), [(DoI.DECIDED, 90), (DoI.IDENTIFIED, 200)])
def test_resume_after_a_short_hold_or_before_decided_needs_none(cast: Cast, stage: DoI, days: int) -> None:
    decider = cast.office if stage == DoI.DECIDED else cast.controller
    measure = hold(cast, measure_at(cast, stage), decider)
    later = TODAY + timedelta(days=days)
    assert answer(cast, put_forward(cast, measure, RESUME, cast.sponsor, on=later), decider, on=later) is not None


# Cancel


@pytest.mark.parametrize(
    ("stage", "decider"), [(DoI.DEFINED, "sponsor"), (DoI.DETAILED, "sponsor"), (DoI.DECIDED, "chair")]
)
def test_cancel_is_the_sponsors_before_decided_and_the_committees_after(cast: Cast, stage: DoI, decider: str) -> None:
    measure = measure_at(cast, stage)
    proposal = put_forward(cast, measure, CANCEL, cast.owner)
    for name in {"owner", "office", "controller", "chair", "sponsor", "admin"} - {decider}:
        with pytest.raises(NotAllowed):
            answer(cast, proposal, getattr(cast, name))
    assert answer(cast, proposal, getattr(cast, decider)) is not None
    assert (fresh(measure).stage, fresh(measure).lifecycle) == (stage, Lifecycle.CANCELLED)


def test_who_would_decide_alone_does_not_propose(cast: Cast) -> None:
    with pytest.raises(NotAllowed) as caught:
        put_forward(cast, idea(cast), CANCEL, cast.sponsor)
    assert caught.value.codes == ["you_would_decide"]


def test_cancel_on_hold_and_reopen_active(cast: Cast) -> None:
    measure = hold(cast, measure_at(cast, DoI.IDENTIFIED), cast.controller)
    answer(cast, put_forward(cast, measure, CANCEL, cast.office), cast.sponsor)
    assert fresh(measure).lifecycle == Lifecycle.CANCELLED
    proposal = put_forward(cast, measure, REOPEN, cast.sponsor)
    with pytest.raises(NotAllowed):
        answer(cast, proposal, cast.office)
    answer(cast, proposal, cast.chair)
    assert (fresh(measure).stage, fresh(measure).lifecycle) == (DoI.IDENTIFIED, Lifecycle.ACTIVE)


def test_cancel_as_superseded_names_the_other_measure(cast: Cast) -> None:
    measure, other = idea(cast), cast.measure(name="Better")
    for missing in (None, measure):
        with pytest.raises(Refused) as caught:
            put_forward(cast, measure, CANCEL, cast.owner, reason_code="superseded", superseded_by=missing)
        assert caught.value.codes == ["superseded_by_missing"]
    proposal = put_forward(cast, measure, CANCEL, cast.owner, reason_code="superseded", superseded_by=other)
    assert proposal.superseded_by == other


def test_cancel_for_a_reason_of_another_kind_is_refused(cast: Cast) -> None:
    with pytest.raises(Refused) as caught:
        put_forward(cast, idea(cast), CANCEL, cast.owner, reason_code="resources")
    assert caught.value.codes == ["reason_code_unknown"]


# Revert


def test_revert_of_a_joint_gate_needs_both_offices(cast: Cast) -> None:
    measure = measure_at(cast, DoI.DETAILED)
    proposal = put_forward(cast, measure, REVERT, cast.owner)
    assert answer(cast, proposal, cast.controller) is None
    assert fresh(measure).stage == DoI.DETAILED
    with pytest.raises(NotAllowed):
        answer(cast, proposal, cast.controller)
    decision = answer(cast, proposal, cast.sponsor)
    assert decision is not None
    assert (decision.from_stage, decision.to_stage, fresh(measure).stage) == (2, 1, DoI.IDENTIFIED)


def test_revert_proposed_by_one_office_is_decided_by_the_other(cast: Cast) -> None:
    measure = measure_at(cast, DoI.DETAILED)
    assert answer(cast, put_forward(cast, measure, REVERT, cast.sponsor), cast.controller) is not None


def test_revert_needs_words(cast: Cast) -> None:
    with pytest.raises(Refused) as caught:
        put_forward(cast, measure_at(cast, DoI.IDENTIFIED), REVERT, cast.owner, reason="")
    assert caught.value.codes == ["reason_text_missing"]


def test_revert_of_decided_opens_a_draft_and_v1_stays_in_force(cast: Cast) -> None:
    measure = reverted(cast)
    effect = measure.effects.get()
    with cast.acting(cast.owner):
        set_plan(effect, dict.fromkeys(range(APRIL, LAST + 1), Decimal(50_000)), by=cast.owner)
        edit_effect(effect, by=cast.owner, hardness="avoidance")
        add_effect(measure, name="More", nature="ebitda", recurrence="recurring", by=cast.owner)
        with pytest.raises(Refused):
            remove_effect(effect, by=cast.owner)
    figures = measure_figures(fresh(measure), on=TODAY)
    assert (figures.committed, figures.original_commitment, figures.basis) == (480_000, 480_000, "run_rate")
    assert BaselineVersion.objects.get(measure=measure).is_current


def test_the_next_advance_after_a_revert_freezes_v2(cast: Cast) -> None:
    measure = reverted(cast)
    effect = measure.effects.get()
    with cast.acting(cast.owner):
        set_plan(effect, dict.fromkeys(range(APRIL, LAST + 1), Decimal(50_000)), by=cast.owner)
    with cast.acting(cast.controller):
        validate_plan(measure, by=cast.controller, on=TODAY)
    sit(cast, put(cast, fresh(measure)))
    versions = BaselineVersion.objects.filter(measure=measure).order_by("number")
    assert [(row.number, row.is_current, row.committed) for row in versions] == [
        (1, False, 480_000),
        (2, True, 600_000),
    ]
    figures = measure_figures(fresh(measure), on=TODAY)
    assert (figures.committed, figures.original_commitment) == (600_000, 480_000)
    with cast.acting(cast.owner), pytest.raises(Refused):
        set_plan(effect, {APRIL: Decimal(1)}, by=cast.owner)


def test_an_effect_of_v1_may_be_planned_at_nothing_in_the_draft(cast: Cast) -> None:
    measure = reverted(cast)
    effect = measure.effects.get()
    with cast.acting(cast.owner):
        other = add_effect(
            measure,
            name="Instead",
            nature="ebitda",
            recurrence="recurring",
            hardness="bottom_line",
            pnl_line=effect.pnl_line,
            gl_account=effect.gl_account,
            cost_centre=effect.cost_centre,
            by=cast.owner,
        )
        set_plan(other, dict.fromkeys(range(APRIL, LAST + 1), Decimal(10_000)), by=cast.owner)
        set_plan(effect, dict.fromkeys(range(APRIL, LAST + 1)), by=cast.owner)
    assert not PlanAmount.objects.filter(effect=effect).exclude(amount=0).exists()
    with cast.acting(cast.controller):
        validate_plan(measure, by=cast.controller, on=TODAY)
    assert sit(cast, put(cast, fresh(measure))).decision is not None


def test_a_small_draft_of_a_large_promise_is_not_for_the_chair_alone(cast: Cast) -> None:
    measure = reverted(cast)
    with cast.acting(cast.owner):
        set_plan(measure.effects.get(), dict.fromkeys(range(APRIL, LAST + 1), Decimal(100)), by=cast.owner)
    with cast.acting(cast.controller):
        validate_plan(measure, by=cast.controller, on=TODAY)
    with pytest.raises(Refused) as caught:
        sit(cast, put(cast, fresh(measure)), present=[])
    assert caught.value.codes == ["quorum_missing"]


def reverted(cast: Cast) -> Measure:
    measure = measure_at(cast, DoI.DECIDED)
    answer(cast, put_forward(cast, measure, REVERT, cast.owner), cast.chair)
    assert fresh(measure).stage == DoI.DETAILED
    return fresh(measure)


# Reopen


@pytest.mark.parametrize("decider", ["controller", "chair"])
def test_reopen_of_a_closed_measure_supersedes_the_confirmation(cast: Cast, decider: str) -> None:
    measure = closed(cast)
    decision = answer(cast, put_forward(cast, measure, REOPEN, cast.owner), getattr(cast, decider))
    assert decision is not None
    assert fresh(measure).stage == DoI.IMPLEMENTED
    assert ClosureConfirmation.objects.get(measure=measure).revoked_at is not None
    assert measure_figures(fresh(measure), on=TODAY).confirmed is None


def test_reopen_proposed_by_the_controller_is_the_committees(cast: Cast) -> None:
    proposal = put_forward(cast, closed(cast), REOPEN, cast.controller, reason_code="erosion")
    with pytest.raises(NotAllowed):
        answer(cast, proposal, cast.controller)
    assert answer(cast, proposal, cast.chair) is not None


def test_reopen_of_a_closed_measure_is_for_erosion_or_error_only(cast: Cast) -> None:
    with pytest.raises(Refused) as caught:
        put_forward(cast, closed(cast), REOPEN, cast.owner, reason_code="reason_gone")
    assert caught.value.codes == ["reason_code_unknown"]


def test_what_was_reopened_closes_by_a_new_confirmation_beside_the_old(cast: Cast) -> None:
    measure = closed(cast)
    answer(cast, put_forward(cast, measure, REOPEN, cast.owner), cast.controller)
    put(cast, fresh(measure), waivers=WAIVED)
    terms = ConfirmationTerms(ClosureOutcome.CONFIRM, run_rate=Decimal(480_000), statement="Again.")
    with cast.acting(cast.controller):
        confirm_and_close(
            fresh(measure),
            by=cast.controller,
            on=TODAY,
            terms=terms,
            evidence=[stored_file(cast, "second proof")],
            reauthenticated_at=timezone.now(),
        )
    rows = ClosureConfirmation.objects.filter(measure=measure).order_by("pk")
    assert [row.revoked_at is None for row in rows] == [False, True]


# Who, and when not


@pytest.mark.parametrize(("stage", "lifecycle", "step"), all_steps())
def test_every_step_is_decided_by_somebody_but_its_proposer(stage: DoI, lifecycle: Lifecycle, step: Any) -> None:
    for office in Office:
        needed = step.body.needed(office)
        if len(step.body.offices) > 1:
            assert needed
        assert set(needed) <= set(step.body.offices)


def test_a_closed_measure_is_only_reopened(cast: Cast) -> None:
    measure = closed(cast)
    for kind in (HOLD, RESUME, CANCEL, REVERT):
        with pytest.raises(Refused) as caught:
            put_forward(cast, measure, kind, cast.sponsor)
        assert caught.value.codes == ["not_possible_here"]


def test_nobody_decides_a_second_time(cast: Cast) -> None:
    measure = idea(cast)
    proposal = put_forward(cast, measure, HOLD, cast.sponsor)
    answer(cast, proposal, cast.office)
    with pytest.raises(Conflict) as caught:
        answer(cast, proposal, cast.office)
    assert caught.value.codes == ["proposal_answered"]


def test_a_declined_proposal_moves_nothing_and_needs_a_reason(cast: Cast) -> None:
    measure = idea(cast)
    proposal = put_forward(cast, measure, HOLD, cast.sponsor)
    with pytest.raises(Refused) as caught:
        answer(cast, proposal, cast.office, agreed=False, reason="")
    assert caught.value.codes == ["reason_missing"]
    assert answer(cast, proposal, cast.office, agreed=False) is None
    assert Proposal.objects.get(pk=proposal.pk).state == ProposalState.DECLINED
    assert fresh(measure).lifecycle == Lifecycle.ACTIVE
    assert not GateDecision.objects.filter(measure=measure).exists()


def test_a_proposal_is_withdrawn_by_who_made_it(cast: Cast) -> None:
    proposal = put_forward(cast, idea(cast), HOLD, cast.sponsor)
    with pytest.raises(NotAllowed), cast.acting(cast.owner):
        withdraw_proposal(proposal, by=cast.owner)
    with cast.acting(cast.sponsor):
        withdraw_proposal(proposal, by=cast.sponsor)
        with pytest.raises(Conflict):
            withdraw_proposal(proposal, by=cast.sponsor)


def test_a_gate_passed_meanwhile_withdraws_the_proposal(cast: Cast) -> None:
    measure = idea(cast)
    proposal = put_forward(cast, measure, CANCEL, cast.owner)
    say(cast, put(cast, measure), Office.TRANSFORMATION_OFFICE)
    assert Proposal.objects.get(pk=proposal.pk).state == ProposalState.WITHDRAWN


def test_a_changed_plan_leaves_the_proposal_valid(cast: Cast) -> None:
    measure = measure_at(cast, DoI.IDENTIFIED)
    proposal = put_forward(cast, measure, CANCEL, cast.owner)
    with cast.acting(cast.owner):
        set_plan(measure.effects.get(), {APRIL: Decimal(1)}, by=cast.owner)
    assert answer(cast, proposal, cast.sponsor) is not None


def test_a_proposal_sent_twice_is_made_once(cast: Cast) -> None:
    measure, key = idea(cast), uuid4()
    put_forward(cast, measure, HOLD, cast.sponsor, key=key)
    with pytest.raises(Replayed):
        put_forward(cast, measure, HOLD, cast.sponsor, key=key)
    assert Proposal.objects.count() == 1


def test_an_office_nobody_holds_is_named_first(cast: Cast) -> None:
    measure = idea(cast)
    Measure.objects.filter(pk=measure.pk).update(sponsor=None)
    with pytest.raises(Refused) as caught:
        put_forward(cast, measure, CANCEL, cast.owner)
    assert caught.value.codes == ["decider_vacant"]


# The committee


def test_the_committee_needs_its_quorum(cast: Cast) -> None:
    proposal = put_forward(cast, measure_at(cast, DoI.DECIDED), CANCEL, cast.owner)
    with pytest.raises(Refused) as caught:
        answer(cast, proposal, cast.chair, present=[])
    assert caught.value.codes == ["quorum_missing"]


def test_a_chair_who_proposed_is_replaced_by_the_deputy(cast: Cast) -> None:
    CommitteeMember.objects.create(committee=cast.committee, user=cast.member, since=TODAY)
    proposal = put_forward(cast, measure_at(cast, DoI.DECIDED), CANCEL, cast.chair)
    with pytest.raises(NotAllowed):
        answer(cast, proposal, cast.chair)
    decision = answer(cast, proposal, cast.deputy, present=[cast.member])
    assert decision is not None
    assert decision.snapshot["committee"]["recused"] == [cast.chair.pk]


def vote(cast: Cast, *, carried: bool) -> Sitting:
    there = [cast.chair.pk, cast.deputy.pk]
    word: Any = "for" if carried else "against"
    return hold_vote(
        there, (), rule=VotingRule.MAJORITY, quorum=2, present=there, votes=dict.fromkeys(there, word), meeting_id=7
    )


def test_a_vote_that_carries_decides_and_stands_in_the_decision(cast: Cast) -> None:
    proposal = put_forward(cast, measure_at(cast, DoI.DECIDED), CANCEL, cast.owner)
    with pytest.raises(Refused) as caught:
        answer(cast, proposal, cast.chair, sitting=vote(cast, carried=False))
    assert caught.value.codes == ["vote_lost"]
    decision = answer(cast, proposal, cast.chair, sitting=vote(cast, carried=True))
    assert decision is not None
    assert decision.snapshot["committee"]["meeting_id"] == 7
    assert decision.snapshot["committee"]["votes"][str(cast.chair.pk)] == "for"


def test_a_gate_is_decided_by_the_vote_of_a_meeting(cast: Cast) -> None:
    submission = put(cast, measure_at(cast, DoI.DETAILED))
    with pytest.raises(Refused) as caught:
        sit(cast, submission, sitting=vote(cast, carried=False))
    assert caught.value.codes == ["vote_lost"]
    decision = sit(cast, submission, sitting=vote(cast, carried=True)).decision
    assert decision is not None
    assert decision.snapshot["committee"]["carried"] is True


def test_review_day_is_a_date(cast: Cast) -> None:
    assert put_forward(cast, idea(cast), HOLD, cast.sponsor).review_on == date(2027, 1, 13)
