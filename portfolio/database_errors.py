"""What the database refuses, as sentences: the one table from names of constraints and triggers to domain errors.

Actions check first and list every objection; this is what a person reads when two were at work at once, or when an
action forgot. `tests/architecture/test_tables.py` holds the table complete.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import DatabaseError
from django.utils.translation import gettext_lazy as _

from portfolio.errors import Conflict, DomainError, Objection, Refused

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


@dataclass(frozen=True)
class Rule:
    """The code and sentence of a refusal, and the kind of error it is."""

    code: str
    text: str | _StrPromise
    error: type[DomainError] = Refused


_OWN_NAME = Rule("not_own_name", _("Everybody decides, confirms and records in their own name only."))
_FINAL = Rule("record_final", _("What was recorded is never changed or deleted."))
_CODE = Rule("code_taken", _("This code is already taken."))
_TWICE = Rule("recorded_twice", _("This is already recorded. Reload the page to see it."), Conflict)
_FROZEN = Rule("plan_frozen", _("The plan is frozen since the measure was decided. Change the forecast instead."))
_CONTROLLED = Rule("controller_only", _("Only the controller confirms, and never who owned or sponsored the measure."))
_PERIOD = Rule("period_fixed", _("A fiscal month keeps its name and its place in the fiscal year."))
_ORDER = Rule("decision_out_of_order", _("A decision and the step it decides belong together, one gate at a time."))

RULES: dict[str, Rule] = {
    # Never changed, by nobody.
    "append_only": _FINAL,
    "identity_fixed": _FINAL,
    "baseline_final": _FINAL,
    "baseline_superseded_once": _FINAL,
    "baseline_complete": _FINAL,
    "confirmation_final": _FINAL,
    "confirmation_revoked_once": _FINAL,
    "confirmation_complete": _FINAL,
    "submission_final": _FINAL,
    "take_over_final": _FINAL,
    "measure_kept": Rule("measure_kept", _("A measure that has passed a gate is never deleted. Cancel it instead.")),
    "plan_rate_locked": Rule("plan_rate_locked", _("A locked plan rate never changes; decisions rest on it.")),
    "plan_rate_locked_kept": Rule("plan_rate_locked", _("A locked plan rate never changes; decisions rest on it.")),
    # In whose name.
    "deed_actor": _OWN_NAME,
    "decision_actor": _OWN_NAME,
    "approval_actor": _OWN_NAME,
    "waiver_actor": _OWN_NAME,
    "submission_actor": _OWN_NAME,
    "import_actor": _OWN_NAME,
    "ratification_actor": _OWN_NAME,
    "confirmation_actor": _OWN_NAME,
    "consent_actor": _OWN_NAME,
    "validation_actor": _OWN_NAME,
    "decision_not_by_submitter": Rule("decided_own_submission", _("Nobody decides what they submitted.")),
    # Steps and decisions.
    "measure_starts_defined": Rule("measure_starts_defined", _("A measure starts Defined.")),
    "stage_needs_decision": Rule("stage_needs_decision", _("A measure moves by a decision only.")),
    "decision_needs_change": _ORDER,
    "decision_follows_decision": _ORDER,
    "decision_legal_step": _ORDER,
    "decision_needs_submission": Rule("submission_missing", _("A gate is submitted before it is decided.")),
    "decision_fits_submission": Rule(
        "submission_answered", _("This submission is no longer open. Look at the gate again."), Conflict
    ),
    "submission_leaves_open_once": Rule(
        "submission_answered", _("This submission is no longer open. Look at the gate again."), Conflict
    ),
    "submission_one_open": Rule("already_submitted", _("This gate is already submitted and waits for a decision.")),
    "approval_once": Rule("already_approved", _("This office has already answered this submission."), Conflict),
    "waiver_once": Rule("waived_twice", _("This criterion is already waived.")),
    "take_over_needs_import": Rule("import_missing", _("A measure is taken over by an import only.")),
    "take_over_unratified": Rule("ratified_later", _("A take-over is ratified by the committee, after the import.")),
    "take_over_ratified_once": Rule("already_ratified", _("This take-over is already ratified."), Conflict),
    "take_over_once": Rule("already_taken_over", _("This measure is already taken over.")),
    "take_over_gap_once": _TWICE,
    "status_override_current": _TWICE,
    # Committees that meet.
    "meeting_starts_planned": Rule("meeting_starts_planned", _("A meeting starts planned.")),
    "meeting_planner": _OWN_NAME,
    "meeting_confirmer": _OWN_NAME,
    "agenda_item_settler": _OWN_NAME,
    "attendance_actor": _OWN_NAME,
    "vote_actor": _OWN_NAME,
    "pre_read_actor": _OWN_NAME,
    "vote_own_name": Rule("vote_own_name", _("Outside a meeting everybody votes in their own name only.")),
    "meeting_over": Rule("meeting_over", _("The meeting is over; it never changes again."), Conflict),
    "meeting_fixed": _FINAL,
    "agenda_item_fixed": _FINAL,
    "meeting_items_open": Rule("meeting_items_open", _("A meeting is confirmed when every item has its outcome.")),
    "agenda_item_starts_open": Rule("agenda_item_starts_open", _("An item of an agenda starts open.")),
    "agenda_item_settled_once": Rule("item_settled", _("This item already has its outcome."), Conflict),
    "agenda_item_once": Rule("item_on_agenda", _("This is already on the agenda."), Conflict),
    "agenda_item_names_its_decision": Rule("item_undecided", _("The outcome of a gate is its decision.")),
    "attendance_frozen": Rule("attendance_frozen", _("Attendance is fixed once an item is decided."), Conflict),
    "vote_after_decision": Rule("vote_after_decision", _("This is already decided; no vote counts now."), Conflict),
    "voting_closed": Rule("voting_closed", _("The vote has ended."), Conflict),
    "circular_vote_has_an_end": Rule("vote_end_missing", _("A vote outside a meeting ends after it begins.")),
    "meeting_uid": _TWICE,
    "pre_read_number": _TWICE,
    # Plan and baseline.
    "plan_frozen": _FROZEN,
    "effect_terms_frozen": _FROZEN,
    "measure_terms_frozen": _FROZEN,
    "milestone_terms_frozen": Rule(
        "milestone_frozen",
        _("Name, baseline date, weight and criticality of milestones are frozen from Decided on."),
    ),
    "milestone_added_without_weight": Rule(
        "milestone_weight_frozen", _("A milestone added after the decision has weight 0.")
    ),
    "cell_fixed": Rule("cell_fixed", _("An amount keeps its effect and its month.")),
    "decided_needs_baseline": Rule("baseline_missing", _("The decision freezes a baseline; there is none.")),
    "baseline_needs_decision": Rule(
        "baseline_needs_decision", _("A decided measure gets a further baseline by a decision only.")
    ),
    # Closing.
    "close_needs_confirmation": Rule(
        "confirmation_missing", _("Nothing closes until the controller has confirmed the value.")
    ),
    "close_by_controller": _CONTROLLED,
    "close_on_same_snapshot": Rule(
        "confirmation_outdated", _("The measure has changed since it was confirmed. Confirm it as it stands now.")
    ),
    "close_needs_four_eyes": Rule(
        "second_controller_missing", _("Above the four-eyes limit a second controller consents first.")
    ),
    "close_needs_ratification": Rule(
        "take_over_unratified", _("The committee ratifies the take-over before the measure can close.")
    ),
    "closed_keeps_confirmation": Rule(
        "reopen_first", _("The confirmation of a closed measure is revoked only by reopening the measure.")
    ),
    "confirmation_one_in_force": Rule("already_confirmed", _("This measure is already confirmed."), Conflict),
    # Segregation of duties.
    "measure_owner_is_not_controller": Rule(
        "owner_is_controller", _("Nobody controls what they own. Name another controller or owner.")
    ),
    "measure_controller_is_not_sponsor": Rule(
        "controller_is_sponsor", _("Nobody controls what they sponsor. Name another controller or sponsor.")
    ),
    # Roles, and consultants who come for a time.
    "consultant_ends": Rule("consulting_too_long", _("A consultant's role has a last day, at most 180 days ahead.")),
    "published_once": _TWICE,
    "invitation_secret": _TWICE,
    "invitation_one_open": Rule("already_invited", _("This person is already invited to this role.")),
    "role_code_fixed": Rule("role_fixed", _("A role keeps its code.")),
    "grant_fixed": Rule("grant_fixed", _("A grant keeps its role, person and place. Withdraw it and grant another.")),
    # Numbers.
    "milestone_weight_not_negative": Rule("weight_negative", _("A weight is not negative.")),
    "plan_rate_positive": Rule("rate_not_positive", _("A rate is greater than zero.")),
    "period_fixed": _PERIOD,
    "period_name": _PERIOD,
    "period_ordinal": _PERIOD,
    "period_number": _PERIOD,
    # Names and codes.
    "measure_code": _CODE,
    "node_code": _CODE,
    "role_code": _CODE,
    "legalentity_code": _CODE,
    "businessunit_code": _CODE,
    "function_code": _CODE,
    "costcentre_code": _CODE,
    "glaccount_code": _CODE,
    "pnlline_code": _CODE,
    "committee_name": Rule("committee_name_taken", _("There is already a committee of this name.")),
    "effect_name": Rule("effect_name_taken", _("There is already an effect of this name in the measure.")),
    "holiday_day": Rule("holiday_known", _("This day is already a holiday.")),
    "node_one_root": Rule("root_stays", _("The organization is the one root of its hierarchy.")),
    "node_root_alone_has_no_parent": Rule("root_stays", _("The organization is the one root of its hierarchy.")),
    # The same thing twice, by two people at once.
    "deed_key_once": _TWICE,
    "membership_once": _TWICE,
    "role_grant_once": _TWICE,
    "node_permission_once": _TWICE,
    "committee_member_once": _TWICE,
    "closure_pair": _TWICE,
    "settings_once": _TWICE,
    "code_counter_kind": _TWICE,
    "package_node_once": _TWICE,
    "plan_rate_year": _TWICE,
    "target_node_year": _TWICE,
    "plan_amount_once": _TWICE,
    "forecast_amount_once": _TWICE,
    "forecast_upkeep_once": _TWICE,
    "baseline_number": _TWICE,
    "baseline_one_current": _TWICE,
    "baseline_effect_once": _TWICE,
    "baseline_amount_once": _TWICE,
    "baseline_milestone_once": _TWICE,
    "confirmed_year_once": _TWICE,
    "divergence_once": _TWICE,
    "notice_once": _TWICE,
    # Telling people.
    "subscription_once": _TWICE,
    "outgoing_mail_once": _TWICE,
    "outbox_entry_once": _TWICE,
    "committee_digest_once": _TWICE,
    "digest_issue_once": _TWICE,
    "measure_status_current": _TWICE,
    "roll_up_current": _TWICE,
    # Sealing
    "seal_number": _TWICE,
    # Decisions beside the gates, and conditions.
    "decision_needs_proposal": Rule(
        "proposal_missing", _("To hold, resume, cancel, revert or reopen is proposed before it is decided.")
    ),
    "decision_before_closure": Rule("closed_stays", _("A closed measure is neither held nor cancelled.")),
    "proposal_actor": _OWN_NAME,
    "proposal_word_actor": _OWN_NAME,
    "proposal_final": _FINAL,
    "condition_final": _FINAL,
    "proposal_starts_open": Rule("proposal_starts_open", _("A proposal waits for its decision first.")),
    "proposal_leaves_open_once": Rule("proposal_answered", _("This proposal is no longer open."), Conflict),
    "proposal_one_open": Rule("already_proposed", _("Another proposal on this measure waits for its decision.")),
    "proposal_word_once": Rule("already_spoken", _("This office has already answered this proposal."), Conflict),
    "decision_not_by_proposer": Rule("decided_own_proposal", _("Nobody decides what they proposed.")),
    "decision_fits_proposal": Rule("proposal_answered", _("This proposal is no longer open."), Conflict),
    "proposal_settled": _ORDER,
    "condition_of_its_decision": Rule(
        "condition_invalid", _("A condition comes with its decision and is due within 60 days of it.")
    ),
    "conditional_needs_condition": Rule("condition_missing", _("A conditional decision names its condition.")),
    "condition_settled_once": Rule("condition_settled", _("This condition is already settled."), Conflict),
    "condition_claimed_by_owner": Rule(
        "condition_not_yours", _("The owner of a condition claims that it is fulfilled.")
    ),
    "condition_accepted_by_another": Rule(
        "condition_own_claim", _("Fulfilment is claimed by the owner of the condition and accepted by somebody else.")
    ),
    "baseline_stays_in_force": Rule(
        "baseline_stays_in_force", _("The baseline of a reverted measure stays in force until the next decision.")
    ),
    "reopen_revokes_confirmation": Rule(
        "confirmation_stays", _("Reopening a closed measure supersedes its confirmation.")
    ),
    "ratification_not_by_importer": Rule("ratified_own_import", _("Nobody ratifies what they imported.")),
}

# Where no rule has a name, the database's own classes of errors.
_TRY_AGAIN = Rule("try_again", _("Somebody else was at work at the same moment. Try again."), Conflict)
STATES: dict[str, Rule] = {
    "23503": Rule("reference_unknown", _("What this refers to does not exist, or is still in use.")),
    "22001": Rule("text_too_long", _("A text is too long.")),
    "22003": Rule("number_too_large", _("A number is too large.")),
    "42501": Rule("database_forbids", _("The database does not allow this change.")),
    "40001": _TRY_AGAIN,
    "40P01": _TRY_AGAIN,
    "55P03": _TRY_AGAIN,
}


def rule_of(error: DatabaseError) -> str | None:
    """The name of the constraint or trigger that refused, as the database reported it."""
    name: str | None = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
    return name


def translate(error: DatabaseError) -> DomainError | None:
    """The refusal that a person can read; none for errors that are faults of the program."""
    state: str = getattr(error.__cause__, "sqlstate", None) or ""
    rule = RULES.get(rule_of(error) or "") or STATES.get(state)
    return rule.error(Objection(rule.code, rule.text)) if rule is not None else None


@contextmanager
def database_refusals() -> Iterator[None]:
    """What the database refuses inside the block leaves it as a domain error with a sentence."""
    try:
        yield
    except DatabaseError as error:
        refusal = translate(error)
        if refusal is None:
            raise
        raise refusal from error
