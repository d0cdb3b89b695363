"""Attack: rewriting what happened."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from governance.choices import DecisionKind, SubmissionState
from governance.models import GateDecision, GateSubmission, ImportBatch, TakeOver
from measures.choices import DoI
from measures.models import Measure
from portfolio.database_errors import rule_of
from portfolio.models import Deed
from tests.cast import TODAY
from tests.guarantees.rows import OTHER_PICTURE, decide, measure_at, refused, sql, submit

HISTORY = ["measures_historicalmeasure", "portfolio_deed", "governance_gatedecision", "measures_roleholding"]


@pytest.mark.parametrize("table", HISTORY)
@pytest.mark.parametrize("statement", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_history_is_not_rewritten(cast, table, statement):
    measure_at(cast, DoI.IDENTIFIED)
    with pytest.raises(DatabaseError) as caught, transaction.atomic():
        sql(statement.format(table))
    assert caught.value.__cause__.sqlstate == "42501"


def test_history_is_not_rewritten_through_the_models(cast):
    measure_at(cast, DoI.IDENTIFIED)
    for queryset in (GateDecision.objects.all(), Deed.objects.all(), Measure.history.all()):
        with pytest.raises(DatabaseError), transaction.atomic():
            queryset.update(deed_id=1) if queryset.model is not Deed else queryset.update(reason="x")


@pytest.mark.parametrize("stage", [DoI.DEFINED, DoI.IDENTIFIED])
def test_a_measure_is_never_deleted(cast, stage):
    measure = measure_at(cast, stage)
    with pytest.raises(DatabaseError), transaction.atomic():
        sql("DELETE FROM measures_measure WHERE id = %s", measure.pk)


def test_a_submission_keeps_its_picture(cast):
    measure = cast.measure()
    submit(cast, measure, by=cast.owner)
    for fields in ({"sha256": OTHER_PICTURE}, {"snapshot": {"x": 1}}, {"submitted_by": cast.office}):
        with refused("submission_final"):
            GateSubmission.objects.update(**fields)
    with pytest.raises(DatabaseError), transaction.atomic():
        sql("DELETE FROM governance_gatesubmission")


def test_a_stale_submission_never_waits_again(cast):
    submit(cast, cast.measure(), by=cast.owner)
    GateSubmission.objects.update(state=SubmissionState.STALE, stale_fields=["owner"])
    for state in (SubmissionState.OPEN, SubmissionState.DECIDED):
        with refused("submission_leaves_open_once"):
            GateSubmission.objects.update(state=state)


def test_a_measure_waits_at_one_gate_only(cast):
    measure = cast.measure()
    submission = submit(cast, measure, by=cast.owner)
    copy = GateSubmission.objects.filter(pk=submission.pk).values().get()
    del copy["id"]
    with cast.acting(cast.owner), refused("submission_one_open"):
        GateSubmission.objects.create(**copy)


def test_a_take_over_changes_once_by_ratification(cast):
    measure = cast.measure()
    batch = ImportBatch.objects.create(
        name="program.xlsx", sha256="0" * 64, imported_by=cast.office, on=TODAY, at=timezone.now()
    )
    TakeOver.objects.create(measure=measure, batch=batch, stage=4)
    with cast.acting(cast.chair):
        with refused("take_over_final"):
            TakeOver.objects.update(stage=0, ratified_by=cast.chair, ratified_at=timezone.now())
        TakeOver.objects.update(ratified_by=cast.chair, ratified_at=timezone.now())
        with refused("take_over_ratified_once"):
            TakeOver.objects.update(ratified_at=timezone.now())
    with pytest.raises(DatabaseError), transaction.atomic():
        sql("DELETE FROM governance_takeover")


def test_an_import_in_another_name_is_refused(cast):
    with refused("import_actor"):
        ImportBatch.objects.create(name="x", sha256="", imported_by=cast.admin, on=TODAY, at=timezone.now())


def test_a_number_of_the_transaction_cannot_be_chosen(cast):
    measure = cast.measure()
    submission = submit(cast, measure, by=cast.owner)
    decision = decide(cast, measure, DecisionKind.RETURN, by=cast.office, submission=submission)
    columns = (
        "organization_id, measure_id, submission_id, kind, from_stage, to_stage, from_lifecycle, to_lifecycle, office,"
        ' decided_by_id, reason, overrule_reason, "on", at, snapshot, sha256'
    )
    rows = sql(
        f"INSERT INTO governance_gatedecision ({columns}, transaction) SELECT {columns}, '99999999'"
        " FROM governance_gatedecision WHERE id = %s RETURNING transaction = pg_current_xact_id()",
        decision.pk,
    )
    assert rows == [(True,)]


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE public.mine (id int)",
        "ALTER TABLE measures_measure DISABLE TRIGGER ALL",
        "ALTER TABLE measures_measure DISABLE ROW LEVEL SECURITY",
        "DROP TRIGGER stage_needs_decision ON measures_measure",
        "CREATE OR REPLACE FUNCTION require_decision() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
        "SET session_replication_role = replica",
        "TRUNCATE measures_measure CASCADE",
        "DELETE FROM django_migrations",
    ],
)
def test_the_runtime_role_does_not_touch_the_house(db, statement):
    with pytest.raises(DatabaseError) as caught, transaction.atomic():
        sql(statement)
    assert caught.value.__cause__.sqlstate == "42501"
    assert rule_of(caught.value) is None
