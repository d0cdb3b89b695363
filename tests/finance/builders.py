"""Measures with amounts, in the words of the worked examples."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from django.utils import timezone

from finance.actions.baselines import freeze_baseline
from finance.actions.effects import add_effect
from finance.actions.plans import set_plan
from finance.choices import Hardness, Nature, Recurrence
from finance.models import Effect
from finance.rules.periods import parse_period
from governance.choices import DecisionKind
from governance.models import GateDecision, ImportBatch, TakeOver
from measures.choices import DoI, Lifecycle
from measures.models import Measure
from portfolio.choices import Office
from portfolio.deeds import deed
from portfolio.models import User
from tests.cast import TODAY, Cast

T = TypeVar("T")


def months(first: str, count: int, amount: int | str) -> dict[int, Decimal]:
    """The same amount in a row of months."""
    start = parse_period(first)
    return {start + index: Decimal(amount) for index in range(count)}


def cells(amounts: Mapping[str, int | str]) -> dict[int, Decimal]:
    return {parse_period(name): Decimal(amount) for name, amount in amounts.items()}


# E1 of the worked examples.
E1_PLAN = cells({"2026-04": 25_000, "2026-05": 50_000, "2026-06": 75_000}) | months("2026-07", 18, 100_000)
E1_FORECAST = cells({"2026-06": 25_000, "2026-07": 50_000, "2026-08": 75_000}) | months("2026-09", 16, 100_000)
E1_ACTUAL = cells({"2026-06": 25_000, "2026-07": 48_000, "2026-08": 70_000, "2026-09": 90_000})


def act(cast: Cast, action: Callable[..., T], *args: Any, by: User, **kwargs: Any) -> T:
    """Does the action in the name of the person, as a door would."""
    with cast.acting(by):
        return action(*args, by=by, **kwargs)


def saving(cast: Cast, measure: Measure, plan: Mapping[int, Decimal] | None = None, **terms: object) -> Effect:
    """A recurring bottom-line EBITDA effect with its plan."""
    values = {
        "name": "Saving",
        "nature": Nature.EBITDA,
        "recurrence": Recurrence.RECURRING,
        "hardness": Hardness.BOTTOM_LINE,
        "by": cast.owner,
    }
    effect = act(cast, add_effect, measure, **values | terms)
    return act(cast, set_plan, effect, plan, by=cast.owner) if plan else effect


def decide(
    cast: Cast,
    measure: Measure,
    *,
    stage: int = DoI.DECIDED,
    on: date = TODAY,
    lifecycle: str = Lifecycle.ACTIVE,
) -> Measure:
    """Takes the measure over as decided (or further), which freezes its baseline."""
    with cast.acting(cast.office), deed("taken_over", by=cast.office, subject=measure):
        freeze_baseline(measure, by=cast.office, on=on)
        batch = ImportBatch.objects.create(
            name="program.xlsx", sha256="0" * 64, imported_by=cast.office, on=on, at=timezone.now()
        )
        TakeOver.objects.create(measure=measure, batch=batch, stage=stage)
        GateDecision.objects.create(
            measure=measure,
            kind=DecisionKind.TAKE_OVER,
            from_stage=measure.stage,
            to_stage=stage,
            to_lifecycle=lifecycle,
            office=Office.TRANSFORMATION_OFFICE,
            decided_by=cast.office,
            on=on,
            at=timezone.now(),
            snapshot={},
            sha256="0" * 64,
        )
        Measure.objects.filter(pk=measure.pk).update(stage=stage, lifecycle=lifecycle)
    return Measure.objects.get(pk=measure.pk)
