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


# Committees that meet


class MeetingKind(models.TextChoices):
    MEETING = "meeting", _("Meeting")
    CIRCULAR = "circular", _("Vote outside a meeting")


class MeetingState(models.TextChoices):
    """A vote outside a meeting is planned while it is open."""

    PLANNED = "planned", _("Planned")
    PRE_READ = "pre_read", _("Pre-read sent")
    HELD = "held", _("Held, waits for the chair")
    CONFIRMED = "confirmed", _("Confirmed")
    CANCELLED = "cancelled", _("Cancelled")


class ItemKind(models.TextChoices):
    """What an item of an agenda is about."""

    SUBMISSION = "submission", _("Gate decision")
    PROPOSAL = "proposal", _("Proposal")
    RATIFICATION = "ratification", _("Take-over to ratify")
    REVIEW = "review", _("Review of a hold")
    CONDITION = "condition", _("Unmet condition")
    DIVERGENCE = "divergence", _("Critical divergence")
    NOTE = "note", _("Note")


class ItemOutcome(models.TextChoices):
    """What became of an item; blank while it is open."""

    ADVANCED = "advanced", _("Decided")
    RETURNED = "returned", _("Returned")
    AGREED = "agreed", _("Agreed")
    DECLINED = "declined", _("Declined")
    RATIFIED = "ratified", _("Ratified")
    NOTED = "noted", _("Noted")
    DEFERRED = "deferred", _("Deferred")
    STALE = "stale", _("Stale")
    REFUSED = "refused", _("Not decided")
    REMOVED = "removed", _("Taken off the agenda")


class Presence(models.TextChoices):
    PRESENT = "present", _("Present")
    EXCUSED = "excused", _("Excused")
    ABSENT = "absent", _("Absent")


class VoteChoice(models.TextChoices):
    FOR = "for", _("For")
    AGAINST = "against", _("Against")
    ABSTAIN = "abstain", _("Abstains")
    RECUSED = "recused", _("Takes no part")
