"""Attack: moving a measure past its decision, or deciding in somebody else's name."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, transaction

from governance.choices import DecisionKind, SubmissionState
from governance.models import GateApproval, GateDecision, GateSubmission, TakeOver, Waiver
from measures.choices import DoI, Lifecycle
from measures.models import Measure
from portfolio.choices import Office
from portfolio.database_errors import rule_of
from portfolio.deeds import check_now
from portfolio.models import Deed
from tests.cast import TODAY
from tests.guarantees.rows import advance, decide, freeze, hold, measure_at, move, refused, sql, submit, take_over

ADVANCE = DecisionKind.ADVANCE


def now():
    return sql("SELECT now()")[0][0]


def stage_of(measure):
    return Measure.objects.get(pk=measure.pk).stage


def test_every_legal_step_passes(cast):
    measure = measure_at(cast, DoI.IMPLEMENTED)
    assert stage_of(measure) == DoI.IMPLEMENTED
    assert GateDecision.objects.filter(measure=measure).count() == 4


@pytest.mark.parametrize("fields", [{"stage": 1}, {"stage": 5}, {"lifecycle": "on_hold"}])
def test_a_measure_starts_defined_and_active(cast, fields):
    copy = Measure.objects.filter(pk=cast.measure().pk).values().get()
    copy |= {"code": "M-9", **fields}
    del copy["id"]
    with refused("measure_starts_defined"):
        Measure.objects.bulk_create([Measure(**copy)])


@pytest.mark.parametrize("stage", [1, 2, 3, 4])
def test_update_without_a_decision_moves_nothing(cast, stage):
    measure = cast.measure()
    freeze(measure)
    check_now()
    with refused("stage_needs_decision"):
        move(measure, stage)
    assert stage_of(measure) == DoI.DEFINED


def test_typed_sql_without_a_decision_moves_nothing(cast):
    measure = cast.measure()
    with refused("stage_needs_decision"):
        sql("UPDATE measures_measure SET stage = 1 WHERE id = %s", measure.pk)


@pytest.mark.parametrize("lifecycle", [Lifecycle.ON_HOLD, Lifecycle.CANCELLED])
def test_lifecycle_without_a_decision_stays(cast, lifecycle):
    measure = cast.measure()
    with refused("stage_needs_decision"):
        move(measure, lifecycle=lifecycle)


def test_decision_for_another_measure_moves_nothing(cast):
    measure, other = cast.measure(), cast.measure()
    with refused("stage_needs_decision"):
        decide(cast, other, ADVANCE, by=cast.office)
        move(other, 1)
        move(measure, 1)


def test_a_decision_counts_once(cast):
    """Forth by one decision, back by another, and forth again on the first."""
    measure = measure_at(cast, DoI.IDENTIFIED)
    decide(cast, measure, DecisionKind.REVERT, by=cast.office, to_stage=0)
    move(measure, 0)
    check_now()
    with refused("stage_needs_decision"):
        move(measure, 1)


def test_no_step_hides_between_two_others(cast):
    """Down to a draft and up again while a decision is under way would open the plan for a moment."""
    measure = measure_at(cast, DoI.DECIDED)
    with refused("stage_needs_decision"):
        decide(cast, measure, ADVANCE, by=cast.office)
        move(measure, DoI.DETAILED)
        move(measure, DoI.DECIDED)
        freeze(measure)
        move(measure, DoI.IMPLEMENTED)


def test_decision_without_its_change_is_refused(cast):
    measure = cast.measure()
    with refused("decision_needs_change"):
        decide(cast, measure, ADVANCE, by=cast.office)


def test_return_changes_nothing_and_stands_alone(cast):
    measure = cast.measure()
    submission = submit(cast, measure, by=cast.owner)
    decide(cast, measure, DecisionKind.RETURN, by=cast.office, submission=submission)
    check_now()
    assert stage_of(measure) == DoI.DEFINED


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        (ADVANCE, {"to_stage": 2}),
        (ADVANCE, {"to_stage": 1, "to_lifecycle": "on_hold"}),
        (DecisionKind.ADVANCE_CONDITIONAL, {"from_stage": 4, "to_stage": 5}),
        (DecisionKind.RETURN, {"to_stage": 1}),
        (DecisionKind.HOLD, {"to_stage": 1, "to_lifecycle": "on_hold"}),
        (DecisionKind.RESUME, {}),
        (DecisionKind.CANCEL, {}),
        (DecisionKind.REVERT, {"from_stage": 5, "to_stage": 4}),
        (DecisionKind.REVERT, {"from_stage": 3, "to_stage": 1}),
        (DecisionKind.REOPEN, {"from_stage": 5, "to_stage": 3}),
        (DecisionKind.TAKE_OVER, {"to_stage": 5}),
        (DecisionKind.TAKE_OVER, {"from_stage": 1, "to_stage": 2}),
        ("wish", {"to_stage": 1}),
    ],
)
def test_step_that_is_not_legal_is_no_decision(cast, kind, fields):
    measure = cast.measure()
    submission = submit(cast, measure, by=cast.owner, **{k: v for k, v in fields.items() if k.endswith("_stage")})
    with refused("decision_legal_step"):
        decide(cast, measure, kind, by=cast.office, submission=submission, **fields)


def test_advance_without_a_submission_is_refused(cast):
    measure = cast.measure()
    with refused("decision_needs_submission"):
        decide(cast, measure, ADVANCE, by=cast.office, submission=None)


def test_decision_that_skips_the_one_before_is_refused(cast):
    measure = cast.measure()
    submission = submit(cast, measure, by=cast.owner, from_stage=2, to_stage=3)
    with refused("decision_follows_decision"):
        decide(cast, measure, ADVANCE, by=cast.office, submission=submission, from_stage=2, to_stage=3)
        freeze(measure)
        move(measure, 3)


@pytest.mark.parametrize("state", [SubmissionState.STALE, SubmissionState.WITHDRAWN])
def test_decision_on_an_answered_submission_is_refused(cast, state):
    measure = cast.measure()
    submission = submit(cast, measure, by=cast.owner)
    GateSubmission.objects.filter(pk=submission.pk).update(state=state)
    with refused("decision_fits_submission"):
        decide(cast, measure, ADVANCE, by=cast.office, submission=submission)


def test_decision_on_the_submission_of_another_measure_is_refused(cast):
    measure, other = cast.measure(), cast.measure()
    submission = submit(cast, other, by=cast.owner)
    with refused("decision_fits_submission"):
        decide(cast, measure, ADVANCE, by=cast.office, submission=submission)


def test_hold_and_resume_by_decisions(cast):
    measure = cast.measure()
    hold(cast, measure, by=cast.sponsor)
    move(measure, lifecycle=Lifecycle.ON_HOLD)
    check_now()
    decide(cast, measure, DecisionKind.RESUME, by=cast.sponsor, to_lifecycle=Lifecycle.ACTIVE)
    move(measure, lifecycle=Lifecycle.ACTIVE)
    check_now()


def test_take_over_goes_up_to_implemented_in_one_step(cast):
    measure = cast.measure()
    take_over(cast, measure)
    freeze(measure)
    decide(cast, measure, DecisionKind.TAKE_OVER, by=cast.office, to_stage=4, to_lifecycle=Lifecycle.ON_HOLD)
    move(measure, 4, Lifecycle.ON_HOLD)
    check_now()
    assert stage_of(measure) == DoI.IMPLEMENTED


@pytest.mark.parametrize("imported_at", [None, DoI.DETAILED])
def test_take_over_without_its_import_moves_nothing(cast, imported_at):
    measure = cast.measure()
    if imported_at is not None:
        take_over(cast, measure, stage=imported_at)
    with refused("take_over_needs_import"):
        freeze(measure)
        decide(cast, measure, DecisionKind.TAKE_OVER, by=cast.office, to_stage=4)
        move(measure, 4)


def test_take_over_with_an_import_ratified_before_moves_nothing(cast):
    measure = cast.measure()
    row = take_over(cast, measure, stage=DoI.DETAILED)
    with cast.acting(cast.chair):
        TakeOver.objects.filter(pk=row.pk).update(ratified_by=cast.chair, ratified_at=now())
    with refused("take_over_needs_import"):
        decide(cast, measure, DecisionKind.TAKE_OVER, by=cast.office, to_stage=2)
        move(measure, 2)


# In whose name


def in_own_transaction(write, rule):
    with pytest.raises(DatabaseError) as caught, transaction.atomic():
        write()
    assert rule_of(caught.value) == rule


def test_decision_in_another_name_is_refused(cast):
    measure = cast.measure()
    submission = submit(cast, measure, by=cast.owner)
    row = {
        "measure": measure,
        "submission": submission,
        "kind": ADVANCE,
        "from_stage": 0,
        "to_stage": 1,
        "office": Office.TRANSFORMATION_OFFICE,
        "on": TODAY,
        "at": now(),
        "snapshot": {},
        "sha256": "0" * 64,
    }
    with cast.acting(cast.member):
        in_own_transaction(lambda: GateDecision.objects.create(decided_by=cast.office, **row), "decision_actor")


def test_decision_in_nobodys_name_is_refused(cast):
    measure = cast.measure()
    with refused("decision_actor"):
        sql("SELECT set_config('app.user_id', '', true)")
        sql(
            "INSERT INTO governance_gatedecision (organization_id, measure_id, kind, from_stage, to_stage,"
            ' from_lifecycle, to_lifecycle, office, decided_by_id, reason, overrule_reason, "on", at, snapshot, sha256)'
            " VALUES (%s, %s, 'take_over', 0, 0, 'active', 'active', 'owner', %s, '', '', now(), now(), '{}', '')",
            cast.organization.pk,
            measure.pk,
            cast.office.pk,
        )


def test_approval_waiver_and_submission_in_another_name_are_refused(cast):
    measure = cast.measure()
    submission = submit(cast, measure, by=cast.owner)
    approval = {"submission": submission, "office": Office.CONTROLLER, "verdict": "approve", "at": now()}
    waiver = {"submission": submission, "criterion": "twelve_months", "reason": "One-off.", "at": now()}
    with cast.acting(cast.member):
        in_own_transaction(lambda: GateApproval.objects.create(given_by=cast.office, **approval), "approval_actor")
        in_own_transaction(lambda: Waiver.objects.create(written_by=cast.owner, **waiver), "waiver_actor")
        GateSubmission.objects.update(state=SubmissionState.WITHDRAWN)
        copy = GateSubmission.objects.filter(pk=submission.pk).values().get()
        del copy["id"]
        in_own_transaction(lambda: GateSubmission.objects.create(**copy | {"state": "open"}), "submission_actor")


def test_deed_in_another_name_is_refused(cast):
    with cast.acting(cast.member):
        in_own_transaction(lambda: Deed.objects.create(kind="x", actor=cast.owner, at=now()), "deed_actor")
        Deed.objects.create(kind="x", actor=cast.member, at=now())


def test_submitter_neither_decides_nor_approves(cast):
    measure = cast.measure()
    submission = submit(cast, measure, by=cast.office)
    with refused("decision_not_by_submitter"):
        decide(cast, measure, ADVANCE, by=cast.office, submission=submission)
    with refused("decision_not_by_submitter"), cast.acting(cast.office):
        GateApproval.objects.create(
            submission=submission, office=Office.CONTROLLER, verdict="approve", given_by=cast.office, at=now()
        )


def test_submitter_decides_on_nobodys_behalf_either(cast):
    """A delegate of the submitter, and one for whom the submitter acted, are the submitter."""
    measure = cast.measure()
    submission = submit(cast, measure, by=cast.office, on_behalf_of=cast.owner)
    with refused("decision_not_by_submitter"):
        decide(cast, measure, ADVANCE, by=cast.owner, submission=submission)
    with refused("decision_not_by_submitter"):
        decide(cast, measure, ADVANCE, by=cast.member, on_behalf_of=cast.office, submission=submission)


def test_two_measures_cannot_trade_places(cast):
    decided, fresh = measure_at(cast, DoI.DECIDED), cast.measure()
    with refused("identity_fixed"):
        sql(
            "UPDATE measures_measure SET id = CASE id WHEN %s THEN %s ELSE %s END WHERE id IN (%s, %s)",
            decided.pk,
            fresh.pk,
            decided.pk,
            decided.pk,
            fresh.pk,
        )


def test_steps_of_many_measures_at_once(cast):
    measures = [cast.measure() for _ in range(3)]
    for measure in measures:
        decide(cast, measure, ADVANCE, by=cast.office)
    Measure.objects.filter(pk__in=[m.pk for m in measures]).update(stage=1)
    check_now()
    advance(cast, measures[0])
    assert [stage_of(m) for m in measures] == [2, 1, 1]
