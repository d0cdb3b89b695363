"""The policy: what each gate asks for, who submits it, who decides it, and which facts a submission freezes.

A tenant tightens it with data (`OrganizationSettings.hardened_criteria` and the limits), never with code. Criteria
are asked in the order written; all of them, always. The name beside a criterion is who can clear it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from inspect import getdoc

from django.utils.translation import gettext

from governance.criteria import finance, measures, people
from governance.criteria.case import GateCase
from measures.choices import DoI
from portfolio.choices import Office
from portfolio.errors import Objection

OWNER, CONTROLLER, SPONSOR = Office.OWNER, Office.CONTROLLER, Office.SPONSOR
COMMITTEE, OFFICE = Office.COMMITTEE, Office.TRANSFORMATION_OFFICE


@dataclass(frozen=True)
class Criterion:
    """A statement that must be true of the measure, and the offices that can make it true."""

    check: Callable[[GateCase], Objection | None]
    cleared_by: tuple[Office, ...]

    @property
    def code(self) -> str:
        return self.check.__name__

    @property
    def policy(self) -> str:
        """The rule in one sentence, as people read it."""
        return gettext(getdoc(self.check) or self.code)


@dataclass(frozen=True)
class Gate:
    """One step. `deciders`: every office named must approve. `move`: the legal step of the measure."""

    to: DoI
    move: str
    hard: tuple[Criterion, ...]
    soft: tuple[Criterion, ...]
    submitters: tuple[Office, ...]
    deciders: tuple[Office, ...]
    freezes: tuple[str, ...]
    # Working days after the target date from which the transformation office may submit in the owner's place.
    office_submits_after: int | None = None
    # Consultants, tenant administrators and superusers never decide these.
    barred: bool = False

    @property
    def criteria(self) -> tuple[Criterion, ...]:
        return self.hard + self.soft


def needs(check: Callable[[GateCase], Objection | None], *cleared_by: Office) -> Criterion:
    return Criterion(check, cleared_by)


# Gate-relevant fields: exactly what a submission freezes. A forecast is not one.
IDEA = (
    "measure.name",
    "measure.problem",
    "measure.package",
    "measure.owner",
    "measure.sponsor",
    "measure.likely_potential",
    "measure.low_potential",
    "measure.high_potential",
)
PLAN = (
    *IDEA,
    "measure.controller",
    "measure.committee",
    "measure.legal_entity",
    "measure.currency",
    "measure.reference_base",
    "measure.reference_source",
    "measure.reference_period",
    "measure.budget_name",
    "effects.name",
    "effects.nature",
    "effects.recurrence",
    "effects.hardness",
    "effects.pnl_line",
    "effects.gl_account",
    "effects.cost_centre",
    "effects.ends_on",
    "effects.plan",
    "milestones.name",
    "milestones.weight",
    "milestones.is_critical",
    "milestones.owner",
    "milestones.baseline_on",
)
DELIVERY = (
    *PLAN,
    "measure.line_owner",
    "measure.effect_start_confirmed",
    "milestones.actual_on",
    "milestones.evidence",
)

GATES: dict[DoI, Gate] = {
    DoI.DEFINED: Gate(
        to=DoI.IDENTIFIED,
        move="to_identified",
        hard=(
            needs(measures.problem_described, OWNER),
            needs(measures.package_named, OFFICE),
            needs(people.owner_named, SPONSOR),
            needs(people.sponsor_named, OFFICE),
            needs(finance.likely_potential_given, OWNER),
        ),
        soft=(
            needs(measures.gate_dates_set, OWNER),
            needs(finance.potential_range_given, OWNER),
        ),
        submitters=(OWNER,),
        deciders=(OFFICE,),
        freezes=IDEA,
    ),
    DoI.IDENTIFIED: Gate(
        to=DoI.DETAILED,
        move="to_detailed",
        hard=(
            needs(people.controller_named, SPONSOR),
            needs(finance.reference_base_sourced, OWNER),
            needs(finance.effect_planned, OWNER),
            needs(finance.plan_rate_known, OFFICE),
            needs(finance.effects_addressed, OWNER),
            needs(measures.milestones_set, OWNER),
            needs(finance.hardness_set, OWNER),
            needs(finance.overlaps_resolved, OWNER),
        ),
        soft=(
            needs(finance.full_year_planned, OWNER),
            needs(measures.risks_scored, OWNER),
            needs(measures.dependencies_entered, OWNER),
            needs(finance.assumptions_linked, OWNER),
        ),
        submitters=(OWNER,),
        deciders=(CONTROLLER, SPONSOR),
        freezes=PLAN,
    ),
    DoI.DETAILED: Gate(
        to=DoI.DECIDED,
        move="to_decided",
        hard=(
            needs(finance.plan_validated, CONTROLLER),
            needs(finance.budget_named, OWNER),
            needs(finance.no_open_dispute, CONTROLLER),
            needs(people.committee_named, OFFICE),
        ),
        soft=(needs(finance.second_reviewer_agreed, CONTROLLER),),
        submitters=(OWNER,),
        deciders=(COMMITTEE,),
        freezes=PLAN,
        barred=True,
    ),
    DoI.DECIDED: Gate(
        to=DoI.IMPLEMENTED,
        move="to_implemented",
        hard=(
            needs(measures.critical_milestones_evidenced, OWNER),
            needs(finance.actuals_begun, OWNER),
            needs(people.line_owner_named, OWNER),
        ),
        soft=(needs(measures.lessons_learned_written, OWNER),),
        submitters=(OWNER,),
        deciders=(OFFICE, SPONSOR),
        freezes=DELIVERY,
    ),
    DoI.IMPLEMENTED: Gate(
        to=DoI.CLOSED,
        move="to_closed",
        hard=(
            needs(measures.critical_milestones_evidenced, OWNER),
            needs(finance.one_off_cost_final, OWNER),
            needs(finance.overlaps_resolved, OWNER),
            needs(people.take_over_ratified, COMMITTEE),
        ),
        # Passed without it only on other evidence: contract, price list or headcount, which the owner names.
        soft=(needs(finance.value_proven, CONTROLLER),),
        submitters=(OWNER, OFFICE),
        deciders=(CONTROLLER,),
        freezes=DELIVERY,
        office_submits_after=10,
        barred=True,
    ),
}

# Asked of the controller at the moment of confirmation, beside the criteria above.
ON_CONFIRMATION = (needs(people.divergences_answered, CONTROLLER), needs(finance.no_open_dispute, CONTROLLER))

DECISION_DUE_DAYS = 10


def passed_gates(stage: DoI) -> tuple[Gate, ...]:
    """The gates behind a measure that stands in this stage."""
    return tuple(gate for gate in GATES.values() if gate.to <= stage)
