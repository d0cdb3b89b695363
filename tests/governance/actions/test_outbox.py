"""The outbox against a real mail server: dead, dying, refusing, and with two workers or a killed one."""

from __future__ import annotations

import asyncio
import email
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.db import connection
from django.utils import timezone
from pytest_django import Settings
from structlog.testing import capture_logs

from governance.actions import outbox
from governance.actions.outbox import (
    LEASE,
    PATIENCE,
    SHARE,
    Attachment,
    lease_outbox,
    pause_after,
    put_mail,
    send_mails,
)
from governance.choices import MailState
from governance.models import MailRequest, Notice, OutboxEntry, OutgoingMail
from portfolio.models import Membership, User
from tests.cast import Cast
from tests.journeys.product import free_port


class PostOffice:
    """A mail server's rules: whom it refuses, by what code, and after how many mails it dies."""

    def __init__(self) -> None:
        self.letters: list[tuple[str, Any]] = []
        self.refused: dict[str, str] = {}
        self.dies_after: int | None = None

    async def handle_RCPT(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:
        if self.dies_after is not None and len(self.letters) >= self.dies_after:
            # Hangs up in the middle of the conversation, without an answer.
            assert server.transport is not None
            server.transport.abort()
            await asyncio.sleep(0)
            return "421 dying"
        assert isinstance(envelope.content, bytes)
        self.letters.append((envelope.rcpt_tos[0], email.message_from_bytes(envelope.content)))
        return "250 taken"

    @property
    def addresses(self) -> list[str]:
        return [address for address, _letter in self.letters]


@pytest.fixture
def office(settings: Settings) -> Iterator[PostOffice]:
    """A mail server that runs and that the settings name."""
    rules = PostOffice()
    server = Controller(rules, hostname="127.0.0.1", port=free_port())
    server.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
    settings.EMAIL_USE_TLS = False
    settings.EMAIL_TIMEOUT = 5
    yield rules
    server.stop()


@pytest.fixture
def now() -> datetime:
    return timezone.now()


def put(person: User, now: datetime, key: str = "1", **more: Any) -> OutgoingMail:
    fields = {"kind": "test", "subject": "A word", "text": "Plainly.\n", "not_before": now} | more
    return put_mail(user=person, key=key, **fields)


def tick(now: datetime) -> int:
    return sum(send_mails(organization, mails, now=now) for organization, mails in lease_outbox(now))


def state(mail: OutgoingMail) -> str:
    return OutgoingMail.objects.get(pk=mail.pk).state


def test_mail_leaves_once_with_both_bodies_and_its_headers(cast: Cast, office: PostOffice, now: datetime) -> None:
    picture = Attachment("chart.png", "image/png", b"\x89PNG\r\n", content_id="chart")
    minutes = Attachment("minutes.pdf", "application/pdf", b"%PDF-1.7")
    mail = put(
        cast.owner,
        now,
        html='<img src="cid:chart">',
        headers={"List-Unsubscribe": "<https://example.org/x>"},
        attachments=[picture, minutes],
    )
    assert tick(now) == 1
    assert tick(now + timedelta(days=1)) == 0
    [(address, letter)] = office.letters
    assert address == cast.owner.email
    assert letter["List-Unsubscribe"] == "<https://example.org/x>"
    assert letter["Message-ID"] == mail.message_id
    kinds = [part.get_content_type() for part in letter.walk() if not part.is_multipart()]
    assert kinds == ["text/plain", "text/html", "image/png", "application/pdf"]
    assert [part["Content-ID"] for part in letter.walk() if part["Content-ID"]] == ["<chart>"]
    assert state(mail) == MailState.SENT
    assert not OutboxEntry.objects.exists()


def test_mail_of_one_kind_key_and_person_is_put_once(cast: Cast, office: PostOffice, now: datetime) -> None:
    first = put(cast.owner, now, text="First.")
    assert put(cast.owner, now, text="Second.").pk == first.pk
    put(cast.sponsor, now)
    assert tick(now) == 2
    assert put(cast.owner, now).pk == first.pk
    assert tick(now + LEASE) == 0


def test_mail_waits_for_its_time(cast: Cast, office: PostOffice, now: datetime) -> None:
    put(cast.owner, now + timedelta(hours=3))
    assert tick(now + timedelta(hours=2)) == 0
    assert tick(now + timedelta(hours=3)) == 1


def test_dead_server_keeps_all_and_asks_once_for_each_share(cast: Cast, now: datetime, settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    for number in range(3):
        put(cast.owner, now, key=str(number))
    with capture_logs() as logs:
        assert tick(now) == 0
    assert [entry["event"] for entry in logs] == ["mail_server_fails"]
    assert set(OutgoingMail.objects.values_list("attempts", "trouble")) == {(1, "ConnectionRefusedError")}
    assert set(OutboxEntry.objects.values_list("due_at", flat=True)) == {now + pause_after(1)}


def test_server_that_dies_mid_way_loses_none_and_doubles_none(cast: Cast, office: PostOffice, now: datetime) -> None:
    mails = [put(cast.owner, now, key=str(number)) for number in range(4)]
    office.dies_after = 2
    assert tick(now) == 2
    assert [state(mail) for mail in mails] == ["sent", "sent", "waiting", "waiting"]
    office.dies_after = None
    assert tick(now + pause_after(1)) == 2
    assert [letter["Message-ID"] for _address, letter in office.letters] == [mail.message_id for mail in mails]


def test_address_refused_for_good_is_told_and_not_tried_again(cast: Cast, office: PostOffice, now: datetime) -> None:
    office.refused[cast.owner.email] = "550 no such mailbox"
    bad, good = put(cast.owner, now), put(cast.sponsor, now)
    with capture_logs() as logs:
        assert tick(now) == 1
    assert office.addresses == [cast.sponsor.email]
    assert (state(bad), state(good)) == ("failed", "sent")
    assert OutgoingMail.objects.get(pk=bad.pk).trouble == "550 SMTPRecipientsRefused"
    assert tick(now + timedelta(days=30)) == 0
    notice = Notice.objects.get(code="mail_refused")
    assert (notice.user_id, notice.way, notice.params["person"]) == (cast.admin.pk, "inbox", cast.owner.name)
    assert not MailRequest.objects.exists()
    assert "@" not in str(logs)


def test_administrator_is_told_of_a_bad_address_once_until_it_is_read(
    cast: Cast, office: PostOffice, now: datetime
) -> None:
    office.refused[cast.owner.email] = "553 unknown"
    for number in range(3):
        put(cast.owner, now, key=str(number))
    tick(now)
    assert Notice.objects.filter(code="mail_refused").count() == 1
    Notice.objects.update(read_at=now)
    put(cast.owner, now, key="later")
    tick(now)
    assert Notice.objects.filter(code="mail_refused").count() == 2


def test_address_that_cannot_be_written_down_is_refused_like_a_wrong_one(
    cast: Cast, office: PostOffice, now: datetime
) -> None:
    User.objects.filter(pk=cast.owner.pk).update(email="no address\r\nBcc: x@example.org")
    mail = put(cast.owner, now)
    put(cast.sponsor, now)
    assert tick(now) == 1
    assert state(mail) == MailState.FAILED


def test_server_that_says_later_is_asked_later_and_not_for_ever(cast: Cast, office: PostOffice, now: datetime) -> None:
    office.refused[cast.owner.email] = "450 greylisted"
    first, second = put(cast.owner, now), put(cast.sponsor, now)
    assert tick(now) == 1
    assert (state(first), state(second)) == ("waiting", "sent")
    assert tick(now + pause_after(1)) == 0
    tick(now + PATIENCE + timedelta(minutes=1))
    assert state(first) == MailState.FAILED


def test_mails_of_a_killed_worker_are_due_again_after_the_lease(cast: Cast, office: PostOffice, now: datetime) -> None:
    put(cast.owner, now)
    assert [len(mails) for _organization, mails in lease_outbox(now)] == [1]
    assert tick(now + LEASE - timedelta(seconds=1)) == 0
    assert tick(now + LEASE) == 1


def test_worker_killed_after_the_server_took_it_doubles_that_mail_alone_under_one_id(
    cast: Cast, office: PostOffice, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    mail = put(cast.owner, now)
    settle = outbox._settle

    def killed(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(outbox, "_settle", killed)
    with pytest.raises(KeyboardInterrupt):
        tick(now)
    monkeypatch.setattr(outbox, "_settle", settle)
    assert state(mail) == MailState.WAITING
    assert tick(now + LEASE) == 1
    assert {letter["Message-ID"] for _address, letter in office.letters} == {mail.message_id}
    assert len(office.letters) == 2


def test_second_worker_with_the_same_mails_sends_none(cast: Cast, office: PostOffice, now: datetime) -> None:
    put(cast.owner, now)
    [(organization, mails)] = lease_outbox(now)
    assert send_mails(organization, mails, now=now) == 1
    assert send_mails(organization, mails, now=now) == 0
    assert len(office.letters) == 1


def test_many_mails_are_shared_among_workers(cast: Cast, office: PostOffice, now: datetime) -> None:
    for number in range(SHARE + 1):
        put(cast.owner, now, key=str(number))
    assert [len(mails) for _organization, mails in lease_outbox(now)] == [SHARE, 1]


def test_who_left_gets_none(cast: Cast, office: PostOffice, now: datetime) -> None:
    mail = put(cast.owner, now)
    Membership.objects.filter(user=cast.owner).update(is_active=False)
    assert tick(now) == 0
    assert state(mail) == MailState.DROPPED
    assert office.letters == []


def test_another_organization_cannot_send_it(cast: Cast, office: PostOffice, now: datetime) -> None:
    mail = put(cast.owner, now)
    assert send_mails(cast.foreign.pk, [mail.pk], now=now) == 0
    assert office.letters == []
    assert not connection.needs_rollback


@pytest.mark.parametrize(("attempts", "minutes"), [(0, 1), (1, 1), (2, 2), (6, 32), (7, 60), (10_000, 60)])
def test_pause_grows_to_an_hour(attempts: int, minutes: int) -> None:
    assert pause_after(attempts) == timedelta(minutes=minutes)
