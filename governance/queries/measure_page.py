"""The overview of one measure: its money by the same rules as everywhere, and what stands beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any, TypeVar

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import CharField, F, QuerySet
from django.db.models.functions import Cast, JSONObject

from finance.models import BaselineVersion, ClosureConfirmation, Dispute, PlanRate, PlanValidation
from finance.queries.figures import MeasureFigures, MeasureRows, decided_terms, figures_from
from finance.queries.periods import calendar_on
from finance.queries.rates import Rates
from finance.rules.run_rate import run_rate, sum_of
from governance.choices import DivergenceState, SubmissionState
from governance.models import Divergence, GateSubmission, TakeOver, TakeOverGap
from governance.queries.effect_lines import EffectLine, as_amounts, effect_lines
from measures.models import Dependency, Measure, Risk
from portfolio.actions.structure import RESPONSIBLE
from portfolio.models import NodeClosure, OrganizationSettings

Row = TypeVar("Row")


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
    pk: int
    code: str
    name: str
    milestone: str | None


@dataclass(frozen=True)
class Inherited:
    """The nearest node above that names an office or a unit, and whom or what it names."""

    node: str
    value: int


@dataclass(frozen=True)
class Beside:
    """Everything a measure is surrounded by, oldest first; `inherited` by the name of the measure's field."""

    baselines: list[BaselineVersion]
    confirmed: list[Decimal]
    divergences: list[DivergenceRow]
    disputes: list[DisputeRow]
    gaps: list[GapRow]
    unratified: bool
    risks: list[RiskRow]
    validations: list[ValidationRow]
    submissions: list[SubmissionRow]
    waits_for: list[DependencyRow]
    inherited: dict[str, Inherited]

    @property
    def baseline(self) -> BaselineVersion | None:
        return next((row for row in self.baselines if row.is_current), None)


@dataclass(frozen=True)
class Overview:
    """`figures` are in the organization's currency, the effects in the measure's."""

    figures: MeasureFigures
    effects: list[EffectSummary]
    beside: Beside

    @property
    def committed(self) -> Decimal | None:
        """C as it was frozen; None before Decided."""
        return self.beside.baseline.committed if self.figures.committed is not None and self.beside.baseline else None

    @property
    def difference(self) -> Decimal:
        """Forecast against what was committed, before Decided against the plan."""
        planned = self.figures.planned if self.committed is None else self.committed
        return self.figures.forecast - planned

    @property
    def year_reference(self) -> Decimal:
        year = self.figures.this_year
        return year.plan if year.baseline is None else year.baseline

    @property
    def year_difference(self) -> Decimal:
        return self.figures.this_year.latest - self.year_reference

    @property
    def cost_difference(self) -> Decimal:
        return self.figures.cost_forecast - self.figures.cost_planned


def overview(measure: Measure, *, on: date) -> Overview:
    """The whole page in three statements: settings with what stands beside, the calendar, the effects."""
    rows, lines, found = rows_of(measure, on=on)
    figures = figures_from(rows, confirmed=found.confirmed[-1] if found.confirmed else None)
    return Overview(figures, [_summary(line) for line in lines], found)


def rows_of(measure: Measure, *, on: date) -> tuple[MeasureRows, list[EffectLine], Beside]:
    """What is stored about a measure, as the rules read it and as pages show it; three statements."""
    settings = _settings_and_surroundings(measure)
    found = _beside(settings)
    lines = effect_lines([measure.pk])
    terms = decided_terms(measure, found.baseline)
    counted = [line for line in lines if terms is None or line.effect.pk in terms]
    rows = MeasureRows(
        measure=measure,
        settings=settings,
        calendar=calendar_on(on, settings),
        rates=_rates(measure.currency, settings),
        effects=tuple(line.effect for line in counted),
        amounts=as_amounts(counted),
        baselines=tuple(found.baselines),
        baseline={line.effect.pk: dict(line.baseline) for line in counted},
        terms=terms,
    )
    return rows, lines, found


def _summary(line: EffectLine) -> EffectSummary:
    amounts = line.amounts
    if amounts.is_recurring:
        shape = amounts.shape
        return EffectSummary(line, run_rate(amounts.reference, shape), run_rate(amounts.forecast, shape))
    return EffectSummary(line, sum_of(amounts.reference.values()), sum_of(amounts.forecast.values()))


def _rates(currency: str, settings: Any) -> Rates:
    known = {row["year"]: Decimal(row["rate"]) for row in settings.plan_rates}
    return Rates(currency, is_own=currency == settings.currency, known=known)


def _settings_and_surroundings(measure: Measure) -> Any:
    """The organization's settings, carrying as lists what hangs on the measure: one statement however much it is."""
    hung = partial(_hung, measure)
    rates = PlanRate.objects.filter(currency=measure.currency).values(
        row=JSONObject(year=F("fiscal_year"), rate=_text("rate"))
    )
    return OrganizationSettings.objects.annotate(
        plan_rates=ArraySubquery(rates),
        baselines=hung(BaselineVersion.objects.order_by("number"), **_BASELINE),
        confirmed=hung(ClosureConfirmation.objects.filter(revoked_at__isnull=True), run_rate=_text("run_rate")),
        divergences=hung(
            Divergence.objects.exclude(state=DivergenceState.CLOSED).order_by("code"),
            **_named(DivergenceRow, answered_by=F("answered_by__name")),
        ),
        disputes=hung(
            Dispute.objects.filter(closed_on__isnull=True).order_by("pk"),
            **_named(
                DisputeRow,
                effect=F("effect__name"),
                amount=_text("amount"),
                opened_by=F("opened_by__name"),
                answered_by=F("answered_by__name"),
            ),
        ),
        gaps=hung(TakeOverGap.objects.filter(closed_on__isnull=True).order_by("pk"), **_named(GapRow)),
        unratified=hung(TakeOver.objects.filter(ratified_at__isnull=True), pk=F("pk")),
        risks=hung(Risk.objects.filter(closed=False).order_by("pk"), **_named(RiskRow, owner=F("owner__name"))),
        validations=hung(
            PlanValidation.objects.order_by("pk"), **_named(ValidationRow, validated_by=F("validated_by__name"))
        ),
        submissions=hung(
            GateSubmission.objects.filter(state=SubmissionState.OPEN),
            **_named(SubmissionRow, submitted_by=F("submitted_by__name")),
        ),
        waits_for=hung(
            Dependency.objects.order_by("pk"),
            **_named(
                DependencyRow,
                code=F("on_measure__code"),
                name=F("on_measure__name"),
                milestone=F("on_milestone__name"),
            ),
        ),
        **{f"inherited_{field}": _nearest(measure, field) for field in RESPONSIBLE},
    ).get()


def _beside(settings: Any) -> Beside:
    inherited = {field: getattr(settings, f"inherited_{field}") for field in RESPONSIBLE}
    return Beside(
        baselines=[BaselineVersion(**_baseline_values(row)) for row in settings.baselines],
        confirmed=[Decimal(row["run_rate"]) for row in settings.confirmed],
        divergences=_filled(DivergenceRow, settings.divergences),
        disputes=_filled(DisputeRow, settings.disputes),
        gaps=_filled(GapRow, settings.gaps),
        unratified=bool(settings.unratified),
        risks=_filled(RiskRow, settings.risks),
        validations=_filled(ValidationRow, settings.validations),
        submissions=_filled(SubmissionRow, settings.submissions),
        waits_for=_filled(DependencyRow, settings.waits_for),
        inherited={field: Inherited(**found[0]) for field, found in inherited.items() if found},
    )


def _text(name: str) -> Cast:
    # JSON numbers would come back as floats.
    return Cast(name, CharField())


_BASELINE: dict[str, Any] = {
    "number": F("number"),
    "is_current": F("is_current"),
    "frozen_on": F("frozen_on"),
    "fiscal_year": F("fiscal_year"),
    "committed": _text("committed"),
    "plan_rate": _text("plan_rate"),
}


def _baseline_values(row: dict[str, Any]) -> dict[str, Any]:
    amounts = {name: Decimal(row[name]) for name in ("committed", "plan_rate")}
    return {**row, **amounts, "frozen_on": date.fromisoformat(row["frozen_on"])}


def _hung(measure: Measure, rows: QuerySet[Any, Any], **named: Any) -> ArraySubquery:
    return ArraySubquery(rows.filter(measure_id=measure.pk).values(row=JSONObject(**named)))


def _named(shape: type[Any], **otherwise: Any) -> dict[str, Any]:
    """A column for each field of the dataclass, by its own name unless said otherwise."""
    return {**{field.name: F(field.name) for field in fields(shape)}, **otherwise}


def _nearest(measure: Measure, field: str) -> ArraySubquery:
    above = NodeClosure.objects.filter(descendant_id=measure.access_node_id, **{f"ancestor__{field}__isnull": False})
    found = JSONObject(node=F("ancestor__name"), value=F(f"ancestor__{field}_id"))
    return ArraySubquery(above.order_by("depth").values(row=found)[:1])


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
