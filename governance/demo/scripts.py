"""What happened to a measure until today: one script for each turn its life can take.

Months are offsets from the last closed month. A share of 1 is what was planned.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from governance.demo.choices import Turn
from measures.choices import DoI


@dataclass(frozen=True, slots=True)
class Script:
    """`stage` is where the measure stands; `waits`: its next gate is submitted and nobody has decided yet.

    `starts` is the first month of the effect. `achieved` is the share of the plan in closed months, `last` in the last
    closed one, `expects` the share in the forecast of the coming months. `slip` are days by which the critical
    milestone moved. `implemented`, `closed` are the months of those decisions.
    """

    stage: DoI
    starts: int
    waits: bool = False
    achieved: float = 1.0
    last: float | None = None
    expects: float = 1.0
    slip: int = 0
    milestones_done: bool = False
    claims: bool = True
    validated: bool = True
    kept: bool = True
    overspent: float = 1.0
    implemented: int | None = None
    closed: int | None = None
    closure_due: int = 7
    taken_over: bool = False

    @property
    def decided(self) -> int:
        """The month of the committee's decision: two months before the effect, and never later than the last closed."""
        return min(self.starts - 2, 0)

    @property
    def born(self) -> int:
        """The month in which somebody wrote the measure down."""
        return {DoI.DEFINED: 0, DoI.IDENTIFIED: -2, DoI.DETAILED: -4}.get(self.stage, self.decided - 4)


DEFINED = Script(DoI.DEFINED, starts=6)
IDENTIFIED = Script(DoI.IDENTIFIED, starts=5)
DETAILED = Script(DoI.DETAILED, starts=3)
RUNNING = Script(DoI.DECIDED, starts=-4)
DELIVERED = Script(DoI.IMPLEMENTED, starts=-8, implemented=-3)
CLOSED = Script(DoI.CLOSED, starts=-11, implemented=-5, closed=0)

SCRIPTS: dict[Turn, Script] = {
    Turn.DEFINED: DEFINED,
    Turn.BEFORE_OFFICE: replace(DEFINED, waits=True),
    Turn.IDENTIFIED: IDENTIFIED,
    Turn.BEFORE_CONTROLLER: replace(IDENTIFIED, waits=True),
    Turn.STALE: replace(IDENTIFIED, waits=True),
    Turn.DETAILED: DETAILED,
    Turn.SHRINKING: replace(DETAILED, expects=0.86),
    Turn.BEFORE_COMMITTEE: replace(DETAILED, waits=True),
    Turn.VETOED: replace(DETAILED, waits=True),
    # Somebody books before anybody has decided.
    Turn.EARLY: replace(DETAILED, starts=0),
    Turn.AHEAD: replace(RUNNING, starts=3),
    Turn.RUNNING: RUNNING,
    Turn.SHORT: replace(RUNNING, achieved=0.92, expects=0.88),
    # Every milestone is hit, the forecast says nothing, and the money is gone.
    Turn.LEAKING: replace(RUNNING, starts=-6, last=0.2, kept=False),
    Turn.WRITTEN_DOWN: replace(RUNNING, expects=0.55),
    Turn.FADED: replace(DELIVERED, last=0.35),
    # The work is late while the forecast stays as it was.
    Turn.LATE: replace(RUNNING, starts=2, slip=70),
    Turn.SLIPPING: replace(RUNNING, slip=16),
    Turn.UNKEPT: replace(RUNNING, starts=-5, kept=False),
    Turn.FORGOTTEN: replace(RUNNING, starts=-5, milestones_done=True),
    Turn.DISPUTED: RUNNING,
    Turn.OVER_BUDGET: replace(RUNNING, overspent=1.3),
    Turn.CONFLICTED: RUNNING,
    Turn.DELIVERED: DELIVERED,
    Turn.UNPROVEN: replace(DELIVERED, starts=-3, implemented=-3, validated=False),
    Turn.OVERCLAIMED: replace(DELIVERED, achieved=1.34, expects=1.15),
    Turn.OVERDUE: replace(DELIVERED, starts=-10, implemented=-7, closure_due=-4),
    Turn.AWAITING_CLOSURE: replace(DELIVERED, waits=True),
    Turn.CONFIRMED: CLOSED,
    Turn.CONFIRMED_SHORT: replace(CLOSED, achieved=0.82),
    Turn.CONFIRMED_AVOIDANCE: CLOSED,
    Turn.TAKEN_OVER_DECIDED: replace(RUNNING, taken_over=True),
    Turn.TAKEN_OVER_IMPLEMENTED: replace(DELIVERED, taken_over=True),
    Turn.HELD: replace(RUNNING, taken_over=True),
    Turn.CANCELLED: replace(RUNNING, taken_over=True),
}
