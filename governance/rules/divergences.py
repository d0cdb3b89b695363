"""Where the work and the money disagree, and other patterns somebody must answer (domain §5, D1 to D13)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from finance.money import ZERO
from finance.rules.potential import forecast_is_stale
from governance.choices import Severity
from measures.choices import DoI, Lifecycle, Light

SEVERITIES: dict[str, Severity] = {
    "D1": Severity.CRITICAL,
    "D2": Severity.HIGH,
    "D3": Severity.HIGH,
    "D4": Severity.HIGH,
    "D5": Severity.HIGH,
    "D6": Severity.MEDIUM,
    "D7": Severity.MEDIUM,
    "D8": Severity.MEDIUM,
    "D12": Severity.CRITICAL,
    "D13": Severity.MEDIUM,
}

ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class DivergenceInputs:
    """What the patterns are read from: the computed lights, never the overrides, and plain facts.

    ``has_actuals``: an actual of any tier, CLAIMED included; ``has_validated_actuals``: validated or ledger.
    ``cumulative_*``: from the start of the effects to V, in the organization's currency. ``milestones_done_on``:
    the latest actual date once every milestone has one, else None. ``forecast_equals_plan``: every month of
    every effect. ``duties_conflict``: a role change left one person with two roles that exclude each other.
    """

    on: date
    doi: DoI
    lifecycle: Lifecycle
    implementation: Light
    potential: Light
    has_actuals: bool = False
    has_validated_actuals: bool = False
    implemented_on: date | None = None
    cumulative_reference: Decimal = ZERO
    cumulative_actual: Decimal = ZERO
    milestones_done_on: date | None = None
    forecast_equals_plan: bool = False
    forecast_touched_on: date | None = None
    effect_starts_on: date | None = None
    duties_conflict: bool = False
    closure_due_on: date | None = None


@dataclass(frozen=True, slots=True)
class DivergenceThresholds:
    """The tenant's numbers with the defaults of domain §5."""

    unproven_days: int = 60
    overclaim_share: Decimal = Decimal("1.20")
    gate_forgotten_days: int = 14
    forecast_stale_months: int = 3
    closure_overdue_days: int = 60
    materiality: Decimal = Decimal(10_000)


DEFAULT_DIVERGENCE_THRESHOLDS = DivergenceThresholds()


def divergence_codes(
    inputs: DivergenceInputs, thresholds: DivergenceThresholds = DEFAULT_DIVERGENCE_THRESHOLDS
) -> frozenset[str]:
    """The codes whose pattern holds today (domain §5).

    D1 to D3 are for active measures from Decided to Implemented. D5, D7, D8 and D13 ask somebody to act, so
    they are for active measures. D4, D6 and D12 are facts and hold in any lifecycle.
    """
    return frozenset(code for code, pattern in _PATTERNS.items() if pattern(inputs, thresholds))


Pattern = Callable[[DivergenceInputs, DivergenceThresholds], bool]


def _is_running(inputs: DivergenceInputs) -> bool:
    return _is_active(inputs) and DoI.DECIDED <= inputs.doi <= DoI.IMPLEMENTED


def _is_active(inputs: DivergenceInputs) -> bool:
    return inputs.lifecycle == Lifecycle.ACTIVE


def _passed_by(day: date | None, days: int, on: date) -> bool:
    return day is not None and day + timedelta(days=days) < on


def _silent_leakage(inputs: DivergenceInputs, _: DivergenceThresholds) -> bool:
    looks_well = inputs.implementation in (Light.GREEN, Light.AMBER)
    return _is_running(inputs) and looks_well and inputs.potential == Light.RED


def _early_warning(inputs: DivergenceInputs, _: DivergenceThresholds) -> bool:
    return _is_running(inputs) and inputs.implementation == Light.GREEN and inputs.potential == Light.AMBER


def _value_ahead(inputs: DivergenceInputs, _: DivergenceThresholds) -> bool:
    return _is_running(inputs) and inputs.implementation == Light.RED and inputs.potential == Light.GREEN


def _ungoverned(inputs: DivergenceInputs, _: DivergenceThresholds) -> bool:
    return inputs.has_actuals and inputs.doi < DoI.DECIDED


def _unproven(inputs: DivergenceInputs, limits: DivergenceThresholds) -> bool:
    if not _is_active(inputs) or inputs.doi != DoI.IMPLEMENTED or inputs.implemented_on is None:
        return False
    ripe = inputs.implemented_on + timedelta(days=limits.unproven_days) <= inputs.on
    return ripe and not inputs.has_validated_actuals


def _over_claim(inputs: DivergenceInputs, limits: DivergenceThresholds) -> bool:
    if inputs.doi < DoI.DECIDED:
        return False
    excess, size = inputs.cumulative_actual - inputs.cumulative_reference, abs(inputs.cumulative_reference)
    if not size:
        return excess > 0 and excess >= limits.materiality
    return excess > (limits.overclaim_share - ONE) * size


def _gate_forgotten(inputs: DivergenceInputs, limits: DivergenceThresholds) -> bool:
    done = _passed_by(inputs.milestones_done_on, limits.gate_forgotten_days, inputs.on)
    return _is_active(inputs) and inputs.doi < DoI.IMPLEMENTED and done


def _not_maintained(inputs: DivergenceInputs, limits: DivergenceThresholds) -> bool:
    if not _is_active(inputs) or inputs.doi == DoI.CLOSED or not inputs.forecast_equals_plan:
        return False
    return forecast_is_stale(
        inputs.on, inputs.forecast_touched_on, inputs.effect_starts_on, limits.forecast_stale_months
    )


def _duties_conflict(inputs: DivergenceInputs, _: DivergenceThresholds) -> bool:
    return inputs.duties_conflict


def _closure_overdue(inputs: DivergenceInputs, limits: DivergenceThresholds) -> bool:
    overdue = _passed_by(inputs.closure_due_on, limits.closure_overdue_days, inputs.on)
    return _is_active(inputs) and inputs.doi < DoI.CLOSED and overdue


_PATTERNS: dict[str, Pattern] = {
    "D1": _silent_leakage,
    "D2": _early_warning,
    "D3": _value_ahead,
    "D4": _ungoverned,
    "D5": _unproven,
    "D6": _over_claim,
    "D7": _gate_forgotten,
    "D8": _not_maintained,
    "D12": _duties_conflict,
    "D13": _closure_overdue,
}
