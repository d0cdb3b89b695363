"""Attack: holding, cancelling, reverting or reopening past a proposal, and settling conditions past their people."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from governance.choices import DecisionKind
from governance.models import Condition, GateDecision, Proposal, ProposalWord, TakeOver
from measures.choices import DoI, Lifecycle
from portfolio.choices import Office
from portfolio.database_errors import rule_of
from portfolio.deeds import check_now
from tests.cast import TODAY
from tests.guarantees.rows import close, decide, freeze, measure_at, move, propose, refused, settle, sql, take_over

HOLD = DecisionKind.HOLD


@pytest.fixture
def measure(cast):
    return measure_at(cast, DoI.IDENTIFIED)


def held(cast, measure, **fields):
    return decide(cast, measure, HOLD, by=cast.office, to_lifecycle=Lifecycle.ON_HOLD, **fields)


def test_a_proposal_decided_by_somebody_else_holds(cast, measure):
    proposal = propose(cast, measure, HOLD, by=cast.sponsor)
    held(cast, measure, proposal=proposal)
    settle(measure)
    move(measure, lifecycle=Lifecycle.ON_HOLD)
    check_now()


def test_nothing_is_held_without_a_proposal(cast, measure):
    with refused("decision_needs_proposal"):
        held(cast, measure, proposal=None)


def test_nobody_decides_what_they_proposed(cast, measure):
    with refused("decision_not_by_proposer"):
        held(cast, measure, proposal=propose(cast, measure, HOLD, by=cast.office))


def test_nobody_decides_what_was_proposed_on_their_behalf(cast, measure):
    with refused("decision_not_by_proposer"):
        held(cast, measure, proposal=propose(cast, measure, HOLD, by=cast.sponsor, on_behalf_of=cast.office))
    with refused("decision_not_by_proposer"):
        proposal = propose(cast, measure, HOLD, by=cast.sponsor)
        held(cast, measure, proposal=proposal, on_behalf_of=cast.sponsor)


def test_a_proposal_of_another_kind_or_measure_decides_nothing(cast, measure):
    with refused("decision_fits_proposal"):
        held(cast, measure, proposal=propose(cast, measure, DecisionKind.CANCEL, by=cast.sponsor))
    with refused("decision_fits_proposal"):
        held(cast, measure, proposal=propose(cast, cast.measure(), HOLD, by=cast.sponsor))


@pytest.mark.parametrize("state", ["withdrawn", "declined"])
def test_an_answered_proposal_decides_nothing(cast, measure, state):
    proposal = propose(cast, measure, HOLD, by=cast.sponsor)
    Proposal.objects.filter(pk=proposal.pk).update(state=state)
    with refused("decision_fits_proposal"):
        held(cast, measure, proposal=proposal)


def test_a_decision_settles_its_proposal(cast, measure):
    with refused("proposal_settled"):
        held(cast, measure, proposal=propose(cast, measure, HOLD, by=cast.sponsor))
        move(measure, lifecycle=Lifecycle.ON_HOLD)


def test_no_proposal_is_decided_without_a_decision(cast, measure):
    propose(cast, measure, HOLD, by=cast.sponsor)
    with refused("proposal_settled"):
        settle(measure)


def test_a_proposal_is_answered_once_and_nothing_else_of_it_changes(cast, measure):
    proposal = propose(cast, measure, HOLD, by=cast.sponsor)
    with refused("proposal_final"):
        Proposal.objects.filter(pk=proposal.pk).update(reason="Another")
    Proposal.objects.filter(pk=proposal.pk).update(state="withdrawn")
    with refused("proposal_leaves_open_once"):
        Proposal.objects.filter(pk=proposal.pk).update(state="open")
    with pytest.raises(DatabaseError), transaction.atomic():
        sql("DELETE FROM governance_proposal WHERE id = %s", proposal.pk)


def test_a_proposal_is_made_open_and_in_ones_own_name(cast, measure):
    with refused("proposal_starts_open"):
        propose(cast, measure, HOLD, by=cast.sponsor, state="withdrawn")
    with refused("proposal_actor"):
        propose(cast, measure, HOLD, by=cast.sponsor, proposed_by=cast.owner)


def test_one_proposal_waits_at_a_time(cast, measure):
    first = propose(cast, measure, HOLD, by=cast.sponsor)
    copy = Proposal.objects.filter(pk=first.pk).values().get()
    del copy["id"]
    with refused("proposal_one_open"), cast.acting(cast.sponsor):
        Proposal.objects.create(**copy)


def word(proposal, person, office=Office.CONTROLLER):
    return ProposalWord.objects.create(
        proposal=proposal, office=office, agreed=True, given_by=person, at=timezone.now()
    )


def test_a_word_is_given_in_ones_own_name_once_and_never_by_the_proposer(cast, measure):
    proposal = propose(cast, measure, HOLD, by=cast.sponsor)
    with refused("proposal_word_actor"), cast.acting(cast.owner):
        word(proposal, cast.controller)
    with refused("decision_not_by_proposer"), cast.acting(cast.sponsor):
        word(proposal, cast.sponsor)
    with cast.acting(cast.controller):
        word(proposal, cast.controller)
    with refused("proposal_word_once"), cast.acting(cast.controller):
        word(proposal, cast.controller)
    Proposal.objects.filter(pk=proposal.pk).update(state="declined")
    with refused("decision_fits_proposal"), cast.acting(cast.office):
        word(proposal, cast.office, Office.TRANSFORMATION_OFFICE)


def test_what_is_closed_is_neither_held_nor_cancelled(cast):
    measure = measure_at(cast, DoI.IMPLEMENTED)
    close(cast, measure, by=cast.controller)
    check_now()
    for kind, lifecycle in ((HOLD, Lifecycle.ON_HOLD), (DecisionKind.CANCEL, Lifecycle.CANCELLED)):
        with refused("decision_before_closure"):
            decide(cast, measure, kind, by=cast.chair, to_lifecycle=lifecycle)


def test_reopening_revokes_the_confirmation(cast):
    measure = measure_at(cast, DoI.IMPLEMENTED)
    close(cast, measure, by=cast.controller)
    check_now()
    with refused("reopen_revokes_confirmation"):
        decide(cast, measure, DecisionKind.REOPEN, by=cast.controller, to_stage=4)
        move(measure, 4)


# Conditions


def conditional(cast, measure, **fields):
    """A conditional step with its condition, as the rows would be written."""
    decision = decide(cast, measure, DecisionKind.ADVANCE_CONDITIONAL, by=cast.chair, office=Office.COMMITTEE)
    values = {"owner": cast.owner, "due_on": TODAY + timedelta(days=60), "text": "Second source", "office": "committee"}
    condition = Condition.objects.create(decision=decision, measure=measure, **values | fields)
    freeze(measure)
    move(measure, decision.to_stage)
    check_now()
    return condition


@pytest.fixture
def condition(cast):
    return conditional(cast, measure_at(cast, DoI.DETAILED))


def change(condition, **fields):
    Condition.objects.filter(pk=condition.pk).update(**fields)


def test_a_conditional_decision_names_its_condition(cast):
    measure = measure_at(cast, DoI.DETAILED)
    with refused("conditional_needs_condition"):
        decide(cast, measure, DecisionKind.ADVANCE_CONDITIONAL, by=cast.chair)
        freeze(measure)
        move(measure, 3)


@pytest.mark.parametrize("fields", [{"due_on": TODAY + timedelta(days=61)}, {"state": "fulfilled"}])
def test_a_condition_comes_open_and_is_due_within_sixty_days(cast, fields):
    with refused("condition_of_its_decision"):
        conditional(cast, measure_at(cast, DoI.DETAILED), **fields)


def test_a_condition_is_not_added_to_another_decision(cast):
    measure = measure_at(cast, DoI.DECIDED)
    decision = GateDecision.objects.filter(measure=measure).latest("pk")
    with refused("condition_of_its_decision"):
        Condition.objects.create(
            decision=decision, measure=measure, owner=cast.owner, due_on=TODAY, text="x", office="committee"
        )


@pytest.mark.parametrize("fields", [{"text": "Less"}, {"due_on": TODAY}, {"office": "owner"}])
def test_a_condition_is_never_softened(condition, fields):
    with refused("condition_final"):
        change(condition, **fields)


def test_a_condition_is_claimed_by_its_owner_and_accepted_by_another(cast, condition):
    with refused("condition_claimed_by_owner"), cast.acting(cast.member):
        change(condition, state="claimed")
    with refused("condition_accepted_by_another"), cast.acting(cast.chair):
        change(condition, state="fulfilled", accepted_by=cast.chair)
    with cast.acting(cast.owner):
        change(condition, state="claimed")
        with refused("condition_accepted_by_another"):
            change(condition, state="fulfilled", accepted_by=cast.owner)
        with refused("condition_accepted_by_another"):
            change(condition, state="fulfilled", accepted_by=cast.chair)
    with cast.acting(cast.chair):
        change(condition, state="fulfilled", accepted_by=cast.chair)
    with refused("condition_settled_once"):
        change(condition, state="open")
    with pytest.raises(DatabaseError) as caught, transaction.atomic():
        sql("DELETE FROM governance_condition WHERE id = %s", condition.pk)
    assert rule_of(caught.value) is None  # the role has no such right at all


def test_nobody_ratifies_what_they_imported(cast):
    row = take_over(cast, cast.measure())
    with refused("ratification_not_by_importer"), cast.acting(cast.office):
        TakeOver.objects.filter(pk=row.pk).update(ratified_by=cast.office, ratified_at=timezone.now())
