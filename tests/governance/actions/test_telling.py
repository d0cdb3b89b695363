"""What happened is told to those whom the table names, once, with the reason, and never to who did it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from structlog.testing import capture_logs

from finance.actions.disputes import answer_dispute, close_dispute, open_dispute
from finance.rules.working_days import add_working_days
from governance.actions import telling
from governance.actions.closure import reject_closure
from governance.actions.gates import return_submission, submit, veto
from governance.actions.notices import tell
from governance.actions.reconciliation import reconcile
from governance.actions.subscriptions import subscribe
from governance.actions.telling import lease_facts, tell_facts, tell_of_waiting_gates
from governance.choices import Way
from governance.events import EVENTS
from governance.models import MailRequest, Notice, UntoldFact
from governance.sentences import NOTICES, notice_sentence
from measures.actions.measures import change_owner, edit_measure
from measures.choices import DoI
from measures.models import Measure
from portfolio import tenancy
from portfolio.actions.members import grant_role, withdraw_role
from portfolio.choices import Office
from portfolio.models import Deed, OrganizationSettings
from tests.cast import TODAY, Cast
from tests.governance.actions.test_closure import submitted_closure
from tests.governance.steps import idea, measure_at, put, say, sit
from tests.governance.views.desk import on_the_day

__all__ = ["on_the_day"]
pytestmark = pytest.mark.usefixtures("on_the_day")


def told(cast: Cast, code: str) -> dict[int, str]:
    """Who was told of the event so far, and why, once everything that happened is told."""
    tell_facts(cast.organization.pk, now=timezone.now())
    return dict(Notice.objects.filter(code=code).values_list("user_id", "because"))


@pytest.fixture(autouse=True)
def nothing_waits(cast: Cast) -> None:
    """What the founding of the cast left to tell has been told."""
    UntoldFact.objects.all().delete()


def quiet() -> None:
    UntoldFact.objects.all().delete()
    Notice.objects.all().delete()
    MailRequest.objects.all().delete()


def at_stage(cast: Cast, stage: DoI, **fields: Any) -> Measure:
    measure = measure_at(cast, stage, **fields)
    quiet()
    return measure


def test_a_submission_is_told_to_its_deciders_and_mailed(cast: Cast) -> None:
    put(cast, idea(cast))
    assert told(cast, "gate_submitted") == {cast.office.pk: "decider"}
    notice = Notice.objects.get(code="gate_submitted")
    assert "The gate to Identified waits for your decision, due on" in notice_sentence(notice.code, notice.params)
    assert list(MailRequest.objects.values_list("user_id", flat=True)) == [cast.office.pk]


def test_both_offices_are_told_and_the_silent_one_hears_of_the_first_approval(cast: Cast) -> None:
    submission = put(cast, at_stage(cast, DoI.IDENTIFIED))
    assert set(told(cast, "gate_submitted")) == {cast.controller.pk, cast.sponsor.pk}
    say(cast, submission, Office.CONTROLLER)
    assert told(cast, "approval_given") == {cast.owner.pk: "owner", cast.sponsor.pk: "decider"}
    assert not told(cast, "gate_decided")
    say(cast, submission, Office.SPONSOR)
    assert told(cast, "gate_decided") == {cast.owner.pk: "owner"}


def test_the_chair_is_told_of_what_the_committee_must_decide(cast: Cast) -> None:
    submission = put(cast, at_stage(cast, DoI.DETAILED))
    assert told(cast, "gate_submitted") == {cast.chair.pk: "decider"}
    sit(cast, submission)
    assert told(cast, "gate_decided") == {cast.owner.pk: "owner"}


def test_a_return_is_told_to_the_owner_with_its_reason(cast: Cast) -> None:
    submission = put(cast, idea(cast))
    with cast.acting(cast.office):
        return_submission(submission, by=cast.office, on=TODAY, reason="Say more about the risk")
    assert told(cast, "gate_returned") == {cast.owner.pk: "owner"}
    notice = Notice.objects.get(code="gate_returned")
    assert "Say more about the risk" in notice_sentence(notice.code, notice.params)
    assert notice.params["by"] == cast.office.pk


def test_a_submission_decided_before_anybody_was_told_asks_nobody(cast: Cast) -> None:
    submission = put(cast, idea(cast))
    say(cast, submission, Office.TRANSFORMATION_OFFICE)
    assert not told(cast, "gate_submitted")


def test_a_stale_submission_is_told_to_the_owner_once(cast: Cast) -> None:
    measure = idea(cast)
    submission = put(cast, measure)
    with cast.acting(cast.owner):
        edit_measure(Measure.objects.get(pk=measure.pk), by=cast.owner, problem="Another one")
    say(cast, submission, Office.TRANSFORMATION_OFFICE)
    for _run in range(2):
        assert told(cast, "gate_stale") == {cast.owner.pk: "owner"}
    assert not UntoldFact.objects.exists()


def test_a_veto_is_told_to_owner_and_chair(cast: Cast) -> None:
    submission = put(cast, at_stage(cast, DoI.DETAILED))
    with cast.acting(cast.controller):
        veto(submission, by=cast.controller, on=TODAY, reason="No reference base")
    assert told(cast, "gate_vetoed") == {cast.owner.pk: "owner", cast.chair.pk: "chair"}


def test_a_closure_above_the_limit_asks_those_who_may_consent(cast: Cast) -> None:
    measure = at_stage(cast, DoI.IMPLEMENTED)
    reconcile(cast.organization.pk, on=TODAY)
    OrganizationSettings.objects.update(four_eyes_limit=Decimal(480_000))
    submission = put(cast, measure)
    assert told(cast, "consent_asked") == {}
    assert set(told(cast, "gate_submitted")) == {cast.controller.pk}
    OrganizationSettings.objects.update(four_eyes_limit=Decimal(479_999))
    UntoldFact.objects.create(
        organization_id=cast.organization.pk, kind="deed", fact_id=submission.deed_id, requested_at=timezone.now()
    )
    assert told(cast, "consent_asked") == {cast.second_controller.pk: "second_controller"}


def test_a_rejected_closure_is_told_to_the_owner(cast: Cast) -> None:
    measure = submitted_closure(cast)
    quiet()
    with cast.acting(cast.controller):
        reject_closure(measure, by=cast.controller, on=TODAY, reason="Two months are missing")
    assert told(cast, "closure_rejected") == {cast.owner.pk: "owner"}


def test_a_dispute_is_told_to_the_owner_and_its_answer_to_the_controller(cast: Cast) -> None:
    effect = at_stage(cast, DoI.DECIDED).effects.get()
    with cast.acting(cast.controller):
        dispute = open_dispute(effect, amount=Decimal(5), reason="Booked twice", by=cast.controller, on=TODAY)
    assert told(cast, "dispute_opened") == {cast.owner.pk: "owner"}
    with cast.acting(cast.owner):
        answer_dispute(dispute, answer="No.", by=cast.owner)
    assert told(cast, "dispute_answered") == {cast.controller.pk: "disputer"}
    with cast.acting(cast.controller):
        close_dispute(dispute, outcome="Agreed", by=cast.controller, on=TODAY)
    assert told(cast, "dispute_closed") == {cast.owner.pk: "owner"}


def test_old_and_new_owner_are_told(cast: Cast) -> None:
    measure = at_stage(cast, DoI.IDENTIFIED)
    with cast.acting(cast.sponsor):
        change_owner(measure, to=cast.member, by=cast.sponsor, reason="Moves to plant two", on=TODAY)
    told_why = told(cast, "owner_changed")
    assert told_why[cast.owner.pk] == "concerned"
    assert told_why[cast.member.pk] == "concerned"
    assert cast.sponsor.pk not in told_why


def test_a_role_is_told_to_the_person_alone(cast: Cast) -> None:
    with cast.acting(cast.admin):
        grant = grant_role(cast.member, role_code="auditor", node=cast.root, by=cast.admin)
        assert told(cast, "role_granted") == {cast.member.pk: "concerned"}
        withdraw_role(grant, by=cast.admin)
    assert told(cast, "role_ended") == {cast.member.pk: "concerned"}


def test_history_written_down_later_is_no_news(cast: Cast) -> None:
    """As a demo or a plan of a past program is entered: for days long past."""
    for days, readers in ((15, set()), (14, {cast.office.pk})):
        measure = idea(cast, name=f"{days} days")
        with cast.acting(cast.owner):
            submit(measure, by=cast.owner, on=TODAY - timedelta(days=days))
        assert set(told(cast, "gate_submitted")) == readers
    assert not UntoldFact.objects.exists()


# Reminders


def test_deciders_are_reminded_after_five_working_days_and_the_chair_knows_after_ten(cast: Cast) -> None:
    submission = put(cast, at_stage(cast, DoI.DETAILED))
    days = [add_working_days(TODAY, number) for number in (4, 5, 6, 9, 10, 11)]
    counts = [tell_of_waiting_gates(on=day, now=timezone.now()) for day in days]
    assert counts == [0, 1, 0, 0, 1, 0]
    assert told(cast, "gate_reminder") == {cast.chair.pk: "decider"}
    assert told(cast, "gate_escalated") == {cast.chair.pk: "chair"}
    assert submission.due_on == days[4]


def test_without_a_committee_the_office_knows_of_what_is_due(cast: Cast) -> None:
    submission = put(cast, idea(cast, committee=None))
    Measure.objects.update(committee=None)
    tell_of_waiting_gates(on=submission.due_on, now=timezone.now())
    assert told(cast, "gate_escalated") == {cast.office.pk: "office"}


def test_who_has_spoken_is_not_reminded(cast: Cast) -> None:
    submission = put(cast, at_stage(cast, DoI.IDENTIFIED))
    say(cast, submission, Office.CONTROLLER)
    tell_of_waiting_gates(on=add_working_days(TODAY, 5), now=timezone.now())
    assert set(told(cast, "gate_reminder")) == {cast.sponsor.pk}


# How and whether


def test_a_choice_against_mail_holds_from_the_next_event_on(cast: Cast) -> None:
    subscribe({"dispute_opened": Way.DIGEST}, by=cast.owner, at=timezone.now())
    effect = at_stage(cast, DoI.DECIDED).effects.get()
    with cast.acting(cast.controller):
        open_dispute(effect, amount=Decimal(5), reason="Booked twice", by=cast.controller, on=TODAY)
    told(cast, "dispute_opened")
    assert Notice.objects.get(code="dispute_opened").way == Way.DIGEST
    assert not MailRequest.objects.exists()


def test_telling_twice_tells_once(cast: Cast) -> None:
    measure = at_stage(cast, DoI.DEFINED)
    fact = {"code": "gate_decided", "fact_kind": "test", "fact_id": 1, "measure": measure, "at": timezone.now()}
    assert [tell([cast.owner, cast.controller], params={"stage": 1}, **fact) for _run in range(2)] == [2, 0]
    assert dict(Notice.objects.values_list("user_id", "because")) == {
        cast.owner.pk: "owner",
        cast.controller.pk: "controller",
    }
    assert MailRequest.objects.count() == 2


def test_an_unknown_event_waits_in_the_inbox(cast: Cast) -> None:
    tell([cast.owner], code="from_elsewhere", fact_kind="test", fact_id=1, at=timezone.now())
    assert Notice.objects.get().way == Way.DIGEST
    assert not MailRequest.objects.exists()


# Trouble


def test_a_run_that_is_killed_leaves_the_facts_and_the_next_one_tells_once(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(cast, idea(cast))
    waiting = UntoldFact.objects.count()
    real = telling.tell

    def killed(*args: Any, **kwargs: Any) -> int:
        real(*args, **kwargs)
        raise KeyboardInterrupt

    monkeypatch.setattr(telling, "tell", killed)
    with pytest.raises(KeyboardInterrupt), transaction.atomic():
        tell_facts(cast.organization.pk, now=timezone.now())
    assert UntoldFact.objects.count() == waiting
    assert not Notice.objects.exists()
    monkeypatch.setattr(telling, "tell", real)
    for _run in range(2):
        assert told(cast, "gate_submitted") == {cast.office.pk: "decider"}
    assert not UntoldFact.objects.exists()


def test_one_fact_that_breaks_keeps_nobody_elses_news(cast: Cast) -> None:
    Deed.objects.create(
        kind="owner_changed", actor=cast.office, subject_kind="measure", subject_id=1, at=timezone.now()
    )
    put(cast, idea(cast))
    now = timezone.now()
    with capture_logs() as logs:
        tell_facts(cast.organization.pk, now=now)
    assert [entry["event"] for entry in logs] == ["fact_not_told"]
    assert Notice.objects.filter(code="gate_submitted").exists()
    aside = UntoldFact.objects.get()
    assert aside.leased_until == now + telling.SET_ASIDE
    assert tell_facts(cast.organization.pk, now=now) == 0
    assert lease_facts(now) == []
    assert lease_facts(now + telling.SET_ASIDE) == [cast.organization.pk]


def test_a_fact_of_a_deed_undone_never_was(cast: Cast) -> None:
    measure = idea(cast)
    UntoldFact.objects.all().delete()
    undone = transaction.savepoint()
    put(cast, measure)
    assert UntoldFact.objects.count() == 1
    transaction.savepoint_rollback(undone)
    assert not UntoldFact.objects.exists()


def test_another_organization_tells_nobody_of_it(cast: Cast) -> None:
    put(cast, idea(cast))
    assert tell_facts(cast.foreign.pk, now=timezone.now()) == 0
    with tenancy.acting_as(organization_id=cast.foreign.pk):
        assert not Notice.objects.exists()


# The table


def test_every_event_has_its_sentence_and_every_teller_its_event() -> None:
    calendar = {"committee_digest", "weekly_digest", "month_end_reminder"}
    assert set(EVENTS) - calendar == set(NOTICES)


@pytest.mark.parametrize("code", sorted(NOTICES))
def test_every_sentence_can_be_read_without_its_parameters(code: str) -> None:
    assert notice_sentence(code, {})


def test_what_is_mandatory_comes_at_once() -> None:
    mandatory = [event for event in EVENTS.values() if event.mandatory]
    assert len(mandatory) > 8
    assert {event.way for event in mandatory} == {Way.NOW}
