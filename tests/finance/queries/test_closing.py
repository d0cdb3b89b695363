from __future__ import annotations

from datetime import date
from decimal import Decimal

from finance.actions.actuals import record_validated
from finance.choices import Basis, Recurrence
from finance.models import Effect
from finance.queries import closing_inputs
from finance.rules.periods import parse_period
from tests.cast import Cast
from tests.finance.builders import E1_PLAN, act, cells, decide, saving

IN_JANUARY = date(2027, 1, 20)
QUARTER = cells({"2026-10": 96_000, "2026-11": 94_000, "2026-12": 97_000})


def _book(cast: Cast, effect: Effect, actual: dict[int, Decimal], on: date = IN_JANUARY) -> None:
    for month, amount in actual.items():
        act(cast, record_validated, effect, month, amount, by=cast.controller, on=on, source="GL")


def test_three_months_at_full_effect_propose_the_run_rate(cast: Cast) -> None:
    measure = cast.measure()
    effect = saving(cast, measure, E1_PLAN)
    measure = decide(cast, measure)
    _book(cast, effect, QUARTER)
    closing = closing_inputs(measure, on=IN_JANUARY)
    assert closing.months == tuple(QUARTER)
    assert (sum(closing.actuals), sum(closing.baselines)) == (287_000, 300_000)
    assert (closing.proposed, closing.difference) == (1_148_000, -52_000)
    assert closing.reaches_baseline


def test_two_months_prove_nothing_yet(cast: Cast) -> None:
    measure = cast.measure()
    effect = saving(cast, measure, E1_PLAN)
    measure = decide(cast, measure)
    _book(cast, effect, cells({"2026-10": 96_000, "2026-12": 97_000}))
    closing = closing_inputs(measure, on=IN_JANUARY)
    assert (closing.months, closing.proposed, closing.reaches_baseline) == (None, None, False)


def test_unbooked_counter_effect_proves_nothing(cast: Cast) -> None:
    measure = cast.measure()
    effect = saving(cast, measure, E1_PLAN)
    counter = saving(cast, measure, dict.fromkeys(E1_PLAN, Decimal(-10_000)), name="Counter-effect")
    measure = decide(cast, measure)
    _book(cast, effect, QUARTER)
    assert closing_inputs(measure, on=IN_JANUARY).months is None
    _book(cast, counter, dict.fromkeys(QUARTER, Decimal(-10_000)))
    assert closing_inputs(measure, on=IN_JANUARY).proposed == 1_148_000 - 120_000


def test_one_off_saving_proposes_its_sum(cast: Cast) -> None:
    measure = cast.measure()
    effect = saving(cast, measure, cells({"2026-11": 300_000}), recurrence=Recurrence.ONE_OFF)
    measure = decide(cast, measure)
    _book(cast, effect, cells({"2026-11": 290_000}))
    closing = closing_inputs(measure, on=IN_JANUARY)
    assert (closing.basis, closing.months, closing.proposed) == (Basis.ONE_OFF, (parse_period("2026-11"),), 290_000)
