"""Telling people of deeds: each fact waits as a row until its notices stand (platform §6)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from typing import Any

import structlog
from django.db import DatabaseError, transaction
from django.db.models import Count, Q

from finance.models import Dispute
from finance.rules.working_days import add_working_days
from governance.actions.notices import tell
from governance.choices import DecisionKind, Reader, SubmissionState, Verdict
from governance.events import EVENTS
from governance.models import GateApproval, GateDecision, GateSubmission, ImportBatch, UntoldFact
from governance.queries.readers import Told, needs_second_controller, readers_of, silent_deciders
from measures.choices import DoI
from measures.models import Measure
from portfolio import tenancy
from portfolio.middleware import today
from portfolio.models import Deed, Holiday, Node, Organization, SteeringCommittee, User

log = structlog.get_logger()

LEASE = timedelta(seconds=30)
MOST_AT_ONCE = 500
# A fact that breaks its own telling is set aside for so long and keeps nobody else's news.
SET_ASIDE = timedelta(hours=1)
# What is entered for a day so long past is history that was written down later, such as a plan taken over; no news.
NEWS_FOR = timedelta(days=14)
REMINDED_AFTER_DAYS = 5


def lease_facts(now: datetime) -> list[int]:
    """The organizations with facts that nobody was told of and that nobody has taken, leased for half a minute."""
    with transaction.atomic():
        free = Q(leased_until__isnull=True) | Q(leased_until__lte=now)
        due = UntoldFact.objects.filter(free).select_for_update(skip_locked=True).order_by("pk")
        taken = dict(due.values_list("pk", "organization_id")[: 20 * MOST_AT_ONCE])
        UntoldFact.objects.filter(pk__in=list(taken)).update(leased_until=now + LEASE)
    return sorted(set(taken.values()))


def tell_facts(organization_id: int, *, now: datetime) -> int:
    """Everybody concerned has a notice of what happened; returns how many facts were looked at.

    Notices and the end of the waiting are one transaction: a run that is killed leaves the facts as they were. A
    fact that cannot be told is logged and set aside for an hour.
    """
    with tenancy.tenant(organization_id):
        waiting = UntoldFact.objects.filter(organization_id=organization_id)
        ready = waiting.filter(Q(leased_until__isnull=True) | Q(leased_until__lte=now + LEASE))
        facts = list(ready.select_for_update(skip_locked=True).order_by("pk")[:MOST_AT_ONCE])
        organization = Organization.objects.get(pk=organization_id)
        deeds = _deeds(fact.fact_id for fact in facts if fact.kind == "deed")
        told = [fact.pk for fact in facts if _is_told(fact, deeds, organization, now)]
        UntoldFact.objects.filter(pk__in=told).delete()
        return len(facts)


def _deeds(ids: Iterable[int]) -> dict[int, Deed]:
    """Those that concern somebody; all others need no telling."""
    rows = Deed.objects.filter(pk__in=list(ids), kind__in=TELLERS).select_related("actor")
    return {deed.pk: deed for deed in rows}


def _is_told(fact: UntoldFact, deeds: dict[int, Deed], organization: Organization, now: datetime) -> bool:
    deed = deeds.get(fact.fact_id)
    if fact.kind == "deed" and deed is None:
        return True
    try:
        with transaction.atomic():
            if deed is None or fact.kind == "stale":
                _stale(fact.fact_id, now)
            else:
                TELLERS[deed.kind](deed, today(organization, deed.at), now)
    # Whatever is wrong with one fact must not keep the news of all others.
    except (DatabaseError, LookupError, TypeError, ValueError, AttributeError) as error:
        log.exception(
            "fact_not_told", organization_id=organization.pk, fact_id=fact.fact_id, error=type(error).__name__
        )
        UntoldFact.objects.filter(pk=fact.pk).update(leased_until=now + SET_ASIDE)
        return False
    return True


# Gates


def _stale(submission_id: int, now: datetime) -> None:
    submission = _submissions().get(pk=submission_id)
    people = _readers("gate_stale", submission)
    _tell_of(submission, "gate_stale", people, now=now)


def _submissions() -> Any:
    related = ("measure__package", "measure__committee", "measure__owner", "measure__controller", "measure__sponsor")
    return GateSubmission.objects.select_related(*related, "submitted_by", "on_behalf_of")


def _readers(code: str, submission: GateSubmission) -> Told:
    return readers_of(EVENTS[code].readers, submission.measure, submission, on=submission.on)


def _tell_of(submission: GateSubmission, code: str, people: Told, *, now: datetime, **params: Any) -> None:
    tell(
        people,
        code=code,
        fact_kind=params.pop("fact_kind", "gatesubmission"),
        fact_id=params.pop("fact_id", submission.pk),
        measure=submission.measure,
        params={"stage": submission.to_stage, "due": submission.due_on.isoformat(), **params},
        at=now,
    )


def _submitted(deed: Deed, on: date, now: datetime) -> None:
    submission = _submissions().filter(deed_id=deed.pk, state=SubmissionState.OPEN).first()
    if submission is None or not _is_news(submission.on, on):
        return
    by = deed.actor_id
    _tell_of(submission, "gate_submitted", _readers("gate_submitted", submission), now=now, by=by)
    if submission.to_stage == DoI.CLOSED and needs_second_controller(submission.measure):
        _tell_of(submission, "consent_asked", _readers("consent_asked", submission), now=now, by=by)


def _is_news(day: date, on: date) -> bool:
    return on - day <= NEWS_FOR


def _answered(deed: Deed, on: date, now: datetime) -> None:
    """A word on a submission, and the decision it may have brought about."""
    decision = GateDecision.objects.filter(deed_id=deed.pk, kind__in=DECIDED).first()
    word = GateApproval.objects.filter(deed_id=deed.pk).first()
    row = decision or word
    if row is None or row.submission_id is None:
        return
    submission = _submissions().get(pk=row.submission_id)
    code = _answer_code(submission, decision, word)
    if code is None or not _is_news(decision.on if decision else submission.on, on):
        return
    people = {person: why for person, why in _readers(code, submission).items() if person.pk != deed.actor_id}
    kind = "gatedecision" if decision else "gateapproval"
    _tell_of(submission, code, people, now=now, by=deed.actor_id, reason=deed.reason, fact_kind=kind, fact_id=row.pk)


DECIDED = (DecisionKind.ADVANCE, DecisionKind.ADVANCE_CONDITIONAL, DecisionKind.RETURN)


def _answer_code(submission: GateSubmission, decision: GateDecision | None, word: GateApproval | None) -> str | None:
    if decision is not None and decision.kind == DecisionKind.RETURN:
        return "closure_rejected" if submission.to_stage == DoI.CLOSED else "gate_returned"
    if decision is not None:
        return "gate_decided"
    if word is not None and word.verdict == Verdict.VETO:
        return "gate_vetoed"
    return "approval_given" if submission.state == SubmissionState.OPEN else None


def _consented(deed: Deed, _on: date, now: datetime) -> None:
    _tell_by_deed(deed, "consent_given", now, {})


def tell_of_waiting_gates(*, on: date, now: datetime) -> int:
    """Deciders are reminded five working days after a submission; once it is due, its chair knows (domain §2).

    Where nobody presides, as for a measure without a committee, the transformation office knows instead. Safe to
    repeat: once for each submission and person. Returns how many notices are new.
    """
    holidays = frozenset(Holiday.objects.values_list("day", flat=True))
    told = 0
    for submission in _submissions().filter(state=SubmissionState.OPEN, on__lt=on).order_by("pk"):
        people: Told = {}
        if on >= submission.due_on:
            code = "gate_escalated"
            people = _readers(code, submission) or readers_of([Reader.OFFICE], submission.measure, on=on)
        elif on >= add_working_days(submission.on, REMINDED_AFTER_DAYS, holidays):
            code = "gate_reminder"
            people = dict.fromkeys(silent_deciders(submission.measure, submission, on), Reader.DECIDER)
        told += _remind(submission, code, people, now) if people else 0
    return told


def _remind(submission: GateSubmission, code: str, people: Told, now: datetime) -> int:
    params = {"stage": submission.to_stage, "due": submission.due_on.isoformat()}
    return tell(
        people,
        code=code,
        fact_kind="gatesubmission",
        fact_id=submission.pk,
        measure=submission.measure,
        params=params,
        at=now,
    )


# Everything else: the deed itself is the fact


def _tell_by_deed(
    deed: Deed, code: str, now: datetime, params: dict[str, Any], concerned: Iterable[int | None] = (), **also: Told
) -> None:
    measure = _measure(deed)
    told: Told = dict.fromkeys(_active(concerned), Reader.CONCERNED)
    for people in also.values():
        told = {**people, **told}
    if measure is not None:
        told = {**readers_of(EVENTS[code].readers, measure, on=deed.at.date()), **told}
    told = {person: why for person, why in told.items() if person.pk != deed.actor_id}
    values = {"by": deed.actor_id, "reason": deed.reason, **params}
    tell(told, code=code, fact_kind="deed", fact_id=deed.pk, measure=measure, params=values, at=now)


def _measure(deed: Deed) -> Measure | None:
    if deed.subject_kind != "measure" or deed.subject_id is None:
        return None
    related = ("package", "committee", "owner", "controller", "sponsor")
    return Measure.objects.select_related(*related).filter(pk=deed.subject_id).first()


def _active(ids: Iterable[int | None]) -> list[User]:
    return list(User.objects.filter(pk__in=[pk for pk in ids if pk is not None], is_active=True))


def _dispute(deed: Deed, on: date, now: datetime) -> None:
    if deed.kind == "dispute_opened":
        dispute = Dispute.objects.filter(effect_id=deed.details["effect"]).order_by("-pk").first()
    else:
        dispute = Dispute.objects.filter(pk=deed.details["dispute"]).first()
    if dispute is None or not _is_news(dispute.closed_on or dispute.opened_on, on):
        return
    params = {"effect": dispute.effect.name}
    opener = dict.fromkeys(_active([dispute.opened_by_id]), Reader.DISPUTER)
    _tell_by_deed(deed, deed.kind, now, params, opener={} if deed.kind == "dispute_opened" else opener)


def _office_changed(deed: Deed, on: date, now: datetime) -> None:
    if _is_news(date.fromisoformat(deed.details["on"]), on):
        before, after = deed.details["from"], deed.details["to"]
        _tell_by_deed(deed, deed.kind, now, {"to": after}, concerned=(before, after))


def _role(deed: Deed, _on: date, now: datetime) -> None:
    node = Node.objects.filter(pk=deed.subject_id or 0).first()
    params = {"node": node.name if node else "", "role": deed.details.get("role", "")}
    code = "role_granted" if deed.kind == "role_granted" else "role_ended"
    _tell_by_deed(deed, code, now, params, concerned=[deed.details["user"]])


def _taken_over(deed: Deed, _on: date, now: datetime) -> None:
    """The chair and the secretary of each committee whose measures came with the import."""
    batch = ImportBatch.objects.filter(deed_id=deed.pk).first()
    if batch is None:
        return
    counts: dict[User, int] = {}
    reasons: Told = {}
    for committee, number in _committees_of(batch):
        for reader, person in ((Reader.CHAIR, committee.chair), (Reader.SECRETARY, committee.secretary)):
            if person is not None:
                counts[person] = counts.get(person, 0) + number
                reasons.setdefault(person, reader)
    for person, number in counts.items():
        tell(
            {person: reasons[person]},
            code="take_over_to_ratify",
            fact_kind="importbatch",
            fact_id=batch.pk,
            params={"count": number, "by": deed.actor_id},
            at=now,
        )


def _committees_of(batch: ImportBatch) -> list[tuple[SteeringCommittee, int]]:
    """Each committee with how many of the measures wait for it."""
    waiting = Measure.objects.filter(take_overs__batch=batch, take_overs__ratified_at=None, committee__isnull=False)
    counts = dict(waiting.order_by().values_list("committee").annotate(Count("pk")))
    committees = SteeringCommittee.objects.select_related("chair", "secretary").in_bulk(list(counts))
    return [(committees[pk], number) for pk, number in counts.items()]


# Which deeds concern somebody, by their kind.
TELLERS: dict[str, Callable[[Deed, date, datetime], None]] = {
    "gate_submitted": _submitted,
    "gate_approved": _answered,
    "gate_vetoed": _answered,
    "gate_decided": _answered,
    "gate_returned": _answered,
    "closure_rejected": _answered,
    "closure_confirmed": _answered,
    "closure_consented": _consented,
    "dispute_opened": _dispute,
    "dispute_answered": _dispute,
    "dispute_closed": _dispute,
    "owner_changed": _office_changed,
    "controller_changed": _office_changed,
    "role_granted": _role,
    "role_withdrawn": _role,
    "role_ended": _role,
    "program_taken_over": _taken_over,
}
