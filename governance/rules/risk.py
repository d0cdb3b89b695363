"""What a measure is worth once its risk is taken off (domain §7)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from finance.choices import Basis
from finance.money import ZERO, round_cents
from measures.choices import DoI, Lifecycle, Light

DEFAULT_PROBABILITIES: dict[DoI, Decimal] = {
    DoI.DEFINED: Decimal(0),
    DoI.IDENTIFIED: Decimal("0.25"),
    DoI.DETAILED: Decimal("0.50"),
    DoI.DECIDED: Decimal("0.75"),
    DoI.IMPLEMENTED: Decimal("0.90"),
    DoI.CLOSED: Decimal(1),
}


@dataclass(frozen=True, slots=True)
class RiskWeights:
    """The tenant's numbers with the defaults of domain §7: probability by DoI, discounts by potential."""

    probabilities: Mapping[DoI, Decimal] = field(default_factory=lambda: DEFAULT_PROBABILITIES)
    amber: Decimal = Decimal("0.9")
    red: Decimal = Decimal("0.6")


DEFAULT_RISK_WEIGHTS = RiskWeights()


@dataclass(frozen=True, slots=True)
class RiskWeighted:
    """The weighted value, and the one-off costs, which come in full and stand apart."""

    value: Decimal
    one_off_costs: Decimal


def probability(
    doi: DoI, lifecycle: Lifecycle, potential: Light, weights: RiskWeights = DEFAULT_RISK_WEIGHTS
) -> Decimal:
    """p by DoI, × 0.9 if the potential is AMBER, × 0.6 if RED; 0 when held or cancelled."""
    if lifecycle != Lifecycle.ACTIVE:
        return Decimal(0)
    discount = {Light.AMBER: weights.amber, Light.RED: weights.red}.get(potential, Decimal(1))
    return weights.probabilities[doi] * discount


def risk_weighted(
    doi: DoI,
    lifecycle: Lifecycle,
    potential: Light,
    *,
    basis: Basis,
    forecast: Decimal,
    one_off_costs: Decimal = ZERO,
    weights: RiskWeights = DEFAULT_RISK_WEIGHTS,
) -> RiskWeighted:
    """p × forecast run-rate to the cent, for basis RUN_RATE only; one-off costs (negative) at 100 %, apart."""
    p = probability(doi, lifecycle, potential, weights)
    value = round_cents(p * forecast) if basis == Basis.RUN_RATE else ZERO
    return RiskWeighted(value, one_off_costs)
