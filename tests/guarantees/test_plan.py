"""Attack: changing the promise after it was made."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from finance.models import (
    AmountChange,
    BaselineAmount,
    BaselineEffect,
    BaselineMilestone,
    BaselineVersion,
    Effect,
    FiscalPeriod,
    ForecastAmount,
    PlanAmount,
    PlanRate,
)
from governance.choices import DecisionKind
from measures.choices import DoI
from measures.models import Measure, Milestone
from portfolio.database_errors import rule_of
from portfolio.deeds import check_now, deed
from portfolio.errors import Refused
from portfolio.models import CostCentre, GLAccount, PnlLine
from tests.cast import TODAY
from tests.guarantees.rows import decide, effect, freeze, measure_at, move, refused, sql, take_over


@pytest.fixture
def decided(cast):
    return measure_at(cast, DoI.DECIDED)


@pytest.fixture
def draft(cast):
    return measure_at(cast, DoI.DETAILED)


def plan_of(measure):
    return PlanAmount.objects.filter(effect__measure=measure)


def forbidden(statement, *params):
    """Refused by right or by trigger; which of them comes first is the database's business."""
    with pytest.raises(DatabaseError) as caught, transaction.atomic():
        sql(statement, *params)
    assert rule_of(caught.value) == "append_only" or caught.value.__cause__.sqlstate == "42501"


def test_plan_is_edited_before_the_decision(draft):
    plan_of(draft).update(amount=Decimal(9_000))
    plan_of(draft).delete()


def test_plan_is_not_updated_at_decided(decided):
    with refused("plan_frozen"):
        plan_of(decided).update(amount=Decimal(9_000))
    with refused("plan_frozen"):
        sql("UPDATE finance_planamount SET amount = amount * 2")
    with refused("plan_frozen"):
        cell = plan_of(decided).get()
        cell.amount = Decimal(1)
        cell.save()


def test_plan_is_not_extended_at_decided(decided):
    period = FiscalPeriod.objects.get(name="2026-12")
    with refused("plan_frozen"):
        PlanAmount.objects.create(effect=decided.effects.get(), period=period, amount=Decimal(1))


def test_plan_is_not_removed_at_decided(decided):
    with refused("plan_frozen"):
        plan_of(decided).delete()


def test_a_statement_over_many_measures_is_refused_for_the_one_decided(decided, draft):
    with refused("plan_frozen"):
        PlanAmount.objects.update(amount=Decimal(1))


def test_a_cell_does_not_slip_into_a_decided_plan(decided, draft):
    with refused("cell_fixed"):
        plan_of(draft).update(effect=decided.effects.get())
    with refused("cell_fixed"):
        plan_of(draft).update(period=FiscalPeriod.objects.get(name="2027-01"))


def test_a_month_does_not_become_another(decided):
    for fields in ({"ordinal": 1}, {"name": "1999-01"}, {"fiscal_year": 1999}, {"number": 7}):
        with refused("period_fixed"):
            FiscalPeriod.objects.filter(name="2026-11").update(**fields)
    FiscalPeriod.objects.filter(name="2026-11").update(closes_on=date(2026, 12, 15))


def _masters(measure):
    return {
        "pnl_line": PnlLine.objects.create(code="P", name="Material"),
        "gl_account": GLAccount.objects.create(code="G", name="Material"),
        "cost_centre": CostCentre.objects.create(code="C", name="Plant"),
    }


def test_terms_of_an_effect_are_frozen_at_decided(cast, decided, draft):
    values = {
        "name": "Other",
        "nature": "cash",
        "recurrence": "one_off",
        "hardness": "soft",
        "ends_on": TODAY,
        "measure": cast.measure(),
        **_masters(decided),
    }
    for field, value in values.items():
        with refused("effect_terms_frozen"):
            Effect.objects.filter(measure=decided).update(**{field: value})
        with transaction.atomic():
            Effect.objects.filter(measure=draft).update(**{field: value})
            transaction.set_rollback(True)
    Effect.objects.filter(measure=decided).update(position=3)


def test_a_decided_measure_gets_and_loses_no_effect(decided, draft):
    with refused("effect_terms_frozen"):
        effect(decided, "One more")
    with refused("effect_terms_frozen"):
        Effect.objects.filter(measure=draft).update(measure=decided)
    spare = effect(draft, "Without amounts")
    spare.delete()
    with refused("effect_terms_frozen"):
        sql("DELETE FROM finance_effect WHERE measure_id = %s", decided.pk)


def test_two_effects_cannot_trade_places(decided, draft):
    ids = [decided.effects.get().pk, draft.effects.get().pk]
    with refused("identity_fixed"):
        sql("UPDATE finance_effect SET id = %s - id WHERE id = ANY(%s)", sum(ids), ids)


def test_terms_of_a_milestone_are_frozen_at_decided(cast, decided):
    values = {
        "name": "Later",
        "baseline_on": date(2030, 1, 1),
        "weight": 9,
        "is_critical": False,
        "measure": cast.measure(),
    }
    for field, value in values.items():
        with refused("milestone_terms_frozen"):
            Milestone.objects.filter(measure=decided).update(**{field: value})
    with refused("milestone_terms_frozen"):
        Milestone.objects.filter(measure=decided).delete()
    Milestone.objects.filter(measure=decided).update(forecast_on=TODAY, actual_on=TODAY)


def test_a_milestone_added_after_the_decision_has_no_weight(decided):
    with refused("milestone_added_without_weight"):
        Milestone.objects.create(measure=decided, name="Afterthought", baseline_on=TODAY)
    Milestone.objects.create(measure=decided, name="Afterthought", baseline_on=TODAY, weight=0)


@pytest.mark.parametrize(
    "fields",
    [{"reference_base": 1}, {"reference_source": "x"}, {"reference_period": "x"}, {"currency": "USD"}],
)
def test_the_base_a_measure_saves_against_is_frozen_at_decided(decided, draft, fields):
    with refused("measure_terms_frozen"):
        Measure.objects.filter(pk=decided.pk).update(**fields)
    Measure.objects.filter(pk=draft.pk).update(**fields)


def test_the_base_does_not_change_with_the_decision(cast, draft):
    with refused("measure_terms_frozen"):
        decide(cast, draft, DecisionKind.ADVANCE, by=cast.chair)
        freeze(draft)
        Measure.objects.filter(pk=draft.pk).update(stage=3, reference_base=1)


def test_a_reverted_measure_is_a_draft_again(cast, decided):
    decide(cast, decided, DecisionKind.REVERT, by=cast.chair, to_stage=2)
    move(decided, 2)
    check_now()
    plan_of(decided).update(amount=Decimal(7_000))
    with refused("decided_needs_baseline"):
        BaselineVersion.objects.filter(measure=decided).update(is_current=False)
        decide(cast, decided, DecisionKind.ADVANCE, by=cast.chair)
        move(decided, 3)


def test_no_decision_without_a_baseline(cast, draft):
    with refused("decided_needs_baseline"):
        decide(cast, draft, DecisionKind.ADVANCE, by=cast.chair)
        move(draft, 3)


def test_no_take_over_without_a_baseline(cast):
    measure = cast.measure()
    take_over(cast, measure)
    with refused("decided_needs_baseline"):
        decide(cast, measure, DecisionKind.TAKE_OVER, by=cast.office, to_stage=4)
        move(measure, 4)


def test_a_baseline_in_force_is_not_withdrawn(decided):
    with refused("decided_needs_baseline"):
        BaselineVersion.objects.filter(measure=decided).update(is_current=False)


def test_a_superseded_baseline_stays_superseded(draft):
    freeze(draft)
    freeze(draft)
    with refused("baseline_superseded_once"):
        BaselineVersion.objects.filter(measure=draft, number=1).update(is_current=True)


@pytest.mark.parametrize(
    "fields",
    [{"committed": 1}, {"plan_rate": 2}, {"number": 7}, {"reference_base": 1}, {"sha256": "x"}, {"frozen_on": TODAY}],
)
def test_a_baseline_is_never_edited(decided, fields):
    before = BaselineVersion.objects.filter(measure=decided).values(*fields).get()
    if fields == before:
        fields = {"frozen_on": date(2000, 1, 1)}
    with refused("baseline_final"):
        BaselineVersion.objects.filter(measure=decided).update(**fields)


def test_parts_of_a_baseline_are_never_edited_or_removed(decided):
    version = decided.baselines.get()
    one = decided.effects.get()
    BaselineEffect.objects.create(baseline=version, effect=one, name="x", nature="ebitda", recurrence="one_off")
    BaselineAmount.objects.create(
        baseline=version, effect=one, period=FiscalPeriod.objects.get(name="2026-11"), amount=1
    )
    BaselineMilestone.objects.create(
        baseline=version,
        milestone=decided.milestones.get(),
        name="x",
        baseline_on=TODAY,
        weight=1,
        is_critical=True,
    )
    for table in ("baselineeffect", "baselineamount", "baselinemilestone"):
        forbidden(f"UPDATE finance_{table} SET baseline_id = baseline_id")
        forbidden(f"DELETE FROM finance_{table}")
        forbidden(f"TRUNCATE finance_{table}")
    forbidden("DELETE FROM finance_baselineversion")
    forbidden("TRUNCATE finance_planamount CASCADE")


def test_the_refusal_reaches_people_as_a_sentence(cast, decided):
    with cast.acting(cast.owner), pytest.raises(Refused) as refusal, deed("plan_changed", by=cast.owner):
        plan_of(decided).update(amount=Decimal(9_000))
    assert refusal.value.codes == ["plan_frozen"]
    assert "forecast" in refusal.value.sentences[0]


def test_deferred_refusals_surface_before_the_deed_ends(cast):
    measure = cast.measure()
    with cast.acting(cast.owner), pytest.raises(Refused) as refusal, deed("moved", by=cast.owner):
        move(measure, 1)
    assert refusal.value.codes == ["stage_needs_decision"]


# Who changed this amount, when


def changes(scenario, **filters):
    rows = AmountChange.objects.filter(scenario=scenario, **filters).order_by("id")
    return [(row.before, row.after, row.user_id, row.deed_id is not None) for row in rows]


def test_each_cell_keeps_its_old_and_new_amounts(cast, draft):
    one = draft.effects.get()
    period = FiscalPeriod.objects.get(name="2027-02")
    with cast.acting(cast.owner), deed("forecast_changed", by=cast.owner):
        ForecastAmount.objects.create(effect=one, period=period, amount=Decimal(5))
        ForecastAmount.objects.update(amount=Decimal(4))
        ForecastAmount.objects.update(amount=Decimal(4))
        ForecastAmount.objects.all().delete()
    assert changes("forecast") == [
        (None, Decimal(5), cast.owner.pk, True),
        (Decimal(5), Decimal(4), cast.owner.pk, True),
        (Decimal(4), None, cast.owner.pk, True),
    ]
    plan_of(draft).update(amount=Decimal(1))
    assert changes("plan", effect_id=one.pk)[-1] == (Decimal(8_000), Decimal(1), cast.office.pk, False)


def test_an_upsert_records_what_it_overwrites(cast, draft):
    one = draft.effects.get()
    period = FiscalPeriod.objects.get(name="2026-11")
    sql(
        "INSERT INTO finance_planamount (organization_id, effect_id, period_id, amount) VALUES (%s, %s, %s, 3)"
        " ON CONFLICT (organization_id, effect_id, period_id) DO UPDATE SET amount = EXCLUDED.amount",
        cast.organization.pk,
        one.pk,
        period.pk,
    )
    assert changes("plan")[-1][:2] == (Decimal(8_000), Decimal(3))


def test_an_import_is_the_record_of_first_values_only(draft):
    one = draft.effects.get()
    sql("SELECT set_config('app.importing', 'on', true)")
    ForecastAmount.objects.create(effect=one, period=FiscalPeriod.objects.get(name="2027-02"), amount=Decimal(5))
    assert changes("forecast") == []
    ForecastAmount.objects.update(amount=Decimal(6))
    sql("SELECT set_config('app.importing', '', true)")
    assert [row[:2] for row in changes("forecast")] == [(Decimal(5), Decimal(6))]


@pytest.fixture
def locked_rate(cast):
    return PlanRate.objects.create(currency="USD", fiscal_year=2026, rate=Decimal("0.92"), locked=True)


@pytest.mark.parametrize("change", ["rate = 1", "locked = false", "fiscal_year = 2030", "currency = 'GBP'"])
def test_a_locked_plan_rate_stays(locked_rate, change):
    with refused("plan_rate_locked"):
        sql(f"UPDATE finance_planrate SET {change} WHERE id = %s", locked_rate.pk)


def test_a_locked_plan_rate_is_not_deleted(locked_rate):
    with refused("plan_rate_locked_kept"):
        sql("DELETE FROM finance_planrate WHERE id = %s", locked_rate.pk)


def test_an_open_plan_rate_may_change_and_be_locked(cast):
    rate = PlanRate.objects.create(currency="USD", fiscal_year=2026, rate=Decimal("0.92"))
    sql("UPDATE finance_planrate SET rate = 0.9 WHERE id = %s", rate.pk)
    sql("UPDATE finance_planrate SET locked = true WHERE id = %s", rate.pk)
    assert PlanRate.objects.get(pk=rate.pk).rate == Decimal("0.9")
