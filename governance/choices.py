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


# Set-up and consultants


class Published(models.TextChoices):
    """Figures an organization may let its consultants see in their list of clients."""

    OVERDUE_GATES = "overdue_gates", _("Measures whose next gate is overdue")
    OPEN_D1 = "open_d1", _("Open D1: silent leakage")
    FRESHNESS = "freshness", _("Share of value updated lately")
    CONFIRMED_SHARE = "confirmed_share", _("Confirmed share of the commitment")


class Lack(models.TextChoices):
    """What an organization still lacks before it can work by itself; the label is the sentence."""

    ROLE_VACANT = "role_vacant", _("Nobody holds the role “%(role)s”.")
    INVITATION_OPEN = "invitation_open", _("%(name)s was invited and has not accepted yet.")
    INVITATION_EXPIRED = "invitation_expired", _("The invitation of %(name)s has expired.")
    COMMITTEE_MISSING = "committee_missing", _("There is no steering committee.")
    CHAIR_MISSING = "chair_missing", _("“%(committee)s” has no chair%(meant)s.")
    SECRETARY_MISSING = "secretary_missing", _("“%(committee)s” has no secretary%(meant)s.")
    QUORUM_UNREACHABLE = "quorum_unreachable", _("“%(committee)s” has fewer members than its quorum of %(quorum)s.")
    MEASURES_WITHOUT_CONTROLLER = "measures_without_controller", _("Measures without a controller: %(count)s.")
    MEASURES_WITHOUT_SPONSOR = "measures_without_sponsor", _("Measures without a sponsor: %(count)s.")
    MEASURES_WITHOUT_COMMITTEE = "measures_without_committee", _("Measures without a committee: %(count)s.")
    TAKE_OVER_GAPS = "take_over_gaps", _("Gaps of a take-over that are still open: %(count)s.")
    PLAN_RATE_MISSING = "plan_rate_missing", _("No plan rate of %(currency)s for %(year)s.")
