"""The sentences behind the codes of governance, in the reader's language."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from django.utils.formats import number_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from governance.choices import Reader
from measures.choices import DoI
from portfolio.errors import Objection
from portfolio.templatetags.formats import day, money

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

# What is missing when a criterion of a gate is not met.
CRITERIA: dict[str, _StrPromise] = {
    "problem_described": _("Describe the problem and the intended outcome."),
    "package_named": _("Place the measure in a measure package."),
    "owner_named": _("Name an owner."),
    "sponsor_named": _("Name a sponsor."),
    "likely_potential_given": _("Estimate the likely potential per year."),
    "gate_dates_set": _("Set target dates for: %(gates)s."),
    "potential_range_given": _("Give a low and a high potential beside the likely one."),
    "controller_named": _("Name a controller."),
    "controller_is_owner": _("The controller is also the owner; nobody controls what they deliver."),
    "reference_base_sourced": _("Give the reference base with its source and period."),
    "effect_planned": _("Plan at least one effect by month."),
    "effects_unplanned": _("Give monthly plan amounts, or remove the effect: %(names)s."),
    "plan_rate_known": _("Set the plan rate of %(currency)s for this fiscal year."),
    "effects_addressed": _("Name P&L line, GL account and cost centre for: %(names)s."),
    "milestones_set": _(
        "Set at least %(least)s milestones, one of them critical; there are %(count)s, of which %(critical)s critical."
    ),
    "milestones_owned": _("Give an owner and a date to: %(names)s."),
    "hardness_set": _("Say whether the effect is bottom line, avoidance or soft: %(names)s."),
    "overlaps_resolved": _(
        "The same entity, account, cost centre and month is claimed by %(codes)s. Change the address, or link the "
        "measures by a dependency."
    ),
    "full_year_planned": _("Plan twelve months after full effect for: %(names)s."),
    "risks_scored": _("Enter the risks with probability and impact."),
    "dependencies_entered": _("Enter what the measure waits for, or say that it waits for nothing."),
    "assumptions_linked": _("Link the effects to the planning assumptions they depend on."),
    "committee_named": _("Name the steering committee that decides."),
    "plan_validated": _("The controller must validate the plan as it stands; a validation holds %(days)s days."),
    "second_reviewer_agreed": _("Above the four-eyes limit a second reviewer must validate the plan."),
    "budget_named": _("Name the budget that pays the one-off cost."),
    "no_open_dispute": _("Close the open disputes about effects (%(count)s)."),
    "critical_milestones_evidenced": _("Give an actual date and an evidence file to: %(names)s."),
    "critical_milestones_described": _("Give an actual date and a sentence of evidence to: %(names)s."),
    "actuals_begun": _("Book the first month of actuals, or confirm that the effect starts in the future."),
    "line_owner_named": _("Name the line owner who keeps the effect alive."),
    "lessons_learned_written": _("Write down what was learned."),
    "one_off_cost_final": _("One-off cost is still forecast for open months: %(names)s."),
    "take_over_ratified": _("The steering committee has not ratified the take-over of this measure."),
    "value_proven": _(
        "Three consecutive closed months at full effect must be validated or come from the ledger, unless contract, "
        "price list or headcount prove the value."
    ),
    "divergences_answered": _("The controller must answer: %(codes)s."),
    "hold_reason_given": _("Say why the measure is on hold."),
    "hold_review_set": _("Set the day on which the hold is reviewed."),
    "cancel_reason_given": _("Say why the measure was cancelled."),
}

# Why a deed at a gate was refused.
REFUSALS: dict[str, _StrPromise] = {
    "subscription_fixed": _("Gate notices come by mail at once; nobody can unsubscribe from them."),
    "digest_not_yours": _("The secretary of the committee or the transformation office sets its digest."),
    "digest_one_day": _("A digest comes on a weekday or on a day of the month: choose one of both."),
    "snooze_past": _("A notice comes back on a day to come."),
    "no_next_gate": _("The measure is closed; there is no further gate."),
    "not_active": _("The measure is on hold or cancelled; it must be resumed first."),
    "already_submitted": _("The gate is already submitted and waits for its decision."),
    "only_owner_submits": _("Only the owner submits this gate."),
    "owner_still_asked": _("The owner has until %(until)s to submit the closure; then the transformation office may."),
    "controller_never_submits": _("The controller confirms the closure and therefore never submits it."),
    "waiver_missing": _("%(sentence)s Or write why the gate may be passed without it."),
    "submission_stale": _(
        "The measure has changed since it was submitted (%(fields)s). The owner must submit it again."
    ),
    "already_decided": _("Somebody has already decided this submission."),
    "already_spoken": _("This office has already given its word on this submission."),
    "not_your_office": _("You do not hold this office on this measure: %(office)s."),
    "office_does_not_decide": _("This office does not decide this gate: %(office)s."),
    "own_submission": _("Nobody decides what they submitted."),
    "both_offices": _("One person cannot speak for both offices of a gate."),
    "never_decides": _("Consultants, tenant administrators and system administrators never decide Decided or Closed."),
    "closure_is_confirmed": _("A closure is confirmed by the controller, with the confirmed amount and evidence."),
    "committee_decides": _("The committee's decision is recorded by its chair, with those present."),
    "not_the_chair": _("For this measure the committee is spoken for by %(name)s."),
    "committee_unable": _("Every member of the committee is recused or absent; name another committee."),
    "quorum_missing": _("%(present)s present, %(quorum)s needed for the quorum."),
    "vetoed": _("The controller has vetoed. The committee may overrule the veto with a reason that stays visible."),
    "no_veto": _("There is no veto to overrule."),
    "veto_here_only": _("A controller vetoes the step from Detailed to Decided only."),
    "reason_missing": _("Give a reason."),
    "controller_answers": _("Only the controller of the measure answers its divergences."),
    "divergence_closed": _("The divergence has closed by itself; there is nothing to answer."),
    "answer_too_long": _("An answer holds at most one month."),
    "no_office_here": _("Only people with an office on the measure set its lights."),
    "light_not_judged": _("A grey light judges nothing; there is nothing to set beside it."),
    "light_is_so": _("The light has this colour already."),
    "better_implementation": _("Only the transformation office may call the implementation better than computed."),
    "better_potential": _("Only the controller of the measure may call the potential better than computed."),
    "override_too_long": _("A light set by a person holds at most one month."),
    "not_your_light": _("It is withdrawn by the person who set it or by the office that may better this light."),
    "light_has_ended": _("It has ended already."),
    "not_taken_over": _("%(codes)s: not taken over, or already ratified."),
    "reauthentication_missing": _("Enter your password again; a confirmation needs it within the last five minutes."),
    "evidence_missing": _("Add at least one evidence file."),
    "statement_missing": _("Write the controller's statement."),
    "findings_missing": _("Write what was found, so that the owner knows what to correct."),
    "not_submitted": _("The owner has not submitted the closure."),
    "never_owner_or_sponsor": _("Whoever owned or sponsored the measure never confirms its value."),
    "controller_confirms": _("Only the controller of the measure confirms its value."),
    "second_controller": _("The second consent comes from another controller than the one of the measure."),
    "consent_missing": _("Above the four-eyes limit a second controller must consent to the same amount first."),
    "below_baseline": _("The months reach less than 95 %% of the baseline; confirm with a shortfall and its reasons."),
    "leakage_differs": _("The reasons must add up to committed minus confirmed."),
    "confirms_less_than_proven": _(
        "This is less than committed and less than proven; confirm with shortfall and reasons."
    ),
    "no_shortfall": _("Nothing falls short; confirm without a shortfall."),
    "overrun_unexplained": _("More than 105 %% of the commitment is confirmed; say in one sentence why."),
    "avoidance_only": _("Only a measure of avoided cost is confirmed as avoidance."),
    "not_for_avoidance": _("A measure of avoided cost is confirmed as avoidance."),
    # Proposals beside the gates, and conditions.
    "not_possible_here": _("%(kind)s: not possible where the measure stands now."),
    "not_your_proposal": _("This is proposed by: %(offices)s."),
    "you_would_decide": _("You decide this; somebody else with an office on the measure must propose it."),
    "decider_vacant": _("Nobody could decide this: name first: %(office)s."),
    "already_proposed": _("Another proposal on this measure waits for its decision."),
    "reason_code_unknown": _("Choose one of the reasons."),
    "reason_text_missing": _("Say in your own words why."),
    "superseded_by_missing": _("Name the measure that supersedes this one."),
    "review_wrong": _("Set the day of the review, at most %(days)s days from now."),
    "review_passed": _("The proposed review date has passed; the hold must be proposed anew."),
    "only_proposer_withdraws": _("Only who made the proposal withdraws it."),
    "proposal_answered": _("This proposal is no longer open."),
    "own_proposal": _("Nobody decides what they proposed."),
    "never_decides_this": _("Consultants, tenant administrators and system administrators never decide proposals."),
    "held_too_long": _("The measure was on hold for more than %(days)s days after it was decided."),
    "vote_lost": _("The vote did not carry it."),
    "condition_at_closure": _("A closure is never conditional."),
    "condition_text_missing": _("Write what must be fulfilled."),
    "condition_due_wrong": _("Set the due day of the condition, at most %(days)s days from now."),
    "condition_for_oneself": _("Nobody decides under a condition they fulfil themselves; name another owner."),
    "condition_owner_unknown": _("%(name)s is no active member of this organization."),
    "condition_not_yours": _("Only the owner of the condition says that it is fulfilled."),
    "condition_note_missing": _("Write how the condition was fulfilled."),
    "condition_own_claim": _("Nobody accepts what they fulfilled themselves."),
    "condition_not_claimed": _("The owner of the condition has not said yet that it is fulfilled."),
    "condition_settled": _("This condition waits for nobody's word now."),
    "headcount_only": _("Only a measure with a headcount effect is proven by headcount."),
    "reject_has_its_own_way": _("A rejection confirms nothing; return the closure with your findings."),
    "budget_incomplete": _(
        "Name amount, cost centre and year by which the next budget is reduced, or say not embedded."
    ),
}

# Why a light is not green, by the codes of `measures.rules` and `finance.rules`.
LIGHTS: dict[str, _StrPromise] = {
    "active": _("Active."),
    "on_hold": _("On hold: nothing is judged."),
    "cancelled": _("Cancelled: nothing is judged."),
    "closed": _("Closed: the work is done."),
    "before_detailed": _("Milestones are judged from Detailed on."),
    "critical_slip": _("A critical milestone is %(days)s days late (limit %(limit)s)."),
    "critical_overdue": _("%(count)s critical milestones are overdue (limit %(limit)s)."),
    "progress_gap": _("%(points)s %% of the planned progress is due and not done."),
    "gate_overdue": _("The next gate is %(days)s days overdue (limit %(limit)s)."),
    "noncritical_slip": _("A milestone is %(days)s days late (limit %(limit)s)."),
    "condition_unmet": _("A condition of an earlier gate is not fulfilled."),
    "milestones_never_updated": _("Milestones were never updated or confirmed."),
    "milestones_stale": _("Milestones were last updated or confirmed %(days)s days ago (limit %(limit)s)."),
    "no_basis": _("There is no effect to judge."),
    "nothing_to_compare": _("Nothing has been promised at a gate yet."),
    "eroded": _("The confirmed value has eroded."),
    "sustainment_check_overdue": _("A sustainment check is %(days)s days overdue."),
    "run_rate": _("The forecast run-rate is %(value)s of %(reference)s committed."),
    "fiscal_year": _("This fiscal year brings %(value)s of %(reference)s."),
    "year_to_date": _("%(value)s of %(reference)s is proven since the start of the fiscal year."),
    "last_month": _("%(month)s brought %(value)s of %(reference)s forecast."),
    "last_two_months": _("The last two closed months brought %(value)s of %(reference)s forecast."),
    "dispute_open": _("The controller disputes an effect."),
    "unproven": _("An effect was forecast from %(from)s to %(to)s and nothing is validated."),
    "proposal_unanswered": _("A forecast proposal waits for an answer."),
    "one_off_cost": _("One-off cost is forecast at %(value)s against %(reference)s planned."),
    "forecast_stale": _("The forecast was neither updated nor confirmed for %(months)s months."),
}

# Where work and money contradict each other, and what else somebody must answer (domain §5).
DIVERGENCES: dict[str, _StrPromise] = {
    "D1": _("Silent leakage: the work looks well, the money does not come."),
    "D2": _("Early warning: the work is on plan, the money begins to slip."),
    "D3": _("Value claimed ahead of delivery, or the plan is stale."),
    "D4": _("Actuals are booked before the measure was decided."),
    "D5": _("Implemented for some time, and no actual is validated."),
    "D6": _("Actuals exceed the plan by far: over-claim, double count or wrong base."),
    "D7": _("All milestones are done, but the gate was not submitted."),
    "D8": _("The forecast equals the plan and nobody has confirmed it for months."),
    "D12": _("The controller once owned or sponsored this measure and cannot judge its value."),
    "D13": _("The closure is overdue: the value is not confirmed."),
}

# What was done, as the timeline says it.
DEEDS: dict[str, _StrPromise] = {
    "digest_set": _("set the digest of a steering committee"),
    "amounts_changed": _("changed amounts in the month grid"),
    "plan_set": _("changed the plan"),
    "plan_validated": _("validated the plan"),
    "forecast_set": _("changed the forecast"),
    "forecast_confirmed": _("confirmed the forecast as it stands"),
    "actual_claimed": _("claimed an actual"),
    "actual_validated": _("validated an actual"),
    "claims_validated": _("validated the claims of a month"),
    "month_end_validated": _("validated actuals at month end"),
    "my_update_saved": _("brought forecast and milestones up to date"),
    "update_confirmed": _("confirmed forecast and milestones as they stand"),
    "effect_added": _("added an effect"),
    "effect_edited": _("changed an effect"),
    "effect_removed": _("removed an effect"),
    "dispute_opened": _("opened a dispute"),
    "dispute_answered": _("answered the dispute"),
    "dispute_closed": _("closed the dispute"),
    "milestone_added": _("added a milestone"),
    "milestone_edited": _("changed a milestone"),
    "milestone_completed": _("completed a milestone"),
    "milestone_reopened": _("opened a milestone again"),
    "milestone_removed": _("removed a milestone"),
    "milestones_confirmed": _("confirmed the milestones as they stand"),
    "risk_added": _("entered a risk"),
    "risk_edited": _("changed a risk"),
    "dependency_added": _("entered what the measure waits for"),
    "dependency_removed": _("removed what the measure waited for"),
    "trail_verification_asked": _("asked for a look at the whole trail"),
    "light_changed": _("A light changed"),
    "light_set": _("set the light %(light)s to %(colour)s beside the computed one, until %(until)s"),
    "light_withdrawn": _("withdrew the light they saw beside the computed one: %(light)s"),
    "divergence_changed": _("Divergence %(code)s: %(meaning)s"),
    "changed": _("changed the record outside any deed"),
    "measure_created": _("created the measure"),
    "measure_edited": _("edited the measure"),
    "owner_changed": _("changed the owner"),
    "controller_changed": _("changed the controller"),
    "gate_submitted": _("submitted the gate to %(stage)s"),
    "submission_withdrawn": _("withdrew the submission"),
    "gate_approved": _("approved the gate to %(stage)s as %(office)s"),
    "gate_returned": _("returned the gate to %(stage)s as %(office)s"),
    "gate_vetoed": _("vetoed the gate to %(stage)s"),
    "gate_decided": _("recorded the committee's decision: %(stage)s"),
    "closure_consented": _("consented to the closure as second controller"),
    "closure_confirmed": _("confirmed the value and closed the measure"),
    "closure_rejected": _("rejected the closure"),
    "take_over_ratified": _("ratified the take-over"),
    "program_taken_over": _("took over a running program as of %(on)s"),
    "reconciled": _("judged both lights anew"),
    "committee_created": _("created the committee %(name)s"),
    "committee_edited": _("changed the committee %(name)s"),
    "member_seated": _("seated %(name)s"),
    "term_changed": _("changed the term of %(name)s"),
    "meeting_planned": _("planned a meeting"),
    "meeting_changed": _("changed the meeting"),
    "meeting_cancelled": _("cancelled the meeting"),
    "agenda_changed": _("changed the agenda"),
    "pre_read_frozen": _("froze the pre-read"),
    "meeting_recorded": _("recorded attendance and votes"),
    "meeting_confirmed": _("confirmed the meeting"),
    "vote_opened": _("opened a vote outside a meeting"),
    "vote_cast": _("voted"),
    "divergence_answered": _("answered divergence %(code)s"),
    # Proposals beside the gates, and conditions.
    "hold_proposed": _("proposed to put the measure on hold: %(reason_code)s"),
    "resume_proposed": _("proposed to resume the measure: %(reason_code)s"),
    "cancel_proposed": _("proposed to cancel the measure: %(reason_code)s"),
    "revert_proposed": _("proposed to revert the last gate: %(reason_code)s"),
    "reopen_proposed": _("proposed to reopen the measure: %(reason_code)s"),
    "proposal_agreed": _("agreed to the proposal; others are still asked"),
    "proposal_declined": _("declined the proposal"),
    "proposal_withdrawn": _("withdrew the proposal"),
    "measure_held": _("put the measure on hold until %(review_on)s: %(reason_code)s"),
    "measure_resumed": _("resumed the measure"),
    "measure_cancelled": _("cancelled the measure: %(reason_code)s"),
    "measure_reverted": _("reverted the last gate"),
    "measure_reopened": _("reopened the measure"),
    "condition_claimed": _("said that a condition is fulfilled"),
    "condition_accepted": _("accepted that a condition is fulfilled"),
    "condition_refused": _("did not accept that a condition is fulfilled"),
}

# Gate-relevant fields, as people call them.
FIELDS: dict[str, _StrPromise] = {
    "measure.name": _("name"),
    "measure.problem": _("problem and outcome"),
    "measure.package": _("package"),
    "measure.owner": _("owner"),
    "measure.controller": _("controller"),
    "measure.sponsor": _("sponsor"),
    "measure.committee": _("steering committee"),
    "measure.line_owner": _("line owner"),
    "measure.legal_entity": _("legal entity"),
    "measure.currency": _("currency"),
    "measure.likely_potential": _("likely potential"),
    "measure.low_potential": _("low potential"),
    "measure.high_potential": _("high potential"),
    "measure.reference_base": _("reference base"),
    "measure.reference_source": _("source of the reference base"),
    "measure.reference_period": _("period of the reference base"),
    "measure.budget_name": _("budget of the one-off cost"),
    "measure.effect_start_confirmed": _("start of the effect"),
    "effects.name": _("effects"),
    "effects.nature": _("nature of an effect"),
    "effects.recurrence": _("recurrence of an effect"),
    "effects.hardness": _("hardness of an effect"),
    "effects.pnl_line": _("P&L line of an effect"),
    "effects.gl_account": _("GL account of an effect"),
    "effects.cost_centre": _("cost centre of an effect"),
    "effects.ends_on": _("end of an effect"),
    "effects.plan": _("monthly plan"),
    "milestones.name": _("milestones"),
    "milestones.weight": _("weight of a milestone"),
    "milestones.is_critical": _("criticality of a milestone"),
    "milestones.owner": _("owner of a milestone"),
    "milestones.baseline_on": _("baseline date of a milestone"),
    "milestones.actual_on": _("actual date of a milestone"),
    "milestones.evidence": _("evidence of a milestone"),
}

# What a notice says of its measure.
NOTICES: dict[str, _StrPromise] = {
    "divergence_opened": _("%(divergence)s has opened: %(meaning)s"),
    "closure_confirmed": _("The controller has confirmed %(amount)s %(currency)s; the measure is closed."),
    "divergence_found": _("%(divergence)s has opened: %(meaning)s"),
    # Gates
    "gate_submitted": _("The gate to %(stage)s waits for your decision, due on %(due)s."),
    "gate_reminder": _("The gate to %(stage)s still waits for your decision, due on %(due)s."),
    "gate_escalated": _("The gate to %(stage)s was due for decision on %(due)s, and nobody has decided."),
    "gate_decided": _("The gate to %(stage)s is passed."),
    "gate_returned": _("The gate to %(stage)s was returned: %(reason)s"),
    "gate_stale": _("The measure has changed since the gate to %(stage)s was submitted; submit it again."),
    "gate_vetoed": _("The controller vetoes the step to %(stage)s: %(reason)s"),
    "approval_given": _("One office has approved the gate to %(stage)s; another has yet to speak."),
    "consent_asked": _("The closure lies above the four-eyes limit and waits for a second controller's consent."),
    "consent_given": _("A second controller has consented to the closure."),
    "closure_rejected": _("The controller sends the closure back: %(reason)s"),
    "take_over_to_ratify": _("%(count)s measures were taken over and wait for ratification."),
    # Effects
    "dispute_opened": _("The controller disputes “%(effect)s”: %(reason)s"),
    "dispute_answered": _("The dispute about “%(effect)s” was answered."),
    "dispute_closed": _("The dispute about “%(effect)s” is closed: %(reason)s"),
    # People
    "owner_changed": _("The measure has another owner: %(reason)s"),
    "controller_changed": _("The measure has another controller: %(reason)s"),
    "role_granted": _("You hold a role on “%(node)s” from now on."),
    "role_ended": _("A role of yours on “%(node)s” has ended."),
    "mail_refused": _("The mail address of %(person)s does not work; a mail to it was refused."),
}

# Committees that meet: why a deed was refused, and what was done.
COMMITTEES: dict[str, _StrPromise] = {
    "only_members_see": _("Meetings are seen by the members of the committee, the transformation office and auditors."),
    "only_secretary_edits": _("The agenda and the record are kept by the secretary, the chair and the deputy chair."),
    "only_planners_plan": _("A meeting is planned by the secretary, the chairs or the transformation office."),
    "only_members_vote": _("Only members of the committee vote."),
    "meeting_in_past": _("A meeting begins in the future."),
    "meeting_over": _("The meeting is over; it never changes again."),
    "meeting_held": _("The meeting has been held; its time and agenda are fixed."),
    "zone_unknown": _("%(zone)s is no known time zone."),
    "time_missing": _("This hour does not exist in the time zone: the clocks go forward. Choose another."),
    "duration_unlikely": _("A meeting lasts between 5 minutes and 24 hours."),
    "agenda_empty": _("There is nothing on the agenda."),
    "not_on_agenda": _("This item is not on the agenda, or it already has its outcome."),
    "consent_needs_vote": _("Only an item that is voted on can be taken by consent."),
    "vetoed_no_consent": _("A vetoed submission is not taken by consent; the committee must overrule the veto."),
    "not_a_voter": _("%(name)s is not a member of the committee."),
    "recused_vote": _("%(name)s owns, sponsors or submitted this measure and takes no part in its vote."),
    "absent_vote": _("%(name)s was not present; only those present vote."),
    "nobody_present": _("Record who was present first."),
    "not_held": _("The secretary first records the meeting and hands it to the chair."),
    "nothing_to_confirm": _("Nothing of this meeting waits for you; you see below what was decided."),
    "meeting_confirmed": _("The meeting is already confirmed; you see below what was decided."),
    "vote_own_name": _("Outside a meeting everybody votes in their own name only."),
    "voting_open": _("The vote is open until %(until)s, and not everybody has voted."),
    "vote_is_over": _("The vote has ended."),
    "vote_after_decision": _("This is already decided; no vote counts now."),
    "vote_end_early": _("A vote outside a meeting ends in the future."),
    "vote_running": _("A vote outside a meeting is already open on this submission, or it is on an agenda."),
    "no_committee_gate": _("This submission is not decided by a steering committee."),
    "quorum_of_item": _("%(present)s of those who may vote took part, %(quorum)s needed for the quorum."),
}

SENTENCES: dict[str, _StrPromise] = {**CRITERIA, **REFUSALS, **LIGHTS, **DIVERGENCES, **COMMITTEES}


# An amount as it is stored: to the cent, with a point.
_AMOUNT = re.compile(r"-?\d+\.\d{2}")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class _Params(dict[str, Any]):
    """Parameters of a stored code, amounts as the reader writes them; one that is missing reads as an ellipsis."""

    def __init__(self, params: Mapping[str, Any]) -> None:
        super().__init__({name: _readable(value) for name, value in params.items()})

    def __missing__(self, name: str) -> str:
        return "…"


def _readable(value: Any) -> Any:
    if isinstance(value, str) and _DAY.fullmatch(value):
        return day(date.fromisoformat(value))
    if not isinstance(value, str) or not _AMOUNT.fullmatch(value):
        return value
    return number_format(value, 2, use_l10n=True, force_grouping=True).replace("-", "\u2212")


def sentence(code: str, params: Mapping[str, Any] | None = None) -> str:
    """The sentence of a code with its parameters; an unknown code reads as itself, so that no page breaks."""
    text = SENTENCES.get(code)
    return code if text is None else str(text) % _Params(params or {})


def light_sentence(reason: Mapping[str, Any], currency: str = "") -> str:
    """Why a light is not green, from a stored reason; its amounts are in the organization's currency and say so."""
    params = reason.get("params", {})
    amounts = {name: money(params[name], currency) for name in ("value", "reference") if name in params}
    return sentence(reason["code"], {**params, **amounts})


def notice_sentence(code: str, params: Mapping[str, Any]) -> str:
    """What a notice says; an unknown code reads as a sentence of its own."""
    if code not in NOTICES:
        return sentence(code, params)
    beside = {"meaning": sentence(params.get("divergence", ""), params)}
    if "stage" in params:
        beside["stage"] = str(DoI(params["stage"]).label)
    return str(NOTICES[code]) % _Params({**params, **beside})


def reason_sentence(because: str) -> str:
    """Why a person is told; nothing for a reason that the notice says itself."""
    if because not in Reader.values:
        return ""
    return gettext("You are told because %(reason)s.") % {"reason": Reader(because).label}


def deed_sentence(kind: str, params: Mapping[str, Any] | None = None) -> str:
    """What a deed of this kind was, as the end of a sentence that starts with the person."""
    text = DEEDS.get(kind)
    return kind.replace("_", " ") if text is None else str(text) % _Params(params or {})


def objection(code: str, **params: Any) -> Objection:
    """The objection of this code."""
    return Objection(code, SENTENCES[code], params)


def field_labels(names: Iterable[str]) -> str:
    """Gate-relevant fields in words, for a sentence."""
    return ", ".join(str(FIELDS.get(name, name)) for name in names)
