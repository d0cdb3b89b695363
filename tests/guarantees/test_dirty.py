"""Whatever lights and roll-ups read leaves a request when it changes."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.utils import timezone

from finance.models import ActualEntry, BaselineVersion, Dispute, FiscalPeriod, ForecastAmount, ForecastUpkeep, PlanRate
from governance.models import ReconcileRequest
from measures.choices import DoI
from measures.models import Measure, Milestone
from portfolio.models import Node, OrganizationSettings
from tests.cast import TODAY
from tests.guarantees.rows import confirm, decide, effect, freeze, measure_at, move, sql, submit


@pytest.fixture
def measure(cast):
    row = measure_at(cast, DoI.IMPLEMENTED)
    ReconcileRequest.objects.all().delete()
    return row


def requested():
    return sorted(ReconcileRequest.objects.values_list("measure_id", flat=True), key=lambda pk: pk or 0)


def book(cast, measure):
    ActualEntry.objects.create(
        effect=measure.effects.get(),
        period=FiscalPeriod.objects.get(name="2026-11"),
        amount=1,
        tier="claimed",
        entered_by=cast.office,
        at=timezone.now(),
    )


def forecast(cast, measure):
    ForecastAmount.objects.create(
        effect=measure.effects.get(), period=FiscalPeriod.objects.get(name="2026-11"), amount=Decimal(1)
    )


def dispute(cast, measure):
    Dispute.objects.create(
        effect=measure.effects.get(), measure=measure, amount=1, reason="x", opened_by=cast.office, opened_on=TODAY
    )


CHANGES = {
    "forecast": forecast,
    "actual": book,
    "dispute": dispute,
    "confirmed unchanged": lambda cast, m: ForecastUpkeep.objects.create(measure=m, confirmed_on=TODAY),
    "milestone": lambda cast, m: Milestone.objects.filter(measure=m).update(actual_on=TODAY),
    "role": lambda cast, m: Measure.objects.filter(pk=m.pk).update(owner=cast.member),
    "date": lambda cast, m: Measure.objects.filter(pk=m.pk).update(due_implemented=TODAY),
    "submission": lambda cast, m: submit(cast, m, by=cast.owner),
    "confirmation": lambda cast, m: confirm(cast, m, by=cast.controller),
    "baseline": lambda cast, m: freeze(m),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_asks_once_for_its_measure(cast, measure, change):
    CHANGES[change](cast, measure)
    assert requested() == [measure.pk]


def test_plan_effect_stage_and_new_measure_ask(cast):
    ReconcileRequest.objects.all().delete()
    measure = cast.measure()
    assert requested() == [measure.pk]
    for change in (
        lambda: effect(measure),
        lambda: (decide(cast, measure, "advance", by=cast.office), move(measure, 1)),
        lambda: measure.effects.get().delete(),
    ):
        ReconcileRequest.objects.all().delete()
        change()
        assert requested() == [measure.pk]


def test_many_changes_of_one_transaction_ask_once(cast, measure):
    other = measure_at(cast, DoI.DECIDED)
    ReconcileRequest.objects.all().delete()
    for day in (TODAY, None, TODAY):
        Milestone.objects.update(forecast_on=day)
    assert requested() == [measure.pk, other.pk]


def test_lights_themselves_are_no_reason_to_look_again(measure):
    Measure.objects.update(
        implementation_status="red", potential_status="red", potential_reasons=["x"], potential_hollow=False
    )
    assert requested() == []


@pytest.mark.parametrize("setting", ["app.reconciling", "app.importing"])
def test_reconciliation_and_import_ask_for_nothing(cast, measure, setting):
    sql("SELECT set_config(%s, 'on', true)", setting)
    for change in ("milestone", "forecast", "role", "baseline"):
        CHANGES[change](cast, measure)
    OrganizationSettings.objects.update(materiality=1)
    sql("SELECT set_config(%s, '', true)", setting)
    assert requested() == []


@pytest.mark.parametrize(
    "change",
    [
        lambda: PlanRate.objects.create(currency="USD", fiscal_year=2026, rate=Decimal("0.9")),
        lambda: OrganizationSettings.objects.update(materiality=1),
        lambda: Node.objects.filter(kind="package").update(archived=True),
    ],
)
def test_what_concerns_every_measure_asks_for_all(measure, change):
    change()
    assert requested() == [None]


def test_a_request_names_its_organization(cast, measure):
    BaselineVersion.objects.filter(measure=measure).update(is_current=False)
    assert ReconcileRequest.objects.get().organization_id == cast.organization.pk
    freeze(measure)
