"""The tenant's numbers over the defaults of the rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from typing import Any, TypeVar

from finance.rules import DEFAULT_POTENTIAL_THRESHOLDS, PotentialThresholds
from governance.rules import (
    DEFAULT_DIVERGENCE_THRESHOLDS,
    DEFAULT_RISK_WEIGHTS,
    DEFAULT_ROLL_UP_THRESHOLDS,
    DivergenceThresholds,
    RiskWeights,
    RollUpThresholds,
)
from measures.choices import DoI
from measures.rules import DEFAULT_IMPLEMENTATION_THRESHOLDS, ImplementationThresholds
from portfolio.models import OrganizationSettings

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Thresholds:
    """All numbers that lights, divergences and roll-ups compare with, as one organization has set them."""

    implementation: ImplementationThresholds
    potential: PotentialThresholds
    divergence: DivergenceThresholds
    roll_up: RollUpThresholds


def thresholds_of(settings: OrganizationSettings) -> Thresholds:
    """The defaults, with what `settings.thresholds` names instead; materiality has a field of its own.

    Names are those of the rules' fields. `probabilities` maps names of stages, `risk_amber` and `risk_red` are the
    discounts of domain §7.
    """
    own: dict[str, Any] = {**settings.thresholds, "materiality": settings.materiality}
    return Thresholds(
        implementation=_with(DEFAULT_IMPLEMENTATION_THRESHOLDS, own),
        potential=_with(DEFAULT_POTENTIAL_THRESHOLDS, own),
        divergence=_with(DEFAULT_DIVERGENCE_THRESHOLDS, own),
        roll_up=replace(_with(DEFAULT_ROLL_UP_THRESHOLDS, own), risk=_risk(own)),
    )


def _with(default: T, own: Mapping[str, Any]) -> T:
    numbers = {field.name: getattr(default, field.name) for field in fields(default)}  # type: ignore[arg-type]
    changed = {name: _like(was, own[name]) for name, was in numbers.items() if name in own}
    return replace(default, **changed)  # type: ignore[type-var]


def _like(was: Any, value: Any) -> Any:
    return Decimal(str(value)) if isinstance(was, Decimal) else type(was)(value)


def _risk(own: Mapping[str, Any]) -> RiskWeights:
    named = own.get("probabilities", {})
    probabilities = {
        doi: Decimal(str(named.get(doi.name.lower(), p))) for doi, p in DEFAULT_RISK_WEIGHTS.probabilities.items()
    }
    return RiskWeights(
        probabilities={doi: probabilities[doi] for doi in DoI},
        amber=Decimal(str(own.get("risk_amber", DEFAULT_RISK_WEIGHTS.amber))),
        red=Decimal(str(own.get("risk_red", DEFAULT_RISK_WEIGHTS.red))),
    )
