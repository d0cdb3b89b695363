"""Mails of the demo and the developer's machine: kept in a folder instead of sent, one file each."""

from __future__ import annotations

import base64
import email
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage as Parsed
from email.policy import default
from email.utils import parsedate_to_datetime
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

NAME = re.compile(r"\d{19}-[0-9a-f]{8}")


class KeptMail(BaseEmailBackend):
    """Writes each mail as a file; a reader of the folder sees whole mails only."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        folder().mkdir(parents=True, exist_ok=True)
        for message in email_messages:
            name = f"{time.time_ns():019d}-{uuid4().hex[:8]}"
            draft = folder() / f"{name}.part"
            draft.write_bytes(message.message().as_bytes())
            draft.rename(folder() / f"{name}.eml")
        return len(email_messages)


def folder() -> Path:
    return Path(settings.MAIL_FOLDER)


@dataclass(frozen=True)
class Kept:
    """One mail as a person reads it; `name` is that of its file."""

    name: str
    subject: str
    to: str
    sender: str
    at: datetime | None
    text: str
    html: str
    headers: tuple[tuple[str, str], ...]
    attachments: tuple[str, ...]


def kept_mails() -> list[str]:
    """The names of all mails, the newest first."""
    return sorted((path.stem for path in folder().glob("*.eml")), reverse=True)


def read_mail(name: str) -> Kept | None:
    """The mail of this name; None for a name that is none of ours or a file that is gone."""
    path = folder() / f"{name}.eml"
    if not NAME.fullmatch(name) or not path.is_file():
        return None
    message = email.message_from_bytes(path.read_bytes(), policy=default)
    if not isinstance(message, Parsed):
        return None
    html = _body(message, "html")
    return Kept(
        name=name,
        subject=str(message["Subject"] or ""),
        to=str(message["To"] or ""),
        sender=str(message["From"] or ""),
        at=_sent_at(message),
        text=_body(message, "plain"),
        html=_with_pictures(html, message),
        headers=tuple((key, str(value)) for key, value in message.items()),
        attachments=tuple(part.get_filename() or part.get_content_type() for part in _files(message)),
    )


def _sent_at(message: Parsed) -> datetime | None:
    """A date that names no zone is in UTC (RFC 5322)."""
    if not message["Date"]:
        return None
    at = parsedate_to_datetime(message["Date"])
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _body(message: Parsed, kind: str) -> str:
    part = message.get_body((kind,))
    return str(part.get_content()).replace("\r\n", "\n") if part is not None else ""


def _files(message: Parsed) -> list[Parsed]:
    return [part for part in message.walk() if isinstance(part, Parsed) and part.get_filename()]


def _with_pictures(html: str, message: Parsed) -> str:
    """Pictures that came with the mail stand inside the page, as a mail program would show them."""
    for part in message.walk():
        mark, content = part["Content-ID"], part.get_payload(decode=True)
        if mark and isinstance(content, bytes):
            data = f"data:{part.get_content_type()};base64,{base64.b64encode(content).decode()}"
            html = html.replace(f"cid:{str(mark).strip('<>')}", data)
    return html
