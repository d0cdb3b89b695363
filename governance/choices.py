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
