from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from finance.actions.disputes import open_dispute
from finance.actions.forecasts import set_forecast
from finance.actions.plans import set_plan
from finance.models import BaselineVersion
from governance.actions.gates import (
    approve,
    decide_as_committee,
    refresh_staleness,
    return_submission,
    submit,
    veto,
    withdraw,
)
from governance.actions.reconciliation import reconcile
from governance.choices import DecisionKind, SubmissionState, Verdict
from governance.models import GateDecision, GateSubmission, TakeOverGap, Waiver
from governance.snapshots import snapshot_hash
from measures.actions.measures import change_controller, edit_measure
from measures.choices import DoI
from measures.models import Dependency, Measure
from portfolio.actions.members import write_grant
from portfolio.choices import Office
from portfolio.errors import Conflict, NotAllowed, Refused, Replayed
from portfolio.models import CommitteeMember, Holiday, OrganizationSettings
from tests.cast import TODAY
from tests.governance import steps
from tests.governance.steps import JULY, idea, measure_at, put, say, sit

OFFICE = Office.TRANSFORMATION_OFFICE


def fresh(measure: Measure) -> Measure:
    return Measure.objects.get(pk=measure.pk)


# Every gate


@pytest.mark.parametrize("stage", [DoI.IDENTIFIED, DoI.DETAILED, DoI.DECIDED, DoI.IMPLEMENTED])
def test_a_measure_goes_gate_by_gate_and_each_step_has_its_decision(cast, stage):
    measure = measure_at(cast, stage)
    assert measure.stage == stage
    assert measure.stage_since == TODAY
    taken = list(GateDecision.objects.filter(measure=measure).order_by("pk").values_list("from_stage", "to_stage"))
    assert taken == [(n, n + 1) for n in range(stage)]
    assert set(measure.submissions.values_list("state", flat=True)) == {SubmissionState.DECIDED}


def test_the_step_to_decided_freezes_the_baseline(cast):
    measure = measure_at(cast, DoI.DECIDED)
    baseline = BaselineVersion.objects.get(measure=measure)
    assert (baseline.number, baseline.is_current, baseline.committed) == (1, True, 480_000)
    decision = GateDecision.objects.get(measure=measure, to_stage=DoI.DECIDED)
    assert decision.kind == DecisionKind.ADVANCE
    assert decision.decided_by == cast.chair
    assert decision.snapshot["committee"]["present"] == sorted([cast.chair.pk, cast.deputy.pk])


# Submitting


def test_a_submission_freezes_snapshot_hash_and_due_date(cast):
    Holiday.objects.create(day=TODAY + timedelta(days=1), name="Founders' day")
    submission = put(cast, idea(cast))
    assert submission.sha256 == snapshot_hash(submission.snapshot)
    assert submission.snapshot["relevant"]["measure.owner"] == cast.owner.pk
    assert submission.snapshot["figures"] == {
        "plan_run_rate": "0.0000",
        "forecast_run_rate": "0.0000",
        "committed": None,
        "basis": "none",
    }
    assert submission.due_on == date(2026, 10, 30)


def test_all_required_criteria_refuse_at_once(cast):
    measure = cast.measure()
    with pytest.raises(Refused) as refused:
        put(cast, measure)
    assert refused.value.codes == [
        "problem_described",
        "likely_potential_given",
        "gate_dates_set",
        "potential_range_given",
    ]
    assert all(one.cleared_by for one in refused.value.objections)


def test_an_expected_criterion_needs_a_written_waiver_which_is_kept(cast):
    measure = idea(cast, due_closed=None)
    with pytest.raises(Refused) as refused:
        put(cast, measure)
    assert refused.value.codes == ["gate_dates_set"]
    assert "Or write why" in refused.value.sentences[0]
    submission = put(cast, measure, waivers={"gate_dates_set": "The date follows the tender."})
    waiver = Waiver.objects.get(submission=submission)
    assert (waiver.criterion, waiver.written_by) == ("gate_dates_set", cast.owner)


def test_a_required_criterion_cannot_be_waived(cast):
    with pytest.raises(Refused) as refused:
        put(cast, idea(cast, problem=""), waivers={"problem_described": "Everybody knows."})
    assert refused.value.codes == ["problem_described"]


def test_a_blank_waiver_is_none(cast):
    with pytest.raises(Refused):
        put(cast, idea(cast, due_closed=None), waivers={"gate_dates_set": "  "})


def test_a_hardened_criterion_can_no_longer_be_waived(cast):
    OrganizationSettings.objects.update(hardened_criteria=["gate_dates_set"])
    with pytest.raises(Refused) as refused:
        put(cast, idea(cast, due_closed=None), waivers={"gate_dates_set": "Later."})
    assert refused.value.codes == ["gate_dates_set"]


@pytest.mark.parametrize("person", ["controller", "sponsor", "chair", "office", "admin", "member"])
def test_only_the_owner_submits(cast, person):
    by, measure = getattr(cast, person), idea(cast)
    with cast.acting(by), pytest.raises(Refused) as refused:
        submit(measure, by=by, on=TODAY)
    assert "only_owner_submits" in refused.value.codes


def test_one_gate_is_submitted_once(cast):
    measure = idea(cast)
    put(cast, measure)
    with pytest.raises(Refused) as refused:
        put(cast, measure)
    assert refused.value.codes == ["already_submitted"]


def test_a_withdrawn_gate_may_be_submitted_again(cast):
    measure = idea(cast)
    submission = put(cast, measure)
    with cast.acting(cast.sponsor), pytest.raises(NotAllowed):
        withdraw(submission, by=cast.sponsor)
    with cast.acting(cast.owner):
        assert withdraw(submission, by=cast.owner).state == SubmissionState.WITHDRAWN
    assert put(cast, measure).state == SubmissionState.OPEN


def test_a_decided_submission_cannot_be_withdrawn(cast):
    submission = put(cast, idea(cast))
    say(cast, submission, OFFICE)
    with cast.acting(cast.owner), pytest.raises(Conflict):
        withdraw(submission, by=cast.owner)


def test_the_office_submits_a_closure_once_the_owner_has_not_answered_for_ten_working_days(cast):
    measure = measure_at(cast, DoI.IMPLEMENTED, due_closed=date(2026, 9, 1))
    last_day = date(2026, 10, 29)
    with cast.acting(cast.office), pytest.raises(Refused) as refused:
        submit(measure, by=cast.office, on=last_day)
    assert refused.value.codes == ["owner_still_asked"]
    with cast.acting(cast.office):
        assert submit(measure, by=cast.office, on=last_day + timedelta(days=1)).submitted_by == cast.office


def test_the_controller_never_submits_the_closure(cast):
    measure = measure_at(cast, DoI.IMPLEMENTED)
    write_grant(cast.controller, role_code="transformation_office", node=cast.root)
    with cast.acting(cast.controller), pytest.raises(Refused) as refused:
        submit(measure, by=cast.controller, on=TODAY + timedelta(days=90))
    assert "controller_never_submits" in refused.value.codes


def test_two_measures_on_one_address_and_month_need_a_link(cast):
    shared = steps.address()
    entity = shared.pop("legal_entity")
    first = _on_address(cast, shared, legal_entity=entity)
    for office in (Office.CONTROLLER, Office.SPONSOR):
        say(cast, first.submissions.latest("pk"), office)
    second = idea(cast, legal_entity=entity)
    say(cast, put(cast, second), OFFICE)
    _plan_on(cast, second, shared)
    with pytest.raises(Refused) as refused:
        put(cast, fresh(second))
    assert refused.value.codes == ["overlaps_resolved"]
    assert first.code in refused.value.sentences[0]
    Dependency.objects.create(measure=second, on_measure=first, note="The same contract, split by site.")
    assert put(cast, fresh(second)).state == SubmissionState.OPEN


def _plan_on(cast, measure, shared) -> None:
    steps.prepare_detailed(cast, fresh(measure))
    measure.effects.update(**shared)


def _on_address(cast, shared, **fields) -> Measure:
    measure = idea(cast, **fields)
    say(cast, put(cast, measure), OFFICE)
    _plan_on(cast, measure, shared)
    put(cast, fresh(measure))
    return measure


# Deciding


def test_both_offices_must_approve(cast):
    measure = measure_at(cast, DoI.IDENTIFIED)
    submission = put(cast, measure)
    assert say(cast, submission, Office.SPONSOR).decision is None
    assert fresh(measure).stage == DoI.IDENTIFIED
    assert say(cast, submission, Office.CONTROLLER).decision is not None
    assert fresh(measure).stage == DoI.DETAILED


@pytest.mark.parametrize("person", ["owner", "controller", "chair", "admin", "member"])
def test_an_office_is_spoken_for_by_those_who_hold_it(cast, person):
    submission = put(cast, idea(cast))
    with pytest.raises((NotAllowed, Refused)):
        say(cast, submission, OFFICE, getattr(cast, person))
    assert not GateDecision.objects.exists()


def test_an_office_the_gate_does_not_ask_has_no_say(cast):
    submission = put(cast, idea(cast))
    with pytest.raises(Refused) as refused:
        say(cast, submission, Office.SPONSOR)
    assert refused.value.codes == ["office_does_not_decide"]


def test_nobody_decides_what_they_submitted(cast):
    write_grant(cast.owner, role_code="transformation_office", node=cast.root)
    submission = put(cast, idea(cast))
    with pytest.raises(Refused) as refused:
        say(cast, submission, OFFICE, cast.owner)
    assert refused.value.codes == ["own_submission"]


def test_one_person_never_gives_both_approvals(cast):
    measure = measure_at(cast, DoI.DECIDED)
    write_grant(cast.sponsor, role_code="transformation_office", node=cast.root)
    submission = put(cast, measure)
    say(cast, submission, OFFICE, cast.sponsor)
    with pytest.raises(Refused) as refused:
        say(cast, submission, Office.SPONSOR)
    assert refused.value.codes == ["both_offices"]


def test_an_office_speaks_once(cast):
    submission = put(cast, measure_at(cast, DoI.IDENTIFIED))
    say(cast, submission, Office.SPONSOR)
    with pytest.raises((Conflict, Refused)):
        say(cast, submission, Office.SPONSOR)


def test_of_two_deciders_the_second_finds_it_decided(cast):
    submission = put(cast, idea(cast))
    say(cast, submission, OFFICE)
    with pytest.raises(Conflict) as late:
        say(cast, submission, OFFICE)
    assert late.value.codes == ["already_decided"]


def test_a_second_click_decides_once(cast):
    submission, key = put(cast, idea(cast)), uuid4()
    with cast.acting(cast.office):
        approve(submission, office=OFFICE, by=cast.office, on=TODAY, key=key)
        with pytest.raises(Replayed):
            approve(submission, office=OFFICE, by=cast.office, on=TODAY, key=key)
    assert GateDecision.objects.count() == 1


def test_a_return_leaves_the_stage_and_says_why(cast):
    measure = idea(cast)
    submission = put(cast, measure)
    with cast.acting(cast.office), pytest.raises(Refused):
        return_submission(submission, by=cast.office, on=TODAY, reason="")
    with cast.acting(cast.office):
        outcome = return_submission(submission, by=cast.office, on=TODAY, reason="Name the supplier.")
    assert (outcome.decision.kind, outcome.decision.to_stage) == (DecisionKind.RETURN, DoI.DEFINED)
    assert fresh(measure).stage == DoI.DEFINED
    assert put(cast, measure).state == SubmissionState.OPEN


def test_a_bystander_returns_nothing(cast):
    submission = put(cast, idea(cast))
    with cast.acting(cast.chair), pytest.raises(NotAllowed):
        return_submission(submission, by=cast.chair, on=TODAY, reason="No.")


def test_what_stopped_being_true_refuses_the_decision(cast):
    measure = measure_at(cast, DoI.DETAILED)
    submission = put(cast, measure)
    with cast.acting(cast.controller):
        open_dispute(
            measure.effects.get(), amount=Decimal(1_000), reason="The base is wrong.", by=cast.controller, on=TODAY
        )
    with pytest.raises(Refused) as refused:
        sit(cast, submission)
    assert refused.value.codes == ["no_open_dispute"]


# Stale submissions


def test_a_gate_relevant_change_makes_the_submission_stale_and_names_the_field(cast):
    measure = measure_at(cast, DoI.IDENTIFIED)
    submission = put(cast, measure)
    say(cast, submission, Office.SPONSOR)
    with cast.acting(cast.owner):
        set_plan(measure.effects.get(), {JULY: Decimal(1)}, by=cast.owner)
    outcome = say(cast, submission, Office.CONTROLLER)
    assert outcome.is_stale
    assert "monthly plan" in outcome.objection.sentence
    stored = GateSubmission.objects.get(pk=submission.pk)
    assert (stored.state, stored.stale_fields) == (SubmissionState.STALE, ["effects.plan"])
    assert fresh(measure).stage == DoI.IDENTIFIED


def test_approvals_of_an_earlier_round_never_count(cast):
    measure = measure_at(cast, DoI.IDENTIFIED)
    say(cast, put(cast, measure), Office.SPONSOR)
    with cast.acting(cast.owner):
        edit_measure(measure, by=cast.owner, problem="Two suppliers of resin.")
    again = put(cast, fresh(measure))
    say(cast, again, Office.CONTROLLER)
    assert fresh(measure).stage == DoI.IDENTIFIED
    say(cast, again, Office.SPONSOR)
    assert fresh(measure).stage == DoI.DETAILED


def test_a_forecast_is_not_gate_relevant(cast):
    measure = measure_at(cast, DoI.DETAILED)
    submission = put(cast, measure)
    with cast.acting(cast.owner):
        set_forecast(measure.effects.get(), {JULY + 6: Decimal(1)}, by=cast.owner, on=TODAY, reason="Later.")
    assert sit(cast, submission).decision is not None


def test_a_change_of_controller_makes_the_submission_stale(cast):
    measure = measure_at(cast, DoI.IDENTIFIED)
    submission = put(cast, measure)
    with cast.acting(cast.sponsor):
        change_controller(measure, to=cast.second_controller, by=cast.sponsor, reason="Leave.", on=TODAY)
    stale = refresh_staleness([measure.pk], on=TODAY)
    assert [one.pk for one in stale] == [submission.pk]
    assert stale[0].stale_fields == ["measure.controller"]


def test_reconciliation_marks_what_became_stale(cast):
    measure = measure_at(cast, DoI.IDENTIFIED)
    submission = put(cast, measure)
    with cast.acting(cast.owner):
        edit_measure(measure, by=cast.owner, problem="Two suppliers of resin.")
    reconcile(cast.organization.pk, on=TODAY, measure_ids=[measure.pk])
    assert GateSubmission.objects.get(pk=submission.pk).state == SubmissionState.STALE


def test_an_unchanged_submission_stays_open(cast):
    submission = put(cast, idea(cast))
    assert refresh_staleness([submission.measure_id], on=TODAY) == []


# The committee


def test_below_the_quorum_nothing_is_decided(cast):
    submission = put(cast, measure_at(cast, DoI.DETAILED))
    with pytest.raises(Refused) as refused:
        sit(cast, submission, present=[])
    assert refused.value.codes == ["quorum_missing"]


def test_below_de_minimis_the_chair_decides_alone(cast):
    OrganizationSettings.objects.update(de_minimis=Decimal(480_001))
    submission = put(cast, measure_at(cast, DoI.DETAILED))
    assert sit(cast, submission, present=[]).decision.snapshot["committee"]["chair_alone"]


@pytest.mark.parametrize("person", ["deputy", "sponsor", "controller", "office", "owner"])
def test_only_the_chair_records_the_decision(cast, person):
    submission = put(cast, measure_at(cast, DoI.DETAILED))
    with pytest.raises(NotAllowed):
        sit(cast, submission, by=getattr(cast, person))


def test_somebody_outside_the_committee_makes_no_quorum(cast):
    submission = put(cast, measure_at(cast, DoI.DETAILED))
    with pytest.raises(Refused):
        sit(cast, submission, present=[cast.member, cast.controller])


def test_a_recused_chair_is_replaced_by_the_deputy_chair(cast):
    measure = _sponsored_by_chair(cast)
    submission = put(cast, measure)
    with pytest.raises(NotAllowed):
        sit(cast, submission)
    decision = sit(cast, submission, by=cast.deputy, present=[]).decision
    assert decision.snapshot["committee"]["recused"] == [cast.chair.pk]


def _sponsored_by_chair(cast) -> Measure:
    measure = measure_at(cast, DoI.DETAILED)
    with cast.acting(cast.sponsor):
        return edit_measure(measure, by=cast.sponsor, sponsor=cast.chair)


def test_with_chair_and_deputy_recused_the_longest_serving_member_speaks(cast):
    CommitteeMember.objects.create(committee=cast.committee, user=cast.member, since=TODAY - timedelta(days=9))
    CommitteeMember.objects.create(committee=cast.committee, user=cast.auditor, since=TODAY - timedelta(days=99))
    cast.committee.deputy_chair = None
    cast.committee.save()
    CommitteeMember.objects.filter(user=cast.deputy).delete()
    submission = put(cast, _sponsored_by_chair(cast))
    assert sit(cast, submission, by=cast.auditor, present=[cast.member]).decision is not None


@pytest.mark.parametrize("role", ["consultant", "tenant_admin"])
def test_consultants_and_administrators_never_decide_the_step_to_decided(cast, role):
    write_grant(cast.chair, role_code=role, node=cast.root, ends_on=TODAY)
    submission = put(cast, measure_at(cast, DoI.DETAILED))
    with pytest.raises(NotAllowed):
        sit(cast, submission)


def test_a_superuser_never_decides_the_step_to_decided(cast):
    cast.committee.chair.is_superuser = True
    cast.chair.is_superuser = True
    cast.chair.save()
    submission = put(cast, measure_at(cast, DoI.DETAILED))
    with pytest.raises(NotAllowed):
        sit(cast, submission)


def test_a_veto_blocks_until_it_is_overruled_with_a_reason_that_stays(cast):
    OrganizationSettings.objects.update(de_minimis=Decimal(480_001))
    measure = measure_at(cast, DoI.DETAILED)
    submission = put(cast, measure)
    with cast.acting(cast.controller):
        veto(submission, by=cast.controller, on=TODAY, reason="The base is two years old.")
    assert submission.approvals.get().verdict == Verdict.VETO
    with pytest.raises(Refused) as refused:
        sit(cast, submission, present=[])
    assert set(refused.value.codes) == {"vetoed", "quorum_missing"}
    decision = sit(cast, submission, overrule_reason="The supplier confirmed it.").decision
    assert decision.overrule_reason == "The supplier confirmed it."
    assert fresh(measure).stage == DoI.DECIDED


def test_without_a_veto_there_is_nothing_to_overrule(cast):
    submission = put(cast, measure_at(cast, DoI.DETAILED))
    with pytest.raises(Refused) as refused:
        sit(cast, submission, overrule_reason="Just in case.")
    assert refused.value.codes == ["no_veto"]


def test_a_veto_is_the_controllers_with_a_reason_at_one_gate(cast):
    early = put(cast, idea(cast))
    with cast.acting(cast.controller), pytest.raises(Refused) as refused:
        veto(early, by=cast.controller, on=TODAY, reason="No.")
    assert refused.value.codes == ["veto_here_only"]
    submission = put(cast, measure_at(cast, DoI.DETAILED))
    with cast.acting(cast.sponsor), pytest.raises(NotAllowed):
        veto(submission, by=cast.sponsor, on=TODAY, reason="No.")
    with cast.acting(cast.controller), pytest.raises(Refused):
        veto(submission, by=cast.controller, on=TODAY, reason=" ")


def test_the_committee_has_no_say_at_other_gates(cast):
    submission = put(cast, idea(cast))
    with cast.acting(cast.chair), pytest.raises(Refused) as refused:
        decide_as_committee(submission, by=cast.chair, on=TODAY, reason="Yes.", present=[cast.deputy])
    assert refused.value.codes == ["office_does_not_decide"]


def test_a_closure_is_never_approved(cast):
    submission = put(cast, measure_at(cast, DoI.IMPLEMENTED))
    with pytest.raises(Refused) as refused:
        say(cast, submission, Office.CONTROLLER)
    assert refused.value.codes == ["closure_is_confirmed"]


# Take-over gaps


def test_gaps_are_asked_again_and_closed_when_met_or_waived(cast):
    measure = measure_at(cast, DoI.DECIDED)
    for code in ("problem_described", "risks_scored"):
        TakeOverGap.objects.create(measure=measure, criterion=code)
    with cast.acting(cast.owner):
        with pytest.raises(Refused) as refused:
            submit(measure, by=cast.owner, on=TODAY)
        assert refused.value.codes == ["risks_scored"]
        submit(measure, by=cast.owner, on=TODAY, waivers={"risks_scored": "They were not recorded then."})
    assert set(TakeOverGap.objects.values_list("closed_on", flat=True)) == {TODAY}
