"""What must be told at once is mailed: once, to those in office, in their language, and never lost."""

from __future__ import annotations

import smtplib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone
from pytest_django import Settings
from structlog.testing import capture_logs

from finance.models import ClosureConfirmation, ForecastAmount
from governance.actions import notices
from governance.actions.mails import LEASE, lease_mails, write_mails
from governance.actions.outbox import LONGEST_PAUSE, lease_outbox, send_mails
from governance.actions.reconciliation import reconcile
from governance.models import Divergence, MailRequest, Notice, OutboxEntry, OutgoingMail, Subscription
from governance.sentences import notice_sentence
from measures.models import Measure
from portfolio import tenancy
from portfolio.models import Membership, User
from tests.cast import TODAY, Cast
from tests.governance.actions.test_closure import close, submitted_closure
from tests.governance.actions.test_reconciliation import ON, better_july, judged, stubborn, world_of
from tests.governance.reconciliation.world import World

FAILING = f"{__name__}.DeafServer"


class DeafServer(BaseEmailBackend):
    """A mail server that hangs up; what it says could hold an address."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        raise smtplib.SMTPServerDisconnected(str(email_messages[0].to))


@pytest.fixture
def noon() -> datetime:
    """A noon to come, so that no test crosses midnight."""
    return (timezone.now() + timedelta(days=1)).replace(hour=12, minute=0)


def deliver(now: datetime) -> list[EmailMessage]:
    """What one tick sends."""
    before = len(mail.outbox)
    for organization_id, user_id in lease_mails(now):
        write_mails(organization_id, user_id, now=now)
    for organization_id, mail_ids in lease_outbox(now):
        send_mails(organization_id, mail_ids, now=now)
    return list(mail.outbox[before:])


def addressed(letters: Sequence[EmailMessage]) -> list[str]:
    return sorted(address for letter in letters for address in letter.to)


def emails(*people: User) -> list[str]:
    return sorted(person.email for person in people)


def closed(cast: Cast) -> Measure:
    MailRequest.objects.all().delete()
    measure = submitted_closure(cast)
    close(cast, measure)
    return measure


# Confirmations


def test_confirmation_is_told_to_controller_sponsor_and_secretary(cast: Cast) -> None:
    cast.committee.secretary = cast.member
    cast.committee.save()
    measure = closed(cast)
    told = Notice.objects.filter(fact_kind="closure")
    assert set(told.values_list("user_id", flat=True)) == {cast.controller.pk, cast.sponsor.pk, cast.member.pk}
    confirmation = ClosureConfirmation.objects.get(measure=measure)
    expected = {"code": measure.code, "amount": "480000.00", "currency": "EUR", "confirmed_by": cast.controller.pk}
    assert {notice.fact_id for notice in told} == {confirmation.pk}
    assert [notice.params for notice in told] == [expected] * 3


def test_confirmation_is_mailed_once_to_each(cast: Cast, noon: datetime) -> None:
    measure = closed(cast)
    letters = deliver(noon)
    assert addressed(letters) == emails(cast.controller, cast.sponsor, cast.chair)
    assert all(len(letter.to) == 1 for letter in letters)
    assert f"http://127.0.0.1:8000/o/{cast.organization.slug}/measures/{measure.code}/" in letters[0].body
    assert "480,000.00 EUR" in letters[0].body
    assert set(Notice.objects.values_list("mailed_at", flat=True)) == {noon}
    assert not MailRequest.objects.exists()
    assert deliver(noon + timedelta(days=2)) == []


def test_mail_speaks_the_language_of_its_reader(cast: Cast, noon: datetime) -> None:
    User.objects.filter(pk=cast.sponsor.pk).update(language="de")
    closed(cast)
    bodies = {letter.to[0]: letter.body for letter in deliver(noon)}
    assert "Der Controller hat 480.000,00 EUR bestätigt" in bodies[cast.sponsor.email]
    assert "The controller has confirmed 480,000.00 EUR" in bodies[cast.chair.email]


def test_several_notices_of_a_person_are_one_mail(cast: Cast, noon: datetime) -> None:
    first, second = submitted_closure(cast), submitted_closure(cast, name="Second saving")
    close(cast, first)
    close(cast, second)
    letters = deliver(noon)
    assert addressed(letters) == emails(cast.controller, cast.sponsor, cast.chair)
    assert all(first.code in letter.body and second.code in letter.body for letter in letters)
    assert all(letter.subject == f"{cast.organization.name}: 2 notices" for letter in letters)


def test_line_break_in_a_name_does_not_end_the_head_of_the_mail(cast: Cast, noon: datetime) -> None:
    cast.organization.name = "Nord\r\nBcc: somebody@example.org"
    cast.organization.save()
    closed(cast)
    subjects = {letter.subject for letter in deliver(noon)}
    assert subjects == {f"Nord Bcc: somebody@example.org: A value was confirmed ({Measure.objects.get().code})"}


def test_confirmation_nobody_was_told_of_is_told_by_the_next_run(cast: Cast) -> None:
    closed(cast)
    Notice.objects.all().delete()
    MailRequest.objects.all().delete()
    for _run in range(2):
        reconcile(cast.organization.pk, on=TODAY)
        told = Notice.objects.filter(fact_kind="closure").values_list("user_id", flat=True)
        assert sorted(told) == sorted([cast.controller.pk, cast.sponsor.pk, cast.chair.pk])
        assert MailRequest.objects.count() == 3


def test_who_takes_over_an_office_is_not_told_of_the_past(cast: Cast) -> None:
    closed(cast)
    cast.committee.secretary = cast.member
    cast.committee.save()
    assert notices.tell_of_confirmations() == 0
    assert not Notice.objects.filter(user=cast.member).exists()


# Divergences


def test_silent_leakage_is_mailed_once_to_owner_controller_and_chair(cast: Cast, noon: datetime) -> None:
    world = world_of(cast, stubborn())
    judged(world)
    letters = deliver(noon)
    assert addressed(letters) == emails(cast.owner, cast.controller, cast.chair)
    assert all("D1 has opened" in letter.body for letter in letters)
    judged(world)
    assert deliver(noon + timedelta(hours=1)) == []


def test_second_divergence_of_a_day_waits_for_the_next(cast: Cast, noon: datetime) -> None:
    world = world_of(cast, stubborn())
    judged(world)
    assert len(deliver(noon)) == 3
    reopen(world)
    assert deliver(noon + timedelta(hours=1)) == []
    assert deliver(noon + timedelta(hours=11)) == []
    assert addressed(deliver(noon + timedelta(hours=12))) == emails(cast.owner, cast.controller, cast.chair)
    assert not MailRequest.objects.exists()


def test_day_of_a_divergence_is_the_day_of_the_organization(cast: Cast, noon: datetime) -> None:
    cast.organization.time_zone = "Asia/Tokyo"
    cast.organization.save()
    world = world_of(cast, stubborn())
    judged(world)
    assert len(deliver(noon)) == 3
    reopen(world)
    assert deliver(noon + timedelta(hours=2)) == []
    assert len(deliver(noon + timedelta(hours=3))) == 3


def reopen(world: World) -> None:
    """D1 closes by proven value and opens again, which is another fact."""
    better_july(world)
    judged(world)
    ForecastAmount.objects.filter(effect__measure=world.measures[0]).update(amount=40_000)
    judged(world)
    assert Divergence.objects.get(code="D1").count == 2


def test_confirmation_does_not_wait_for_the_next_day_nor_takes_a_divergence_along(cast: Cast, noon: datetime) -> None:
    world = world_of(cast, stubborn())
    judged(world)
    assert len(deliver(noon)) == 3
    reopen(world)
    close(cast, submitted_closure(cast))
    letters = [one for one in deliver(noon + timedelta(hours=1)) if one.to == [cast.controller.email]]
    assert len(letters) == 1
    assert "The controller has confirmed" in letters[0].body
    assert "D1" not in letters[0].body
    assert cast.controller.email in addressed(deliver(noon + timedelta(hours=12)))


def test_what_cannot_be_unsubscribed_is_a_mail_of_its_own(cast: Cast, noon: datetime) -> None:
    judged(world_of(cast, stubborn()))
    close(cast, submitted_closure(cast))
    letters = [one for one in deliver(noon) if one.to == [cast.controller.email]]
    headers = {("D1" in one.body): one.message()["List-Unsubscribe-Post"] for one in letters}
    assert headers == {True: "List-Unsubscribe=One-Click", False: None}


def test_divergence_is_not_mailed_to_who_wants_it_in_the_inbox_only(cast: Cast, noon: datetime) -> None:
    Subscription.objects.create(user=cast.owner, event="divergence_opened", way="inbox", changed_at=noon)
    judged(world_of(cast, stubborn()))
    assert Notice.objects.get(user=cast.owner, code="divergence_opened").way == "inbox"
    assert addressed(deliver(noon)) == emails(cast.controller, cast.chair)


def test_first_run_after_an_import_mails_nobody(cast: Cast, noon: datetime) -> None:
    judged(world_of(cast, replace(stubborn(), taken_over_on=ON)))
    assert Divergence.objects.filter(code="D1").exists()
    assert not MailRequest.objects.exists()
    assert deliver(noon) == []


# Who gets none


def test_inactive_member_gets_none_and_nothing_waits(cast: Cast, noon: datetime) -> None:
    closed(cast)
    Membership.objects.filter(user=cast.sponsor).update(is_active=False)
    User.objects.filter(pk=cast.chair.pk).update(is_active=False)
    assert addressed(deliver(noon)) == emails(cast.controller)
    assert not MailRequest.objects.exists()
    assert not Notice.objects.filter(user=cast.sponsor, mailed_at__isnull=False).exists()


def test_another_organization_neither_sees_nor_sends_them(cast: Cast, noon: datetime) -> None:
    closed(cast)
    assert write_mails(cast.foreign.pk, cast.controller.pk, now=noon) == []
    assert mail.outbox == []
    with tenancy.acting_as(organization_id=cast.foreign.pk):
        assert not Notice.objects.exists()
    assert MailRequest.objects.filter(organization_id=cast.organization.pk).count() == 3
    assert len(deliver(noon)) == 3


# Trouble


def test_dead_mail_server_loses_nothing_and_logs_no_address(cast: Cast, noon: datetime, settings: Settings) -> None:
    closed(cast)
    settings.EMAIL_BACKEND = FAILING
    with capture_logs() as logs:
        assert deliver(noon) == []
    assert OutboxEntry.objects.count() == 3
    assert set(OutgoingMail.objects.values_list("state", "trouble")) == {("waiting", "SMTPServerDisconnected")}
    assert {entry["event"] for entry in logs} == {"mail_server_fails"}
    assert {entry["error"] for entry in logs} == {"SMTPServerDisconnected"}
    assert "@" not in str(logs)
    assert "480" not in str([{**entry, "organization_id": 0} for entry in logs])
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert len(deliver(noon + LONGEST_PAUSE)) == 3


def test_pauses_grow_to_an_hour(cast: Cast, noon: datetime, settings: Settings) -> None:
    closed(cast)
    settings.EMAIL_BACKEND = FAILING
    at, pauses = noon, []
    for _failure in range(8):
        deliver(at)
        due = set(OutboxEntry.objects.values_list("due_at", flat=True))
        assert len(due) == 1
        pauses.append(due.pop() - at)
        at += pauses[-1]
    minutes = [int(pause.total_seconds() // 60) for pause in pauses]
    assert minutes == [1, 2, 4, 8, 16, 32, 60, 60]


def test_leased_request_is_not_taken_twice_and_a_killed_worker_gives_it_back(cast: Cast, noon: datetime) -> None:
    closed(cast)
    assert len(lease_mails(noon)) == 3
    assert lease_mails(noon + LEASE - timedelta(seconds=1)) == []
    assert len(lease_mails(noon + LEASE)) == 3


def test_two_workers_for_one_person_write_one_mail(cast: Cast, noon: datetime) -> None:
    closed(cast)
    lease_mails(noon)
    written = [write_mails(cast.organization.pk, cast.sponsor.pk, now=noon) for _worker in range(2)]
    assert [len(mails) for mails in written] == [1, 0]
    assert OutgoingMail.objects.filter(user=cast.sponsor).count() == 1


def test_notice_of_a_retired_code_breaks_no_mail() -> None:
    assert notice_sentence("retired_notice", {}) == "retired_notice"
