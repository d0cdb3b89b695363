"""The two monthly rounds: a controller's month end, and an owner's update."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeVar

from django.db.models import DecimalField, Exists, OuterRef, QuerySet, Subquery, TextChoices
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from finance.models import Dispute, Effect, FiscalPeriod, ForecastAmount, ForecastUpkeep, PlanAmount
from finance.money import ZERO
from finance.queries.entries import MonthEntries, month_entries
from measures.choices import DoI, Lifecycle
from measures.models import Measure, Milestone
from portfolio.models import User

Part = TypeVar("Part", Effect, Milestone)

# How many months an owner looks ahead.
MONTHS_AHEAD = 12


class MonthState(TextChoices):
    """How far a month of an effect has come on its way into the books."""

    NOTHING = "nothing", _("Nothing expected")
    MISSING = "missing", _("Not claimed yet")
    CLAIMED = "claimed", _("Waiting for validation")
    VALIDATED = "validated", _("Validated")


@dataclass(frozen=True, slots=True)
class MonthEndRow:
    """One effect in one month, in the currency of its measure.

    `difference` is what was booked (validated, or claimed while that waits) minus the forecast; None while nothing
    is booked.
    """

    measure: Measure
    effect: Effect
    plan: Decimal
    forecast: Decimal
    claimed: Decimal | None
    validated: Decimal | None
    difference: Decimal | None
    state: MonthState
    disputed: bool
    source: str


def month_end(controller: User, period: FiscalPeriod, *, on: date) -> list[MonthEndRow]:
    """Every effect of a controller's measures that expects or has something in the month; two statements.

    By code of the measure. Cancelled measures are left out; of a month that has not begun there is nothing yet.
    """
    if period.starts_on > on:
        return []
    effects = list(_in_month(controller, period))
    entries = month_entries((effect.pk for effect in effects), period)
    rows = [_month_end_row(effect, entries.get(effect.pk, MonthEntries())) for effect in effects]
    return [row for row in rows if row.plan or row.state != MonthState.NOTHING]


def _amount(model: type[PlanAmount | ForecastAmount], period: FiscalPeriod) -> Coalesce:
    cell = model.objects.filter(effect_id=OuterRef("pk"), period=period).values("amount")
    return Coalesce(Subquery(cell), ZERO, output_field=DecimalField(max_digits=20, decimal_places=4))


def _in_month(controller: User, period: FiscalPeriod) -> QuerySet[Effect, Effect]:
    open_dispute = Dispute.objects.filter(effect_id=OuterRef("pk"), closed_on__isnull=True)
    return (
        Effect.objects.filter(measure__controller=controller)
        .exclude(measure__lifecycle=Lifecycle.CANCELLED)
        .select_related("measure__owner")
        .annotate(
            plan_of_month=_amount(PlanAmount, period),
            forecast_of_month=_amount(ForecastAmount, period),
            disputed=Exists(open_dispute),
        )
        .order_by("measure__code", "position", "pk")
    )


def _month_end_row(effect: Effect, booked: MonthEntries) -> MonthEndRow:
    forecast: Decimal = effect.forecast_of_month  # type: ignore[attr-defined]
    pending = booked.pending_claim
    amount = None
    if booked.entries:
        amount = booked.claimed if pending is not None else booked.proven
    return MonthEndRow(
        measure=effect.measure,
        effect=effect,
        plan=effect.plan_of_month,  # type: ignore[attr-defined]
        forecast=forecast,
        claimed=booked.claimed if booked.claims else None,
        validated=booked.proven if booked.proofs else None,
        difference=None if amount is None else amount - forecast,
        state=_state(booked, forecast),
        disputed=effect.disputed,  # type: ignore[attr-defined]
        source=booked.claims[-1].source if booked.claims else "",
    )


def _state(booked: MonthEntries, forecast: Decimal) -> MonthState:
    if booked.pending_claim is not None:
        return MonthState.CLAIMED
    if booked.entries:
        return MonthState.VALIDATED
    return MonthState.MISSING if forecast else MonthState.NOTHING


@dataclass(frozen=True, slots=True)
class ForecastRow:
    """One effect with plan and forecast of the coming months, in the order of `MyUpdate.months`."""

    effect: Effect
    plan: tuple[Decimal | None, ...]
    forecast: tuple[Decimal | None, ...]


@dataclass(frozen=True, slots=True)
class MeasureUpdate:
    """What an owner keeps up to date on one measure. `touched_on`: the forecast was last changed or confirmed."""

    measure: Measure
    milestones: tuple[Milestone, ...]
    effects: tuple[ForecastRow, ...]
    touched_on: date | None


@dataclass(frozen=True, slots=True)
class MyUpdate:
    months: tuple[FiscalPeriod, ...]
    measures: tuple[MeasureUpdate, ...]


def my_update(owner: User, on: date) -> MyUpdate:
    """The owner's running measures with open milestones and the forecast of twelve months; seven statements at most.

    Left out: closed, cancelled and held measures.
    """
    months = tuple(FiscalPeriod.objects.filter(ends_on__gte=on).order_by("ordinal")[:MONTHS_AHEAD])
    running = Measure.objects.filter(owner=owner, lifecycle=Lifecycle.ACTIVE, stage__lt=DoI.CLOSED)
    measures = list(running.order_by("code"))
    milestones = _by_measure(Milestone.objects.filter(measure__in=measures).order_by("position", "pk"))
    effects = _by_measure(Effect.objects.filter(measure__in=measures).order_by("position", "pk"))
    plan, forecast = _cells(PlanAmount, measures, months), _cells(ForecastAmount, measures, months)
    upkeep = {row.measure_id: row for row in ForecastUpkeep.objects.filter(measure__in=measures)}
    return MyUpdate(
        months,
        tuple(
            MeasureUpdate(
                measure=measure,
                milestones=tuple(milestones[measure.pk]),
                effects=tuple(_forecast_row(effect, months, plan, forecast) for effect in effects[measure.pk]),
                touched_on=_touched_on(upkeep.get(measure.pk)),
            )
            for measure in measures
        ),
    )


def _by_measure(rows: Iterable[Part]) -> dict[int, list[Part]]:
    found: dict[int, list[Part]] = defaultdict(list)
    for row in rows:
        found[row.measure_id].append(row)
    return found


Cells = dict[tuple[int, int], Decimal]


def _cells(
    model: type[PlanAmount | ForecastAmount], measures: list[Measure], months: tuple[FiscalPeriod, ...]
) -> Cells:
    rows = model.objects.filter(effect__measure__in=measures, period__in=months)
    return {(effect, period): amount for effect, period, amount in rows.values_list("effect_id", "period_id", "amount")}


def _forecast_row(effect: Effect, months: tuple[FiscalPeriod, ...], plan: Cells, forecast: Cells) -> ForecastRow:
    return ForecastRow(
        effect,
        tuple(plan.get((effect.pk, month.pk)) for month in months),
        tuple(forecast.get((effect.pk, month.pk)) for month in months),
    )


def _touched_on(upkeep: ForecastUpkeep | None) -> date | None:
    if upkeep is None:
        return None
    return max((day for day in (upkeep.updated_on, upkeep.confirmed_on) if day is not None), default=None)
