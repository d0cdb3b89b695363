"""What mails say: subject, plain text and its HTML twin, in the reader's language."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.formats import number_format
from django.utils.translation import ngettext

from governance.actions.outbox import Attachment
from governance.events import Event, event_of
from governance.models import Notice
from governance.sentences import notice_sentence, reason_sentence
from governance.unsubscribing import unsubscribe_token
from measures.models import Measure
from portfolio.models import Organization, User


@dataclass(frozen=True)
class Letter:
    """A mail as it will be read, before it has an address."""

    subject: str
    text: str
    html: str
    headers: dict[str, str] = field(default_factory=dict)
    attachments: tuple[Attachment, ...] = ()

    @property
    def page(self) -> str:
        """The HTML with its pictures inside, for a browser."""
        html = self.html
        for one in self.attachments:
            data = f"data:{one.content_type};base64,{b64encode(one.content).decode()}"
            html = html.replace(f"cid:{one.content_id}", data)
        return html


@dataclass(frozen=True)
class Paragraph:
    """One notice in a mail: what it is about, what happened, why the reader is told, and the way there."""

    heading: str
    sentence: str
    because: str
    url: str


def write_letter(
    template: str,
    subject: str,
    context: Mapping[str, Any],
    *,
    organization: Organization,
    reader: User,
    event: Event | None = None,
    language: str = "",
    pictures: Sequence[Attachment] = (),
) -> Letter:
    """The template rendered twice, as text and as HTML; with an optional event it may be unsubscribed from.

    `template` names the pair `templates/mail/<name>.txt` and `.html`. The way to the settings and, for an optional
    event, the one-click unsubscription of RFC 8058 are added.
    """
    with translation.override(language or reader.language):
        leave = unsubscribe_url(organization, reader, event) if event is not None and not event.mandatory else ""
        values = {
            "organization": organization,
            "reader": reader,
            "subject": subject,
            "home_url": absolute("my_work", organization),
            "settings_url": absolute("inbox_settings", organization),
            "unsubscribe_url": leave,
            "event": event,
            "language": translation.get_language(),
            **context,
        }
        text = render_to_string(f"mail/{template}.txt", values)
        html = render_to_string(f"mail/{template}.html", values)
    return Letter(subject, _tidy(text), html, _unsubscribe_headers(leave), tuple(pictures))


def _tidy(text: str) -> str:
    """At most one empty line in a row, as tags leave more."""
    lines = [line.rstrip() for line in text.strip().splitlines()]
    kept = [line for place, line in enumerate(lines) if line or (place and lines[place - 1])]
    return "\n".join(kept) + "\n"


def _unsubscribe_headers(address: str) -> dict[str, str]:
    if not address:
        return {}
    return {"List-Unsubscribe": f"<{address}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


def unsubscribe_url(organization: Organization, reader: User, event: Event) -> str:
    """The signed address that changes this one subscription without a sign-in."""
    token = unsubscribe_token(organization.pk, reader.pk, event.code)
    return settings.BASE_URL + reverse("unsubscribe", args=[token])


def absolute(name: str, organization: Organization, *args: Any) -> str:
    """The full address of a page of the organization, for a mail."""
    return settings.BASE_URL + reverse(f"governance:{name}", args=[organization.slug, *args])


def notice_letter(organization: Organization, reader: User, notices: Sequence[Notice]) -> Letter:
    """One mail with these notices, all mandatory or all of one event."""
    event = event_of(notices[0].code)
    with translation.override(reader.language):
        measures = Measure.objects.in_bulk({notice.measure_id for notice in notices if notice.measure_id})
        parts = [_paragraph(organization, one, measures.get(one.measure_id or 0)) for one in notices]
        subject = f"{organization.name}: {_headline(notices, measures)}"
    context = {"notices": parts, "mandatory": event.mandatory}
    return write_letter("notices", subject, context, organization=organization, reader=reader, event=event)


def _headline(notices: Sequence[Notice], measures: Mapping[int, Measure]) -> str:
    """Of one notice the event and the measure, of several their number."""
    if len(notices) > 1:
        count = len(notices)
        return ngettext("%(count)s notice", "%(count)s notices", count) % {"count": number_format(count)}
    measure = measures.get(notices[0].measure_id or 0)
    happened = str(event_of(notices[0].code).happened)
    return f"{happened} ({measure.code})" if measure else happened


def _paragraph(organization: Organization, notice: Notice, measure: Measure | None) -> Paragraph:
    said = notice_sentence(notice.code, notice.params)
    if measure is None:
        return Paragraph("", said, reason_sentence(notice.because), absolute("my_work", organization))
    way = absolute("measure", organization, measure.code)
    return Paragraph(f"{measure.code} {measure.name}", said, reason_sentence(notice.because), way)
