"""Answering a divergence: the controller says why it may stand for a while (domain §5)."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.utils import timezone

from finance.rules import add_months
from governance.choices import DivergenceState
from governance.models import Divergence, DivergenceChange
from governance.sentences import objection
from measures.queries import offices_of
from portfolio.choices import Office
from portfolio.deeds import deed
from portfolio.errors import NotAllowed, Objection, Refused
from portfolio.models import User

LONGEST_ANSWER_MONTHS = 1


def answer_divergence(
    divergence: Divergence, *, by: User, reason: str, until: date, on: date, key: UUID | None = None
) -> Divergence:
    """The divergence is answered until the given day, after which it opens again if it still holds.

    Refused: anybody but the controller of the measure, a blank reason, a closed divergence, a day before `on` or
    more than a month after it. Recorded: the deed and the transition with its reason.
    """
    if Office.CONTROLLER not in offices_of(by, divergence.measure):
        raise NotAllowed(objection("controller_answers"))
    details = {"code": divergence.code}
    with deed("divergence_answered", by=by, subject=divergence.measure, reason=reason, key=key, details=details):
        divergence = Divergence.objects.select_for_update().get(pk=divergence.pk)
        _refuse(divergence, reason=reason, until=until, on=on)
        before = divergence.state
        divergence.state = DivergenceState.ANSWERED
        divergence.answer, divergence.answered_by, divergence.answered_until = reason.strip(), by, until
        divergence.save(update_fields=["state", "answer", "answered_by", "answered_until"])
        DivergenceChange.objects.create(
            divergence=divergence,
            before=before,
            after=DivergenceState.ANSWERED,
            on=on,
            at=timezone.now(),
            reason=reason.strip(),
            user_id=by.pk,
        )
        return divergence


def _refuse(divergence: Divergence, *, reason: str, until: date, on: date) -> None:
    objections: list[Objection] = []
    if divergence.state == DivergenceState.CLOSED:
        objections.append(objection("divergence_closed"))
    if not reason.strip():
        objections.append(objection("reason_missing"))
    if not on <= until <= add_months(on, LONGEST_ANSWER_MONTHS):
        objections.append(objection("answer_too_long"))
    if objections:
        raise Refused(*objections)
