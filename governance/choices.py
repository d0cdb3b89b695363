"""Words of decision and divergence."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class DecisionKind(models.TextChoices):
    ADVANCE = "advance", _("Advance")
    ADVANCE_CONDITIONAL = "advance_conditional", _("Advance with condition")
    RETURN = "return", _("Return")
    HOLD = "hold", _("Hold")
    RESUME = "resume", _("Resume")
    CANCEL = "cancel", _("Cancel")
    REVERT = "revert", _("Revert")
    REOPEN = "reopen", _("Reopen")
    TAKE_OVER = "take_over", _("Take over")


class SubmissionState(models.TextChoices):
    OPEN = "open", _("Waiting for decision")
    STALE = "stale", _("Stale")
    DECIDED = "decided", _("Decided")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class Verdict(models.TextChoices):
    APPROVE = "approve", _("Approves")
    RETURN = "return", _("Returns")
    VETO = "veto", _("Vetoes")


class CriterionKind(models.TextChoices):
    """HARD blocks; SOFT needs a written waiver."""

    HARD = "hard", _("Required")
    SOFT = "soft", _("Expected")


class Severity(models.TextChoices):
    CRITICAL = "critical", _("Critical")
    HIGH = "high", _("High")
    MEDIUM = "medium", _("Medium")


class DivergenceState(models.TextChoices):
    OPEN = "open", _("Open")
    ANSWERED = "answered", _("Answered")
    CLOSED = "closed", _("Closed")


class Cut(models.TextChoices):
    """By what a roll-up adds measures up; each cut adds to the same total."""

    NODE = "node", _("Portfolio tree")
    BUSINESS_UNIT = "business_unit", _("Business unit")
    LEGAL_ENTITY = "legal_entity", _("Legal entity")
    FUNCTION = "function", _("Function")
    CONTROLLER = "controller", _("Controller")


# Proposals beside the gates, and conditions.


class ProposalState(models.TextChoices):
    OPEN = "open", _("Waiting for decision")
    DECIDED = "decided", _("Decided")
    DECLINED = "declined", _("Declined")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class ProposalReason(models.TextChoices):
    """Why somebody proposes to hold, resume, cancel, revert or reopen; which kind takes which is policy."""

    RESOURCES = "resources", _("People or money are missing")
    WAITS_FOR_OTHERS = "waits_for_others", _("Something else must be decided or delivered first")
    MARKET_CHANGE = "market_change", _("Market or business has changed")
    OBSTACLE_GONE = "obstacle_gone", _("What stood in the way is gone")
    PRIORITY_CHANGED = "priority_changed", _("The priority has changed")
    NOT_FEASIBLE = "not_feasible", _("Not feasible")
    DUPLICATE = "duplicate", _("Duplicate")
    SUPERSEDED = "superseded", _("Superseded by another measure")
    BUSINESS_SOLD = "business_sold", _("Business sold or closed")
    COST_EXCEEDS_BENEFIT = "cost_exceeds_benefit", _("Cost exceeds benefit")
    STRATEGY_CHANGE = "strategy_change", _("Strategy change")
    PLAN_CHANGED = "plan_changed", _("The plan must change")
    PASSED_IN_ERROR = "passed_in_error", _("The gate was passed in error")
    REASON_GONE = "reason_gone", _("The reason for cancelling is gone")
    EROSION = "erosion", _("The confirmed value erodes")
    ERROR = "error", _("The confirmation was in error")
    OTHER = "other", _("Other")


class ConditionState(models.TextChoices):
    OPEN = "open", _("Open")
    CLAIMED = "claimed", _("Fulfilment claimed")
    FULFILLED = "fulfilled", _("Fulfilled")
    LAPSED = "lapsed", _("Lapsed")
