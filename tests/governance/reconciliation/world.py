"""Small invented organizations: drawn as plain values, written as rows past all actions."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import F
from hypothesis import strategies as st

from finance.choices import EvidenceTier, Hardness, Nature, Recurrence
from finance.models import (
    ActualEntry,
    BaselineAmount,
    BaselineEffect,
    BaselineVersion,
    Dispute,
    Effect,
    FiscalPeriod,
    ForecastAmount,
    ForecastUpkeep,
    PlanAmount,
    PlanRate,
)
from finance.rules import parse_period, period_name
from governance.choices import DecisionKind
from governance.models import GateDecision, ImportBatch, TakeOver
from measures.choices import DoI, Lifecycle
from measures.models import Measure, MeasurePackage, Milestone
from portfolio.actions.structure import insert_node
from portfolio.choices import Office
from portfolio.models import BusinessUnit
from tests.cast import Cast
from tests.guarantees.rows import decide, move

FIRST, LAST = parse_period("2025-01"), parse_period("2028-06")
RATES = {("USD", 2026): Decimal("0.92"), ("USD", 2027): Decimal("0.90"), ("GBP", 2025): Decimal("1.17345678")}
AT = datetime(2026, 1, 5, tzinfo=UTC)
Series = dict[int, Decimal]


@dataclass(frozen=True)
class EffectSpec:
    nature: Nature
    recurrence: Recurrence
    hardness: Hardness | str
    ends: bool
    plan: Series
    forecast: Series
    promise: Series
    entries: tuple[tuple[int, Decimal, EvidenceTier], ...]
    disputed: bool


@dataclass(frozen=True)
class MilestoneSpec:
    critical: bool
    baseline_on: date
    forecast_on: date | None
    actual_on: date | None
    weight: Decimal


@dataclass(frozen=True)
class MeasureSpec:
    stage: int
    lifecycle: Lifecycle
    currency: str
    stage_since: date
    taken_over_on: date | None
    kept_on: date | None
    due_on: date | None
    touched_on: date | None
    # What the last gate's snapshot holds: nothing, the figure alone, or the plan by month.
    snapshot: str
    promised: Decimal
    package: int
    unit: int | None
    controlled: bool
    swapped: bool
    effects: tuple[EffectSpec, ...] = ()
    milestones: tuple[MilestoneSpec, ...] = ()
    # Was decided and is a draft again, whose owner has begun to change terms and plan.
    reverted: bool = False
    redrawn: Hardness = Hardness.BOTTOM_LINE
    further: EffectSpec | None = None

    @property
    def is_reverted(self) -> bool:
        return self.reverted and self.stage == DoI.DETAILED and self.lifecycle == Lifecycle.ACTIVE


@dataclass(frozen=True)
class WorldSpec:
    on: date
    measures: tuple[MeasureSpec, ...]


days = st.dates(date(2025, 6, 1), date(2027, 6, 30))
near_days = st.dates(date(2026, 5, 1), date(2026, 12, 31))
amounts = st.sampled_from(
    [
        Decimal(text)
        for text in ("0", "100000", "95000", "50000", "25000", "-10000", "12345.6789", "0.005", "33333.3350")
    ]
)


@st.composite
def series(draw: st.DrawFn) -> Series:
    """A ramp, a level, and a few months that differ."""
    start = draw(st.integers(FIRST, parse_period("2026-06")) | st.integers(FIRST, LAST - 1))
    length = draw(st.integers(0, min(LAST - start, 26)) | st.integers(min(LAST - start, 12), min(LAST - start, 26)))
    level = draw(amounts)
    found = dict.fromkeys(range(start, start + length), level)
    found |= draw(st.dictionaries(st.integers(start, start + max(length, 1)), amounts, max_size=3))
    return {month: amount for month, amount in found.items() if month <= LAST}


@st.composite
def variants(draw: st.DrawFn, of: Series) -> Series:
    """The same, none, another level, later, or something else."""
    kind = draw(st.sampled_from(["same", "none", "scaled", "late", "other"]))
    if kind == "same":
        return dict(of)
    if kind == "scaled":
        factor = draw(st.sampled_from([Decimal(t) for t in ("0.40", "0.80", "0.90", "0.95", "0.94", "1.30")]))
        return {month: (amount * factor).quantize(Decimal("0.0001")) for month, amount in of.items()}
    if kind == "late":
        return {month + 2: amount for month, amount in of.items() if month + 2 <= LAST}
    return {} if kind == "none" else draw(series())


@st.composite
def effects(draw: st.DrawFn) -> EffectSpec:
    plan = draw(series())
    forecast = draw(variants(plan))
    months = sorted(month for month in plan if month <= parse_period("2026-12"))
    booked = months[: draw(st.integers(0, len(months)))]
    shares = st.sampled_from([Decimal(t) for t in ("1", "0.9", "0.45", "0.7", "1.25")])
    tiers = st.sampled_from([EvidenceTier.VALIDATED, EvidenceTier.VALIDATED, *EvidenceTier])
    usual, recent = draw(shares), draw(shares)
    entries = [
        (month, (plan[month] * (recent if month in booked[-2:] else usual)).quantize(Decimal("0.0001")), draw(tiers))
        for month in booked
    ]
    entries += draw(st.lists(st.tuples(st.integers(FIRST, parse_period("2026-12")), amounts, tiers), max_size=2))
    return EffectSpec(
        nature=draw(st.sampled_from([*[Nature.EBITDA] * 5, Nature.ONE_OFF_COST, Nature.CASH])),
        recurrence=draw(st.sampled_from([Recurrence.RECURRING, Recurrence.RECURRING, Recurrence.ONE_OFF])),
        hardness=draw(st.sampled_from([*[Hardness.BOTTOM_LINE] * 4, Hardness.AVOIDANCE, ""])),
        ends=draw(st.booleans()),
        plan=plan,
        forecast=forecast,
        promise=draw(variants(plan)),
        entries=tuple(entries),
        disputed=draw(st.integers(0, 9)) == 0,
    )


milestones = st.builds(
    MilestoneSpec,
    critical=st.booleans(),
    baseline_on=days,
    forecast_on=st.none() | days,
    actual_on=st.none() | days,
    weight=st.sampled_from([Decimal(0), Decimal(1), Decimal("2.5"), Decimal(7)]),
)


def measures(stages: st.SearchStrategy[int]) -> st.SearchStrategy[MeasureSpec]:
    return st.builds(
        MeasureSpec,
        stage=stages,
        lifecycle=st.sampled_from([Lifecycle.ACTIVE, Lifecycle.ACTIVE, Lifecycle.ACTIVE, *Lifecycle]),
        currency=st.sampled_from(["EUR", "EUR", "USD", "GBP"]),
        stage_since=days,
        taken_over_on=st.none() | near_days,
        kept_on=st.none() | near_days,
        due_on=st.none() | near_days,
        touched_on=st.none() | near_days,
        snapshot=st.sampled_from(["none", "figure", "months"]),
        promised=amounts.map(lambda amount: 12 * amount),
        package=st.integers(0, 2),
        unit=st.none() | st.integers(0, 1),
        controlled=st.booleans(),
        swapped=st.integers(0, 9).map(lambda n: n == 0),
        effects=(st.lists(effects(), min_size=1, max_size=3) | st.lists(effects(), max_size=1)).map(tuple),
        milestones=st.lists(milestones, max_size=4).map(tuple),
        reverted=st.booleans(),
        redrawn=st.sampled_from(list(Hardness)),
        further=st.none() | effects(),
    )


any_stage = st.sampled_from([0, 1, 2, 2, 3, 3, 3, 4, 4, 5])


def worlds(stages: st.SearchStrategy[int] = any_stage, *, most: int = 4) -> st.SearchStrategy[WorldSpec]:
    return st.builds(
        WorldSpec,
        on=st.sampled_from([date(2026, 10, 15), date(2026, 10, 9)]) | st.dates(date(2025, 12, 20), date(2026, 12, 31)),
        measures=st.lists(measures(stages), min_size=1, max_size=most).map(tuple),
    )


@dataclass
class World:
    """The rows of a drawn organization."""

    cast: Cast
    packages: list[MeasurePackage] = field(default_factory=list)
    units: list[BusinessUnit] = field(default_factory=list)
    periods: dict[int, int] = field(default_factory=dict)
    measures: list[Measure] = field(default_factory=list)
    specs: dict[int, MeasureSpec] = field(default_factory=dict)


def build(cast: Cast, spec: WorldSpec) -> World:
    """Writes the rows; the caller's transaction takes them back."""
    world = World(cast)
    project = cast.package.parent
    assert project is not None
    nodes = [cast.package, insert_node(project, name="Indirect"), insert_node(project, name="Logistics")]
    world.packages = [MeasurePackage.objects.create(node=node) for node in nodes]
    world.units = [BusinessUnit.objects.create(code=f"BU{n}", name=f"Unit {n}") for n in range(2)]
    world.periods = dict(FiscalPeriod.objects.values_list("ordinal", "pk"))
    for (currency, year), rate in RATES.items():
        PlanRate.objects.create(currency=currency, fiscal_year=year, rate=rate)
    for number, measure in enumerate(spec.measures):
        add_measure(world, measure, f"T-{number}")
    return world


def add_measure(world: World, spec: MeasureSpec, code: str) -> Measure:
    cast = world.cast
    first_owner = cast.controller if spec.swapped else cast.owner
    measure = Measure.objects.create(
        code=code,
        name=code,
        package=world.packages[spec.package],
        business_unit=None if spec.unit is None else world.units[spec.unit],
        owner=first_owner,
        sponsor=cast.sponsor,
        committee=cast.committee,
        currency=spec.currency,
        stage_since=spec.stage_since,
        taken_over_on=spec.taken_over_on,
        milestones_kept_on=spec.kept_on,
        due_decided=spec.due_on,
        due_implemented=spec.due_on,
        due_closed=spec.due_on,
    )
    controller = cast.controller if spec.controlled or spec.swapped else None
    Measure.objects.filter(pk=measure.pk).update(owner=cast.owner, controller=controller)
    _add_milestones(measure, spec)
    rows = [_add_effect(world, measure, effect, n) for n, effect in enumerate(spec.effects)]
    _pass_gates(world, measure, replace(spec, stage=DoI.DECIDED) if spec.is_reverted else spec, rows)
    if spec.is_reverted:
        _revert(world, measure, spec)
    if spec.touched_on:
        ForecastUpkeep.objects.create(measure=measure, updated_on=spec.touched_on)
    measure = Measure.objects.get(pk=measure.pk)
    world.measures.append(measure)
    world.specs[measure.pk] = spec
    return measure


def _add_milestones(measure: Measure, spec: MeasureSpec) -> None:
    Milestone.objects.bulk_create(
        Milestone(
            measure=measure,
            name=f"Step {n}",
            position=n,
            weight=step.weight,
            is_critical=step.critical,
            baseline_on=step.baseline_on,
            forecast_on=step.forecast_on,
            actual_on=step.actual_on,
        )
        for n, step in enumerate(spec.milestones)
    )


def _add_effect(world: World, measure: Measure, spec: EffectSpec, number: int) -> Effect:
    effect = Effect.objects.create(
        measure=measure,
        name=f"Effect {number}",
        position=number,
        nature=spec.nature,
        recurrence=spec.recurrence,
        hardness=spec.hardness,
        ends_on=date(2028, 6, 30) if spec.ends else None,
    )
    for model, months in ((PlanAmount, spec.plan), (ForecastAmount, spec.forecast)):
        write_months(world, model, months, effect=effect)
    ActualEntry.objects.bulk_create(
        ActualEntry(
            effect=effect,
            period_id=world.periods[month],
            amount=amount,
            tier=tier,
            entered_by=world.cast.controller,
            at=AT,
        )
        for month, amount, tier in spec.entries
    )
    if spec.disputed:
        Dispute.objects.create(
            effect=effect,
            measure=measure,
            amount=1,
            reason="Is it real?",
            opened_by=world.cast.controller,
            opened_on=measure.stage_since,
        )
    return effect


def write_months(world: World, model: Any, months: Series, **keys: Any) -> None:
    model.objects.bulk_create(
        model(period_id=world.periods[month], amount=amount, **keys) for month, amount in months.items()
    )


def _pass_gates(world: World, measure: Measure, spec: MeasureSpec, rows: list[Effect]) -> None:
    if spec.stage >= DoI.DECIDED:
        _freeze(world, measure, spec, rows)
    elif spec.snapshot == "none":
        return
    _decide(world, measure, spec, rows)


def _freeze(world: World, measure: Measure, spec: MeasureSpec, rows: list[Effect]) -> None:
    baseline = BaselineVersion.objects.create(
        measure=measure,
        number=1,
        frozen_on=spec.stage_since,
        fiscal_year=2026,
        currency=spec.currency,
        plan_rate=RATES.get((spec.currency, 2026), Decimal(1)),
        committed=spec.promised,
        sha256="0" * 64,
    )
    for effect, drawn in zip(rows, spec.effects, strict=True):
        terms = ("name", "nature", "recurrence", "hardness", "ends_on")
        BaselineEffect.objects.create(
            baseline=baseline, effect=effect, **{name: getattr(effect, name) for name in terms}
        )
        write_months(world, BaselineAmount, drawn.plan, baseline=baseline, effect=effect)


def _decide(world: World, measure: Measure, spec: MeasureSpec, rows: list[Effect]) -> None:
    """One take-over up to the stage; a closed measure is closed past all decisions."""
    with world.cast.acting(world.cast.office):
        batch = ImportBatch.objects.create(
            name="program.xlsx", sha256="0" * 64, imported_by=world.cast.office, on=spec.stage_since, at=AT
        )
        TakeOver.objects.create(measure=measure, batch=batch, stage=min(spec.stage, DoI.IMPLEMENTED))
        GateDecision.objects.create(
            measure=measure,
            kind=DecisionKind.TAKE_OVER,
            from_stage=DoI.DEFINED,
            to_stage=min(spec.stage, DoI.IMPLEMENTED),
            to_lifecycle=spec.lifecycle,
            office=Office.TRANSFORMATION_OFFICE,
            decided_by=world.cast.office,
            on=spec.stage_since,
            at=AT,
            snapshot=snapshot_of(spec, rows),
            sha256="0" * 64,
        )
    Measure.objects.filter(pk=measure.pk).update(stage=spec.stage, lifecycle=spec.lifecycle)


def _revert(world: World, measure: Measure, spec: MeasureSpec) -> None:
    """Back to Detailed; then the draft says something else than what was decided."""
    decide(world.cast, measure, DecisionKind.REVERT, by=world.cast.chair, to_stage=DoI.DETAILED)
    move(measure, DoI.DETAILED)
    Effect.objects.filter(measure=measure).update(hardness=spec.redrawn, recurrence=Recurrence.RECURRING)
    PlanAmount.objects.filter(effect__measure=measure).update(amount=F("amount") * 2)
    if spec.further is not None:
        _add_effect(world, measure, spec.further, len(spec.effects))


def snapshot_of(spec: MeasureSpec, rows: list[Effect]) -> dict[str, Any]:
    snapshot: dict[str, Any] = {"figures": {"plan_run_rate": str(spec.promised), "basis": "run_rate"}, "relevant": {}}
    if spec.snapshot == "months":
        snapshot["relevant"]["effects.plan"] = [
            [effect.pk, {period_name(month): str(amount) for month, amount in drawn.promise.items() if amount}]
            for effect, drawn in zip(rows, spec.effects, strict=True)
        ]
    return snapshot
