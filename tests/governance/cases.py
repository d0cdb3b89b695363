"""A measure that meets every criterion of every gate, to be spoiled one field at a time."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from finance.choices import Basis, Hardness, Nature, Recurrence
from finance.rules.periods import parse_period
from governance.criteria.case import (
    EffectFacts,
    FigureFacts,
    GateCase,
    MilestoneFacts,
    RiskFacts,
    ValidationFacts,
)
from measures.choices import DoI, Lifecycle

ON = date(2026, 10, 15)
JULY, DECEMBER_27 = parse_period("2026-07"), parse_period("2027-12")
SEPTEMBER = parse_period("2026-09")
OWNER, CONTROLLER, SPONSOR, LINE_OWNER, REVIEWER = 1, 2, 3, 4, 5


def effect(**fields: Any) -> EffectFacts:
    plan = {month: Decimal(100_000) for month in range(JULY, DECEMBER_27 + 1)}
    facts = EffectFacts(
        id=11,
        name="Cheaper resin",
        nature=Nature.EBITDA,
        recurrence=Recurrence.RECURRING,
        hardness=Hardness.BOTTOM_LINE,
        pnl_line_id=1,
        gl_account_id=1,
        cost_centre_id=1,
        plan=plan,
        forecast=plan,
        actual={month: Decimal(98_000) for month in range(JULY, SEPTEMBER + 1)},
    )
    return replace(facts, **fields)


def cost(**fields: Any) -> EffectFacts:
    paid = {parse_period("2026-05"): Decimal(-120_000)}
    facts = EffectFacts(
        id=12,
        name="Tooling",
        nature=Nature.ONE_OFF_COST,
        recurrence=Recurrence.ONE_OFF,
        plan=paid,
        forecast=paid,
    )
    return replace(facts, **fields)


def milestone(number: int, **fields: Any) -> MilestoneFacts:
    facts = MilestoneFacts(
        id=number,
        name=f"Step {number}",
        is_critical=number == 1,
        weight=Decimal(1),
        owner_id=OWNER,
        baseline_on=date(2026, 6, number),
        actual_on=date(2026, 6, number),
        evidence_sha256="ab" * 32,
    )
    return replace(facts, **fields)


def case(**fields: Any) -> GateCase:
    whole = GateCase(
        measure_id=1,
        on=ON,
        stage=DoI.DEFINED,
        lifecycle=Lifecycle.ACTIVE,
        currency="EUR",
        code="M-1",
        name="Resin dual sourcing",
        owner_id=OWNER,
        package_id=1,
        problem="One supplier of resin; a second one saves a tenth.",
        controller_id=CONTROLLER,
        sponsor_id=SPONSOR,
        committee_id=1,
        line_owner_id=LINE_OWNER,
        legal_entity_id=1,
        likely_potential=Decimal(1_200_000),
        low_potential=Decimal(840_000),
        high_potential=Decimal(1_560_000),
        reference_base=Decimal(12_000_000),
        reference_source="Ledger",
        reference_period="2025",
        budget_name="Operations 2026",
        lessons_learned="Ask the laboratory first.",
        due_on={stage: date(2026, 12, 31) for stage in DoI if stage > DoI.DEFINED},
        effects=(effect(), cost()),
        milestones=tuple(milestone(number) for number in (1, 2, 3)),
        risks=(RiskFacts(1, "The supplier fails", 2, 4),),
        waits_for=(7,),
        validations=(
            ValidationFacts(ON, CONTROLLER, second_reviewer=False, holds=True),
            ValidationFacts(ON, REVIEWER, second_reviewer=True, holds=True),
        ),
        last_closed=SEPTEMBER,
        current_period=parse_period("2026-10"),
        figures=FigureFacts(
            basis=Basis.RUN_RATE,
            rate=Decimal(1),
            plan_run_rate=Decimal(1_200_000),
            forecast_run_rate=Decimal(1_200_000),
        ),
    )
    return replace(whole, **fields)
