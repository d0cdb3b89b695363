"""The controller's word at closure: figures, reasons and evidence, bound to the snapshot by its hash."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from finance.actions.amounts import is_storable
from finance.choices import ClosureOutcome, ConfirmationMethod, Hardness, LeakageReason
from finance.models import ClosureConfirmation, ClosureConsent, ConfirmationEvidence, ConfirmedYear, Leakage
from finance.money import ZERO
from finance.queries.closing import ClosingFigures, closing_inputs
from finance.rules.closing import ClosingInputs, closing_objections, leakage
from measures.actions.measures import lock_measure
from measures.models import Measure
from portfolio.choices import Office
from portfolio.deeds import deed
from portfolio.errors import Objection, Refused
from portfolio.models import CostCentre, StoredFile, User


@dataclass(frozen=True)
class ConfirmationTerms:
    """What the controller confirms, in the organization's currency; improvement positive, cost negative.

    `leakages` explain committed − confirmed: reason, amount, note. `in_year` per fiscal year; empty takes the
    proposal. Embedded means that a next budget is reduced by amount, cost centre and year.
    """

    outcome: ClosureOutcome
    run_rate: Decimal
    final_one_off_cost: Decimal = ZERO
    hardness: Hardness = Hardness.BOTTOM_LINE
    method: ConfirmationMethod = ConfirmationMethod.GL_VARIANCE
    statement: str = ""
    overrun_reason: str = ""
    embedded: bool = False
    budget_amount: Decimal | None = None
    budget_cost_centre: CostCentre | None = None
    budget_year: int | None = None
    leakages: tuple[tuple[LeakageReason, Decimal, str], ...] = ()
    in_year: Mapping[int, Decimal] = field(default_factory=dict)


_FIGURE_SENTENCES = {
    "below_baseline": _("The three months stay below 95 %% of the baseline. Confirm with shortfall, or return it."),
    "leakage_differs": _("The reasons explain %(explained)s, but %(leakage)s is missing."),
    "overrun_unexplained": _("More than 105 %% of the commitment is confirmed. Say in one sentence why."),
    "avoidance_only": _("Only a measure that avoids cost is confirmed as avoidance."),
    "not_for_avoidance": _("A measure that avoids cost is confirmed as avoidance, not as EBITDA."),
}


def confirmation_objections(terms: ConfirmationTerms, closing: ClosingFigures) -> list[Objection]:
    """Every objection to what is to be confirmed, all at once, by figures, words and budget (domain §6)."""
    return [
        *_figure_objections(terms, closing),
        *_amount_objections(terms),
        *_word_objections(terms),
        *_budget_objections(terms),
    ]


def _explained(terms: ConfirmationTerms) -> dict[LeakageReason, Decimal]:
    by_reason: dict[LeakageReason, Decimal] = defaultdict(Decimal)
    for reason, amount, _note in terms.leakages:
        by_reason[reason] += amount
    return dict(by_reason)


def _figure_objections(terms: ConfirmationTerms, closing: ClosingFigures) -> list[Objection]:
    explained = _explained(terms)
    inputs = ClosingInputs(
        outcome=terms.outcome,
        basis=closing.basis,
        committed=closing.committed,
        confirmed=terms.run_rate,
        actuals=closing.actuals,
        baselines=closing.baselines,
        leakage=explained,
        overrun_explained=bool(terms.overrun_reason.strip()),
    )
    params = {
        "explained": f"{sum(explained.values(), ZERO):.2f}",
        "leakage": f"{leakage(closing.committed, terms.run_rate):.2f}",
    }
    return [
        Objection(code, _FIGURE_SENTENCES[code], params, (Office.CONTROLLER,)) for code in closing_objections(inputs)
    ]


def _amount_objections(terms: ConfirmationTerms) -> list[Objection]:
    amounts = [terms.run_rate, terms.final_one_off_cost, terms.budget_amount, *terms.in_year.values()]
    amounts += [amount for _reason, amount, _note in terms.leakages]
    if all(amount is None or is_storable(amount) for amount in amounts):
        return []
    return [Objection("amount_invalid_here", _("An amount has at most 15 digits and 4 decimals."))]


def _word_objections(terms: ConfirmationTerms) -> list[Objection]:
    objections = []
    if terms.outcome == ClosureOutcome.REJECT:
        objections.append(Objection("nothing_confirmed", _("A rejection confirms nothing.")))
    if terms.hardness not in Hardness.values or terms.method not in ConfirmationMethod.values:
        objections.append(Objection("terms_unknown", _("Choose hardness and method from the lists.")))
    avoids = terms.outcome == ClosureOutcome.CONFIRM_AVOIDANCE
    if terms.hardness != (Hardness.AVOIDANCE if avoids else Hardness.BOTTOM_LINE) and not objections:
        objections.append(
            Objection(
                "hardness_differs",
                _("EBITDA is confirmed as bottom line, avoidance as avoidance; one never counts as the other."),
                {},
                (Office.CONTROLLER,),
            )
        )
    if not terms.statement.strip():
        objections.append(
            Objection(
                "statement_missing", _("Write what you confirm and how you checked it."), {}, (Office.CONTROLLER,)
            )
        )
    return objections


def _budget_objections(terms: ConfirmationTerms) -> list[Objection]:
    named = (terms.budget_amount, terms.budget_cost_centre, terms.budget_year)
    if not terms.embedded or all(value is not None for value in named):
        return []
    return [
        Objection(
            "budget_incomplete",
            _("Name amount, cost centre and year by which the next budget is reduced, or say “not embedded”."),
            {},
            (Office.CONTROLLER,),
        )
    ]


def record_confirmation(
    measure: Measure,
    *,
    by: User,
    on: date,
    terms: ConfirmationTerms,
    snapshot: Mapping[str, Any],
    sha256: str,
    reauthenticated_at: datetime,
    second_by: User | None = None,
    on_behalf_of: User | None = None,
    evidence: Sequence[StoredFile] = (),
) -> ClosureConfirmation:
    """The value of the measure is confirmed as the terms say; part of a closure, which asked for the right.

    Refused with every objection of `confirmation_objections`. Recorded: the confirmation with its years, leakage
    reasons and evidence by hash, bound to the snapshot.
    """
    with deed("value_confirmed", by=by, subject=measure, on_behalf_of=on_behalf_of):
        measure = lock_measure(measure)
        closing = closing_inputs(measure, on=on)
        if objections := confirmation_objections(terms, closing):
            raise Refused(*objections)
        confirmation = ClosureConfirmation.objects.create(
            measure=measure,
            confirmed_by=by,
            on_behalf_of=on_behalf_of,
            second_by=second_by,
            committed=closing.committed,
            carry_over=closing.carry_over,
            reauthenticated_at=reauthenticated_at,
            snapshot=dict(snapshot),
            sha256=sha256,
            on=on,
            at=timezone.now(),
            **_columns(terms),
        )
        _record_parts(confirmation, terms, closing, evidence)
        return confirmation


def _columns(terms: ConfirmationTerms) -> dict[str, Any]:
    return {
        "outcome": terms.outcome,
        "run_rate": terms.run_rate,
        "final_one_off_cost": terms.final_one_off_cost,
        "hardness": terms.hardness,
        "method": terms.method,
        "statement": terms.statement.strip(),
        "overrun_reason": terms.overrun_reason.strip(),
        "embedded": terms.embedded,
        "budget_amount": terms.budget_amount if terms.embedded else None,
        "budget_cost_centre": terms.budget_cost_centre if terms.embedded else None,
        "budget_year": terms.budget_year if terms.embedded else None,
    }


def _record_parts(
    confirmation: ClosureConfirmation,
    terms: ConfirmationTerms,
    closing: ClosingFigures,
    evidence: Sequence[StoredFile],
) -> None:
    years = terms.in_year or closing.in_year
    ConfirmedYear.objects.bulk_create(
        ConfirmedYear(confirmation=confirmation, fiscal_year=year, amount=amount) for year, amount in years.items()
    )
    Leakage.objects.bulk_create(
        Leakage(confirmation=confirmation, reason=reason, amount=amount, note=note)
        for reason, amount, note in terms.leakages
    )
    ConfirmationEvidence.objects.bulk_create(
        ConfirmationEvidence(confirmation=confirmation, file=file, sha256=file.sha256) for file in evidence
    )


def revoke_confirmation(measure: Measure, *, by: User) -> ClosureConfirmation:
    """The confirmation in force counts no longer; part of a reopening, which asked for the right.

    Its figures stay on record beside those of a later confirmation. Recorded: when, and in which deed.
    """
    with deed("confirmation_revoked", by=by, subject=measure) as row:
        measure = lock_measure(measure)
        confirmation = ClosureConfirmation.objects.select_for_update().get(measure=measure, revoked_at__isnull=True)
        confirmation.revoked_at, confirmation.revoked_deed_id = timezone.now(), row.pk
        confirmation.save(update_fields=["revoked_at", "revoked_deed_id"])
        return confirmation


def give_consent(measure: Measure, *, by: User, sha256: str) -> ClosureConsent:
    """A second controller consents to the figures behind this hash; part of a closure, which asked for the right.

    Refused to owner, sponsor and controller of the measure. Recorded: deed and consent.
    """
    with deed("closure_consented", by=by, subject=measure):
        measure = lock_measure(measure)
        if by.pk in (measure.owner_id, measure.sponsor_id, measure.controller_id):
            raise Refused(
                Objection("second_involved", _("The second controller is neither owner, sponsor nor controller."))
            )
        return ClosureConsent.objects.create(measure=measure, given_by=by, sha256=sha256, at=timezone.now())
