"""Criteria about the money: what is planned, validated and proven."""

from __future__ import annotations

from datetime import timedelta

from finance.choices import Basis, Nature
from finance.rules.figures import judged_effects
from finance.rules.proof import proven_months
from finance.rules.run_rate import first_month, shape_of
from governance.criteria.case import GateCase, ValidationFacts
from governance.sentences import objection
from portfolio.errors import Objection

VALIDATION_DAYS = 30


def likely_potential_given(case: GateCase) -> Objection | None:
    """A likely potential per year is estimated."""
    return None if case.likely_potential is not None else objection("likely_potential_given")


def potential_range_given(case: GateCase) -> Objection | None:
    """A low and a high potential frame the likely one."""
    known = case.low_potential is not None and case.high_potential is not None
    return None if known else objection("potential_range_given")


def reference_base_sourced(case: GateCase) -> Objection | None:
    """The spend or revenue before the measure is known, with its source and period."""
    known = case.reference_base is not None and case.reference_source.strip() and case.reference_period.strip()
    return None if known else objection("reference_base_sourced")


def effect_planned(case: GateCase) -> Objection | None:
    """Effects, counter-effects and one-off costs are planned by month."""
    if not any(effect.is_planned and effect.nature != Nature.ONE_OFF_COST for effect in case.effects):
        return objection("effect_planned")
    unplanned = [effect.name for effect in case.effects if not effect.is_planned and not effect.is_frozen]
    return objection("effects_unplanned", names=", ".join(unplanned)) if unplanned else None


def plan_rate_known(case: GateCase) -> Objection | None:
    """The plan rate of the measure's currency is set for this fiscal year."""
    return None if case.figures.rate is not None else objection("plan_rate_known", currency=case.currency)


def effects_addressed(case: GateCase) -> Objection | None:
    """Every EBITDA effect names its P&L line, GL account and cost centre."""
    missing = [
        effect.name
        for effect in case.ebitda_effects
        if effect.pnl_line_id is None or effect.gl_account_id is None or effect.cost_centre_id is None
    ]
    return objection("effects_addressed", names=", ".join(missing)) if missing else None


def hardness_set(case: GateCase) -> Objection | None:
    """Every EBITDA effect says whether it is bottom line, avoidance or soft."""
    missing = [effect.name for effect in case.ebitda_effects if not effect.hardness]
    return objection("hardness_set", names=", ".join(missing)) if missing else None


def overlaps_resolved(case: GateCase) -> Objection | None:
    """No other measure claims the same entity, account, cost centre and month, or the two are linked."""
    if not case.unlinked_overlaps:
        return None
    return objection("overlaps_resolved", codes=", ".join(case.unlinked_overlaps))


def full_year_planned(case: GateCase) -> Objection | None:
    """The plan of a recurring effect without an end covers twelve months after full effect."""
    short = [
        effect.name
        for effect in case.ebitda_effects
        if effect.amounts.continues and (shape := shape_of(effect.plan)) is not None and not shape.has_full_year
    ]
    return objection("full_year_planned", names=", ".join(short)) if short else None


def assumptions_linked(_case: GateCase) -> Objection | None:
    """Effects that depend on volume, price or specification are linked to planning assumptions."""
    # The organization keeps no planning assumptions yet, so there is nothing an effect could be linked to.
    return None


def plan_validated(case: GateCase) -> Objection | None:
    """The controller validated the plan as it stands, at most 30 days ago."""
    mine = [one for one in case.validations if one.validated_by_id == case.controller_id and not one.second_reviewer]
    return None if _is_recent(case, mine) else objection("plan_validated", days=VALIDATION_DAYS)


def second_reviewer_agreed(case: GateCase) -> Objection | None:
    """Above the four-eyes limit a second reviewer validated the plan as well."""
    if case.figures.size <= case.limits.four_eyes_limit:
        return None
    others = [
        one
        for one in case.validations
        if one.second_reviewer and one.validated_by_id not in (case.controller_id, case.owner_id)
    ]
    return None if _is_recent(case, others) else objection("second_reviewer_agreed")


def _is_recent(case: GateCase, validations: list[ValidationFacts]) -> bool:
    earliest = case.on - timedelta(days=VALIDATION_DAYS)
    return any(one.holds and one.on >= earliest for one in validations)


def budget_named(case: GateCase) -> Objection | None:
    """The budget that pays the planned one-off cost is named."""
    has_cost = any(cost.is_planned for cost in case.costs)
    return objection("budget_named") if has_cost and not case.budget_name.strip() else None


def no_open_dispute(case: GateCase) -> Objection | None:
    """No dispute about an effect is open."""
    return objection("no_open_dispute", count=case.open_disputes) if case.open_disputes else None


def actuals_begun(case: GateCase) -> Objection | None:
    """At least one month of actuals is booked, or it is confirmed that the effect starts in the future."""
    if any(effect.actual or effect.claimed for effect in case.effects):
        return None
    if case.effect_start_confirmed and _starts_later(case):
        return None
    return objection("actuals_begun")


def _starts_later(case: GateCase) -> bool:
    starts = [first_month(effect.forecast or effect.plan) for effect in case.ebitda_effects or case.effects]
    known = [start for start in starts if start is not None]
    return bool(known) and case.current_period is not None and min(known) > case.current_period


def value_proven(case: GateCase) -> Objection | None:
    """Three consecutive closed months at full effect are validated or from the ledger."""
    basis = case.figures.basis
    if basis == Basis.NONE:
        return None
    judged = judged_effects([effect.amounts for effect in case.effects], basis)
    return None if proven_months(judged, case.last_closed) else objection("value_proven")


def one_off_cost_final(case: GateCase) -> Objection | None:
    """No one-off cost is forecast for a month that is not closed."""
    last = -1 if case.last_closed is None else case.last_closed
    pending = [
        cost.name for cost in case.costs if any(month > last and amount for month, amount in cost.forecast.items())
    ]
    return objection("one_off_cost_final", names=", ".join(pending)) if pending else None
