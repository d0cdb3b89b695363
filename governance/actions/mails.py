"""Notices become mails: one plain text to a person with all that waits, sent at least once and never lost."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import structlog
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import translation
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from governance.models import MailRequest, Notice
from governance.sentences import notice_sentence
from measures.models import Measure
from portfolio import tenancy
from portfolio.models import Membership, Organization, User

log = structlog.get_logger()

# Longer than a conversation with a mail server may last (EMAIL_TIMEOUT), so that no mail is sent twice meanwhile.
LEASE = timedelta(minutes=2)
LONGEST_PAUSE = timedelta(hours=1)
MOST_AT_ONCE = 5_000
# Notices of this kind are mailed on one occasion a day at most.
ONCE_A_DAY = "divergencechange"


def lease_mails(now: datetime) -> list[tuple[int, int]]:
    """Organization and person of each mail that is due and that nobody has taken, leased for two minutes.

    Two clocks at once take different rows, or none. A request whose worker was killed is due again when its lease
    is over.
    """
    with transaction.atomic():
        free = Q(leased_until__isnull=True) | Q(leased_until__lte=now)
        due = MailRequest.objects.filter(free, requested_at__lte=now).select_for_update(skip_locked=True)
        taken = list(due.order_by("requested_at", "pk").values_list("pk", "organization_id", "user_id")[:MOST_AT_ONCE])
        MailRequest.objects.filter(pk__in=[pk for pk, *_ids in taken]).update(leased_until=now + LEASE)
    return list(dict.fromkeys((organization_id, user_id) for _pk, organization_id, user_id in taken))


def mail_waiting(organization_id: int, user_id: int, *, now: datetime) -> int:
    """The person has one mail with all notices of the organization not mailed before; returns how many it told.

    Nothing is sent, and nothing waits any longer, when the person is not an active member. Divergences alone wait
    for the next day where the person was mailed some today. When the mail server fails, the requests stay and are
    due again after a pause as long as they have waited, an hour at most. Recorded: when each notice was mailed. A
    crash after the sending and before the commit sends the mail a second time; none is ever lost.
    """
    with tenancy.tenant(organization_id):
        requests = MailRequest.objects.filter(organization_id=organization_id, user_id=user_id)
        waiting = dict(requests.select_for_update(skip_locked=True).values_list("pk", "requested_at"))
        mine = MailRequest.objects.filter(pk__in=list(waiting))
        notices = list(_not_mailed(user_id))
        reader = _reader(user_id)
        if reader is None or not notices:
            mine.delete()
            return 0
        organization = Organization.objects.get(pk=organization_id)
        if tomorrow := _later(organization, user_id, notices, now):
            mine.update(requested_at=tomorrow, leased_until=None)
            return 0
        if not _is_sent(_letter(organization, reader, notices), organization_id, user_id):
            _pause(mine, since=min(waiting.values(), default=now), now=now)
            return 0
        Notice.objects.filter(pk__in=[notice.pk for notice in notices]).update(mailed_at=now)
        mine.delete()
        return len(notices)


def _not_mailed(user_id: int) -> QuerySet[Notice]:
    """Another worker's notices stay locked until its mail is on its way; they are not told twice."""
    return (
        Notice.objects.filter(user_id=user_id, mailed_at__isnull=True)
        .order_by("pk")
        .select_for_update(skip_locked=True, of=("self",))
    )


def _reader(user_id: int) -> User | None:
    """The person, when an active member of the active organization."""
    member = Membership.objects.filter(
        organization_id=tenancy.current_organization_id(), user_id=user_id, is_active=True, user__is_active=True
    )
    found = member.select_related("user").first()
    return None if found is None else found.user


def _later(organization: Organization, user_id: int, notices: Sequence[Notice], now: datetime) -> datetime | None:
    """The beginning of the next day, when the notices must wait for it; days are those of the organization."""
    if any(notice.fact_kind != ONCE_A_DAY for notice in notices):
        return None
    here = now.astimezone(ZoneInfo(organization.time_zone))
    midnight = here.replace(hour=0, minute=0, second=0, microsecond=0)
    told = Notice.objects.filter(user_id=user_id, fact_kind=ONCE_A_DAY, mailed_at__gte=midnight)
    return midnight + timedelta(days=1) if told.exists() else None


def _is_sent(letter: EmailMessage, organization_id: int, user_id: int) -> bool:
    try:
        letter.send()
    # What a mail server refuses is an OSError too.
    except OSError as error:
        log.warning("mail_not_sent", organization_id=organization_id, user_id=user_id, error=type(error).__name__)
        return False
    return True


def _pause(mine: QuerySet[MailRequest], *, since: datetime, now: datetime) -> None:
    pause = min(max(now - since, LEASE), LONGEST_PAUSE)
    mine.update(leased_until=now + pause)


def _letter(organization: Organization, reader: User, notices: Sequence[Notice]) -> EmailMessage:
    with translation.override(reader.language):
        count = len(notices)
        heading = ngettext("%(count)s notice", "%(count)s notices", count) % {"count": number_format(count)}
        # A line break in a subject would end the head of the mail.
        subject = " ".join(f"{organization.name}: {heading}".split())
        measures = Measure.objects.in_bulk({notice.measure_id for notice in notices if notice.measure_id})
        parts = [
            _("Good day %(name)s,") % {"name": reader.name},
            *(_paragraph(organization, notice, measures.get(notice.measure_id or 0)) for notice in notices),
            _("You receive this because you hold an office there."),
        ]
        return EmailMessage(subject, "\n\n".join(parts) + "\n", to=[reader.email])


def _paragraph(organization: Organization, notice: Notice, measure: Measure | None) -> str:
    """The measure, the sentence and the way there, a line each."""
    said = notice_sentence(notice.code, notice.params)
    if measure is None:
        return f"{said}\n{_link('governance:my_work', organization.slug)}"
    return f"{measure}\n{said}\n{_link('governance:measure', organization.slug, measure.code)}"


def _link(name: str, *args: str) -> str:
    return f"{settings.BASE_URL}{reverse(name, args=args)}"
