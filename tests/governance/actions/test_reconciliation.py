"""Reconciliation of a small organization, end to end."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection

from finance.choices import EvidenceTier, Hardness, Nature, Recurrence
from finance.models import ActualEntry, ForecastAmount
from finance.rules import parse_period
from governance.actions.reconciliation import reconcile
from governance.choices import DivergenceState
from governance.models import Divergence, DivergenceChange, MeasureStatus, Notice, ReconcileRequest, ReconciliationRun
from governance.models import RollUp as RollUpRow
from measures.choices import DoI, Lifecycle, Light
from measures.models import Measure, Milestone, StatusChange
from portfolio.models import Deed
from tests.cast import Cast
from tests.governance.reconciliation.world import EffectSpec, MeasureSpec, MilestoneSpec, World, WorldSpec, build

# The stubborn owner of the worked figures (T16): actuals fall in July, the forecast stays.
ON = date(2026, 8, 31)
FLAT = {parse_period(f"2026-{month:02d}"): Decimal(100_000) for month in range(1, 13)}
ACTUAL = {parse_period(f"2026-{month:02d}"): Decimal(100_000) for month in range(1, 7)} | {
    parse_period("2026-07"): Decimal(20_000)
}


def stubborn(*, stage: int = DoI.DECIDED, actual: dict[int, Decimal] = ACTUAL) -> MeasureSpec:
    effect = EffectSpec(
        nature=Nature.EBITDA,
        recurrence=Recurrence.RECURRING,
        hardness=Hardness.BOTTOM_LINE,
        ends=False,
        plan=FLAT,
        forecast=FLAT,
        promise={},
        entries=tuple((month, amount, EvidenceTier.VALIDATED) for month, amount in actual.items()),
        disputed=False,
    )
    step = MilestoneSpec(True, date(2026, 12, 1), None, None, Decimal(1))
    return MeasureSpec(
        stage=stage,
        lifecycle=Lifecycle.ACTIVE,
        currency="EUR",
        stage_since=date(2026, 8, 1),
        taken_over_on=None,
        kept_on=ON,
        due_on=None,
        touched_on=ON,
        snapshot="figure",
        promised=Decimal(1_200_000),
        package=0,
        unit=0,
        controlled=True,
        swapped=False,
        effects=(effect,),
        milestones=(step,),
    )


def world_of(cast: Cast, *measures: MeasureSpec) -> World:
    return build(cast, WorldSpec(on=ON, measures=measures))


def judged(world: World, on: date = ON) -> Measure:
    reconcile(world.cast.organization.pk, on=on)
    return Measure.objects.get(pk=world.measures[0].pk)


def better_july(world: World) -> None:
    ActualEntry.objects.create(
        effect=world.measures[0].effects.get(),
        period_id=world.periods[parse_period("2026-07")],
        amount=Decimal(80_000),
        tier=EvidenceTier.VALIDATED,
        entered_by=world.cast.controller,
        at="2026-08-31T12:00:00Z",
    )


def test_reconcile_of_a_fresh_measure_is_grey_and_rolls_up(cast: Cast) -> None:
    measure = cast.measure()
    outcome = reconcile(cast.organization.pk, on=ON)
    assert outcome.measures == 1
    status = MeasureStatus.objects.get(measure=measure)
    assert (status.implementation, status.potential) == ("grey", "grey")
    assert RollUpRow.objects.filter(cut="node").count() == 5


def test_falling_actuals_turn_potential_red_and_open_d1(cast: Cast) -> None:
    measure = judged(world_of(cast, stubborn()))
    assert (measure.implementation_status, measure.potential_status) == (Light.GREEN, Light.RED)
    assert [reason["code"] for reason in measure.potential_reasons][:1] == ["last_month"]
    divergence = Divergence.objects.get(measure=measure)
    assert (divergence.code, divergence.state, divergence.count) == ("D1", DivergenceState.OPEN, 1)
    status = MeasureStatus.objects.get(measure=measure)
    assert (status.committed, status.forecast, status.tier) == (Decimal(1_200_000), Decimal(1_200_000), "validated")


def test_changed_lights_leave_deed_history_and_fact(cast: Cast) -> None:
    measure = judged(world_of(cast, stubborn()))
    deed = Deed.objects.get(kind="reconciled")
    assert deed.actor is None
    assert StatusChange.objects.filter(measure=measure, deed_id=deed.pk).count() == 2
    newest = measure.history.first()
    assert (newest.potential_status, newest.deed_id, newest.history_type) == (Light.RED, deed.pk, "~")
    assert DivergenceChange.objects.get().deed_id == deed.pk


def test_second_run_without_changes_writes_nothing_but_the_run(cast: Cast) -> None:
    world = world_of(cast, stubborn())
    judged(world)
    before = counts()
    outcome = reconcile(cast.organization.pk, on=ON)
    assert outcome.changed == 0
    assert counts() == before
    assert ReconciliationRun.objects.count() == 2


def counts() -> list[int]:
    models = (Deed, MeasureStatus, RollUpRow, Divergence, DivergenceChange, StatusChange, Notice)
    return [*(model.objects.count() for model in models), Measure.history.count()]


def test_proven_value_closes_d1_and_a_second_fall_counts_it(cast: Cast) -> None:
    world = world_of(cast, stubborn())
    judged(world)
    better_july(world)
    assert judged(world).potential_status != Light.RED
    divergence = Divergence.objects.get(code="D1")
    assert (divergence.state, divergence.closed_on) == (DivergenceState.CLOSED, ON)
    ForecastAmount.objects.filter(effect__measure=world.measures[0]).update(amount=40_000)
    judged(world)
    divergence.refresh_from_db()
    assert (divergence.state, divergence.count, divergence.closed_on) == (DivergenceState.OPEN, 2, None)
    path = DivergenceChange.objects.filter(divergence=divergence).order_by("pk").values_list("before", "after")
    assert list(path) == [("", "open"), ("open", "closed"), ("closed", "open")]


def test_ranges_of_validity_answer_for_any_past_moment(cast: Cast) -> None:
    world = world_of(cast, stubborn())
    judged(world)
    better_july(world)
    judged(world)
    red, amber = MeasureStatus.objects.filter(measure=world.measures[0]).order_by("valid_from")
    assert (red.potential, red.valid_to) == (Light.RED, amber.valid_from)
    assert amber.valid_to is None
    root = RollUpRow.objects.filter(cut="node", key_id=cast.root.pk).order_by("valid_from")
    assert [row.exposed for row in root] == [Decimal(1_200_000), Decimal(0)]


def test_owner_controller_and_chair_are_told_once(cast: Cast) -> None:
    world = world_of(cast, stubborn())
    judged(world)
    told = set(Notice.objects.values_list("user_id", flat=True))
    assert told == {cast.owner.pk, cast.controller.pk, cast.chair.pk}
    judged(world)
    assert Notice.objects.count() == len(told)


def test_first_run_after_a_take_over_alarms_nobody(cast: Cast) -> None:
    world = world_of(cast, replace(stubborn(), taken_over_on=ON))
    judged(world)
    assert Divergence.objects.filter(code="D1").exists()
    assert not Notice.objects.exists()


def test_judging_as_of_another_day_writes_nothing_at_all(cast: Cast) -> None:
    world_of(cast, stubborn())
    before = [*counts(), ReconciliationRun.objects.count()]
    outcome = reconcile(cast.organization.pk, on=date(2026, 7, 20), write=False, report=True)
    assert outcome.report is not None
    assert outcome.report["measures"][0]["potential"] == Light.GREEN
    assert [*counts(), ReconciliationRun.objects.count()] == before
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_class WHERE relname LIKE 'judged_%' AND relpersistence = 't'")
        assert cursor.fetchone() == (0,)


def test_own_writes_ask_for_no_further_run(cast: Cast) -> None:
    world = world_of(cast, stubborn())
    ReconcileRequest.objects.all().delete()
    judged(world)
    assert not ReconcileRequest.objects.exists()
    Milestone.objects.update(forecast_on=date(2027, 3, 1))
    assert ReconcileRequest.objects.get().measure_id == world.measures[0].pk


@pytest.mark.parametrize("days", [-400, -30, 0])
def test_what_was_recorded_after_the_day_counts_as_recorded_on_it(cast: Cast, days: int) -> None:
    world = world_of(cast, replace(stubborn(), taken_over_on=ON, kept_on=ON, touched_on=ON))
    on = ON + timedelta(days=days)
    found = reconcile(world.cast.organization.pk, on=on, write=False, report=True).report
    assert found is not None
    assert found["measures"][0]["implementation"] == Light.GREEN


def test_former_owner_as_controller_is_d12(cast: Cast) -> None:
    world = world_of(cast, replace(stubborn(actual={}), swapped=True))
    judged(world)
    assert Divergence.objects.filter(code="D12", state=DivergenceState.OPEN).exists()


def test_foreign_organization_stays_untouched(cast: Cast) -> None:
    world = world_of(cast, stubborn())
    outcome = reconcile(cast.foreign.pk, on=ON)
    assert outcome.measures == 0
    assert not MeasureStatus.objects.filter(measure=world.measures[0]).exists()
