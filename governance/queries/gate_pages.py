"""The pages on which gates are submitted and decided: the policy, where the measure stands, who may act now."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Prefetch

from finance.money import ZERO
from finance.rules.working_days import working_days_between
from governance.choices import CriterionKind, SubmissionState, Verdict
from governance.criteria.case import GateCase
from governance.gates import GATES, Gate
from governance.models import GateApproval, GateDecision, GateSubmission, Waiver
from governance.queries.cases import gate_case
from governance.queries.deciders import Bench, barred_among, bench_for, deciding_offices, submitted
from governance.queries.objections import CriterionState, criterion_states, open_gaps
from governance.queries.submitters import submitter_objections
from governance.snapshots import changed_fields, snapshot_of
from measures.choices import DoI, Lifecycle
from measures.models import Measure
from portfolio.choices import Office
from portfolio.errors import Objection
from portfolio.models import Holiday, User


@dataclass(frozen=True)
class Word:
    """An office that decides: who holds it, and what it has said so far."""

    office: Office
    holder: str
    approval: GateApproval | None


@dataclass(frozen=True)
class Possible:
    """What the person may do now. `offices` are those the person may approve for and that have not spoken."""

    submit: bool = False
    withdraw: bool = False
    offices: tuple[Office, ...] = ()
    veto: bool = False
    committee: bool = False
    close: bool = False
    give_back: bool = False

    @property
    def any(self) -> bool:
        """Something may be done with the submission that waits."""
        return self.submit or self.withdraw or self.close or self.decide

    @property
    def decide(self) -> bool:
        return bool(self.offices) or self.veto or self.committee or self.give_back


@dataclass(frozen=True)
class GatePage:
    """All that a page about the next gate shows; `gate` is None once the measure is closed."""

    measure: Measure
    case: GateCase
    gate: Gate | None
    states: tuple[CriterionState, ...]
    submission: GateSubmission | None
    words: tuple[Word, ...]
    waivers: tuple[Waiver, ...]
    veto: GateApproval | None
    stale_fields: tuple[str, ...]
    age: int
    due_in: int
    bench: Bench
    possible: Possible
    why_not_submit: tuple[Objection, ...]

    @property
    def is_open(self) -> bool:
        """A submission waits, and nothing of it has changed."""
        return self.submission is not None and not self.is_stale

    @property
    def is_stale(self) -> bool:
        return self.submission is not None and bool(self.stale_fields)

    @property
    def overdue(self) -> int:
        """Working days the decision is overdue."""
        return max(0, -self.due_in)

    @property
    def one_off_cost(self) -> Decimal:
        """Planned one-off cost in the currency of the measure; cost is negative."""
        return sum((amount for cost in self.case.costs for amount in cost.plan.values()), ZERO)

    @property
    def chair_alone(self) -> bool:
        return self.case.figures.size < self.case.limits.de_minimis and self.veto is None

    @property
    def hard(self) -> list[CriterionState]:
        return [state for state in self.states if state.kind == CriterionKind.HARD]

    @property
    def soft(self) -> list[CriterionState]:
        return [state for state in self.states if state.kind == CriterionKind.SOFT]

    @property
    def blocking(self) -> list[CriterionState]:
        return [state for state in self.hard if not state.is_met]

    @property
    def to_waive(self) -> list[CriterionState]:
        return [state for state in self.soft if not state.is_met]


def gate_page(measure: Measure, user: User, *, on: date) -> GatePage:
    """The next gate of the measure as the person finds it on this day."""
    case = gate_case(measure, on=on)
    gate = GATES.get(DoI(measure.stage))
    submission = _waiting(measure)
    stale = _stale_fields(case, gate, submission)
    bench = bench_for(measure, gate, submission, on=on) if gate is not None else Bench((), (), 0)
    approvals = list(submission.approvals.select_related("given_by").order_by("at")) if submission else []
    holidays = frozenset(Holiday.objects.values_list("day", flat=True))
    why_not = submitter_objections(measure, gate, user, on=on) if gate is not None else []
    return GatePage(
        measure=measure,
        case=case,
        gate=gate,
        states=tuple(criterion_states(case, open_gaps(measure))),
        submission=submission,
        words=tuple(_words(measure, gate, bench, approvals)),
        waivers=tuple(submission.waivers.select_related("written_by").order_by("pk")) if submission else (),
        veto=next((one for one in approvals if one.verdict == Verdict.VETO), None),
        stale_fields=stale,
        age=working_days_between(submission.on, on, holidays) if submission else 0,
        due_in=_due_in(submission, on, holidays),
        bench=bench,
        possible=_possible(measure, gate, submission, user, approvals, bool(stale), why_not, on),
        why_not_submit=tuple(why_not),
    )


def _due_in(submission: GateSubmission | None, on: date, holidays: frozenset[date]) -> int:
    """Working days until the decision is due; negative when it is overdue."""
    if submission is None:
        return 0
    if submission.due_on < on:
        return -max(1, working_days_between(submission.due_on, on, holidays))
    return working_days_between(on, submission.due_on, holidays)


def _waiting(measure: Measure) -> GateSubmission | None:
    """The submission of the next gate that waits, or that has become stale and was not replaced."""
    rows = GateSubmission.objects.filter(measure=measure, from_stage=measure.stage).select_related("submitted_by")
    latest = rows.order_by("-pk").first()
    if latest is None or latest.state not in (SubmissionState.OPEN, SubmissionState.STALE):
        return None
    return latest


def _stale_fields(case: GateCase, gate: Gate | None, submission: GateSubmission | None) -> tuple[str, ...]:
    if gate is None or submission is None:
        return ()
    if submission.state == SubmissionState.STALE:
        return tuple(submission.stale_fields)
    return tuple(changed_fields(submission.snapshot, snapshot_of(case, gate)))


def _words(measure: Measure, gate: Gate | None, bench: Bench, approvals: Sequence[GateApproval]) -> Iterable[Word]:
    holders = {
        Office.OWNER: str(measure.owner),
        Office.CONTROLLER: str(measure.controller or ""),
        Office.SPONSOR: str(measure.sponsor or ""),
        Office.COMMITTEE: " · ".join(str(name) for name in (measure.committee, bench.speaker) if name),
        Office.TRANSFORMATION_OFFICE: "",
    }
    said = {one.office: one for one in approvals if one.verdict != Verdict.VETO}
    return [Word(office, holders[office], said.get(office)) for office in (gate.deciders if gate else ())]


def _possible(
    measure: Measure,
    gate: Gate | None,
    submission: GateSubmission | None,
    user: User,
    approvals: Sequence[GateApproval],
    stale: bool,
    why_not_submit: Sequence[Objection],
    on: date,
) -> Possible:
    if gate is None or measure.lifecycle != Lifecycle.ACTIVE:
        return Possible()
    if submission is None or stale:
        return Possible(submit=not why_not_submit)
    mine = submitted(user, submission)
    barred = gate.barred and user.pk in barred_among([user], on)
    held = () if mine or barred else deciding_offices(user, measure, gate, submission, on=on)
    spoken = {one.office for one in approvals}
    twice = any(one.given_by_id == user.pk and one.verdict == Verdict.APPROVE for one in approvals)
    closing = gate.to == DoI.CLOSED
    return Possible(
        withdraw=mine or measure.owner_id == user.pk,
        offices=() if closing or twice else tuple(one for one in held if one not in spoken and one != Office.COMMITTEE),
        veto=gate.to == DoI.DECIDED and measure.controller_id == user.pk and Office.CONTROLLER not in spoken,
        committee=Office.COMMITTEE in held,
        close=closing and bool(held),
        give_back=bool(held) and not closing,
    )


def past_decisions(measure: Measure) -> list[GateDecision]:
    """Every decision on the measure with the word of each office, the latest first."""
    related = ("decided_by", "on_behalf_of", "submission", "proposal__proposed_by", "proposal__superseded_by")
    rows = GateDecision.objects.filter(measure=measure).select_related(*related)
    approvals = GateApproval.objects.select_related("given_by", "on_behalf_of").order_by("at", "pk")
    told = rows.prefetch_related(Prefetch("submission__approvals", approvals), "conditions")
    return list(told.order_by("-at", "-pk"))
