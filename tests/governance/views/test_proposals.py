"""The pages beside the gates: proposing, deciding, withdrawing, and conditions."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest

from governance.choices import ProposalState
from governance.models import Condition, GateDecision, GateSubmission, Proposal
from measures.choices import DoI, Lifecycle
from measures.models import Measure
from tests.cast import PASSWORD, TODAY, Cast
from tests.governance.actions.test_conditions import claim, conditional
from tests.governance.actions.test_lifecycle import CANCEL, HOLD, REVERT, answer, hold, put_forward
from tests.governance.steps import idea, measure_at, put
from tests.governance.views.desk import address, on_the_day, post, sign_in

__all__ = ["on_the_day"]
pytestmark = pytest.mark.usefixtures("on_the_day")
REVIEW = (TODAY + timedelta(days=30)).isoformat()


def page(cast: Cast, person: Any, name: str, *args: Any) -> str:
    answer = sign_in(person).get(address(cast, name, *args))
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_gates_tab_offers_what_is_possible_now_with_who_decides(cast: Cast) -> None:
    measure = measure_at(cast, DoI.IDENTIFIED)
    html = page(cast, cast.sponsor, "measure_gates", measure.code)
    assert "/proposals/new/hold/" in html
    assert "/proposals/new/revert/" in html
    assert "You decide this; somebody else with an office on the measure must propose it." in html
    for impossible in ("resume", "reopen", "cancel"):
        assert f"/proposals/new/{impossible}/" not in html
    assert "/proposals/new/" not in page(cast, cast.auditor, "measure_gates", measure.code)


def test_propose_asks_for_everything_at_once_and_then_waits(cast: Cast) -> None:
    measure = idea(cast)
    refused = post(cast, cast.sponsor, "proposal_new", measure.code, "hold", reason_code="other", reason="")
    html = refused.content.decode()
    assert refused.status_code == 422
    assert "Say in your own words why." in html
    assert "Set the day of the review, at most 90 days from now." in html
    done = post(cast, cast.sponsor, "proposal_new", measure.code, "hold", reason_code="resources", review_on=REVIEW)
    assert done.status_code == 302
    assert "Decide the proposal" in page(cast, cast.office, "measure_gates", measure.code)
    assert "Decide the proposal" not in page(cast, cast.sponsor, "measure_gates", measure.code)


def test_propose_twice_with_one_key_proposes_once(cast: Cast) -> None:
    measure, key = idea(cast), str(uuid.uuid4())
    said = {"reason_code": "resources", "review_on": REVIEW, "key": key}
    first = post(cast, cast.sponsor, "proposal_new", measure.code, "hold", **said)
    second = post(cast, cast.sponsor, "proposal_new", measure.code, "hold", **said)
    assert (first.status_code, second.status_code) == (302, 302)
    assert Proposal.objects.count() == 1


def test_propose_is_refused_to_others_and_where_it_does_not_fit(cast: Cast) -> None:
    measure = idea(cast)
    assert sign_in(cast.owner).get(address(cast, "proposal_new", measure.code, "hold")).status_code == 403
    assert sign_in(cast.sponsor).get(address(cast, "proposal_new", measure.code, "resume")).status_code == 422
    assert sign_in(cast.sponsor).get(address(cast, "proposal_new", measure.code, "advance")).status_code == 404
    assert sign_in(cast.member).get(address(cast, "proposal_new", measure.code, "hold")).status_code == 403
    assert sign_in(cast.outsider).get(address(cast, "proposal_new", measure.code, "hold")).status_code == 404


def test_cancel_as_superseded_by_a_code(cast: Cast) -> None:
    measure, other = idea(cast), cast.measure(name="Better")
    said = {"reason_code": "superseded"}
    wrong = post(cast, cast.owner, "proposal_new", measure.code, "cancel", superseded_by="M-0", **said)
    assert "There is no measure of this code that you may see." in wrong.content.decode()
    assert post(cast, cast.owner, "proposal_new", measure.code, "cancel", superseded_by=other.code, **said)
    assert Proposal.objects.get().superseded_by == other


def decide(cast: Cast, person: Any, proposal: Proposal, deed: str, **data: Any) -> Any:
    said = {"deed": deed, "password": PASSWORD, **data}
    return post(cast, person, "proposal_decide", proposal.measure.code, proposal.pk, **said)


def test_deciding_a_hold_shows_until_when_in_the_head(cast: Cast) -> None:
    measure = idea(cast)
    proposal = put_forward(cast, measure, HOLD, cast.sponsor)
    assert decide(cast, cast.office, proposal, "agree").status_code == 302
    assert Measure.objects.get(pk=measure.pk).lifecycle == Lifecycle.ON_HOLD
    assert "On hold until 13 Jan 2027" in page(cast, cast.owner, "measure", measure.code)
    html = page(cast, cast.owner, "measure_timeline", measure.code)
    assert "put the measure on hold until 13 Jan 2027: People or money are missing" in html
    assert "Proposed by" in page(cast, cast.owner, "measure_gates", measure.code)


def test_deciding_needs_the_password_a_button_and_the_office(cast: Cast) -> None:
    proposal = put_forward(cast, idea(cast), HOLD, cast.sponsor)
    assert decide(cast, cast.office, proposal, "agree", password="").status_code == 422
    assert decide(cast, cast.office, proposal, "").status_code == 422
    assert decide(cast, cast.owner, proposal, "agree").status_code == 403
    assert decide(cast, cast.sponsor, proposal, "agree").status_code == 403
    assert decide(cast, cast.office, proposal, "decline").status_code == 422
    assert decide(cast, cast.office, proposal, "decline", reason="Go on.").status_code == 302
    assert decide(cast, cast.office, proposal, "agree").status_code == 409
    assert not GateDecision.objects.exists()


def test_the_committee_decides_with_those_present(cast: Cast) -> None:
    measure = measure_at(cast, DoI.DECIDED)
    proposal = put_forward(cast, measure, CANCEL, cast.owner)
    alone = decide(cast, cast.chair, proposal, "agree", present=[cast.chair.pk])
    assert (alone.status_code, "needed for the quorum" in alone.content.decode()) == (422, True)
    both = [cast.chair.pk, cast.deputy.pk]
    assert decide(cast, cast.chair, proposal, "agree", present=both).status_code == 302
    html = page(cast, cast.owner, "measure_gates", measure.code)
    assert "The measure is cancelled" in html
    assert "/proposals/new/reopen/" in html


def test_withdrawing_is_for_the_proposer(cast: Cast) -> None:
    proposal = put_forward(cast, idea(cast), HOLD, cast.sponsor)
    where = (proposal.measure.code, proposal.pk)
    assert post(cast, cast.owner, "proposal_withdraw", *where).status_code == 403
    assert post(cast, cast.sponsor, "proposal_withdraw", *where).status_code == 302
    assert Proposal.objects.get().state == ProposalState.WITHDRAWN


def test_a_proposal_of_another_measure_is_not_found(cast: Cast) -> None:
    proposal = put_forward(cast, idea(cast), HOLD, cast.sponsor)
    other = cast.measure()
    assert sign_in(cast.office).get(address(cast, "proposal_decide", other.code, proposal.pk)).status_code == 404


def test_a_changed_plan_is_said_beside_the_proposal(cast: Cast) -> None:
    measure = idea(cast)
    proposal = put_forward(cast, measure, HOLD, cast.sponsor)
    assert "Changed since" not in page(cast, cast.office, "proposal_decide", measure.code, proposal.pk)
    Measure.objects.filter(pk=measure.pk).update(problem="Another")
    assert "Changed since" in page(cast, cast.office, "proposal_decide", measure.code, proposal.pk)


# Conditions


def test_a_gate_is_passed_on_a_condition(cast: Cast) -> None:
    measure = measure_at(cast, DoI.DETAILED)
    waiting = put(cast, measure)
    said = {
        "deed": "committee",
        "submission": waiting.pk,
        "password": PASSWORD,
        "present": [cast.chair.pk, cast.deputy.pk],
        "condition_text": "Second source approved",
    }
    half = post(cast, cast.chair, "gate_decide", measure.code, **said)
    assert "A condition has a text, an owner and a due day." in half.content.decode()
    rest = {"condition_owner": cast.owner.pk, "condition_due_on": (TODAY + timedelta(days=61)).isoformat()}
    late = post(cast, cast.chair, "gate_decide", measure.code, **said, **rest)
    assert "at most 60 days from now" in late.content.decode()
    rest["condition_due_on"] = (TODAY + timedelta(days=60)).isoformat()
    assert post(cast, cast.chair, "gate_decide", measure.code, **said, **rest).status_code == 302
    assert GateSubmission.objects.get(pk=waiting.pk).state == "decided"
    html = page(cast, cast.owner, "measure_gates", measure.code)
    assert "Advance with condition" in html
    assert "Second source approved" in html


def test_a_condition_is_claimed_refused_and_accepted(cast: Cast) -> None:
    condition = conditional(cast)
    where = (condition.measure.code, condition.pk)

    def settle(person: Any, deed: str, **data: Any) -> int:
        status: int = post(cast, person, "condition", *where, deed=deed, **data).status_code
        return status

    assert "It is fulfilled" in page(cast, cast.owner, "condition", *where)
    assert "It is fulfilled" not in page(cast, cast.chair, "condition", *where)
    assert settle(cast.owner, "claim", note="") == 422
    assert settle(cast.sponsor, "claim", note="Done") == 403
    assert settle(cast.owner, "claim", note="Done") == 302
    assert settle(cast.owner, "accept") == 403
    assert settle(cast.chair, "") == 422
    assert settle(cast.chair, "refuse", note="Where?") == 302
    assert settle(cast.owner, "claim", note="There.") == 302
    assert settle(cast.chair, "accept") == 302
    assert Condition.objects.get().state == "fulfilled"
    assert sign_in(cast.member).get(address(cast, "condition", *where)).status_code == 403


# My work


def work(cast: Cast, person: Any) -> str:
    return page(cast, person, "my_work")


def test_my_work_asks_the_deciders_of_a_proposal_only(cast: Cast) -> None:
    proposal = put_forward(cast, measure_at(cast, DoI.DETAILED), REVERT, cast.owner)
    for person, asked in (
        (cast.controller, True),
        (cast.sponsor, True),
        (cast.owner, False),
        (cast.chair, False),
        (cast.office, False),
    ):
        assert ("Decide the proposal: Revert" in work(cast, person)) == asked
    answer(cast, proposal, cast.controller)
    assert "Decide the proposal" not in work(cast, cast.controller)
    assert "Decide the proposal" in work(cast, cast.sponsor)


def test_my_work_does_not_ask_the_office_that_proposed(cast: Cast) -> None:
    put_forward(cast, measure_at(cast, DoI.DETAILED), REVERT, cast.sponsor)
    assert "Decide the proposal" not in work(cast, cast.sponsor)
    assert "Decide the proposal" in work(cast, cast.controller)


def test_my_work_shows_an_overdue_review(cast: Cast) -> None:
    measure = idea(cast)
    proposal = put_forward(cast, measure, HOLD, cast.sponsor, on=TODAY - timedelta(days=20), review_on=TODAY)
    answer(cast, proposal, cast.office, on=TODAY - timedelta(days=19))
    assert "Review the hold" not in work(cast, cast.sponsor)
    other = idea(cast)
    late = put_forward(
        cast, other, HOLD, cast.sponsor, on=TODAY - timedelta(days=20), review_on=TODAY - timedelta(days=1)
    )
    answer(cast, late, cast.office, on=TODAY - timedelta(days=19))
    assert "Review the hold" in work(cast, cast.sponsor)
    assert "Review the hold" not in work(cast, cast.chair)


def test_my_work_shows_conditions_to_fulfil_and_to_accept(cast: Cast) -> None:
    condition = conditional(cast)
    assert "Fulfil the condition: Second source approved." in work(cast, cast.owner)
    assert "Accept that the condition" not in work(cast, cast.chair)
    claim(cast, condition)
    assert "Fulfil the condition" not in work(cast, cast.owner)
    assert "Accept that the condition" in work(cast, cast.chair)


@pytest.mark.parametrize("name", ["proposal_decide", "condition"])
def test_pages_with_waiting_things_are_refused_without_the_right(cast: Cast, name: str) -> None:
    if name == "condition":
        row: Any = conditional(cast)
    else:
        row = put_forward(cast, idea(cast), HOLD, cast.sponsor)
    where = address(cast, name, row.measure.code, row.pk)
    assert sign_in(cast.member).get(where).status_code == 403
    assert sign_in(cast.outsider).get(where).status_code == 404


def test_a_held_measure_offers_to_resume(cast: Cast) -> None:
    measure = hold(cast, idea(cast), cast.office)
    assert "/proposals/new/resume/" in page(cast, cast.sponsor, "measure_gates", measure.code)
