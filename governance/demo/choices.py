"""Words of the demo: what a measure is made of, and what happens to it."""

from __future__ import annotations

from enum import Enum, auto


class Kind(Enum):
    """Which effects a measure has."""

    SAVING = auto()
    PRICE = auto()
    CAPEX = auto()
    HEADCOUNT = auto()
    AVOIDANCE = auto()
    SOFT = auto()
    ONE_OFF = auto()
    WORKING_CAPITAL = auto()
    STOCKS = auto()
    CASH = auto()
    COUNTER = auto()


class Turn(Enum):
    """The turn a measure's life has taken until today."""

    DEFINED = auto()
    BEFORE_OFFICE = auto()
    IDENTIFIED = auto()
    BEFORE_CONTROLLER = auto()
    STALE = auto()
    DETAILED = auto()
    SHRINKING = auto()
    BEFORE_COMMITTEE = auto()
    VETOED = auto()
    EARLY = auto()
    AHEAD = auto()
    RUNNING = auto()
    SHORT = auto()
    LEAKING = auto()
    WRITTEN_DOWN = auto()
    FADED = auto()
    LATE = auto()
    SLIPPING = auto()
    UNKEPT = auto()
    FORGOTTEN = auto()
    DISPUTED = auto()
    OVER_BUDGET = auto()
    CONFLICTED = auto()
    DELIVERED = auto()
    UNPROVEN = auto()
    OVERCLAIMED = auto()
    OVERDUE = auto()
    AWAITING_CLOSURE = auto()
    CONFIRMED = auto()
    CONFIRMED_SHORT = auto()
    CONFIRMED_AVOIDANCE = auto()
    TAKEN_OVER_DECIDED = auto()
    TAKEN_OVER_IMPLEMENTED = auto()
    HELD = auto()
    CANCELLED = auto()
