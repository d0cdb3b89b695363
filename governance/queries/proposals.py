"""Proposals beside the gates: who may make one now, who decides it, and what waits or is overdue."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import or_

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from governance.choices import ConditionState, DecisionKind, ProposalState
from governance.gates import GATES
from governance.lifecycle import COURSES, PERSONAL, REOPEN, Course, Step, all_steps, step_of, steps_from
from governance.models import Condition, GateDecision, Proposal, ProposalWord
from governance.queries.deciders import Bench, bench_for, is_barred
from governance.sentences import objection
from measures.choices import DoI, Lifecycle
from measures.models import Measure
from measures.queries import offices_of
from portfolio.choices import Office
from portfolio.errors import Objection
from portfolio.models import User


def step_for(measure: Measure, kind: DecisionKind) -> Step | None:
    """What this kind of proposal means for the measure as it stands; None where it does not fit."""
    return step_of(kind, DoI(measure.stage), Lifecycle(measure.lifecycle))


def proposing_office(course: Course, step: Step, held: Collection[Office]) -> Office | None:
    """In which capacity somebody proposes: one whose word then counts as given, else one that leaves others to decide.

    None where every capacity of the person would decide alone what it proposed, or none may propose.
    """
    able = [office for office in course.proposers if office in held and step.body.needed(office)]
    joint = [office for office in able if len(step.body.needed(office)) < len(step.body.offices)]
    personal = [office for office in joint if office in PERSONAL]
    return next(iter([*personal, *joint, *able]), None)


def proposer_objections(
    measure: Measure, course: Course, step: Step, by: User, *, held: Collection[Office] | None = None
) -> list[Objection]:
    """Why this person does not propose this: no such office, or the one who would decide it."""
    held = offices_of(by, measure) if held is None else held
    if not set(course.proposers) & set(held):
        names = ", ".join(str(office.label) for office in course.proposers)
        return [objection("not_your_proposal", offices=names)]
    if proposing_office(course, step, held) is None:
        return [objection("you_would_decide")]
    return []


def vacancy_objections(measure: Measure, step: Step, office: Office) -> list[Objection]:
    """Offices that would have to decide and are held by nobody; where one of them is enough, only if all are vacant."""
    holders = {
        Office.CONTROLLER: measure.controller_id,
        Office.SPONSOR: measure.sponsor_id,
        Office.COMMITTEE: measure.committee_id,
    }
    needed = step.body.needed(office)
    vacant = [one for one in needed if one in holders and holders[one] is None]
    if not vacant or (step.body.either and len(vacant) < len(needed)):
        return []
    return [objection("decider_vacant", office=one.label) for one in vacant]


def bench_of(proposal: Proposal, *, on: date) -> Bench:
    """The committee that decides the proposal, without whoever proposed it; barred as for the step to Decided."""
    without = [proposal.proposed_by_id, proposal.on_behalf_of_id]
    return bench_for(proposal.measure, GATES[DoI.DETAILED], None, on=on, without=without)


def deciding_offices_of(proposal: Proposal, step: Step, user: User, *, on: date) -> tuple[Office, ...]:
    """Offices whose word is asked, not given yet, and which the person may speak for."""
    spoken = set(proposal.words.values_list("office", flat=True))
    held = set(offices_of(user, proposal.measure))
    if Office.COMMITTEE in step.body.offices:
        speaks = bench_of(proposal, on=on).speaker == user
        held = (held - {Office.COMMITTEE}) | ({Office.COMMITTEE} if speaks else set())
    return tuple(one for one in step.body.needed(Office(proposal.office)) if one in held and one not in spoken)


def missing_offices(proposal: Proposal, step: Step, *, saying: Office | None = None) -> tuple[Office, ...]:
    """Offices whose agreement is still missing, when `saying` agrees too."""
    agreed = set(proposal.words.filter(agreed=True).values_list("office", flat=True)) | {saying}
    needed = step.body.needed(Office(proposal.office))
    if step.body.either and agreed & set(needed):
        return ()
    return tuple(one for one in needed if one not in agreed)


def may_decide(proposal: Proposal, user: User, *, on: date) -> bool:
    """Whether the person may say a word on the open proposal."""
    step = step_for(proposal.measure, DecisionKind(proposal.kind))
    if step is None or proposal.state != ProposalState.OPEN or is_barred(user, on):
        return False
    mine = user.pk in (proposal.proposed_by_id, proposal.on_behalf_of_id)
    twice = proposal.words.filter(given_by=user).exists()
    return not mine and not twice and bool(deciding_offices_of(proposal, step, user, on=on))


def open_proposal(measure: Measure) -> Proposal | None:
    """The proposal that waits for a decision."""
    rows = Proposal.objects.filter(measure=measure, state=ProposalState.OPEN)
    return rows.select_related("proposed_by", "on_behalf_of", "superseded_by").first()


@dataclass(frozen=True)
class Offer:
    """A kind of proposal that fits the measure now: who decides it, and why the person may not make it."""

    course: Course
    step: Step
    office: Office
    why_not: tuple[Objection, ...]

    @property
    def kind(self) -> DecisionKind:
        return self.course.kind

    @property
    def deciders(self) -> list[str]:
        """Who decides when it is proposed in this capacity, in words."""
        return [str(office.label) for office in self.step.body.needed(self.office) or self.step.body.offices]


def offers(measure: Measure, user: User) -> list[Offer]:
    """Every kind that fits where the measure stands."""
    found = []
    held = offices_of(user, measure)
    for step in steps_from(DoI(measure.stage), Lifecycle(measure.lifecycle)):
        course = COURSES[step.kind]
        why_not = tuple(proposer_objections(measure, course, step, user, held=held))
        office = proposing_office(course, step, held) or course.proposers[0]
        found.append(Offer(course, step, office, why_not))
    return found


@dataclass(frozen=True)
class BesideGates:
    """What stands beside the gates of a measure: the open proposal, what may be proposed, and conditions."""

    proposal: Proposal | None
    words: tuple[ProposalWord, ...]
    offices: tuple[Office, ...]
    may_decide: bool
    mine: bool
    offers: tuple[Offer, ...]
    conditions: tuple[Condition, ...]


def beside_gates(measure: Measure, user: User, *, on: date) -> BesideGates:
    """The same for one person on one day; a few statements, and fewer where nothing waits."""
    proposal = open_proposal(measure)
    step = step_for(measure, DecisionKind(proposal.kind)) if proposal else None
    if proposal is not None:
        proposal.measure = measure
    return BesideGates(
        proposal=proposal,
        words=tuple(proposal.words.select_related("given_by").order_by("pk")) if proposal else (),
        offices=step.body.needed(Office(proposal.office)) if proposal and step else (),
        may_decide=proposal is not None and may_decide(proposal, user, on=on),
        mine=proposal is not None and user.pk in (proposal.proposed_by_id, proposal.on_behalf_of_id),
        offers=() if proposal else tuple(offers(measure, user)),
        conditions=tuple(conditions_of(measure)),
    )


def held_since(measure: Measure) -> date | None:
    """The day since which the measure rests; None while it does not."""
    if measure.lifecycle != Lifecycle.ON_HOLD:
        return None
    rows = GateDecision.objects.filter(measure=measure, to_lifecycle=Lifecycle.ON_HOLD)
    return rows.exclude(from_lifecycle=Lifecycle.ON_HOLD).order_by("-pk").values_list("on", flat=True).first()


def reason_codes(step: Step, stage: DoI) -> tuple[str, ...]:
    """Reasons that fit: a closed measure is reopened for erosion or an error only, a cancelled one for neither."""
    codes = COURSES[step.kind].reasons
    if step.kind != REOPEN:
        return tuple(code.value for code in codes)
    of_closed = ("erosion", "error")
    return tuple(code.value for code in codes if (code.value in of_closed) == (stage == DoI.CLOSED))


# What committees look at.


def open_proposals(measures: QuerySet[Measure, Measure]) -> QuerySet[Proposal, Proposal]:
    """Proposals about these measures that wait for a decision, the oldest first."""
    rows = Proposal.objects.filter(state=ProposalState.OPEN, measure__in=measures)
    return rows.select_related("measure", "proposed_by").order_by("due_on", "pk")


def proposals_asking(user: User, holding: Callable[[Office], Q]) -> QuerySet[Proposal, Proposal]:
    """Open proposals that wait for a word of the person; `holding` says of which measures the person has an office."""
    said = ProposalWord.objects.filter(proposal=OuterRef("pk"))
    asked = [
        Q(kind=step.kind, from_stage=stage, from_lifecycle=lifecycle)
        & holding(office)
        & ~Q(Exists(said.filter(office=office)))
        & ~_given_by_proposing(step, office)
        for stage, lifecycle, step in all_steps()
        for office in step.body.offices
    ]
    waiting = Proposal.objects.filter(state=ProposalState.OPEN).exclude(proposed_by=user)
    return waiting.filter(reduce(or_, asked)).exclude(Exists(said.filter(given_by=user)))


def _given_by_proposing(step: Step, office: Office) -> Q:
    return Q(office=office) if office not in step.body.needed(office) else Q(pk__in=())


def review_of(outer: str = "pk") -> Subquery:
    """The day on which the hold of a measure is reviewed, for annotations; what a take-over holds has none."""
    holds = Proposal.objects.filter(measure=OuterRef(outer), kind=DecisionKind.HOLD, state=ProposalState.DECIDED)
    return Subquery(holds.order_by("-pk").values("review_on")[:1])


def overdue_reviews(measures: QuerySet[Measure, Measure], *, on: date) -> QuerySet[Measure, Measure]:
    """Held measures whose review was due before this day, with `review_on`."""
    held = measures.filter(lifecycle=Lifecycle.ON_HOLD).annotate(review_on=review_of())
    return held.filter(review_on__lt=on).order_by("review_on", "pk")


def unmet_conditions(measures: QuerySet[Measure, Measure], *, on: date) -> QuerySet[Condition, Condition]:
    """Conditions of these measures that expired without being fulfilled."""
    waiting = Q(state__in=(ConditionState.OPEN, ConditionState.CLAIMED), due_on__lt=on)
    rows = Condition.objects.filter(waiting, measure__in=measures).exclude(measure__lifecycle=Lifecycle.CANCELLED)
    return rows.select_related("measure", "owner", "decision").order_by("due_on", "pk")


def conditions_of(measure: Measure) -> Iterable[Condition]:
    """Every condition of the measure, what waits first."""
    rows = Condition.objects.filter(measure=measure).select_related("owner", "accepted_by", "decision", "measure")
    return sorted(rows, key=lambda row: (row.state in (ConditionState.FULFILLED, ConditionState.LAPSED), row.due_on))
