"""Taking over a running program: what stands afterwards, down to the row."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

import pytest

from finance.actions.baselines import baseline_content, freeze_baseline
from finance.choices import EvidenceTier
from finance.models import (
    ActualEntry,
    AmountChange,
    BaselineAmount,
    BaselineVersion,
    FiscalPeriod,
    ForecastAmount,
    ForecastUpkeep,
    PlanAmount,
    PlanRate,
    Target,
)
from finance.queries.plans import sha256_of
from governance.actions.reconciliation import reconcile
from governance.actions.takeover import TakenOver, take_over_program
from governance.choices import DecisionKind
from governance.models import GateDecision, ImportBatch, ReconcileRequest, TakeOver, TakeOverGap
from governance.queries.cases import gate_case
from governance.queries.objections import gap_codes
from governance.snapshots import snapshot_hash, take_over_snapshot
from governance.takeover.errors import WorkbookRefused
from governance.workbook.reading import open_workbook
from measures.choices import DoI, Lifecycle
from measures.models import Measure, Milestone, RoleHolding
from portfolio.errors import NotAllowed, Refused, Replayed
from portfolio.models import (
    CostCentre,
    Deed,
    GLAccount,
    Membership,
    Node,
    NodeClosure,
    SteeringCommittee,
    User,
)
from tests.cast import TODAY, Cast
from tests.governance.workbook.builders import EFFECT, MEASURE, MILESTONE, RATE, TARGET, Line, good_folder

PATH = ("Fit for Growth", "Operational excellence", "Procurement savings", "Direct materials")
PLACE: Line = dict(zip(("portfolio", "program", "project", "package"), PATH, strict=True))
STAGES = ("defined", "identified", "detailed", "decided", "implemented")


def take_over(cast: Cast, folder: Path, *, on: date = TODAY, **tables: list[Line]) -> TakenOver:
    """The good workbook, with the named tables in place of its own, taken over by the transformation office."""
    workbook = open_workbook(good_folder(folder, **tables))
    return take_over_program(workbook, by=cast.office, on=on, today=TODAY, name="program", sha256="0" * 64)


def refused(cast: Cast, folder: Path, **tables: list[Line]) -> list[str]:
    with pytest.raises(WorkbookRefused) as caught:
        take_over(cast, folder, **tables)
    assert not Measure.objects.exists()
    return [f"{error.table}!{error.cell} {error.code}" for error in caught.value.findings.errors]


def one_per_stage() -> dict[str, list[Line]]:
    """A measure M-1 … M-5 for each stage, each with a milestone and a planned effect."""
    codes = [f"M-{number}" for number in range(1, 6)]
    return {
        "measures": [{**MEASURE, "code": c, "stage": stage} for c, stage in zip(codes, STAGES, strict=True)],
        "milestones": [{**MILESTONE, "measure": code} for code in codes],
        "effects": [{**EFFECT, "measure": code} for code in codes],
    }


def test_measures_reach_their_stage_by_one_decision_each(cast: Cast, tmp_path: Path) -> None:
    taken = take_over(cast, tmp_path, **one_per_stage())
    assert list(Measure.objects.order_by("code").values_list("stage", flat=True)) == [0, 1, 2, 3, 4]
    decisions = GateDecision.objects.order_by("measure__code")
    assert [(d.kind, d.from_stage, d.to_stage) for d in decisions] == [
        (DecisionKind.TAKE_OVER, 0, stage) for stage in range(5)
    ]
    assert {(d.decided_by_id, d.on, d.reason) for d in decisions} == {(cast.office.pk, TODAY, "program")}
    assert {t.batch_id for t in TakeOver.objects.filter(ratified_at=None)} == {taken.batch.pk}
    assert set(Measure.objects.values_list("taken_over_on", "stage_since", "milestones_kept_on")) == {(TODAY,) * 3}


def test_snapshot_of_each_decision_is_that_of_the_last_gate_passed(cast: Cast, tmp_path: Path) -> None:
    take_over(cast, tmp_path, **one_per_stage())
    for decision in GateDecision.objects.select_related("measure"):
        assert decision.sha256 == snapshot_hash(decision.snapshot)
        expected = take_over_snapshot(gate_case(decision.measure, on=TODAY))
        assert expected is None or decision.snapshot == expected
        assert decision.snapshot["figures"]["plan_run_rate"] == "1206.0000"
    first = GateDecision.objects.get(to_stage=DoI.DEFINED)
    assert first.snapshot["gate"] == "defined"


def test_measures_before_decided_have_their_hollow_light(cast: Cast, tmp_path: Path) -> None:
    take_over(cast, tmp_path, **one_per_stage())
    found = reconcile(cast.organization.pk, on=TODAY, write=False, report=True)
    assert found.report is not None
    lights = {row["code"]: (row["potential"], row["hollow"]) for row in found.report["measures"]}
    assert [hollow for _, hollow in lights.values()] == [True, True, True, False, False]
    assert all(light != "grey" for light, _ in lights.values())


def test_gaps_are_the_criteria_of_passed_gates_that_are_not_met(cast: Cast, tmp_path: Path) -> None:
    taken = take_over(cast, tmp_path, **one_per_stage())
    for measure in Measure.objects.order_by("code"):
        found = TakeOverGap.objects.filter(measure=measure).order_by("pk").values_list("criterion", flat=True)
        assert sorted(found) == sorted(gap_codes(gate_case(measure, on=TODAY)))
    assert not TakeOverGap.objects.filter(measure__code="M-1").exists()
    assert taken.gaps["plan_validated"] == 2
    # three measures past Detailed claim one entity, account, cost centre and month
    assert taken.gaps["overlaps_resolved"] == 3


def test_baseline_is_the_one_that_freezing_would_write(cast: Cast, tmp_path: Path) -> None:
    take_over(cast, tmp_path, **one_per_stage())
    detailed = Measure.objects.get(code="M-3")
    assert not BaselineVersion.objects.filter(measure=detailed).exists()
    by_hand = freeze_baseline(detailed, by=cast.office, on=TODAY)
    taken = BaselineVersion.objects.get(measure__code="M-4")
    for field in ("number", "is_current", "frozen_on", "fiscal_year", "currency", "plan_rate", "committed"):
        assert getattr(taken, field) == getattr(by_hand, field), field
    assert taken.sha256 == sha256_of(baseline_content(taken.measure, taken.plan_rate))
    assert _frozen(taken) == _frozen(by_hand)


def _frozen(version: BaselineVersion) -> list[object]:
    effects = version.effects.values_list("name", "nature", "recurrence", "hardness", "ends_on")
    amounts = version.amounts.order_by("period__ordinal").values_list("period__name", "amount")
    milestones = version.milestones.values_list("name", "baseline_on", "weight", "is_critical")
    return [list(effects), list(amounts), list(milestones)]


def test_milestones_carry_their_dates_and_the_owner_of_the_measure(cast: Cast, tmp_path: Path) -> None:
    later = {**MILESTONE, "name": "Ramp-up", "critical": "0", "weight": "", "forecast_on": "2026-09-30"}
    take_over(cast, tmp_path, milestones=[MILESTONE, {**later, "actual_on": "2026-10-01"}])
    first, second = Milestone.objects.order_by("position")
    assert (first.name, first.weight, first.is_critical) == ("Contract signed", 2, True)
    assert (first.baseline_on, first.forecast_on, first.actual_on) == (date(2026, 6, 30), date(2026, 6, 30), None)
    assert (second.weight, second.is_critical, second.forecast_on) == (1, False, date(2026, 9, 30))
    assert second.actual_on == date(2026, 10, 1)
    assert {first.owner_id, second.owner_id} == {first.measure.owner_id}


def test_blank_months_have_no_amount_and_a_missing_forecast_is_the_plan(cast: Cast, tmp_path: Path) -> None:
    actual = {**EFFECT, "scenario": "actual", "2026-01": "", "2026-02": "0"}
    take_over(cast, tmp_path, effects=[EFFECT, actual])
    assert list(PlanAmount.objects.values_list("period__name", "amount")) == [("2026-01", Decimal("100.5"))]
    assert list(ForecastAmount.objects.values_list("period__name", "amount")) == [("2026-01", Decimal("100.5"))]
    assert list(ActualEntry.objects.values_list("period__name", "amount")) == [("2026-02", 0)]
    assert list(BaselineAmount.objects.values_list("period__name", "amount")) == [("2026-01", Decimal("100.5"))]


def test_a_given_forecast_stands_beside_the_plan(cast: Cast, tmp_path: Path) -> None:
    forecast = {**EFFECT, "scenario": "FORECAST", "2026-01": "", "2026-02": "90"}
    take_over(cast, tmp_path, effects=[forecast, EFFECT])
    assert list(PlanAmount.objects.values_list("period__name", "amount")) == [("2026-01", Decimal("100.5"))]
    assert list(ForecastAmount.objects.values_list("period__name", "amount")) == [("2026-02", 90)]
    upkeep = ForecastUpkeep.objects.get()
    assert (upkeep.updated_on, upkeep.confirmed_on) == (TODAY, None)


def test_imported_actuals_are_claims_with_their_source(cast: Cast, tmp_path: Path) -> None:
    taken = take_over(cast, tmp_path, effects=[EFFECT, {**EFFECT, "scenario": "actual"}])
    entry = ActualEntry.objects.get()
    assert (entry.tier, entry.source, entry.entered_by_id) == (EvidenceTier.CLAIMED, "program", cast.office.pk)
    assert entry.deed_id == taken.batch.deed_id


def test_people_become_inactive_members_when_unknown(cast: Cast, tmp_path: Path) -> None:
    take_over(cast, tmp_path, measures=[{**MEASURE, "owner": cast.owner.email.upper(), "sponsor": cast.outsider.email}])
    measure = Measure.objects.get()
    assert (measure.owner_id, measure.sponsor_id) == (cast.owner.pk, cast.outsider.pk)
    stranger = User.objects.get(email="controller@example.org")
    assert not stranger.has_usable_password()
    members = dict(Membership.objects.filter(organization=cast.organization).values_list("user_id", "is_active"))
    assert members[cast.owner.pk] is True
    assert (members[stranger.pk], members[cast.outsider.pk]) == (False, False)


def test_places_committees_and_master_data_are_created_when_unknown(cast: Cast, tmp_path: Path) -> None:
    GLAccount.objects.create(code="5000", name="Raw material")
    take_over(cast, tmp_path)
    measure = Measure.objects.select_related("package__node").get()
    above = NodeClosure.objects.filter(descendant=measure.package.node).order_by("-depth")
    assert [link.ancestor.name for link in above][1:] == ["Cost", "Procurement", "Suppliers", "Steel"]
    assert SteeringCommittee.objects.get(name="Board") == measure.committee
    assert (measure.business_unit.name, measure.business_unit.code) == ("Plants", "PLANTS")
    assert CostCentre.objects.get(name="4711").code == "4711"
    # an account is found by its code as well
    assert measure.effects.get().gl_account.name == "Raw material"
    assert GLAccount.objects.count() == 1


def test_existing_places_are_used_and_hand_down_their_roles(cast: Cast, tmp_path: Path) -> None:
    before = Node.objects.count()
    blank = dict.fromkeys(("sponsor", "committee"), "")
    take_over(cast, tmp_path, measures=[{**MEASURE, **PLACE, **blank}])
    assert Node.objects.count() == before
    measure = Measure.objects.get()
    assert measure.package.node_id == cast.package.pk
    assert (measure.sponsor_id, measure.committee_id) == (cast.sponsor.pk, cast.committee.pk)


def test_what_nobody_above_names_is_a_gap(cast: Cast, tmp_path: Path) -> None:
    blank = dict.fromkeys(("sponsor", "committee", "controller"), "")
    take_over(cast, tmp_path, measures=[{**MEASURE, **blank, "stage": "identified"}])
    measure = Measure.objects.get()
    assert (measure.sponsor_id, measure.committee_id, measure.controller_id) == (None, None, None)
    assert TakeOverGap.objects.filter(measure=measure, criterion="sponsor_named").exists()


@pytest.mark.parametrize(
    ("lifecycle", "gaps"),
    [("on_hold", {"hold_reason_given", "hold_review_set"}), ("Cancelled", {"cancel_reason_given"}), ("", set())],
)
def test_lifecycle_is_taken_over_without_its_reason(cast: Cast, tmp_path: Path, lifecycle: str, gaps: set[str]) -> None:
    take_over(cast, tmp_path, measures=[{**MEASURE, "stage": "defined", "lifecycle": lifecycle}])
    measure, decision = Measure.objects.get(), GateDecision.objects.get()
    wanted = Lifecycle(lifecycle.lower() or "active")
    assert (measure.lifecycle, decision.from_lifecycle, decision.to_lifecycle) == (wanted, Lifecycle.ACTIVE, wanted)
    assert set(TakeOverGap.objects.values_list("criterion", flat=True)) == gaps


def test_a_foreign_currency_is_frozen_at_the_rate_of_the_year(cast: Cast, tmp_path: Path) -> None:
    take_over(cast, tmp_path, measures=[{**MEASURE, "currency": "usd"}], rates=[RATE])
    version = BaselineVersion.objects.get()
    assert (version.currency, version.plan_rate, version.fiscal_year) == ("USD", Decimal("0.92"), 2026)
    assert version.committed == 12 * Decimal("92.46")
    assert PlanRate.objects.get().history.count() == 1


def test_targets_are_set_and_earlier_ones_replaced_with_a_warning(cast: Cast, tmp_path: Path) -> None:
    portfolio = Node.objects.get(name=PATH[0])
    Target.objects.create(node=portfolio, fiscal_year=2026, amount=1)
    taken = take_over(cast, tmp_path, targets=[TARGET, {**TARGET, "portfolio": PATH[0]}])
    assert {t.node.name: t.amount for t in Target.objects.all()} == {"Cost": 1_000_000, PATH[0]: 1_000_000}
    assert [warning.code for warning in taken.findings.warnings] == ["target_replaced"]


def test_a_day_before_the_organization_opens_its_fiscal_years(cast: Cast, tmp_path: Path) -> None:
    take_over(cast, tmp_path, on=date(2012, 6, 30))
    assert Measure.objects.get().stage_since == date(2012, 6, 30)
    assert BaselineVersion.objects.get().fiscal_year == 2012
    ordinals = list(FiscalPeriod.objects.order_by("ordinal").values_list("ordinal", flat=True))
    assert ordinals == list(range(2012 * 12, ordinals[-1] + 1))


def test_everything_is_recorded(cast: Cast, tmp_path: Path) -> None:
    taken = take_over(cast, tmp_path)
    deed = Deed.objects.get(kind="program_taken_over")
    assert (deed.actor_id, taken.batch.deed_id) == (cast.office.pk, deed.pk)
    measure = Measure.objects.get()
    history = measure.history.order_by("history_id")
    assert [(h.history_type, h.stage, h.deed_id, h.history_user_id) for h in history] == [
        ("+", DoI.DEFINED, deed.pk, cast.office.pk),
        ("~", DoI.DECIDED, deed.pk, cast.office.pk),
    ]
    for row in (measure.milestones.get(), measure.effects.get(), measure.package.node, measure.committee):
        assert [h.deed_id for h in row.history.all()] == [deed.pk], row
    assert set(RoleHolding.objects.values_list("office", flat=True)) == {"owner", "controller", "sponsor"}
    batch = ImportBatch.objects.get()
    assert (batch.name, batch.sha256, batch.on, batch.imported_by_id) == ("program", "0" * 64, TODAY, cast.office.pk)
    assert batch.counts["measures"] == 1


def test_one_full_reconciliation_is_asked_for_and_first_values_are_not_logged(cast: Cast, tmp_path: Path) -> None:
    ReconcileRequest.objects.all().delete()
    take_over(cast, tmp_path, **one_per_stage())
    assert list(ReconcileRequest.objects.values_list("organization_id", "measure_id")) == [(cast.organization.pk, None)]
    assert not AmountChange.objects.exists()
    # and the next change is logged again
    measure = Measure.objects.get(code="M-1")
    cell = ForecastAmount.objects.get(effect__measure=measure)
    ForecastAmount.objects.create(
        effect=cell.effect, period=cell.period.__class__.objects.get(name="2026-05"), amount=5
    )
    assert AmountChange.objects.count() == 1
    assert ReconcileRequest.objects.filter(measure_id=measure.pk).exists()


def test_formula_text_in_csv_is_text(cast: Cast, tmp_path: Path) -> None:
    take_over(cast, tmp_path, measures=[{**MEASURE, "name": "=1+1", "description": "@SUM(A1)"}])
    assert Measure.objects.values_list("name", "description").get() == ("=1+1", "@SUM(A1)")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"code": "TAKEN"}, "measures!A2 code_exists"),
        ({"stage": "closed"}, "measures!O2 stage_closed"),
        ({"currency": "USD"}, "measures!Q2 plan_rate_missing"),
        ({"controller": ""}, "measures!I2 controller_missing"),
        ({"controller": "owner@example.org"}, "measures!I2 owner_is_controller"),
        ({"controller": "owner@example.org", "stage": "defined"}, "measures!I2 owner_is_controller"),
        ({"controller": "sponsor@example.org"}, "measures!I2 controller_is_sponsor"),
        (
            {**PLACE, "controller": "", "stage": "defined", "owner": "controller@nordlicht.example"},
            "measures!I2 inherited_controller_owns",
        ),
        (
            {**PLACE, "controller": "sponsor@nordlicht.example", "sponsor": ""},
            "measures!I2 inherited_controller_sponsors",
        ),
    ],
)
def test_measure_is_refused_at_its_cell(cast: Cast, tmp_path: Path, change: Line, expected: str) -> None:
    taken = cast.measure(code="TAKEN")
    with pytest.raises(WorkbookRefused) as caught:
        take_over(
            cast,
            tmp_path,
            measures=[{**MEASURE, **change}],
            effects=[{**EFFECT, "measure": change.get("code", "M-1")}],
            milestones=[{**MILESTONE, "measure": change.get("code", "M-1")}],
        )
    assert [f"{e.table}!{e.cell} {e.code}" for e in caught.value.findings.errors] == [expected]
    assert list(Measure.objects.values_list("pk", flat=True)) == [taken.pk]


def test_archived_place_is_refused_at_its_level(cast: Cast, tmp_path: Path) -> None:
    Node.objects.filter(name=PATH[1]).update(archived=True)
    assert refused(cast, tmp_path, measures=[{**MEASURE, **PLACE}]) == ["measures!C2 place_archived"]


def test_rates_are_refused_where_they_contradict_the_organization(cast: Cast, tmp_path: Path) -> None:
    PlanRate.objects.create(currency="USD", fiscal_year=2026, rate=Decimal("0.9"), locked=True)
    own = {**RATE, "currency": "EUR"}
    assert refused(cast, tmp_path, rates=[RATE, own]) == ["rates!C2 rate_locked", "rates!C3 rate_of_own_currency"]


def test_unlocked_rate_is_replaced_and_a_locked_equal_one_accepted(cast: Cast, tmp_path: Path) -> None:
    PlanRate.objects.create(currency="USD", fiscal_year=2026, rate=Decimal("0.9"))
    PlanRate.objects.create(currency="GBP", fiscal_year=2026, rate=Decimal("1.1"), locked=True)
    take_over(cast, tmp_path, rates=[RATE, {**RATE, "currency": "GBP", "plan_rate": "1.1"}])
    assert dict(PlanRate.objects.values_list("currency", "rate")) == {"USD": Decimal("0.92"), "GBP": Decimal("1.1")}


def test_year_without_a_rate_warns_at_the_currency(cast: Cast, tmp_path: Path) -> None:
    measures = [{**MEASURE, "currency": "USD"}]
    taken = take_over(cast, tmp_path, measures=measures, rates=[RATE], effects=[{**EFFECT, "2027-01": "5"}])
    assert [(w.cell, w.code, w.params["year"]) for w in taken.findings.warnings] == [("Q2", "rate_year_missing", 2027)]


def test_a_month_centuries_away_is_refused_at_its_head(cast: Cast, tmp_path: Path) -> None:
    assert refused(cast, tmp_path, effects=[{**EFFECT, "1066-10": ""}]) == ["effects!L1 month_far"]


def test_an_amount_too_large_to_be_added_up_is_refused_at_its_cell(cast: Cast, tmp_path: Path) -> None:
    effect = {**EFFECT, "2026-01": "9999999999999.99", "2026-02": "-10000000000000"}
    assert refused(cast, tmp_path, effects=[effect]) == ["effects!K2 amount_too_large"]
    rate = {**RATE, "plan_rate": "1000"}
    assert refused(cast, tmp_path, effects=[effect], rates=[rate]) == [
        "effects!J2 amount_too_large",
        "effects!K2 amount_too_large",
    ]


def test_a_workbook_without_measures_is_refused(cast: Cast, tmp_path: Path) -> None:
    folder = good_folder(tmp_path)
    for table in folder.iterdir():
        table.write_text(table.read_text(encoding="utf-8").splitlines()[0] + "\n", encoding="utf-8")
    with pytest.raises(WorkbookRefused) as caught:
        take_over_program(open_workbook(folder), by=cast.office, on=TODAY, today=TODAY, name="program", sha256="0" * 64)
    assert [error.code for error in caught.value.findings.errors] == ["no_measures"]


def test_a_day_in_the_future_is_refused(cast: Cast, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="day_in_future"):
        take_over(cast, tmp_path, on=TODAY + timedelta(days=1))


@pytest.mark.parametrize("person", ["owner", "controller", "sponsor", "chair", "auditor", "member", "outsider"])
def test_only_office_and_administrator_may(cast: Cast, tmp_path: Path, person: str) -> None:
    by = getattr(cast, person)
    with cast.acting(by), pytest.raises(NotAllowed):
        take_over_program(open_workbook(good_folder(tmp_path)), by=by, on=TODAY, today=TODAY, name="x", sha256="0" * 64)


def test_administrator_may_but_not_once_inactive(cast: Cast, tmp_path: Path) -> None:
    workbook = open_workbook(good_folder(tmp_path))
    with cast.acting(cast.admin):
        take_over_program(workbook, by=cast.admin, on=TODAY, today=TODAY, name="x", sha256="0" * 64)
        Membership.objects.filter(user=cast.admin).update(is_active=False)
        with pytest.raises(NotAllowed):
            take_over_program(workbook, by=cast.admin, on=TODAY, today=TODAY, name="x", sha256="0" * 64)


def test_a_second_click_takes_over_once(cast: Cast, tmp_path: Path) -> None:
    workbook, key = open_workbook(good_folder(tmp_path)), uuid4()
    terms = {"by": cast.office, "on": TODAY, "today": TODAY, "name": "x", "sha256": "0" * 64, "key": key}
    take_over_program(workbook, **terms)  # type: ignore[arg-type]
    with pytest.raises(Replayed):
        take_over_program(workbook, **terms)  # type: ignore[arg-type]
    assert ImportBatch.objects.count() == 1


def test_a_second_workbook_joins_the_first(cast: Cast, tmp_path: Path) -> None:
    take_over(cast, tmp_path)
    people = User.objects.count()
    second = {"measures": [{**MEASURE, "code": "M-2"}], "milestones": [{**MILESTONE, "measure": "M-2"}]}
    take_over(cast, tmp_path, **second, effects=[{**EFFECT, "measure": "M-2"}])
    one, two = Measure.objects.order_by("code")
    assert (one.package_id, one.owner_id, one.committee_id) == (two.package_id, two.owner_id, two.committee_id)
    assert User.objects.count() == people
