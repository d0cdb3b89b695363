"""The outbox: a mail is a row first, and leaves when a mail server takes it, at least once and never lost."""

from __future__ import annotations

import smtplib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.mime.image import MIMEImage
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import structlog
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import transaction
from django.db.models import Q

from governance.actions.notices import tell
from governance.choices import MailState, Reader
from governance.models import MailAttachment, Notice, OutboxEntry, OutgoingMail
from governance.queries.readers import administrators
from portfolio import tenancy
from portfolio.models import Membership, User

log = structlog.get_logger()

# Longer than a conversation with a mail server may last (EMAIL_TIMEOUT), so that no mail is sent twice meanwhile.
LEASE = timedelta(minutes=2)
LONGEST_PAUSE = timedelta(hours=1)
MOST_AT_ONCE = 5_000
# One worker's share: few enough for one lease, enough to be worth one connection.
SHARE = 20
# A server that says "later" about one address for so long means never.
PATIENCE = timedelta(days=5)


@dataclass(frozen=True)
class Attachment:
    """A file that goes with a mail; with a content id it is a picture that the HTML shows."""

    name: str
    content_type: str
    content: bytes
    content_id: str = ""


def put_mail(
    *,
    user: User,
    kind: str,
    key: str,
    subject: str,
    text: str,
    html: str = "",
    attachments: Sequence[Attachment] = (),
    headers: Mapping[str, str] | None = None,
    not_before: datetime,
) -> OutgoingMail:
    """The mail lies in the outbox and will be sent from `not_before` on, once for this kind, key and person.

    A second call with the same kind, key and person changes nothing and returns the first mail. Commits or rolls
    back with what it tells of.
    """
    fields = {
        # A line break in a subject would end the head of the mail.
        "subject": " ".join(subject.split())[:300],
        "text": text,
        "html": html,
        "headers": dict(headers or {}),
        "message_id": f"<{uuid4().hex}@{urlsplit(settings.BASE_URL).hostname}>",
        "at": not_before,
        "not_before": not_before,
    }
    mail, is_new = OutgoingMail.objects.get_or_create(user=user, kind=kind, key=key, defaults=fields)
    if is_new:
        MailAttachment.objects.bulk_create(
            MailAttachment(
                mail=mail, name=one.name, content_type=one.content_type, content=one.content, content_id=one.content_id
            )
            for one in attachments
        )
        OutboxEntry.objects.create(
            organization_id=tenancy.current_organization_id(), mail_id=mail.pk, wanted_at=not_before, due_at=not_before
        )
    return mail


def lease_outbox(now: datetime) -> list[tuple[int, list[int]]]:
    """Organization and mails, in shares of one worker, of all that is due and nobody has taken, for two minutes.

    Two clocks at once take different rows, or none. The mails of a worker that was killed are due again when the
    lease is over.
    """
    with transaction.atomic():
        free = Q(leased_until__isnull=True) | Q(leased_until__lte=now)
        due = OutboxEntry.objects.filter(free, due_at__lte=now).select_for_update(skip_locked=True)
        taken = list(due.order_by("due_at", "pk").values_list("pk", "organization_id", "mail_id")[:MOST_AT_ONCE])
        OutboxEntry.objects.filter(pk__in=[pk for pk, *_ids in taken]).update(leased_until=now + LEASE)
    by_organization: dict[int, list[int]] = {}
    for _pk, organization_id, mail_id in taken:
        by_organization.setdefault(organization_id, []).append(mail_id)
    return [
        (organization_id, mails[start : start + SHARE])
        for organization_id, mails in by_organization.items()
        for start in range(0, len(mails), SHARE)
    ]


def send_mails(organization_id: int, mail_ids: Sequence[int], *, now: datetime) -> int:
    """These mails are sent, each in a transaction of its own over one connection; returns how many were.

    A mail that another worker holds, or that is settled, is passed over. When the server cannot be reached or hangs
    up, this mail and all behind it wait, longer each time, an hour at most. An address refused for good settles
    its mail as failed, and the tenant's administrators are told. Recorded: what became of each mail. A crash
    between the server's answer and the commit sends that one mail again, under the same message id.
    """
    connection = get_connection()
    sent = 0
    try:
        for place, mail_id in enumerate(mail_ids):
            try:
                sent += _send(organization_id, mail_id, connection, now)
            except ServerTrouble as trouble:
                log.warning("mail_server_fails", organization_id=organization_id, error=trouble.args[0])
                _pause_all(organization_id, mail_ids[place:], trouble.args[0], now)
                break
    finally:
        _close(connection)
    return sent


class ServerTrouble(Exception):
    """The mail server, not the address, is at fault: whatever else waits would fare no better now."""


def _close(connection: Any) -> None:
    try:
        connection.close()
    except OSError as error:
        # The mails are settled by now; a server that is too tired to say goodbye changes nothing.
        log.info("mail_server_left", error=type(error).__name__)


def _send(organization_id: int, mail_id: int, connection: Any, now: datetime) -> int:
    with tenancy.tenant(organization_id):
        entry = OutboxEntry.objects.filter(organization_id=organization_id, mail_id=mail_id, due_at__lte=now)
        if not entry.select_for_update(skip_locked=True).exists():
            return 0
        mail = OutgoingMail.objects.select_related("user").get(pk=mail_id)
        if mail.state != MailState.WAITING or not _is_member(mail.user):
            _settle(mail, MailState.DROPPED if mail.state == MailState.WAITING else MailState(mail.state), now)
            return 0
        refused = _hand_over(mail, connection)
        mail.attempts += 1
        if refused is None:
            _settle(mail, MailState.SENT, now)
            return 1
        mail.trouble = refused.words
        if refused.is_final or now - mail.not_before > PATIENCE:
            _settle(mail, MailState.FAILED, now)
            _tell_administrators(mail, now)
        else:
            mail.save(update_fields=["attempts", "trouble"])
            entry.update(due_at=now + pause_after(mail.attempts), leased_until=None)
        return 0


def _is_member(user: User) -> bool:
    return Membership.objects.filter(
        organization_id=tenancy.current_organization_id(), user=user, is_active=True, user__is_active=True
    ).exists()


def _settle(mail: OutgoingMail, state: MailState, now: datetime) -> None:
    mail.state, mail.settled_at = state, now
    mail.save(update_fields=["state", "settled_at", "attempts", "trouble"])
    OutboxEntry.objects.filter(organization_id=tenancy.current_organization_id(), mail_id=mail.pk).delete()


@dataclass(frozen=True)
class Refusal:
    """A mail server's answer to one mail; 5xx is its last word, 4xx asks to come again."""

    code: int
    error: str

    @property
    def is_final(self) -> bool:
        return 500 <= self.code < 600

    @property
    def words(self) -> str:
        return f"{self.code} {self.error}"


def _hand_over(mail: OutgoingMail, connection: Any) -> Refusal | None:
    """None when the server took it. Raises `ServerTrouble` for whatever is no answer about this mail."""
    letter = _letter(mail)
    letter.connection = connection
    try:
        connection.open()
        letter.send()
    except smtplib.SMTPRecipientsRefused as error:
        code = max(code for code, _said in error.recipients.values())
        return Refusal(code, type(error).__name__)
    except smtplib.SMTPDataError as error:
        return Refusal(error.smtp_code, type(error).__name__)
    # An address that cannot even be written down.
    except ValueError as error:
        return Refusal(553, type(error).__name__)
    # Sign-in, sender, connection and time: what a mail server refuses otherwise is an OSError too.
    except OSError as error:
        _close(connection)
        raise ServerTrouble(type(error).__name__) from error
    return None


def _letter(mail: OutgoingMail) -> EmailMultiAlternatives:
    headers = {"Message-ID": mail.message_id, "Auto-Submitted": "auto-generated", **mail.headers}
    letter = EmailMultiAlternatives(mail.subject, mail.text, to=[mail.user.email], headers=headers)
    if mail.html:
        letter.attach_alternative(mail.html, "text/html")
    for one in mail.attachments.order_by("pk"):
        content = bytes(one.content)
        if not one.content_id:
            letter.attach(one.name, content, one.content_type)
            continue
        picture = MIMEImage(content, one.content_type.partition("/")[2])
        picture.add_header("Content-ID", f"<{one.content_id}>")
        picture.add_header("Content-Disposition", "inline", filename=one.name)
        letter.attach(picture)
        letter.mixed_subtype = "related"  # type: ignore[attr-defined]
    return letter


def pause_after(attempts: int) -> timedelta:
    """How long a mail waits after so many attempts: one minute, two, four, an hour at most."""
    return min(timedelta(minutes=2 ** min(max(attempts - 1, 0), 10)), LONGEST_PAUSE)


def _pause_all(organization_id: int, mail_ids: Sequence[int], error: str, now: datetime) -> None:
    with tenancy.tenant(organization_id):
        waiting = OutgoingMail.objects.filter(pk__in=list(mail_ids), state=MailState.WAITING)
        for mail in waiting.select_for_update(skip_locked=True).order_by("pk"):
            mail.attempts += 1
            mail.trouble = error
            mail.save(update_fields=["attempts", "trouble"])
            entries = OutboxEntry.objects.filter(organization_id=organization_id, mail_id=mail.pk)
            entries.update(due_at=now + pause_after(mail.attempts), leased_until=None)


def _tell_administrators(mail: OutgoingMail, now: datetime) -> None:
    """Who looks after people knows that an address does not work; once, until they have read it."""
    log.warning("mail_refused", organization_id=mail.organization_id, mail_id=mail.pk, error=mail.trouble)
    unread = Notice.objects.filter(
        code="mail_refused", measure_id=None, read_at=None, params__person_id=mail.user_id
    ).values_list("user_id", flat=True)
    known = set(unread)
    people = {person: Reader.ADMIN for person in administrators() if person.pk not in known}
    params = {"person_id": mail.user_id, "person": mail.user.name, "answer": mail.trouble}
    tell(people, code="mail_refused", fact_kind="outgoingmail", fact_id=mail.pk, params=params, at=now)
