from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finance.choices import Basis, Hardness, Nature, Recurrence
from finance.rules import EffectAmounts, Figures, RecentMonth, basis_of, figures_of, fiscal_year_months

D = Decimal
YEAR = fiscal_year_months(2026)
START = YEAR.start


def flat(count: int, amount: str = "100", start: int = START) -> dict[int, Decimal]:
    return {start + offset: D(amount) for offset in range(count)}


RECURRING = EffectAmounts(
    Nature.EBITDA, Recurrence.RECURRING, Hardness.BOTTOM_LINE, reference=flat(24), forecast=flat(24)
)
SINGLE = replace(RECURRING, recurrence=Recurrence.ONE_OFF, reference={START: D(30)}, forecast={START + 20: D(20)})
AVOIDED = replace(RECURRING, hardness=Hardness.AVOIDANCE)
SOFT = replace(RECURRING, hardness=Hardness.SOFT)
CASH = replace(RECURRING, nature=Nature.CASH)
COST = replace(SINGLE, nature=Nature.ONE_OFF_COST)


def figures(*effects: EffectAmounts, last_closed: int | None = START + 8) -> Figures:
    return figures_of(effects, fiscal_year=YEAR, last_closed=last_closed)


@pytest.mark.parametrize(
    ("effects", "expected"),
    [
        ((RECURRING, SINGLE, AVOIDED), Basis.RUN_RATE),
        ((SINGLE, AVOIDED), Basis.ONE_OFF),
        ((AVOIDED, SOFT, CASH), Basis.AVOIDANCE),
        ((replace(SINGLE, hardness=Hardness.AVOIDANCE),), Basis.AVOIDANCE),
        ((SOFT, CASH, COST), Basis.NONE),
        ((replace(RECURRING, hardness=""),), Basis.NONE),
        ((), Basis.NONE),
    ],
)
def test_basis_of_a_measure(effects: tuple[EffectAmounts, ...], expected: Basis) -> None:
    assert basis_of(effects) == expected


def test_soft_cash_and_avoidance_are_never_added_in() -> None:
    assert figures(RECURRING, SOFT, CASH, AVOIDED) == figures(RECURRING)


def test_run_rate_takes_recurring_effects_and_the_year_takes_all() -> None:
    found = figures(RECURRING, SINGLE)
    assert (found.committed, found.forecast) == (1200, 1200)
    assert (found.fy_reference, found.fy_latest) == (1230, 1200)


def test_one_off_sums_all_months_of_any_year() -> None:
    found = figures(SINGLE)
    assert (found.committed, found.forecast, found.fy_latest) == (30, 20, 0)


def test_avoidance_follows_the_same_rules() -> None:
    assert figures(AVOIDED).committed == 1200
    assert figures(replace(SINGLE, hardness=Hardness.AVOIDANCE)).committed == 30


def test_measure_without_basis_has_no_figures_but_its_costs() -> None:
    found = figures(SOFT, COST)
    assert (found.committed, found.fy_reference, found.effect_from) == (0, 0, None)
    assert (found.cost_reference, found.cost_forecast) == (30, 20)


def test_before_decided_the_plan_gives_the_shape_and_the_snapshot_the_reference() -> None:
    plan, snapshot = flat(24, "90"), flat(12, "100", start=START + 6)
    found = figures(replace(RECURRING, reference=snapshot, forecast=plan, shape_from=plan))
    assert (found.committed, found.forecast) == (600, 1080)


def test_open_proposals_lower_the_forecast_and_leave_the_stored_one() -> None:
    found = figures(replace(RECURRING, at_risk=flat(24, "-40")))
    assert (found.forecast, found.stored_forecast) == (720, 1200)


def test_every_row_is_converted_before_it_is_summed() -> None:
    found = figures_of(
        (replace(RECURRING, reference=flat(24, "0.05")),), fiscal_year=YEAR, last_closed=None, rate=D("0.5")
    )
    assert found.committed == found.fy_reference == D("0.36")


def test_year_to_date_goes_to_the_last_validated_month_of_each_effect() -> None:
    early = replace(RECURRING, actual=flat(3, "90"))
    late = replace(RECURRING, actual=flat(5, "80"))
    found = figures(early, late, RECURRING)
    assert (found.ytd_reference, found.ytd_actual) == (800, 670)
    assert found.fy_latest == (270 + 900) + (400 + 700) + 1200


def test_year_to_date_is_not_judged_without_a_validated_month_in_the_year() -> None:
    last_year = replace(RECURRING, reference=flat(36, start=START - 12), actual=flat(6, start=START - 12))
    assert figures(last_year).ytd_actual is None
    assert figures(RECURRING).ytd_reference is None


def test_cumulative_runs_from_the_start_of_the_effect() -> None:
    running = replace(RECURRING, reference=flat(36, start=START - 12), actual=flat(14, "130", start=START - 12))
    found = figures(running)
    assert (found.cumulative_reference, found.cumulative_actual) == (1400, 1820)


def test_actuals_of_open_months_do_not_count() -> None:
    found = figures(replace(RECURRING, actual=flat(10, "90")), last_closed=START + 1)
    assert found.ytd_actual == 180
    assert found.recent[0] == RecentMonth(START + 1, D(100), D(90))


def test_recent_months_last_first_none_where_nothing_is_validated() -> None:
    found = figures(replace(RECURRING, actual={START + 7: D(0)}), RECURRING)
    assert found.recent == (RecentMonth(START + 8, D(200), None), RecentMonth(START + 7, D(200), D(0)))
    assert figures(RECURRING, last_closed=None).recent == ()


def test_effect_goes_on_in_the_year_after_its_last_month() -> None:
    ended_before = replace(RECURRING, reference=flat(12, start=START - 12), forecast=flat(12, start=START - 12))
    assert figures(ended_before).fy_reference == 1200
    assert figures(ended_before).recent[0].forecast == 100
    assert figures(replace(ended_before, has_end=True)).fy_reference == 0
    assert figures(replace(ended_before, recurrence=Recurrence.ONE_OFF)).fy_reference == 0


def test_effect_from_is_the_first_month_with_an_amount() -> None:
    assert figures(replace(RECURRING, reference={START: D(0)} | flat(2, start=START + 3))).effect_from == START + 3


amounts = st.dictionaries(
    st.integers(START - 6, START + 30), st.integers(-(10**8), 10**8).map(lambda v: D(v) / 100), max_size=12
)
any_effect = st.builds(
    EffectAmounts,
    nature=st.sampled_from([Nature.EBITDA, Nature.ONE_OFF_COST, Nature.CASH]),
    recurrence=st.sampled_from(Recurrence),
    hardness=st.sampled_from(Hardness),
    reference=amounts,
    forecast=amounts,
    actual=amounts,
    has_end=st.booleans(),
)


@given(effects=st.lists(any_effect, max_size=4), data=st.data())
def test_figures_do_not_depend_on_the_order_of_effects(effects: list[EffectAmounts], data: st.DataObject) -> None:
    assert figures(*effects) == figures(*data.draw(st.permutations(effects)))


@given(effect=any_effect)
def test_forecast_as_planned_is_worth_what_is_committed(effect: EffectAmounts) -> None:
    found = figures(replace(effect, forecast=effect.reference, actual={}))
    assert found.forecast == found.committed
    assert found.fy_latest == found.fy_reference
    assert found.cost_forecast == found.cost_reference
