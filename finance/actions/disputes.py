"""Disputes: a controller doubts an effect, the owner answers, the controller closes."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from finance.actions.amounts import is_storable
from finance.actions.effects import lock_effect
from finance.actions.plans import require_controller
from finance.models import Dispute, Effect
from finance.rules.working_days import add_working_days
from measures.actions.measures import lock_measure
from measures.errors import ended_objections
from measures.models import Measure
from measures.queries import presiding_member, require_on_measure
from portfolio.choices import Right
from portfolio.deeds import deed
from portfolio.errors import Objection, Refused
from portfolio.models import Holiday, User

# After so many working days the committee may close a dispute the controller leaves open (domain §2).
COMMITTEE_AFTER_DAYS = 20


def open_dispute(effect: Effect, *, amount: Decimal, reason: str, by: User, on: date) -> Dispute:
    """The controller doubts this amount of the effect; while the dispute is open the potential is red.

    Refused: anybody but the measure's controller, without a reason, a second open dispute on the effect, a closed
    or cancelled measure. Recorded: deed with reason, history.
    """
    require_controller(by, effect.measure)
    with deed("dispute_opened", by=by, subject=effect.measure, reason=reason, details={"effect": effect.pk}):
        measure, effect = lock_effect(effect)
        objections = ended_objections(measure)
        if not reason.strip():
            objections.append(Objection("reason_missing", _("Say what is in doubt and why.")))
        if not is_storable(amount):
            objections.append(Objection("amount_invalid_here", _("An amount has at most 15 digits and 4 decimals.")))
        if Dispute.objects.filter(effect=effect, closed_on__isnull=True).exists():
            objections.append(Objection("dispute_known", _("“%(name)s” is disputed already."), {"name": effect.name}))
        _refuse(objections)
        return Dispute.objects.create(
            effect=effect, measure=measure, amount=amount, reason=reason, opened_by=by, opened_on=on
        )


def _refuse(objections: list[Objection]) -> None:
    if objections:
        raise Refused(*objections)


def _locked(dispute: Dispute) -> tuple[Measure, Dispute]:
    measure = lock_measure(dispute.measure)
    return measure, Dispute.objects.select_for_update().get(pk=dispute.pk)


def _open_objections(dispute: Dispute) -> list[Objection]:
    if dispute.closed_on is None:
        return []
    return [Objection("dispute_closed", _("The dispute is closed."))]


def answer_dispute(dispute: Dispute, *, answer: str, by: User) -> Dispute:
    """The owner's answer stands beside the doubt. Refused: without the right, a blank answer, a closed dispute."""
    require_on_measure(by, Right.EDIT_FORECAST, dispute.measure)
    with deed("dispute_answered", by=by, subject=dispute.measure, details={"dispute": dispute.pk}):
        _measure, dispute = _locked(dispute)
        blank = [] if answer.strip() else [Objection("answer_missing", _("Write an answer."))]
        _refuse([*_open_objections(dispute), *blank])
        dispute.answer, dispute.answered_by = answer.strip(), by
        dispute.version += 1
        dispute.save(update_fields=["answer", "answered_by", "version"])
        return dispute


def close_dispute(dispute: Dispute, *, outcome: str, by: User, on: date) -> Dispute:
    """The dispute is settled: by the controller, or after 20 working days by who presides over the committee.

    Refused: anybody else, a blank outcome, a closed dispute. Recorded: deed with the outcome, history.
    """
    _require_closer(dispute, by, on)
    with deed("dispute_closed", by=by, subject=dispute.measure, reason=outcome, details={"dispute": dispute.pk}):
        _measure, dispute = _locked(dispute)
        blank = [] if outcome.strip() else [Objection("outcome_missing", _("Say how the dispute ended."))]
        _refuse([*_open_objections(dispute), *blank])
        dispute.outcome, dispute.closed_by, dispute.closed_on = outcome.strip(), by, on
        dispute.version += 1
        dispute.save(update_fields=["outcome", "closed_by", "closed_on", "version"])
        return dispute


def _require_closer(dispute: Dispute, by: User, on: date) -> None:
    measure = dispute.measure
    holidays = frozenset(Holiday.objects.values_list("day", flat=True))
    for_committee = add_working_days(dispute.opened_on, COMMITTEE_AFTER_DAYS, holidays) <= on
    if for_committee and by == presiding_member(measure):
        require_on_measure(by, Right.DECIDE_AS_COMMITTEE, measure)
    else:
        require_controller(by, measure)
