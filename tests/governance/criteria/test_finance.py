from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from finance.choices import Basis, Recurrence
from finance.rules.periods import parse_period
from governance.criteria import finance
from governance.criteria.case import FigureFacts, ValidationFacts
from tests.governance.cases import CONTROLLER, JULY, ON, OWNER, REVIEWER, SEPTEMBER, case, cost, effect

LATER = {parse_period("2026-12"): Decimal(1_000)}


@pytest.mark.parametrize(
    ("criterion", "fields", "code"),
    [
        (finance.likely_potential_given, {"likely_potential": None}, "likely_potential_given"),
        (finance.potential_range_given, {"high_potential": None}, "potential_range_given"),
        (finance.reference_base_sourced, {"reference_base": None}, "reference_base_sourced"),
        (finance.reference_base_sourced, {"reference_source": ""}, "reference_base_sourced"),
        (finance.reference_base_sourced, {"reference_period": ""}, "reference_base_sourced"),
        (finance.effect_planned, {"effects": (cost(),)}, "effect_planned"),
        (finance.effect_planned, {"effects": (effect(plan={}),)}, "effect_planned"),
        (finance.effect_planned, {"effects": (effect(), cost(plan={}))}, "effects_unplanned"),
        (finance.plan_rate_known, {"figures": FigureFacts()}, "plan_rate_known"),
        (finance.effects_addressed, {"effects": (effect(gl_account_id=None),)}, "effects_addressed"),
        (finance.hardness_set, {"effects": (effect(hardness=""),)}, "hardness_set"),
        (finance.overlaps_resolved, {"unlinked_overlaps": ("M-7",)}, "overlaps_resolved"),
        (finance.full_year_planned, {"effects": (effect(plan={JULY: Decimal(5)}),)}, "full_year_planned"),
        (finance.plan_validated, {"validations": ()}, "plan_validated"),
        (finance.budget_named, {"budget_name": ""}, "budget_named"),
        (finance.no_open_dispute, {"open_disputes": 2}, "no_open_dispute"),
        (finance.actuals_begun, {"effects": (effect(actual={}),)}, "actuals_begun"),
        (finance.value_proven, {"effects": (effect(actual={SEPTEMBER: Decimal(1)}),)}, "value_proven"),
        (finance.one_off_cost_final, {"effects": (effect(), cost(forecast=LATER))}, "one_off_cost_final"),
    ],
)
def test_an_objection_says_what_is_missing(criterion, fields, code):
    found = criterion(case(**fields))
    assert found.code == code
    assert found.sentence
    assert criterion(case()) is None


def test_a_cost_needs_no_address_and_no_hardness():
    assert finance.effects_addressed(case()) is None
    assert finance.hardness_set(case()) is None


def test_a_cost_that_is_not_planned_needs_no_budget():
    assert finance.budget_named(case(effects=(effect(),), budget_name="")) is None


def test_an_effect_with_an_end_needs_no_full_year():
    ending = effect(plan={JULY: Decimal(5)}, ends_on=date(2026, 7, 31))
    assert finance.full_year_planned(case(effects=(ending,))) is None


@pytest.mark.parametrize(("age", "holds"), [(30, True), (31, False)])
def test_a_validation_holds_thirty_days(age: int, holds: bool):
    old = ValidationFacts(ON - timedelta(days=age), CONTROLLER, second_reviewer=False, holds=True)
    assert (finance.plan_validated(case(validations=(old,))) is None) is holds


def test_a_validation_of_an_earlier_plan_or_by_an_earlier_controller_does_not_hold():
    changed = ValidationFacts(ON, CONTROLLER, second_reviewer=False, holds=False)
    former = ValidationFacts(ON, 99, second_reviewer=False, holds=True)
    assert finance.plan_validated(case(validations=(changed, former))) is not None


def test_a_second_reviewer_is_expected_above_the_four_eyes_limit_only():
    alone = case(validations=(ValidationFacts(ON, CONTROLLER, second_reviewer=False, holds=True),))
    assert finance.second_reviewer_agreed(alone) is not None
    at_limit = replace(alone.figures, plan_run_rate=Decimal(1_000_000))
    assert finance.second_reviewer_agreed(replace(alone, figures=at_limit)) is None


@pytest.mark.parametrize("person", [CONTROLLER, OWNER])
def test_neither_controller_nor_owner_is_the_second_reviewer(person: int):
    own = ValidationFacts(ON, person, second_reviewer=True, holds=True)
    assert finance.second_reviewer_agreed(case(validations=(own,))) is not None
    other = ValidationFacts(ON, REVIEWER, second_reviewer=True, holds=True)
    assert finance.second_reviewer_agreed(case(validations=(other,))) is None


def test_claimed_actuals_begin_an_effect():
    claimed = effect(actual={}, claimed={SEPTEMBER: Decimal(1)})
    assert finance.actuals_begun(case(effects=(claimed,))) is None


def test_a_start_in_the_future_must_be_confirmed_and_lie_there():
    later = {parse_period("2027-01"): Decimal(5)}
    future = case(effects=(effect(plan=later, forecast=later, actual={}),))
    assert finance.actuals_begun(future) is not None
    assert finance.actuals_begun(replace(future, effect_start_confirmed=True)) is None
    started = case(effects=(effect(actual={}),), effect_start_confirmed=True)
    assert finance.actuals_begun(started) is not None


def test_three_months_before_full_effect_prove_nothing():
    early = {month: Decimal(10_000) for month in range(JULY - 3, JULY)}
    ramped = effect(plan={**early, **effect().plan}, actual=early)
    assert finance.value_proven(case(effects=(ramped,), last_closed=JULY)) is not None


def test_a_measure_without_a_basis_has_nothing_to_prove():
    assert finance.value_proven(case(effects=(cost(),), figures=FigureFacts(basis=Basis.NONE))) is None


def test_a_one_off_effect_is_proven_when_all_its_months_are_closed_and_entered():
    plan = {JULY: Decimal(300_000)}
    once = effect(recurrence=Recurrence.ONE_OFF, plan=plan, forecast=plan, actual={JULY: Decimal(290_000)})
    figures = FigureFacts(basis=Basis.ONE_OFF, rate=Decimal(1))
    assert finance.value_proven(case(effects=(once,), figures=figures)) is None
    assert finance.value_proven(case(effects=(replace(once, actual={}),), figures=figures)) is not None
    assert finance.value_proven(case(effects=(once,), figures=figures, last_closed=JULY - 1)) is not None


def test_every_recurring_effect_must_be_evidenced_the_counter_effect_too():
    minus = {month: Decimal(-10_000) for month in effect().plan}
    counter = effect(id=13, name="Dearer freight", plan=minus, forecast=minus, actual={})
    assert finance.value_proven(case(effects=(effect(), counter))) is not None
