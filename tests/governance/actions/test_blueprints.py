"""Setting up by document: all or nothing, recorded, and within the limits."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction

from finance.actions.rates import lock_plan_rates, set_plan_rate
from finance.models import FiscalPeriod, PlanRate
from governance.actions.blueprints import apply_blueprint
from governance.choices import CriterionKind
from governance.models import Blueprint
from governance.queries.blueprints import preview_blueprint, standing_document
from governance.queries.objections import open_objections
from governance.queries.thresholds import thresholds_of
from governance.setup.built_in import built_in
from governance.setup.document import Document, check_blueprint
from measures.choices import DoI
from portfolio.errors import Conflict, NotAllowed, Refused, Replayed
from portfolio.models import BusinessUnit, Deed, Function, OrganizationSettings, SteeringCommittee, User
from tests.cast import TODAY, Cast
from tests.guarantees.rows import measure_at


def doc(**sections: Any) -> Document:
    return check_blueprint({"blueprint": 1, "name": "Test", **sections})


def apply(cast: Cast, document: Document, *, by: User | None = None, **terms: Any) -> Blueprint:
    by = by or cast.admin
    with cast.acting(by):
        return apply_blueprint(document, by=by, on=TODAY, **terms)


def settings() -> OrganizationSettings:
    return OrganizationSettings.objects.get()


def test_all_sections_take_effect_and_are_recorded(cast: Cast) -> None:
    document = built_in()["strict"]
    before = settings().version
    row = apply(cast, document)
    now = settings()
    assert (now.materiality, now.de_minimis, now.four_eyes_limit) == (5_000, 20_000, 500_000)
    assert thresholds_of(now).potential.run_rate_red == Decimal("0.85")
    assert "second_reviewer_agreed" in now.hardened_criteria
    assert now.added_criteria["decided"] == ["risks_scored"]
    assert Function.objects.get(code="PRO").name == "Procurement"
    committee = SteeringCommittee.objects.get(name="Operations committee")
    assert (committee.chair, committee.quorum) == (None, 2)
    deed = Deed.objects.get(kind="blueprint_applied")
    assert (deed.actor, deed.details["sha256"]) == (cast.admin, document.sha256)
    assert (row.sha256, row.deed_id, row.document) == (document.sha256, deed.pk, document.as_json())
    assert OrganizationSettings.history.filter(deed_id=deed.pk).count() == 1
    assert now.version == before + 1
    assert Function.history.filter(deed_id=deed.pk).count() == Function.objects.count()


def test_what_is_previewed_is_what_changes_and_afterwards_nothing_would(cast: Cast) -> None:
    preview = preview_blueprint(built_in()["strict"], settings())
    row = apply(cast, built_in()["strict"], stamp=preview.stamp)
    assert row.changes == len(preview.changes) > 30
    assert preview_blueprint(built_in()["strict"], settings()).changes == []
    with pytest.raises(Refused) as refused:
        apply(cast, built_in()["strict"])
    assert refused.value.codes == ["nothing_changes"]


def test_the_organization_exports_itself_and_stands_as_it_says(cast: Cast) -> None:
    apply(cast, built_in()["strict"])
    document = standing_document(settings(), name="Copy")
    assert check_blueprint(document.as_json()).sections == document.sections
    assert preview_blueprint(document, settings()).changes == []


def test_what_a_document_does_not_name_stays(cast: Cast) -> None:
    apply(cast, doc(numbers={"run_rate_red": "0.7"}, categories={"function": [{"code": "A", "name": "a"}]}))
    apply(cast, doc(numbers={"stale_days": 30}, categories={"function": [{"code": "B", "name": "b"}]}))
    assert settings().thresholds == {"run_rate_red": "0.7", "stale_days": 30}
    assert set(Function.objects.values_list("code", flat=True)) == {"A", "B"}


def test_back_to_the_default_leaves_no_trace_in_the_thresholds(cast: Cast) -> None:
    apply(cast, doc(numbers={"stale_days": 30}, probabilities={"decided": "0.8"}, labels={"levels": {"program": "X"}}))
    apply(cast, doc(numbers={"stale_days": 45}, probabilities={"decided": "0.75"}, labels={"levels": {"program": ""}}))
    assert (settings().thresholds, settings().labels) == ({}, {"levels": {}})


@pytest.mark.parametrize("person", ["office", "controller", "auditor", "owner", "chair"])
def test_only_who_may_change_settings_applies(cast: Cast, person: str) -> None:
    with pytest.raises(NotAllowed):
        apply(cast, built_in()["strict"], by=getattr(cast, person))
    assert not Blueprint.objects.exists()


def test_a_preview_that_is_no_longer_true_is_refused(cast: Cast) -> None:
    stamp = preview_blueprint(built_in()["strict"], settings()).stamp
    apply(cast, doc(digests={"hour": 9}))
    with pytest.raises(Conflict) as refused:
        apply(cast, built_in()["strict"], stamp=stamp)
    assert refused.value.codes == ["stale_edit"]


def test_a_second_click_applies_nothing(cast: Cast) -> None:
    one = uuid4()
    apply(cast, doc(digests={"hour": 9}), key=one)
    with pytest.raises(Replayed):
        apply(cast, doc(digests={"hour": 10}), key=one)


def test_nothing_is_left_of_a_document_that_fails_half_way(cast: Cast) -> None:
    with cast.acting(cast.admin):
        set_plan_rate("USD", 2026, Decimal("0.9"), by=cast.admin)
        lock_plan_rates(2026, by=cast.admin)
    document = doc(numbers={"stale_days": 30}, currencies={"plan_rates": {"USD": {"2026": "0.8", "2027": "0.8"}}})
    with pytest.raises(Refused) as refused:
        apply(cast, document)
    assert refused.value.codes == ["plan_rate_locked"]
    assert settings().thresholds == {}
    assert not PlanRate.objects.filter(fiscal_year=2027).exists()


def test_another_currency_is_refused(cast: Cast) -> None:
    with pytest.raises(Refused) as refused:
        apply(cast, doc(currencies={"organization": "USD"}, digests={"hour": 9}))
    assert refused.value.codes == ["currency_fixed"]


def test_the_fiscal_year_moves_until_there_is_a_measure(cast: Cast) -> None:
    first = FiscalPeriod.objects.count()
    apply(cast, doc(fiscal_year={"start": 4}))
    april = FiscalPeriod.objects.get(name="2027-04")
    assert (april.number, FiscalPeriod.objects.count()) == (1, first)
    cast.measure()
    with pytest.raises(Refused) as refused:
        apply(cast, doc(fiscal_year={"start": 1}))
    assert refused.value.codes == ["fiscal_year_fixed"]


def test_another_closing_day_leaves_closed_months_closed(cast: Cast) -> None:
    closed = dict(FiscalPeriod.objects.filter(closes_on__lte=TODAY).values_list("name", "closes_on"))
    before = FiscalPeriod.objects.get(name="2026-11").closes_on
    apply(cast, doc(fiscal_year={"closing_day": 3}))
    assert dict(FiscalPeriod.objects.filter(name__in=closed).values_list("name", "closes_on")) == closed
    assert FiscalPeriod.objects.get(name="2026-11").closes_on < before


def test_numbers_are_judged_beside_those_that_stay(cast: Cast) -> None:
    apply(cast, doc(numbers={"run_rate_amber": "0.85"}))
    with pytest.raises(Refused) as refused:
        apply(cast, doc(numbers={"run_rate_red": "0.9"}))
    assert refused.value.codes == ["numbers_out_of_order"]
    apply(cast, doc(labels={"offices": {"owner": "Lead"}}))
    with pytest.raises(Refused) as refused:
        apply(cast, doc(labels={"offices": {"sponsor": "Lead"}}))
    assert refused.value.codes == ["label_misleading", "label_misleading"]


def test_an_added_criterion_blocks_and_a_hardened_one_cannot_be_waived(cast: Cast) -> None:
    measure = measure_at(cast, DoI.DETAILED)
    asked = {state.criterion for state in open_objections(measure, on=TODAY)}
    assert "line_owner_named" not in asked
    policy = {"decided": {"hard": ["second_reviewer_agreed"], "added": ["line_owner_named"]}}
    apply(cast, doc(gates=policy, numbers={"four_eyes_limit": "60000"}))
    states = {state.criterion: state.kind for state in open_objections(measure, on=TODAY)}
    assert states["line_owner_named"] == CriterionKind.HARD
    assert states["second_reviewer_agreed"] == CriterionKind.HARD
    apply(cast, doc(gates={"decided": {"hard": [], "added": []}}))
    states = {state.criterion: state.kind for state in open_objections(measure, on=TODAY)}
    assert "line_owner_named" not in states
    assert states["second_reviewer_agreed"] == CriterionKind.SOFT


def test_a_category_is_renamed_and_brought_back(cast: Cast) -> None:
    unit = BusinessUnit.objects.create(code="B", name="Old", archived=True)
    apply(cast, doc(categories={"business_unit": [{"code": "B", "name": "New"}]}))
    unit.refresh_from_db()
    assert (unit.name, unit.archived, BusinessUnit.objects.count()) == ("New", False, 1)


def test_what_was_applied_is_never_changed(cast: Cast) -> None:
    row = apply(cast, doc(digests={"hour": 9}))
    with pytest.raises(DatabaseError), transaction.atomic():
        Blueprint.objects.filter(pk=row.pk).update(sha256="0" * 64)
