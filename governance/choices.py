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


# Telling people


class Way(models.TextChoices):
    """How a person hears of an event; each stands in the inbox in any case."""

    NOW = "now", _("Mail at once")
    DIGEST = "digest", _("In the digest")
    INBOX = "inbox", _("In the inbox only")


class Reader(models.TextChoices):
    """Why somebody is told; the label is the reason that people read."""

    OWNER = "owner", _("you own the measure")
    CONTROLLER = "controller", _("you are the controller of the measure")
    SPONSOR = "sponsor", _("you sponsor the measure")
    CHAIR = "chair", _("you preside over its steering committee")
    SECRETARY = "secretary", _("you are the secretary of its steering committee")
    DECIDER = "decider", _("the decision is yours")
    SUBMITTER = "submitter", _("you submitted it")
    SECOND_CONTROLLER = "second_controller", _("you may give the second consent")
    CONFIRMER = "confirmer", _("you confirmed it")
    DISPUTER = "disputer", _("you opened the dispute")
    CONCERNED = "concerned", _("it is about you")
    OFFICE = "office", _("you work in the transformation office")
    ADMIN = "admin", _("you look after the people of the organization")


class MailState(models.TextChoices):
    """What became of a mail."""

    WAITING = "waiting", _("Waiting")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Refused")
    DROPPED = "dropped", _("Not sent: no longer a member")


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
