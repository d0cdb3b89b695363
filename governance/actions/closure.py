"""Controller-backed closure: a controller confirms the value, and only so a measure closes (domain §6)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.utils import timezone

from finance.actions.confirmations import (
    ConfirmationTerms,
    confirmation_objections,
    give_consent,
    record_confirmation,
)
from finance.choices import ClosureOutcome
from finance.models import ClosureConsent
from finance.queries.closing import ClosingFigures, closing_inputs
from governance.actions.gates import Outcome, advance, return_submission
from governance.actions.notices import tell_of_confirmations
from governance.actions.submissions import Docket, docket_of, refuse_decided
from governance.choices import DivergenceState, SubmissionState
from governance.models import Divergence, DivergenceChange, GateSubmission
from governance.queries.closure import (
    confirmer_objections,
    latest_closure,
    needs_four_eyes,
    second_consent,
    second_objections,
    state_objections,
    value_objections,
)
from governance.sentences import objection
from governance.snapshots import closing_hash, closing_snapshot
from measures.choices import DoI
from measures.models import Measure
from portfolio.choices import Office
from portfolio.deeds import deed
from portfolio.errors import NotAllowed, Objection, Refused
from portfolio.models import StoredFile, User

REAUTHENTICATION_HOLDS = timedelta(minutes=5)


def confirm_and_close(
    measure: Measure,
    *,
    by: User,
    on: date,
    terms: ConfirmationTerms,
    evidence: Sequence[StoredFile],
    reauthenticated_at: datetime,
    key: UUID | None = None,
) -> Outcome:
    """The controller has confirmed the value and the measure is closed, in one transaction.

    Refused, with every objection at once: without a submitted closure, anybody but the measure's controller, who
    never owned or sponsored it, a password older than five minutes, any condition of domain §6, an outcome the
    figures do not allow, no evidence, and above the four-eyes limit no second controller's consent to the same
    figures. Recorded: the deed, the confirmation with reasons and evidence, and the decision, bound to one picture
    by its hash. Controller, sponsor and committee secretary are told, and mailed at once. A stale submission is
    marked and answered as such.
    """
    docket = _closing_docket(measure, on)
    if docket.is_stale:
        return Outcome(docket.submission)
    with deed("closure_confirmed", by=by, subject=docket.measure, reason=terms.statement, key=key):
        _refuse_unsubmitted(docket)
        _refuse_person(confirmer_objections(docket.measure, docket.submission, by, on=on))
        closing = closing_inputs(docket.measure, on=on)
        snapshot = closing_snapshot(docket.submission, closing, terms.outcome, terms.run_rate)
        bound_to = closing_hash(snapshot)
        consent = second_consent(docket.measure, bound_to, by)
        found = _terms_objections(docket, closing, terms, consent)
        found += _reauthentication_objections(reauthenticated_at)
        if not evidence:
            found.append(objection("evidence_missing"))
        if found:
            raise Refused(*found)
        record_confirmation(
            docket.measure,
            by=by,
            on=on,
            terms=terms,
            reauthenticated_at=reauthenticated_at,
            second_by=consent.given_by if consent else None,
            evidence=evidence,
            snapshot=snapshot,
            sha256=bound_to,
        )
        _answer_divergences(docket, terms, by=by)
        decision = advance(
            docket, office=Office.CONTROLLER, by=by, reason=terms.statement, snapshot=snapshot, sha256=bound_to
        )
        tell_of_confirmations()
        return Outcome(docket.submission, decision)


def consent_to_closure(
    measure: Measure,
    *,
    by: User,
    on: date,
    outcome: ClosureOutcome,
    run_rate: Decimal,
    reauthenticated_at: datetime,
    key: UUID | None = None,
) -> Outcome:
    """A second controller has consented to this outcome and value; only then may the measure's controller close.

    The consent is bound by hash to the submission, the months and the value: another value needs another consent.
    Refused: anybody without the right to confirm closures there, the measure's controller, whoever ever owned or
    sponsored it, a password older than five minutes. Recorded: the deed and the consent.
    """
    docket = _closing_docket(measure, on)
    if docket.is_stale:
        return Outcome(docket.submission)
    details = {"outcome": str(outcome), "run_rate": str(run_rate)}
    with deed("closure_consented", by=by, subject=docket.measure, key=key, details=details):
        _refuse_unsubmitted(docket)
        _refuse_person(second_objections(docket.measure, docket.submission, by, on=on))
        if found := _reauthentication_objections(reauthenticated_at):
            raise Refused(*found)
        closing = closing_inputs(docket.measure, on=on)
        snapshot = closing_snapshot(docket.submission, closing, outcome, run_rate)
        give_consent(docket.measure, by=by, sha256=closing_hash(snapshot))
        return Outcome(docket.submission)


def reject_closure(measure: Measure, *, by: User, on: date, reason: str, key: UUID | None = None) -> Outcome:
    """The controller sends the closure back with findings; the measure stays Implemented and nothing is confirmed."""
    if not reason.strip():
        raise Refused(objection("findings_missing"))
    return return_submission(_submitted_closure(measure), by=by, on=on, reason=reason, key=key)


def _submitted_closure(measure: Measure) -> GateSubmission:
    submission = latest_closure(measure)
    if submission is None:
        raise Refused(objection("not_submitted"))
    return submission


def _closing_docket(measure: Measure, on: date) -> Docket:
    return docket_of(_submitted_closure(measure), on=on)


def _refuse_unsubmitted(docket: Docket) -> None:
    if docket.submission.state != SubmissionState.OPEN and docket.measure.stage != DoI.CLOSED:
        raise Refused(objection("not_submitted"))
    refuse_decided(docket.submission)


def _refuse_person(found: Sequence[Objection]) -> None:
    if found:
        raise NotAllowed(*found)


def _terms_objections(
    docket: Docket, closing: ClosingFigures, terms: ConfirmationTerms, consent: ClosureConsent | None
) -> list[Objection]:
    found = state_objections(docket.case, method=terms.method, answered=tuple(_answered(terms)))
    # The finance rule sees the same shortfall twice when months are missing; each is said once.
    figures = [*confirmation_objections(terms, closing), *value_objections(closing, terms.outcome, terms.run_rate)]
    found += {one.code: one for one in figures}.values()
    if consent is None and needs_four_eyes(docket.case, closing, terms.run_rate):
        found.append(objection("consent_missing"))
    return found


def _answered(terms: ConfirmationTerms) -> dict[str, str]:
    """Divergences that the terms themselves answer: reasons of a shortfall D1, a sentence about an overrun D6."""
    by_reasons = {"D1": terms.statement} if terms.outcome == ClosureOutcome.CONFIRM_WITH_SHORTFALL else {}
    return by_reasons | ({"D6": terms.overrun_reason} if terms.overrun_reason.strip() else {})


def _answer_divergences(docket: Docket, terms: ConfirmationTerms, *, by: User) -> None:
    answers = _answered(terms)
    waiting = Divergence.objects.select_for_update().filter(
        measure=docket.measure, code__in=answers, state=DivergenceState.OPEN
    )
    for divergence in waiting.order_by("pk"):
        reason = answers[divergence.code].strip()
        divergence.state, divergence.answer, divergence.answered_by = DivergenceState.ANSWERED, reason, by
        divergence.save(update_fields=["state", "answer", "answered_by"])
        DivergenceChange.objects.create(
            divergence=divergence,
            before=DivergenceState.OPEN,
            after=DivergenceState.ANSWERED,
            on=docket.case.on,
            at=timezone.now(),
            reason=reason,
            user_id=by.pk,
        )


def _reauthentication_objections(reauthenticated_at: datetime) -> list[Objection]:
    age = timezone.now() - reauthenticated_at
    return [] if timedelta(0) <= age <= REAUTHENTICATION_HOLDS else [objection("reauthentication_missing")]
