"""Both lights and the money of a node, summed from its measures directly, never colour of colours (domain §5).

Every figure of a node is a sum over its measures, so a level more or less in the hierarchy changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from decimal import Decimal
from typing import Self

from finance.choices import Basis
from finance.money import ZERO, round_ratio
from finance.rules.potential import attainment, falls_below
from governance.rules.risk import DEFAULT_RISK_WEIGHTS, RiskWeights, risk_weighted
from measures.choices import DoI, Lifecycle, Light
from measures.rules import worst

ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class MeasureShare:
    """What one measure brings to its nodes; amounts in the organization's currency.

    ``committed`` is C of the current baseline, None for a measure that has never passed Decided. ``forecast``
    is F, before Decided the forecast in the terms of the basis. ``planned`` is the planned value, which weighs
    a measure without C. ``confirmed`` counts once closed, ``eroded_to`` (mean of the last two closed months
    × 12) once eroded. ``original_commitment`` is C of v1. One-off costs are negative. ``is_fresh``: updated
    within 45 days.
    """

    doi: DoI
    lifecycle: Lifecycle
    basis: Basis
    implementation: Light
    potential: Light
    committed: Decimal | None
    forecast: Decimal = ZERO
    planned: Decimal = ZERO
    confirmed: Decimal = ZERO
    eroded_to: Decimal | None = None
    original_commitment: Decimal = ZERO
    cost_plan: Decimal = ZERO
    cost_forecast: Decimal = ZERO
    is_fresh: bool = False

    @property
    def is_active(self) -> bool:
        return self.lifecycle == Lifecycle.ACTIVE

    @property
    def is_closed(self) -> bool:
        return self.doi == DoI.CLOSED

    @property
    def expected(self) -> Decimal:
        """F as it enters a node: 0 when held or cancelled, the confirmed amount when closed."""
        if not self.is_active:
            return ZERO
        if not self.is_closed:
            return self.forecast
        return self.confirmed if self.eroded_to is None else self.eroded_to


@dataclass(frozen=True, slots=True)
class RollUpThresholds:
    """The tenant's numbers with the defaults of domain §5."""

    attainment_red: Decimal = Decimal("0.80")
    attainment_amber: Decimal = Decimal("0.95")
    exposed_red: Decimal = Decimal("0.40")
    exposed_amber: Decimal = Decimal("0.15")
    red_share_red: Decimal = Decimal("0.25")
    red_share_amber: Decimal = Decimal("0.10")
    troubled_share_amber: Decimal = Decimal("0.30")
    materiality: Decimal = Decimal(10_000)
    risk: RiskWeights = DEFAULT_RISK_WEIGHTS


DEFAULT_ROLL_UP_THRESHOLDS = RollUpThresholds()


class _Additive:
    """Two of a kind are added field by field."""

    __slots__ = ()

    def __add__(self, other: Self) -> Self:
        names = (item.name for item in fields(self))  # type: ignore[arg-type]
        return type(self)(**{name: getattr(self, name) + getattr(other, name) for name in names})


@dataclass(frozen=True, slots=True)
class LightCounts(_Additive):
    """How many measures show which colour."""

    green: int = 0
    amber: int = 0
    red: int = 0
    grey: int = 0


@dataclass(frozen=True, slots=True)
class Line(_Additive):
    """One line of a node: amounts of one basis. ``size`` is Σ|C|; ``held`` and ``cancelled`` are parts of C.

    ``confirmed`` is what controllers confirmed. ``pipeline`` is the forecast of active measures before Decided,
    in no other figure.
    """

    committed: Decimal = ZERO
    forecast: Decimal = ZERO
    size: Decimal = ZERO
    exposed: Decimal = ZERO
    held: Decimal = ZERO
    cancelled: Decimal = ZERO
    confirmed: Decimal = ZERO
    original_commitment: Decimal = ZERO
    pipeline: Decimal = ZERO

    @property
    def gap(self) -> Decimal:
        return self.forecast - self.committed

    @property
    def attainment(self) -> Decimal | None:
        """1 + Σ(F − C)/Σ|C| with four decimals for display; None without any commitment."""
        return attainment(self.size + self.gap, self.size)

    @property
    def exposed_share(self) -> Decimal | None:
        """exposed/Σ|C| with four decimals for display; None without any commitment."""
        return round_ratio(self.exposed / self.size) if self.size else None


@dataclass(frozen=True, slots=True)
class Weights(_Additive):
    """Weights of the measures whose implementation is judged, in the organization's currency."""

    total: Decimal = ZERO
    red: Decimal = ZERO
    amber: Decimal = ZERO
    fresh: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class NodeSums(_Additive):
    """All a node adds up. ``avoidance`` stands beside and enters neither a light nor an EBITDA figure.

    ``weighted`` is the risk-weighted run-rate of active measures; their one-off costs stand apart, in full.
    """

    run_rate: Line = field(default_factory=Line)
    one_off: Line = field(default_factory=Line)
    avoidance: Line = field(default_factory=Line)
    weighted: Decimal = ZERO
    cost_plan: Decimal = ZERO
    cost_forecast: Decimal = ZERO
    measures: int = 0
    weights: Weights = field(default_factory=Weights)
    implementation_counts: LightCounts = field(default_factory=LightCounts)
    potential_counts: LightCounts = field(default_factory=LightCounts)


@dataclass(frozen=True, slots=True)
class NodeRollUp:
    """A node as it is shown: its sums and the two lights. Its figures are those of the run-rate line."""

    sums: NodeSums
    implementation: Light
    potential: Light

    @property
    def committed(self) -> Decimal:
        return self.sums.run_rate.committed

    @property
    def forecast(self) -> Decimal:
        return self.sums.run_rate.forecast

    @property
    def exposed(self) -> Decimal:
        return self.sums.run_rate.exposed

    @property
    def pipeline(self) -> Decimal:
        return self.sums.run_rate.pipeline


def roll_up(measures: Iterable[MeasureShare], thresholds: RollUpThresholds = DEFAULT_ROLL_UP_THRESHOLDS) -> NodeRollUp:
    """A node from all measures below it, however deep (domain §5)."""
    return node_of(sum((sums_of(measure, thresholds) for measure in measures), NodeSums()), thresholds)


def node_of(sums: NodeSums, thresholds: RollUpThresholds = DEFAULT_ROLL_UP_THRESHOLDS) -> NodeRollUp:
    """A node from its sums: the worse of the run-rate and the one-off line gives the potential light."""
    lines = (line_light(sums.run_rate, thresholds), line_light(sums.one_off, thresholds))
    return NodeRollUp(sums, implementation_of(sums.weights, thresholds), worst(lines))


def sums_of(measure: MeasureShare, thresholds: RollUpThresholds = DEFAULT_ROLL_UP_THRESHOLDS) -> NodeSums:
    """What one measure adds to every node above it."""
    line = _line_of(measure)
    return NodeSums(
        run_rate=line if measure.basis == Basis.RUN_RATE else Line(),
        one_off=line if measure.basis == Basis.ONE_OFF else Line(),
        avoidance=line if measure.basis == Basis.AVOIDANCE else Line(),
        weighted=_weighted(measure, thresholds),
        cost_plan=measure.cost_plan if measure.is_active else ZERO,
        cost_forecast=measure.cost_forecast if measure.is_active else ZERO,
        measures=1,
        weights=_weights_of(measure, thresholds),
        implementation_counts=_counted(measure.implementation, counts=_is_under_way(measure)),
        potential_counts=_counted(measure.potential, counts=_enters_a_node(measure)),
    )


def line_light(line: Line, thresholds: RollUpThresholds = DEFAULT_ROLL_UP_THRESHOLDS) -> Light:
    """The potential light of one line, exactly: attainment and exposure, whichever is worse; GREY if Σ|C| = 0.

    Netting hides, so a red measure counts by its exposure even where others make up for it.
    """
    if not line.size:
        return Light.GREY
    value = line.size + line.gap
    if falls_below(value, line.size, thresholds.attainment_red):
        return Light.RED
    if line.exposed >= thresholds.exposed_red * line.size:
        return Light.RED
    troubled = falls_below(value, line.size, thresholds.attainment_amber)
    exposed = line.exposed >= thresholds.exposed_amber * line.size
    return Light.AMBER if troubled or exposed else Light.GREEN


def implementation_of(weights: Weights, thresholds: RollUpThresholds = DEFAULT_ROLL_UP_THRESHOLDS) -> Light:
    """The implementation light of a node from weights, exactly; GREY where nothing is under way."""
    if not weights.total:
        return Light.GREY
    if weights.red >= thresholds.red_share_red * weights.total:
        return Light.RED
    red = weights.red >= thresholds.red_share_amber * weights.total
    troubled = weights.red + weights.amber >= thresholds.troubled_share_amber * weights.total
    return Light.AMBER if red or troubled else Light.GREEN


def _line_of(measure: MeasureShare) -> Line:
    committed = measure.committed
    if committed is None:
        return Line(pipeline=measure.expected)
    at_stake = measure.potential == Light.RED and measure.is_active and not measure.is_closed
    return Line(
        committed=committed,
        forecast=measure.expected,
        size=abs(committed),
        exposed=abs(committed) if at_stake else ZERO,
        held=committed if measure.lifecycle == Lifecycle.ON_HOLD else ZERO,
        cancelled=committed if measure.lifecycle == Lifecycle.CANCELLED else ZERO,
        confirmed=measure.confirmed if measure.is_closed else ZERO,
        original_commitment=measure.original_commitment,
    )


def _weighted(measure: MeasureShare, thresholds: RollUpThresholds) -> Decimal:
    return risk_weighted(
        measure.doi,
        measure.lifecycle,
        measure.potential,
        basis=measure.basis,
        forecast=measure.expected,
        weights=thresholds.risk,
    ).value


def _is_under_way(measure: MeasureShare) -> bool:
    return measure.is_active and DoI.DETAILED <= measure.doi <= DoI.IMPLEMENTED


def _enters_a_node(measure: MeasureShare) -> bool:
    return measure.committed is not None and measure.basis in (Basis.RUN_RATE, Basis.ONE_OFF)


def _weights_of(measure: MeasureShare, thresholds: RollUpThresholds) -> Weights:
    if not _is_under_way(measure):
        return Weights()
    value = measure.planned if measure.committed is None else measure.committed
    weight = max(abs(value), thresholds.materiality)
    return Weights(
        total=weight,
        red=weight if measure.implementation == Light.RED else ZERO,
        amber=weight if measure.implementation == Light.AMBER else ZERO,
        fresh=weight if measure.is_fresh else ZERO,
    )


def _counted(light: Light, *, counts: bool) -> LightCounts:
    return LightCounts(**{light.value: 1}) if counts else LightCounts()
