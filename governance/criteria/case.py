"""What the criteria of the gates may look at: one measure as it stands, as plain values.

Filled in a handful of queries by `governance/queries/cases.py`, so that every criterion is a pure function of it.
Periods are ordinals (year × 12 + month − 1). Amounts of effects are in the measure's currency, all others in the
organization's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from finance.choices import Basis, Hardness, Nature, Recurrence
from finance.rules.figures import EffectAmounts
from measures.choices import DoI, Lifecycle


@dataclass(frozen=True, slots=True)
class EffectFacts:
    """An effect with its plan; `evidence` are the months with an entry, by whether it is validated or ledger."""

    id: int
    name: str
    nature: Nature
    recurrence: Recurrence
    hardness: Hardness | str = ""
    pnl_line_id: int | None = None
    gl_account_id: int | None = None
    cost_centre_id: int | None = None
    ends_on: date | None = None
    plan: Mapping[int, Decimal] = field(default_factory=dict)
    forecast: Mapping[int, Decimal] = field(default_factory=dict)
    actual: Mapping[int, Decimal] = field(default_factory=dict)
    claimed: Mapping[int, Decimal] = field(default_factory=dict)
    # Part of an earlier baseline: it cannot be removed from a later draft, only planned at nothing.
    is_frozen: bool = False

    @property
    def is_planned(self) -> bool:
        return any(self.plan.values())

    @property
    def amounts(self) -> EffectAmounts:
        """As the figures read it, against the plan; from Decided on the plan is the current baseline."""
        return EffectAmounts(
            nature=self.nature,
            recurrence=self.recurrence,
            hardness=self.hardness,
            reference=self.plan,
            forecast=self.forecast or self.plan,
            actual=self.actual,
            has_end=self.ends_on is not None,
        )


@dataclass(frozen=True, slots=True)
class MilestoneFacts:
    id: int
    name: str
    is_critical: bool
    weight: Decimal
    owner_id: int | None
    baseline_on: date | None
    actual_on: date | None = None
    evidence_note: str = ""
    evidence_sha256: str = ""


@dataclass(frozen=True, slots=True)
class RiskFacts:
    id: int
    text: str
    probability: int | None
    impact: int | None


@dataclass(frozen=True, slots=True)
class ValidationFacts:
    """A controller's validation of the plan; `holds` is false once the plan has changed since."""

    on: date
    validated_by_id: int
    second_reviewer: bool
    holds: bool


@dataclass(frozen=True, slots=True)
class FigureFacts:
    """Run-rate (or sum) of plan and forecast in the organization's currency; None while the plan rate is unknown."""

    basis: Basis = Basis.NONE
    rate: Decimal | None = None
    plan_run_rate: Decimal | None = None
    forecast_run_rate: Decimal | None = None
    committed: Decimal | None = None
    confirmed: Decimal | None = None

    @property
    def size(self) -> Decimal:
        """What the limits of the tenant are compared with: max(|committed|, |confirmed|), the plan before Decided.

        Of a reverted measure the larger of what is in force and what is planned anew, so that neither way is shorter.
        """
        amounts = (self.plan_run_rate, self.committed, self.confirmed)
        return max(abs(amount or Decimal(0)) for amount in amounts)


@dataclass(frozen=True, slots=True)
class Limits:
    """The tenant's numbers that gates compare with, in its own currency."""

    currency: str = "EUR"
    materiality: Decimal = Decimal(10_000)
    de_minimis: Decimal = Decimal(50_000)
    four_eyes_limit: Decimal = Decimal(1_000_000)
    hardened: frozenset[str] = frozenset()
    added: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class GateCase:
    """One measure on one day."""

    measure_id: int
    on: date
    stage: DoI
    lifecycle: Lifecycle
    currency: str
    code: str
    name: str
    owner_id: int
    package_id: int | None
    problem: str = ""
    controller_id: int | None = None
    sponsor_id: int | None = None
    committee_id: int | None = None
    line_owner_id: int | None = None
    legal_entity_id: int | None = None
    likely_potential: Decimal | None = None
    low_potential: Decimal | None = None
    high_potential: Decimal | None = None
    reference_base: Decimal | None = None
    reference_source: str = ""
    reference_period: str = ""
    budget_name: str = ""
    lessons_learned: str = ""
    effect_start_confirmed: bool = False
    due_on: Mapping[DoI, date | None] = field(default_factory=dict)
    effects: tuple[EffectFacts, ...] = ()
    milestones: tuple[MilestoneFacts, ...] = ()
    risks: tuple[RiskFacts, ...] = ()
    waits_for: tuple[int, ...] = ()
    unlinked_overlaps: tuple[str, ...] = ()
    validations: tuple[ValidationFacts, ...] = ()
    open_disputes: int = 0
    unanswered_divergences: tuple[str, ...] = ()
    unratified: bool = False
    last_closed: int | None = None
    current_period: int | None = None
    figures: FigureFacts = field(default_factory=FigureFacts)
    limits: Limits = field(default_factory=Limits)

    @property
    def ebitda_effects(self) -> tuple[EffectFacts, ...]:
        return tuple(effect for effect in self.effects if effect.nature == Nature.EBITDA)

    @property
    def costs(self) -> tuple[EffectFacts, ...]:
        return tuple(effect for effect in self.effects if effect.nature == Nature.ONE_OFF_COST)

    @property
    def critical_milestones(self) -> tuple[MilestoneFacts, ...]:
        return tuple(milestone for milestone in self.milestones if milestone.is_critical)
