"""The pages of the gates: who may do what, all objections at once, one decision per form."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from governance.choices import SubmissionState
from governance.models import GateDecision, GateSubmission
from measures.actions.measures import edit_measure
from measures.choices import DoI
from measures.models import Measure
from portfolio.models import User
from tests.cast import PASSWORD, Cast
from tests.governance.steps import idea, measure_at, put, sit
from tests.governance.views.desk import address, on_the_day, post, sign_in

__all__ = ["on_the_day"]
pytestmark = pytest.mark.usefixtures("on_the_day")


def decide(cast: Cast, person: User, measure: Measure, deed: str, **data: Any) -> Any:
    waiting = GateSubmission.objects.filter(measure=measure).latest("pk")
    return post(cast, person, "gate_decide", measure.code, deed=deed, submission=waiting.pk, **data)


def stage_of(measure: Measure) -> int:
    return Measure.objects.get(pk=measure.pk).stage


@pytest.mark.parametrize("name", ["measure_gates", "gate_submit", "gate_withdraw", "gate_decide"])
def test_gate_pages_do_not_exist_for_a_foreign_tenant(cast: Cast, name: str) -> None:
    measure = cast.measure()
    assert sign_in(cast.outsider).get(address(cast, name, measure.code)).status_code == 404
    assert sign_in(cast.owner).get(address(cast, name, measure.code).replace(measure.code, "M-0")).status_code == 404


@pytest.mark.parametrize("name", ["measure_gates", "gate_submit", "gate_withdraw", "gate_decide"])
def test_gate_pages_are_refused_to_members_without_the_right(cast: Cast, name: str) -> None:
    assert sign_in(cast.member).get(address(cast, name, cast.measure().code)).status_code == 403


def test_gates_show_the_policy_and_every_objection_with_who_clears_it(cast: Cast) -> None:
    html = sign_in(cast.owner).get(address(cast, "measure_gates", cast.measure().code)).content.decode()
    assert "Name, problem and intended outcome are written down." in html
    assert "Describe the problem and the intended outcome." in html
    assert "Estimate the likely potential per year." in html
    assert "needs a reason" in html
    assert "Transformation office" in html


def test_gates_offer_deciders_their_buttons_only(cast: Cast) -> None:
    measure = idea(cast)
    put(cast, measure)
    assert "Decide</a>" in sign_in(cast.office).get(address(cast, "measure_gates", measure.code)).content.decode()
    for other in (cast.owner, cast.auditor, cast.controller):
        page = sign_in(other).get(address(cast, "measure_gates", measure.code)).content.decode()
        assert "Decide</a>" not in page


def test_submit_lists_all_objections_at_once_and_keeps_what_was_typed(cast: Cast) -> None:
    answer = post(cast, cast.owner, "gate_submit", cast.measure().code, note="Please look", waiver_gate_dates_set="")
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "Describe the problem and the intended outcome." in html
    assert "Estimate the likely potential per year." in html
    assert "Or write why the gate may be passed without it." in html
    assert "Please look" in html
    assert not GateSubmission.objects.exists()


def test_submit_with_waivers_opens_a_submission(cast: Cast) -> None:
    measure = idea(cast, low_potential=None)
    answer = post(cast, cast.owner, "gate_submit", measure.code, waiver_potential_range_given="Too early to say")
    assert answer.status_code == 302
    submission = GateSubmission.objects.get()
    assert submission.waivers.get().reason == "Too early to say"
    page = sign_in(cast.office).get(address(cast, "gate_decide", measure.code)).content.decode()
    assert "Too early to say" in page


def test_submit_twice_with_one_key_opens_one_submission(cast: Cast) -> None:
    measure, key = idea(cast), str(uuid.uuid4())
    first = post(cast, cast.owner, "gate_submit", measure.code, key=key)
    second = post(cast, cast.owner, "gate_submit", measure.code, key=key)
    assert (first.status_code, second.status_code) == (302, 302)
    assert GateSubmission.objects.count() == 1


def test_submit_from_a_stale_form_is_refused_with_a_conflict(cast: Cast) -> None:
    measure = idea(cast)
    with cast.acting(cast.owner):
        edit_measure(measure, by=cast.owner, name="Another name")
    answer = post(cast, cast.owner, "gate_submit", measure.code, version=measure.version)
    assert answer.status_code == 409
    assert not GateSubmission.objects.exists()


def test_submit_is_the_owners(cast: Cast) -> None:
    measure = idea(cast)
    assert post(cast, cast.sponsor, "gate_submit", measure.code).status_code == 403
    assert post(cast, cast.office, "gate_submit", measure.code).status_code == 403
    assert not GateSubmission.objects.exists()


def test_withdraw_is_for_the_owner(cast: Cast) -> None:
    measure = idea(cast)
    submission = put(cast, measure)
    assert post(cast, cast.sponsor, "gate_withdraw", measure.code, submission=submission.pk).status_code == 403
    assert post(cast, cast.owner, "gate_withdraw", measure.code, submission=submission.pk).status_code == 302
    assert GateSubmission.objects.get().state == SubmissionState.WITHDRAWN


def test_approve_moves_the_measure_and_shows_the_decision(cast: Cast) -> None:
    measure = idea(cast)
    put(cast, measure)
    assert decide(cast, cast.office, measure, "approve:transformation_office", reason="Good").status_code == 302
    assert stage_of(measure) == DoI.IDENTIFIED
    html = sign_in(cast.auditor).get(address(cast, "measure_gates", measure.code)).content.decode()
    assert GateDecision.objects.get().sha256 in html
    assert "Good" in html


def test_approve_twice_with_one_key_decides_once(cast: Cast) -> None:
    measure, key = idea(cast), str(uuid.uuid4())
    put(cast, measure)
    for _click in range(2):
        assert decide(cast, cast.office, measure, "approve:transformation_office", key=key).status_code == 302
    assert GateDecision.objects.count() == 1


@pytest.mark.parametrize("who", ["owner", "controller", "sponsor", "auditor", "admin"])
def test_decide_is_refused_to_those_whose_office_does_not_decide(cast: Cast, who: str) -> None:
    measure = idea(cast)
    put(cast, measure)
    person = getattr(cast, who)
    assert sign_in(person).get(address(cast, "gate_decide", measure.code)).status_code == 403
    assert decide(cast, person, measure, "approve:transformation_office").status_code == 403
    assert stage_of(measure) == DoI.DEFINED


def test_decide_on_a_changed_measure_marks_it_stale_and_decides_nothing(cast: Cast) -> None:
    measure = idea(cast)
    submission = put(cast, measure)
    with cast.acting(cast.owner):
        edit_measure(Measure.objects.get(pk=measure.pk), by=cast.owner, problem="Another problem")
    page = sign_in(cast.office).get(address(cast, "gate_decide", measure.code)).content.decode()
    assert "Another problem" in page
    assert "The measure has changed since it was submitted" in page
    assert decide(cast, cast.office, measure, "approve:transformation_office").status_code == 302
    submission.refresh_from_db()
    assert submission.state == SubmissionState.STALE
    assert stage_of(measure) == DoI.DEFINED


def test_decide_on_a_withdrawn_submission_is_a_conflict(cast: Cast) -> None:
    measure = idea(cast)
    submission = put(cast, measure)
    post(cast, cast.owner, "gate_withdraw", measure.code, submission=submission.pk)
    assert decide(cast, cast.office, measure, "approve:transformation_office").status_code == 409


def test_return_needs_a_reason_and_keeps_the_stage(cast: Cast) -> None:
    measure = idea(cast)
    put(cast, measure)
    refused = decide(cast, cast.office, measure, "return")
    assert refused.status_code == 422
    assert "Give a reason." in refused.content.decode()
    assert decide(cast, cast.office, measure, "return", reason="Name a supplier").status_code == 302
    assert stage_of(measure) == DoI.DEFINED
    assert GateSubmission.objects.get().state == SubmissionState.DECIDED


def test_two_offices_approve_one_after_the_other(cast: Cast) -> None:
    measure = measure_at(cast, DoI.IDENTIFIED)
    put(cast, measure)
    assert decide(cast, cast.controller, measure, "approve:controller").status_code == 302
    assert stage_of(measure) == DoI.IDENTIFIED
    assert decide(cast, cast.sponsor, measure, "approve:sponsor").status_code == 302
    assert stage_of(measure) == DoI.DETAILED


def test_committee_record_needs_password_and_quorum(cast: Cast) -> None:
    measure = measure_at(cast, DoI.DETAILED)
    put(cast, measure)
    form = {"reason": "Worth it", "present": [cast.deputy.pk]}
    asked = decide(cast, cast.chair, measure, "committee", **form)
    assert asked.status_code == 422
    assert "Enter your password again" in asked.content.decode()
    wrong = decide(cast, cast.chair, measure, "committee", **form, password="not it")
    assert "This is not your password." in wrong.content.decode()
    nobody = decide(cast, cast.chair, measure, "committee", reason="Worth it", password=PASSWORD)
    assert "Say who was present." in nobody.content.decode()
    form_alone = {"reason": "Worth it", "present": [cast.chair.pk], "password": PASSWORD}
    alone = decide(cast, cast.chair, measure, "committee", **form_alone)
    assert "needed for the quorum" in alone.content.decode()
    assert stage_of(measure) == DoI.DETAILED
    assert decide(cast, cast.chair, measure, "committee", **form, password=PASSWORD).status_code == 302
    assert stage_of(measure) == DoI.DECIDED


def test_committee_record_right_after_signing_in_needs_no_second_password(cast: Cast) -> None:
    measure = measure_at(cast, DoI.DETAILED)
    submission = put(cast, measure)
    client = Client()
    client.post(reverse("account_login"), {"login": cast.chair.email, "password": PASSWORD})
    page = client.get(address(cast, "gate_decide", measure.code)).content.decode()
    assert 'name="password"' not in page
    form = {"deed": "committee", "submission": submission.pk, "reason": "Yes", "present": [cast.deputy.pk]}
    assert client.post(address(cast, "gate_decide", measure.code), form).status_code == 302
    assert stage_of(measure) == DoI.DECIDED


def test_veto_stands_until_the_committee_overrules_it_with_a_reason(cast: Cast) -> None:
    measure = measure_at(cast, DoI.DETAILED)
    put(cast, measure)
    veto = decide(cast, cast.controller, measure, "veto", reason="Double counted", password=PASSWORD)
    assert veto.status_code == 302
    form = {"reason": "Worth it", "present": [cast.deputy.pk], "password": PASSWORD}
    page = decide(cast, cast.chair, measure, "committee", **form)
    assert page.status_code == 422
    assert "Double counted" in page.content.decode()
    decide(cast, cast.chair, measure, "committee", **form, overrule_reason="Counted once, see the ledger")
    html = sign_in(cast.auditor).get(address(cast, "measure_gates", measure.code)).content.decode()
    assert stage_of(measure) == DoI.DECIDED
    assert "Counted once, see the ledger" in html


def test_decide_without_a_submission_leads_back_to_the_gates(cast: Cast) -> None:
    measure = cast.measure()
    answer = sign_in(cast.office).get(address(cast, "gate_decide", measure.code))
    assert answer.status_code == 302
    assert answer["Location"] == address(cast, "measure_gates", measure.code)


def test_decided_measure_shows_every_step(cast: Cast) -> None:
    measure = measure_at(cast, DoI.DETAILED)
    sit(cast, put(cast, measure))
    html = sign_in(cast.owner).get(address(cast, "measure_gates", measure.code)).content.decode()
    for decision in GateDecision.objects.filter(measure=measure):
        assert decision.sha256 in html


def test_passwords_cannot_be_guessed_at_a_decision(cast: Cast) -> None:
    measure = measure_at(cast, DoI.DETAILED)
    put(cast, measure)
    form = {"reason": "Worth it", "present": [cast.deputy.pk]}
    for guess in range(12):
        answer = decide(cast, cast.chair, measure, "committee", **form, password=f"guess {guess}")
    assert "Too many passwords were tried." in answer.content.decode()
    blocked = decide(cast, cast.chair, measure, "committee", **form, password=PASSWORD)
    assert blocked.status_code == 422
    assert stage_of(measure) == DoI.DETAILED
