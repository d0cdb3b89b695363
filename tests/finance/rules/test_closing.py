from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finance.choices import Basis, ClosureOutcome, LeakageReason
from finance.rules import (
    ClosingInputs,
    closing_months,
    closing_objections,
    exceeds_commitment,
    leakage_adds_up,
    proposed_run_rate,
    reaches_baseline,
)

D = Decimal
FULL = (D(100), D(100), D(100))


def closing(**changes: object) -> ClosingInputs:
    whole = ClosingInputs(ClosureOutcome.CONFIRM, Basis.RUN_RATE, D(1200), D(1200), FULL, FULL)
    return replace(whole, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("evidenced", "last_closed", "full_effect", "expected"),
    [
        ([1, 2, 3, 4], 4, 1, (2, 3, 4)),
        ([1, 2, 3, 4], 3, 1, (1, 2, 3)),
        ([1, 2, 3, 5], 5, 1, (1, 2, 3)),
        ([1, 2, 4, 5], 5, 1, None),
        ([1, 2, 3, 4], 4, 3, None),
        ([1, 2, 3], None, 1, None),
        ([1, 2, 3], 3, None, None),
    ],
)
def test_closing_months_are_the_latest_three_in_a_row(
    evidenced: list[int], last_closed: int | None, full_effect: int | None, expected: tuple[int, ...] | None
) -> None:
    assert closing_months(evidenced, last_closed=last_closed, full_effect=full_effect) == expected


@pytest.mark.parametrize(("last", "reached"), [("85.00", True), ("84.99", False)])
def test_the_sum_of_the_months_counts_not_each(last: str, reached: bool) -> None:
    assert reaches_baseline((D(100), D(100), D(last)), FULL) == reached


def test_baseline_of_cost_is_reached_by_five_percent_more_at_most() -> None:
    assert reaches_baseline((D("-105"),), (D(-100),))
    assert not reaches_baseline((D("-105.01"),), (D(-100),))


def test_proposed_run_rate_is_the_mean_times_twelve() -> None:
    assert proposed_run_rate((D("33.33"), D("33.33"), D("33.34"))) == D("400.00")


@pytest.mark.parametrize(("confirmed", "exceeds"), [("1260.00", False), ("1260.01", True)])
def test_more_than_105_percent_needs_a_sentence(confirmed: str, exceeds: bool) -> None:
    assert exceeds_commitment(D(confirmed), D(1200)) == exceeds
    objections = closing_objections(closing(confirmed=D(confirmed)))
    assert objections == (("overrun_unexplained",) if exceeds else ())
    assert closing_objections(closing(confirmed=D(confirmed), overrun_explained=True)) == ()


def test_confirm_below_the_baseline_is_refused() -> None:
    assert closing_objections(closing(actuals=(D(90),) * 3, confirmed=D(1080))) == ("below_baseline",)


def test_shortfall_needs_reasons_that_add_up_to_the_cent() -> None:
    shortfall = closing(outcome=ClosureOutcome.CONFIRM_WITH_SHORTFALL, confirmed=D("1000.01"))
    almost = {LeakageReason.PRICE: D(150), LeakageReason.VOLUME: D(50)}
    exact = {LeakageReason.PRICE: D(150), LeakageReason.VOLUME: D("49.99")}
    assert closing_objections(replace(shortfall, leakage=almost)) == ("leakage_differs",)
    assert closing_objections(replace(shortfall, leakage=exact)) == ()


def test_avoidance_closes_by_its_own_outcome_only() -> None:
    avoidance = {"basis": Basis.AVOIDANCE}
    assert closing_objections(closing(**avoidance)) == ("not_for_avoidance",)
    assert closing_objections(closing(**avoidance, outcome=ClosureOutcome.CONFIRM_AVOIDANCE)) == ()
    assert closing_objections(closing(outcome=ClosureOutcome.CONFIRM_AVOIDANCE)) == ("avoidance_only",)


def test_all_objections_come_at_once() -> None:
    wrong = closing(basis=Basis.AVOIDANCE, actuals=(D(0),), confirmed=D(2000))
    assert closing_objections(wrong) == ("not_for_avoidance", "below_baseline", "overrun_unexplained")


def test_reject_is_always_allowed() -> None:
    assert closing_objections(closing(outcome=ClosureOutcome.REJECT, actuals=(), confirmed=D(9999))) == ()


@given(
    parts=st.lists(st.integers(-(10**9), 10**9), max_size=len(LeakageReason)),
    committed=st.integers(-(10**11), 10**11),
)
def test_leakage_adds_up_exactly_when_the_sum_is_the_difference(parts: list[int], committed: int) -> None:
    explained = dict(zip(LeakageReason, (D(part) / 100 for part in parts), strict=False))
    confirmed = D(committed) / 100 - sum(explained.values(), D(0))
    assert leakage_adds_up(explained, D(committed) / 100, confirmed)
    assert not leakage_adds_up(explained, D(committed) / 100, confirmed + D("0.01"))
