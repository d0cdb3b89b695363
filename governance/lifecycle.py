"""The policy beside the gates: holding, resuming, cancelling, reverting and reopening a measure (domain §2).

Who may propose it, which body decides, for which reasons, and the legal move. The gates themselves stand in
`governance/gates.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

from governance.choices import DecisionKind, ProposalReason
from governance.gates import COMMITTEE, CONTROLLER, GATES, OFFICE, OWNER, SPONSOR, Gate
from measures.choices import DoI, Lifecycle
from portfolio.choices import Office

HOLD, RESUME, CANCEL = DecisionKind.HOLD, DecisionKind.RESUME, DecisionKind.CANCEL
REVERT, REOPEN = DecisionKind.REVERT, DecisionKind.REOPEN
ACTIVE, ON_HOLD, CANCELLED = Lifecycle.ACTIVE, Lifecycle.ON_HOLD, Lifecycle.CANCELLED

REVIEW_DAYS = 90
# Held for longer after Decided, a measure needs a validation as fresh as the step to Decided does.
LONG_HOLD_DAYS = 90
# Each held by one person at a time; the transformation office and the committee are held by several.
PERSONAL = frozenset({OWNER, CONTROLLER, SPONSOR})
EVERYBODY = (OWNER, CONTROLLER, SPONSOR, OFFICE, COMMITTEE)


@dataclass(frozen=True)
class Body:
    """Who decides: every office named, or, where `either`, one of them."""

    offices: tuple[Office, ...]
    either: bool = False

    def needed(self, proposed_as: Office) -> tuple[Office, ...]:
        """The offices whose word is asked; the office that proposed has given its word where it decides with another.

        Empty where one person would decide what that person proposed.
        """
        if len(self.offices) == 1 or self.either:
            return tuple(one for one in self.offices if one != proposed_as or one not in PERSONAL)
        return tuple(one for one in self.offices if one != proposed_as)


@dataclass(frozen=True)
class Course:
    """One kind of proposal. `asks_text`: a reason code alone is not enough. `done`: the deed of the decision."""

    kind: DecisionKind
    proposers: tuple[Office, ...]
    reasons: tuple[ProposalReason, ...]
    done: str
    asks_text: bool = False


COURSES: dict[DecisionKind, Course] = {
    course.kind: course
    for course in (
        Course(
            HOLD,
            proposers=(SPONSOR,),
            reasons=(
                ProposalReason.RESOURCES,
                ProposalReason.WAITS_FOR_OTHERS,
                ProposalReason.MARKET_CHANGE,
                ProposalReason.OTHER,
            ),
            done="measure_held",
        ),
        Course(
            RESUME,
            proposers=(SPONSOR,),
            reasons=(ProposalReason.OBSTACLE_GONE, ProposalReason.PRIORITY_CHANGED, ProposalReason.OTHER),
            done="measure_resumed",
        ),
        Course(
            CANCEL,
            proposers=EVERYBODY,
            reasons=(
                ProposalReason.NOT_FEASIBLE,
                ProposalReason.DUPLICATE,
                ProposalReason.SUPERSEDED,
                ProposalReason.BUSINESS_SOLD,
                ProposalReason.COST_EXCEEDS_BENEFIT,
                ProposalReason.STRATEGY_CHANGE,
                ProposalReason.OTHER,
            ),
            done="measure_cancelled",
        ),
        Course(
            REVERT,
            proposers=EVERYBODY,
            reasons=(ProposalReason.PLAN_CHANGED, ProposalReason.PASSED_IN_ERROR, ProposalReason.OTHER),
            done="measure_reverted",
            asks_text=True,
        ),
        Course(
            REOPEN,
            proposers=EVERYBODY,
            reasons=(
                ProposalReason.REASON_GONE,
                ProposalReason.EROSION,
                ProposalReason.ERROR,
                ProposalReason.OTHER,
            ),
            done="measure_reopened",
            asks_text=True,
        ),
    )
}

# The legal moves of the measure, by where it stands.
BACK = {
    DoI.IDENTIFIED: "back_to_defined",
    DoI.DETAILED: "back_to_identified",
    DoI.DECIDED: "back_to_detailed",
    DoI.IMPLEMENTED: "back_to_decided",
    DoI.CLOSED: "back_to_implemented",
}
MOVES = {HOLD: "put_on_hold", RESUME: "take_up_again", CANCEL: "call_off", REOPEN: "bring_back"}


@dataclass(frozen=True)
class Step:
    """What one kind of proposal means for a measure that stands here: the body, the move, and where it leads."""

    kind: DecisionKind
    body: Body
    move: str
    to_stage: DoI
    to_lifecycle: Lifecycle


def step_of(kind: DecisionKind, stage: DoI, lifecycle: Lifecycle) -> Step | None:
    """The step, or None where the kind does not fit where the measure stands."""
    body = _body(kind, stage, lifecycle)
    if body is None:
        return None
    goes_back = kind == REVERT or (kind == REOPEN and stage == DoI.CLOSED)
    move = BACK[stage] if goes_back else MOVES[kind]
    to_lifecycle = {HOLD: ON_HOLD, CANCEL: CANCELLED}.get(kind, ACTIVE)
    return Step(kind, body, move, DoI(stage - 1) if goes_back else stage, to_lifecycle)


def _body(kind: DecisionKind, stage: DoI, lifecycle: Lifecycle) -> Body | None:
    closed = stage == DoI.CLOSED
    if kind == REOPEN and closed and lifecycle == ACTIVE:
        return Body((CONTROLLER, COMMITTEE), either=True)
    if kind == REOPEN and lifecycle == CANCELLED:
        return Body((COMMITTEE,))
    if closed or lifecycle == CANCELLED:
        return None
    if kind == CANCEL:
        return Body((SPONSOR,) if stage < DoI.DECIDED else (COMMITTEE,))
    if (kind == HOLD and lifecycle == ACTIVE) or (kind == RESUME and lifecycle == ON_HOLD):
        return Body(GATES[stage].deciders)
    passed = gate_behind(stage)
    return Body(passed.deciders) if kind == REVERT and lifecycle == ACTIVE and passed is not None else None


def gate_behind(stage: DoI) -> Gate | None:
    """The gate that led to this stage; none when Defined."""
    return next((gate for gate in GATES.values() if gate.to == stage), None)


def steps_from(stage: DoI, lifecycle: Lifecycle) -> tuple[Step, ...]:
    """Every step that fits where the measure stands."""
    found = (step_of(kind, stage, lifecycle) for kind in COURSES)
    return tuple(step for step in found if step is not None)


def all_steps() -> list[tuple[DoI, Lifecycle, Step]]:
    """Every step there is, with the stage and lifecycle it starts from."""
    return [(stage, life, step) for stage, life in product(DoI, Lifecycle) for step in steps_from(stage, life)]
