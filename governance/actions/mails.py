"""Notices become mails: what waits for a person is written out and put into the outbox."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q, QuerySet

from governance.actions.letters import notice_letter
from governance.actions.outbox import put_mail
from governance.choices import Way
from governance.events import EVENTS, event_of
from governance.models import MailRequest, Notice, OutgoingMail
from portfolio import tenancy
from portfolio.models import Membership, Organization, User

LEASE = timedelta(minutes=2)
MOST_AT_ONCE = 5_000
ONCE_A_DAY = [event.code for event in EVENTS.values() if event.once_a_day]


def lease_mails(now: datetime) -> list[tuple[int, int]]:
    """Organization and person for whom a mail is to be written and that nobody has taken, leased for two minutes.

    Two clocks at once take different rows, or none. A request whose worker was killed is due again when its lease
    is over.
    """
    with transaction.atomic():
        free = Q(leased_until__isnull=True) | Q(leased_until__lte=now)
        due = MailRequest.objects.filter(free, requested_at__lte=now).select_for_update(skip_locked=True)
        taken = list(due.order_by("requested_at", "pk").values_list("pk", "organization_id", "user_id")[:MOST_AT_ONCE])
        MailRequest.objects.filter(pk__in=[pk for pk, *_ids in taken]).update(leased_until=now + LEASE)
    return list(dict.fromkeys((organization_id, user_id) for _pk, organization_id, user_id in taken))


def write_mails(organization_id: int, user_id: int, *, now: datetime) -> list[OutgoingMail]:
    """The person's notices that come at once lie in the outbox as mails, and nothing waits to be written.

    All that cannot be unsubscribed from is one mail; each other event is a mail of its own, so that its one-click
    unsubscription means that event. Divergences wait for the next day where the person was mailed some today, and
    never ride along with another mail. Nothing is written, and nothing waits any longer, when the person is not an
    active member. Recorded: when each notice was mailed. Mails and notices are one transaction: a crash neither
    loses nor doubles any.
    """
    with tenancy.tenant(organization_id):
        requests = MailRequest.objects.filter(organization_id=organization_id, user_id=user_id)
        mine = MailRequest.objects.filter(
            pk__in=list(requests.select_for_update(skip_locked=True).values_list("pk", flat=True))
        )
        notices = list(_not_mailed(user_id))
        reader = _reader(user_id)
        if reader is None or not notices:
            mine.delete()
            return []
        organization = Organization.objects.get(pk=organization_id)
        tomorrow = _later(organization, user_id, now)
        ready = [one for one in notices if tomorrow is None or one.code not in ONCE_A_DAY]
        mails = [_put(organization, reader, group, now) for group in _grouped(ready)]
        Notice.objects.filter(pk__in=[notice.pk for notice in ready]).update(mailed_at=now)
        mine.delete()
        if tomorrow is not None and len(ready) < len(notices):
            MailRequest.objects.create(organization_id=organization_id, user_id=user_id, requested_at=tomorrow)
        return mails


def _not_mailed(user_id: int) -> QuerySet[Notice]:
    """Another worker's notices stay locked until its mail is written; they are not told twice."""
    return (
        Notice.objects.filter(user_id=user_id, mailed_at__isnull=True, way=Way.NOW)
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


def _later(organization: Organization, user_id: int, now: datetime) -> datetime | None:
    """The beginning of the next day, when divergences must wait for it; days are those of the organization."""
    here = now.astimezone(ZoneInfo(organization.time_zone))
    midnight = here.replace(hour=0, minute=0, second=0, microsecond=0)
    told = Notice.objects.filter(user_id=user_id, code__in=ONCE_A_DAY, mailed_at__gte=midnight)
    return midnight + timedelta(days=1) if told.exists() else None


def _topic(notice: Notice) -> str:
    """The mail that a notice goes with: one for all that is mandatory, else its event's own."""
    return "" if event_of(notice.code).mandatory else notice.code


def _grouped(notices: Iterable[Notice]) -> list[list[Notice]]:
    in_order = sorted(notices, key=lambda notice: (_topic(notice), notice.pk))
    return [list(group) for _key, group in groupby(in_order, key=_topic)]


def _put(organization: Organization, reader: User, notices: Sequence[Notice], now: datetime) -> OutgoingMail:
    letter = notice_letter(organization, reader, notices)
    return put_mail(
        user=reader,
        kind="notices",
        key=str(notices[0].pk),
        subject=letter.subject,
        text=letter.text,
        html=letter.html,
        headers=letter.headers,
        not_before=now,
    )
