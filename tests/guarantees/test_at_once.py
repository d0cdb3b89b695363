"""Two people at the same moment, in real transactions of two sessions: exactly one wins, and the other is told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connections

from governance.actions.gates import approve, submit
from governance.actions.lifecycle import decide_proposal, propose
from governance.choices import DecisionKind, ProposalState, SubmissionState
from governance.models import GateDecision, GateSubmission, Proposal
from measures.choices import DoI
from measures.models import Measure
from portfolio import tenancy
from portfolio.actions.members import write_grant
from portfolio.choices import Office
from portfolio.errors import Conflict, DomainError, Refused
from portfolio.models import User
from tests.cast import TODAY
from tests.governance.steps import WAIVED, idea, measure_at
from tests.guarantees.test_committed import World, _on, world

__all__ = ["world"]

Deed = Callable[[], Any]
REVIEW = TODAY + timedelta(days=30)


def at_once(world: World, *deeds: tuple[User, Deed]) -> list[Any]:
    """Each deed by its person in a session and transaction of its own, all begun together; what came of each."""
    barrier, outcomes = Barrier(len(deeds)), [None] * len(deeds)

    def act(number: int, person: User, deed: Deed) -> None:
        try:
            with tenancy.tenant(world.cast.organization.pk, user_id=person.pk):
                barrier.wait(timeout=20)
                outcomes[number] = deed()
        except DomainError as error:
            outcomes[number] = error
        finally:
            connections.close_all()

    with _on(world.name):
        threads = [Thread(target=act, args=(n, *one)) for n, one in enumerate(deeds)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=60)
    assert not any(thread.is_alive() for thread in threads)
    return outcomes


def read(world: World, query: Callable[[], Any]) -> Any:
    return world.write(query)


def refusals(outcomes: list[Any]) -> list[Any]:
    return [one for one in outcomes if isinstance(one, DomainError)]


@pytest.fixture(scope="module")
def second_office(world: World) -> User:
    """Another person of the transformation office."""
    world.write(lambda: write_grant(world.cast.member, role_code="transformation_office", node=world.cast.root))
    return world.cast.member


def defined(world: World) -> Measure:
    measure: Measure = world.write(lambda: idea(world.cast))
    return measure


def submitted(world: World, measure: Measure) -> GateSubmission:
    cast = world.cast

    def deed() -> Any:
        with cast.acting(cast.owner):
            return submit(Measure.objects.get(pk=measure.pk), by=cast.owner, on=TODAY, waivers=WAIVED)

    submission: GateSubmission = world.write(deed)
    return submission


def proposed(world: World, measure: Measure, **terms: Any) -> Proposal:
    cast = world.cast
    said: dict[str, Any] = {"kind": DecisionKind.HOLD, "reason_code": "resources", "review_on": REVIEW, **terms}

    def deed() -> Any:
        with cast.acting(cast.sponsor):
            return propose(Measure.objects.get(pk=measure.pk), by=cast.sponsor, on=TODAY, **said)

    proposal: Proposal = world.write(deed)
    return proposal


def agree(proposal: Proposal, by: User) -> tuple[User, Deed]:
    return by, lambda: decide_proposal(proposal, by=by, on=TODAY, agreed=True)


def say(submission: GateSubmission, office: Office, by: User) -> tuple[User, Deed]:
    return by, lambda: approve(submission, office=office, by=by, on=TODAY)


def decisions_of(world: World, measure: Measure) -> list[GateDecision]:
    return list(read(world, lambda: list(GateDecision.objects.filter(measure_id=measure.pk).order_by("pk"))))


def test_two_deciders_of_one_proposal_leave_one_decision(world: World, second_office: User) -> None:
    measure = defined(world)
    proposal = proposed(world, measure)
    outcomes = at_once(world, agree(proposal, world.cast.office), agree(proposal, second_office))
    assert [type(one) for one in refusals(outcomes)] == [Conflict]
    assert [one.kind for one in decisions_of(world, measure)] == [DecisionKind.HOLD]


def test_two_deciders_of_one_submission_leave_one_decision(world: World, second_office: User) -> None:
    measure = defined(world)
    submission, office = submitted(world, measure), Office.TRANSFORMATION_OFFICE
    outcomes = at_once(world, say(submission, office, world.cast.office), say(submission, office, second_office))
    assert [type(one) for one in refusals(outcomes)] == [Conflict]
    assert [one.to_stage for one in decisions_of(world, measure)] == [DoI.IDENTIFIED]


def test_two_offices_of_one_gate_at_once_both_count(world: World) -> None:
    cast = world.cast
    measure = world.write(lambda: measure_at(cast, DoI.IDENTIFIED))
    submission = submitted(world, measure)
    outcomes = at_once(
        world, say(submission, Office.CONTROLLER, cast.controller), say(submission, Office.SPONSOR, cast.sponsor)
    )
    assert not refusals(outcomes)
    assert [one.to_stage for one in decisions_of(world, measure)] == [DoI.IDENTIFIED, DoI.DETAILED]


def test_a_hold_and_a_gate_at_once_leave_one_of_them(world: World, second_office: User) -> None:
    measure = defined(world)
    submission, proposal = submitted(world, measure), proposed(world, measure)
    gate = say(submission, Office.TRANSFORMATION_OFFICE, world.cast.office)
    outcomes = at_once(world, gate, agree(proposal, second_office))
    assert [type(one) for one in refusals(outcomes)] == [Conflict]
    assert len(decisions_of(world, measure)) == 1
    answered = read(
        world,
        lambda: (
            GateSubmission.objects.get(pk=submission.pk).state,
            Proposal.objects.get(pk=proposal.pk).state,
        ),
    )
    assert answered in (
        (SubmissionState.DECIDED, ProposalState.WITHDRAWN),
        (SubmissionState.WITHDRAWN, ProposalState.DECIDED),
    )


def test_two_proposals_at_once_leave_one(world: World) -> None:
    measure, cast = defined(world), world.cast

    def put_forward(by: User) -> tuple[User, Deed]:
        said: dict[str, Any] = {"kind": DecisionKind.CANCEL, "reason_code": "duplicate"}
        return by, lambda: propose(Measure.objects.get(pk=measure.pk), by=by, on=TODAY, **said)

    outcomes = at_once(world, put_forward(cast.owner), put_forward(cast.office))
    assert [(type(one), one.codes) for one in refusals(outcomes)] == [(Refused, ["already_proposed"])]
    assert read(world, lambda: Proposal.objects.filter(measure_id=measure.pk).count()) == 1
