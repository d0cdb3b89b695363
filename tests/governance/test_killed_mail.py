"""Workers as real processes at one outbox: two at once send each mail once, a killed one loses none."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.utils import timezone
from pytest_django import Settings

from governance.actions.outbox import LEASE, lease_outbox, put_mail, send_mails
from governance.models import OutboxEntry, OutgoingMail
from portfolio import tenancy
from tests.governance.test_killed_run import Committed, committed
from tests.journeys.product import free_port

__all__ = ["committed"]

SEND = """
import sys, django
from django.conf import settings
settings.DATABASES["default"]["NAME"] = sys.argv[1]
settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", int(sys.argv[2])
django.setup()
from django.utils import timezone
from governance.actions.outbox import send_mails
send_mails(int(sys.argv[3]), [int(pk) for pk in sys.argv[4:]], now=timezone.now())
"""


class SlowOffice:
    """Takes its time over each mail, and never answers the one with the subject it hates."""

    def __init__(self) -> None:
        self.subjects: list[str] = []
        self.hated = ""
        self.hanging = False

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        [line] = [one for one in envelope.content.decode().splitlines() if one.startswith("Subject: ")]
        subject = line.removeprefix("Subject: ")
        await asyncio.sleep(0.05)
        while subject == self.hated:
            self.hanging = True
            await asyncio.sleep(0.05)
        self.subjects.append(subject)
        return "250 taken"


@pytest.fixture
def office(settings: Settings) -> Iterator[tuple[SlowOffice, int]]:
    rules = SlowOffice()
    server = Controller(rules, hostname="127.0.0.1", port=free_port())
    server.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS = "127.0.0.1", server.port, False
    yield rules, server.port
    rules.hated = ""
    server.stop()


@pytest.fixture
def mails(committed: Committed) -> list[int]:
    """Eight mails that wait, committed."""
    cast = committed.cast
    with tenancy.tenant(cast.organization.pk):
        now = timezone.now()
        put = [
            put_mail(user=cast.owner, kind="test", key=str(n), subject=f"M{n}", text=".", not_before=now)
            for n in range(8)
        ]
        return [mail.pk for mail in put]


def worker(committed: Committed, port: int, mails: list[int]) -> subprocess.Popen[bytes]:
    arguments = [committed.name, str(port), str(committed.cast.organization.pk), *map(str, mails)]
    return subprocess.Popen([sys.executable, "-c", SEND, *arguments], env=os.environ)


def test_two_workers_at_once_send_each_mail_once(
    committed: Committed, office: tuple[SlowOffice, int], mails: list[int]
) -> None:
    rules, port = office
    both = [worker(committed, port, mails) for _number in range(2)]
    assert [one.wait(timeout=60) for one in both] == [0, 0]
    assert sorted(rules.subjects) == [f"M{number}" for number in range(8)]
    with tenancy.tenant(committed.cast.organization.pk):
        assert set(OutgoingMail.objects.values_list("state", flat=True)) == {"sent"}


def test_killed_worker_loses_no_mail_and_doubles_none(
    committed: Committed, office: tuple[SlowOffice, int], mails: list[int]
) -> None:
    rules, port = office
    rules.hated = "M3"
    process = worker(committed, port, mails)
    until = time.monotonic() + 60
    while not rules.hanging:
        assert time.monotonic() < until, "the worker never came to the fourth mail"
        time.sleep(0.05)
    process.kill()
    process.wait()
    with tenancy.tenant(committed.cast.organization.pk):
        assert OutgoingMail.objects.filter(state="sent").count() == 3
    rules.hated = ""
    later = timezone.now() + LEASE
    while OutboxEntry.objects.exists():
        assert time.monotonic() < until, "the killed worker still holds a mail"
        for organization_id, waiting in lease_outbox(later):
            send_mails(organization_id, waiting, now=later)
        later += LEASE + timedelta(seconds=1)
    # What the hanging server took of the killed worker's mail may arrive beside the one sent again.
    assert set(rules.subjects) == {f"M{number}" for number in range(8)}
    assert len(rules.subjects) - rules.subjects.count("M3") == 7
