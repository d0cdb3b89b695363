"""The overview of one measure: its money by the same rules as everywhere, and what stands beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any, TypeVar

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import CharField, OuterRef, QuerySet
from django.db.models.functions import Cast, JSONObject

from finance.choices import Basis
from finance.models import BaselineVersion, ClosureConfirmation, Dispute, PlanValidation
from finance.money import ZERO
from finance.rules.figures import EffectAmounts, figures_of, is_avoidance, judged_effects, value_of
from finance.rules.run_rate import Series, in_months, latest_in, run_rate, sum_of, validated_to
from governance.choices import DivergenceState, SubmissionState
from governance.models import Divergence, GateSubmission, TakeOver, TakeOverGap
from governance.queries.effect_lines import EffectLine, MoneyFrame, effect_lines, money_frame
from measures.models import Dependency, Measure, Risk

Row = TypeVar("Row")


@dataclass(frozen=True)
class Money:
    """The money strip in the organization's currency; `committed` is None before Decided.

    Run-rates (or sums, basis ONE_OFF) at the plan rate of the decision; the fiscal year at its own plan rate.
    """

    basis: Basis
    planned: Decimal
    forecast: Decimal
    committed: Decimal | None
    original: Decimal | None
    confirmed: Decimal | None
    fiscal_year: int
    year_reference: Decimal
    year_forecast: Decimal
    year_latest: Decimal
    cost_plan: Decimal
    cost_forecast: Decimal
    avoidance: Decimal
    avoidance_forecast: Decimal

    @property
    def reference(self) -> Decimal:
        return self.planned if self.committed is None else self.committed

    @property
    def difference(self) -> Decimal:
        return self.forecast - self.reference

    @property
    def year_difference(self) -> Decimal:
        return self.year_latest - self.year_reference


@dataclass(frozen=True)
class EffectSummary:
    """An effect with the yearly value (or sum) of its plan and forecast, in the measure's currency."""

    line: EffectLine
    plan: Decimal
    forecast: Decimal

    @property
    def difference(self) -> Decimal:
        return self.forecast - self.plan


@dataclass(frozen=True)
class BaselineRow:
    number: int
    committed: Decimal
    plan_rate: Decimal
    fiscal_year: int
    frozen_on: date
    is_current: bool


@dataclass(frozen=True)
class DivergenceRow:
    pk: int
    code: str
    severity: str
    state: str
    count: int
    params: dict[str, Any]
    opened_on: date
    answer: str
    answered_by: str | None
    answered_until: date | None


@dataclass(frozen=True)
class DisputeRow:
    pk: int
    effect: str
    amount: Decimal
    reason: str
    opened_by: str
    opened_on: date
    answer: str
    answered_by: str | None


@dataclass(frozen=True)
class GapRow:
    criterion: str
    params: dict[str, Any]


@dataclass(frozen=True)
class RiskRow:
    pk: int
    text: str
    probability: int
    impact: int
    response: str
    owner: str | None

    @property
    def score(self) -> int:
        return self.probability * self.impact


@dataclass(frozen=True)
class ValidationRow:
    validated_by: str
    second_reviewer: bool
    on: date


@dataclass(frozen=True)
class SubmissionRow:
    to_stage: int
    submitted_by: str
    on: date
    due_on: date


@dataclass(frozen=True)
class DependencyRow:
    code: str
    name: str
    milestone: str | None


@dataclass(frozen=True)
class Beside:
    """Everything a measure is surrounded by, oldest first."""

    baselines: list[BaselineRow]
    confirmed: list[Decimal]
    divergences: list[DivergenceRow]
    disputes: list[DisputeRow]
    gaps: list[GapRow]
    unratified: bool
    risks: list[RiskRow]
    validations: list[ValidationRow]
    submissions: list[SubmissionRow]
    waits_for: list[DependencyRow]

    @property
    def baseline(self) -> BaselineRow | None:
        return next((row for row in self.baselines if row.is_current), None)


@dataclass(frozen=True)
class Overview:
    money: Money
    effects: list[EffectSummary]
    frame: MoneyFrame
    beside: Beside


def overview(measure: Measure, *, on: date) -> Overview:
    """The whole page in three statements: what stands beside, the fiscal frame, the effects."""
    found = beside(measure)
    frame = money_frame(on, currency=measure.currency)
    lines = effect_lines([measure.pk])
    return Overview(_money(lines, frame, found), [_summary(line) for line in lines], frame, found)


def _summary(line: EffectLine) -> EffectSummary:
    amounts = line.amounts
    if amounts.is_recurring:
        return EffectSummary(
            line, run_rate(amounts.reference, amounts.shape), run_rate(amounts.forecast, amounts.shape)
        )
    return EffectSummary(line, sum_of(amounts.reference.values()), sum_of(amounts.forecast.values()))


def _money(lines: Iterable[EffectLine], frame: MoneyFrame, found: Beside) -> Money:
    effects = [line.amounts for line in lines]
    year, baseline = frame.fiscal_year, found.baseline
    rate = baseline.plan_rate if baseline else frame.rates.near(year)
    figures = figures_of(effects, fiscal_year=frame.months_of(year), last_closed=frame.last_closed, rate=rate)
    beside_ebitda = [] if figures.basis == Basis.AVOIDANCE else [effect for effect in effects if is_avoidance(effect)]
    in_year = partial(_in_year, judged_effects(effects, figures.basis), frame)
    return Money(
        basis=figures.basis,
        planned=figures.committed,
        forecast=figures.forecast,
        committed=baseline.committed if baseline else None,
        original=found.baselines[0].committed if baseline else None,
        confirmed=found.confirmed[-1] if found.confirmed else None,
        fiscal_year=year,
        year_reference=in_year(lambda effect, month: _in_month(effect, effect.reference, month)),
        year_forecast=in_year(lambda effect, month: _in_month(effect, effect.forecast, month)),
        year_latest=in_year(lambda effect, month: _latest(effect, month, frame.last_closed)),
        cost_plan=figures.cost_reference,
        cost_forecast=figures.cost_forecast,
        avoidance=value_of(beside_ebitda, lambda effect: effect.reference, rate),
        avoidance_forecast=value_of(beside_ebitda, lambda effect: effect.forecast, rate),
    )


def _in_year(
    effects: Iterable[EffectAmounts], frame: MoneyFrame, row: Callable[[EffectAmounts, int], Decimal]
) -> Decimal:
    """The fiscal year at its own plan rate, each row converted (domain §1, FX)."""
    year = frame.fiscal_year
    rate = frame.rates.near(year)
    return sum((sum_of((row(effect, month) for month in frame.months_of(year)), rate) for effect in effects), ZERO)


def _in_month(effect: EffectAmounts, series: Series, month: int) -> Decimal:
    return in_months(series, (month,), effect.shape, continues=effect.continues)


def _latest(effect: EffectAmounts, month: int, last_closed: int | None) -> Decimal:
    return latest_in(
        effect.forecast,
        effect.actual,
        month,
        validated_to=validated_to(effect.actual, last_closed),
        shape=effect.shape,
        continues=effect.continues,
    )


def beside(measure: Measure) -> Beside:
    """What hangs on a measure, in one statement however much it is."""
    rows = Measure.objects.filter(pk=measure.pk).values_list(
        _rows(
            BaselineVersion.objects.order_by("number"),
            BaselineRow,
            committed=_text("committed"),
            plan_rate=_text("plan_rate"),
        ),
        _rows(ClosureConfirmation.objects.filter(revoked_at__isnull=True), None, run_rate=_text("run_rate")),
        _rows(
            Divergence.objects.exclude(state=DivergenceState.CLOSED).order_by("code"),
            DivergenceRow,
            answered_by="answered_by__name",
        ),
        _rows(
            Dispute.objects.filter(closed_on__isnull=True).order_by("pk"),
            DisputeRow,
            effect="effect__name",
            amount=_text("amount"),
            opened_by="opened_by__name",
            answered_by="answered_by__name",
        ),
        _rows(TakeOverGap.objects.filter(closed_on__isnull=True).order_by("pk"), GapRow),
        _rows(TakeOver.objects.filter(ratified_at__isnull=True), None, pk="pk"),
        _rows(Risk.objects.filter(closed=False).order_by("pk"), RiskRow, owner="owner__name"),
        _rows(PlanValidation.objects.order_by("pk"), ValidationRow, validated_by="validated_by__name"),
        _rows(
            GateSubmission.objects.filter(state=SubmissionState.OPEN), SubmissionRow, submitted_by="submitted_by__name"
        ),
        _rows(
            Dependency.objects.order_by("pk"),
            DependencyRow,
            code="on_measure__code",
            name="on_measure__name",
            milestone="on_milestone__name",
        ),
    )
    (baselines, confirmed, divergences, disputes, gaps, takeovers, risks, validations, submissions, waits) = rows.get()
    return Beside(
        baselines=_filled(BaselineRow, baselines),
        confirmed=[Decimal(row["run_rate"]) for row in confirmed],
        divergences=_filled(DivergenceRow, divergences),
        disputes=_filled(DisputeRow, disputes),
        gaps=_filled(GapRow, gaps),
        unratified=bool(takeovers),
        risks=_filled(RiskRow, risks),
        validations=_filled(ValidationRow, validations),
        submissions=_filled(SubmissionRow, submissions),
        waits_for=_filled(DependencyRow, waits),
    )


def _text(name: str) -> Cast:
    # JSON numbers would come back as floats.
    return Cast(name, CharField())


def _rows(rows: QuerySet[Any, Any], shape: type[Any] | None, **named: Any) -> ArraySubquery:
    """The rows of one measure as one column: a dataclass names the fields, `named` those called otherwise."""
    own = {field.name: field.name for field in fields(shape)} if shape else {}
    return ArraySubquery(rows.filter(measure=OuterRef("pk")).values(row=JSONObject(**{**own, **named})))


_READ: dict[str, Callable[[str], Any]] = {
    "date": date.fromisoformat,
    "date | None": date.fromisoformat,
    "Decimal": Decimal,
}


def _filled(shape: type[Row], rows: Iterable[dict[str, Any]]) -> list[Row]:
    """Dates and amounts come as text in JSON and become themselves again."""
    read = {field.name: _READ.get(str(field.type)) for field in fields(shape)}  # type: ignore[arg-type]
    return [shape(**{name: _as(read[name], value) for name, value in row.items()}) for row in rows]


def _as(read: Callable[[str], Any] | None, value: Any) -> Any:
    return value if read is None or value is None else read(value)
