"""Digests: what a committee is sent by the calendar, once for each period and reader, with its figures frozen."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from django.core.serializers.json import DjangoJSONEncoder
from django.db import DatabaseError, connection, transaction
from django.db.models import Q
from django.utils import translation
from resvg_py import svg_to_bytes

from governance.actions.letters import Letter, absolute, write_letter
from governance.actions.outbox import Attachment, put_mail
from governance.events import EVENTS
from governance.models import CommitteeDigest, DigestIssue, Notice
from governance.queries.digests import LISTED, CommitteeContent, committee_content, committee_measures
from governance.queries.notices import wants_mail
from governance.queries.personal_digests import personal_content
from governance.rules.schedule import Schedule, latest_due, moment_of
from governance.rules.value_chart import value_chart
from governance.sentences import objection
from portfolio import tenancy
from portfolio.access import active_people, rights_on
from portfolio.choices import NodeKind, Right
from portfolio.deeds import deed, refuse_stale
from portfolio.errors import NotAllowed, Refused
from portfolio.middleware import today
from portfolio.models import CommitteeMember, Node, Organization, SteeringCommittee, User

log = structlog.get_logger()

COMMITTEE = "committee_digest"
# A person's own mails need no setting: Monday morning, and the third day of the month.
OWN = {
    "weekly_digest": lambda zone: Schedule(0, None, 7, zone),
    "month_end_reminder": lambda zone: Schedule(None, 3, 7, zone),
}


def settable_digests(user: User) -> list[SteeringCommittee]:
    """The committees whose digest the person may set.

    Its secretary may, and whoever decides for the transformation office or changes settings everywhere.
    """
    root = Node.objects.get(kind=NodeKind.ORGANIZATION)
    committees = SteeringCommittee.objects.select_related("secretary").order_by("sort_key", "pk")
    if {Right.DECIDE_AS_OFFICE, Right.MANAGE_SETTINGS} & rights_on(user, root.pk):
        return list(committees)
    return list(committees.filter(secretary=user))


def may_set_digest(user: User, committee: SteeringCommittee) -> bool:
    """Whether the committee is among those."""
    return committee in settable_digests(user)


def set_digest(
    committee: SteeringCommittee,
    *,
    by: User,
    at: datetime,
    terms: Mapping[str, Any],
    expected_version: int | None = None,
    key: UUID | None = None,
) -> CommitteeDigest:
    """The committee's digest is sent by these terms from its next date on.

    Refused: anybody but the secretary, the transformation office and who changes settings; both or neither of
    weekday and day of the month; a stale form. Recorded: the deed, and history.
    """
    if not may_set_digest(by, committee):
        raise NotAllowed(objection("digest_not_yours"))
    if (terms.get("weekday") is None) == (terms.get("day") is None):
        raise Refused(objection("digest_one_day"))
    details = {"committee": committee.pk, "active": bool(terms.get("active", True))}
    with deed("digest_set", by=by, key=key, details=details):
        digest = CommitteeDigest.objects.select_for_update().filter(committee=committee).first()
        if digest is None:
            return CommitteeDigest.objects.create(committee=committee, since=at, **terms)
        refuse_stale(digest, expected_version)
        for name, value in terms.items():
            setattr(digest, name, value)
        digest.since = at
        digest.version += 1
        digest.save()
        return digest


def schedule_of(digest: CommitteeDigest) -> Schedule:
    return Schedule(digest.weekday, digest.day, digest.hour, digest.time_zone)


def send_digests(organization_id: int, *, now: datetime) -> int:
    """Each reader of each committee has the digest that is due, and each person the own ones; returns how many.

    Of what was missed while nothing ran only the latest is sent, and it tells all changes since the one before.
    Mail, figures and their hash are one transaction, unique by committee, period and reader. Nothing is done while
    another worker is at it; a digest that cannot be drawn is logged, asked again by the next ring, and holds up no
    other one.
    """
    with tenancy.tenant(organization_id):
        if not _my_turn(organization_id):
            return 0
        digests = CommitteeDigest.objects.filter(active=True).select_related("committee").order_by("pk")
        sent = sum(_safely(_send_committee, digest, now) for digest in digests)
        return sent + sum(_safely(_send_own, kind, now) for kind in OWN)


def _my_turn(organization_id: int) -> bool:
    with connection.cursor() as cursor:
        name = f"digests of {organization_id}"
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [name])
        return bool(cursor.fetchone()[0])


def _safely(send: Callable[[Any, datetime], int], what: CommitteeDigest | str, now: datetime) -> int:
    try:
        with transaction.atomic():
            return send(what, now)
    except (DatabaseError, LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        part = what if isinstance(what, str) else f"digest {what.pk}"
        log.error("digest_not_drawn", part=part, error=type(error).__name__)
        return 0


def readers_of_committee(committee: SteeringCommittee, on: date) -> list[User]:
    """Chair, deputy, secretary and serving members, as far as they are active."""
    serving = CommitteeMember.objects.filter(committee=committee, since__lte=on)
    serving = serving.filter(Q(until__isnull=True) | Q(until__gt=on))
    officers = {committee.chair_id, committee.deputy_chair_id, committee.secretary_id} - {None}
    return list(active_people().filter(Q(pk__in=serving.values("user_id")) | Q(pk__in=officers)))


def _send_committee(digest: CommitteeDigest, now: datetime) -> int:
    schedule, committee = schedule_of(digest), digest.committee
    period = latest_due(schedule, now)
    if moment_of(schedule, period) <= digest.since:
        return 0
    known = DigestIssue.objects.filter(kind=COMMITTEE, subject_id=committee.pk, period=period)
    done = set(known.values_list("user_id", flat=True))
    drawn: dict[tuple[frozenset[int], datetime], CommitteeContent] = {}
    sent = 0
    for reader in readers_of_committee(committee, _today(now)):
        if reader.pk in done or not wants_mail(reader, COMMITTEE):
            continue
        since = _last_at(COMMITTEE, committee.pk, reader) or before(schedule, now)
        seen = (committee_measures(committee, reader), since)
        # Readers with the same rights read the same figures, drawn once.
        if seen not in drawn:
            drawn[seen] = committee_content(committee, seen[0], since=since, at=now, on=_today(now))
        _issue(digest, period, reader, drawn[seen], now)
        sent += 1
    return sent


def _issue(digest: CommitteeDigest, period: date, reader: User, content: CommitteeContent, now: datetime) -> None:
    committee_id = digest.committee_id
    issue = _freeze(COMMITTEE, committee_id, period, reader, asdict(content), content.since, now)
    letter = committee_letter(content, reader, snapshot=issue.sha256, language=digest.language)
    _put(COMMITTEE, f"{committee_id}:{period}", reader, letter, now)


def _today(now: datetime) -> date:
    return today(Organization.objects.get(pk=tenancy.current_organization_id()), now)


def _last_at(kind: str, subject_id: int, reader: User) -> datetime | None:
    issues = DigestIssue.objects.filter(kind=kind, subject_id=subject_id, user=reader)
    return issues.order_by("-at").values_list("at", flat=True).first()


def before(schedule: Schedule, now: datetime) -> datetime:
    """Where the first digest begins: a period ago."""
    return now - timedelta(days=7 if schedule.weekday is not None else 31)


def _freeze(
    kind: str, subject_id: int, period: date, reader: User, content: dict[str, Any], since: datetime, at: datetime
) -> DigestIssue:
    text = json.dumps(content, cls=DjangoJSONEncoder, sort_keys=True, separators=(",", ":"))
    return DigestIssue.objects.create(
        kind=kind,
        subject_id=subject_id,
        period=period,
        user=reader,
        since=since,
        at=at,
        content=json.loads(text),
        sha256=hashlib.sha256(text.encode()).hexdigest(),
    )


def _put(kind: str, key: str, reader: User, letter: Letter, now: datetime) -> None:
    put_mail(
        user=reader,
        kind=kind,
        key=key,
        subject=letter.subject,
        text=letter.text,
        html=letter.html,
        headers=letter.headers,
        attachments=letter.attachments,
        not_before=now,
    )


def committee_letter(
    content: CommitteeContent, reader: User, *, snapshot: str = "", language: str = "", test: bool = False
) -> Letter:
    """The digest as a mail to this reader, in the committee's language or, without one, in the reader's own."""
    organization = Organization.objects.get(pk=tenancy.current_organization_id())
    count = len(content.decisions) + bool(content.take_overs)
    context = {
        "digest": content,
        "listed": LISTED,
        "snapshot": snapshot[:12],
        "is_test": test,
        "measures_url": absolute("measures", organization),
        "divergences_url": absolute("divergences", organization),
    }
    return write_letter(
        "committee_digest",
        f"{organization.name}: {content.committee} ({count})",
        context,
        organization=organization,
        reader=reader,
        event=EVENTS[COMMITTEE],
        language=language,
        pictures=[_chart(content)],
    )


def _chart(content: CommitteeContent) -> Attachment:
    """The four totals as a picture; the numbers stand in the table below it."""
    figures = (content.committed, content.forecast, content.weighted, content.confirmed)
    painted = svg_to_bytes(svg_string=value_chart([figure.now for figure in figures]), skip_system_fonts=True)
    return Attachment("value.png", "image/png", bytes(painted), content_id="value")


def send_test(content: CommitteeContent, *, to: User, language: str, now: datetime, key: UUID) -> None:
    """The digest as drawn in the preview goes to the person who looks at it, and to nobody else."""
    letter = committee_letter(content, to, language=language, test=True)
    _put("digest_test", key.hex, to, letter, now)


def _send_own(kind: str, now: datetime) -> int:
    """A person's own mail of this kind, where something waits; that nothing does is noted, and asked once a period."""
    organization = Organization.objects.get(pk=tenancy.current_organization_id())
    schedule = OWN[kind](organization.time_zone)
    period = latest_due(schedule, now)
    # What was due longer than a day ago is no longer news, and where time stands still nothing is ever due.
    if organization.stands_on is not None or now - moment_of(schedule, period) > timedelta(days=1):
        return 0
    done = DigestIssue.objects.filter(kind=kind, period=period).values("user_id")
    return sum(_send_to(kind, reader, organization, period, now) for reader in active_people().exclude(pk__in=done))


def _send_to(kind: str, reader: User, organization: Organization, period: date, now: datetime) -> int:
    if not wants_mail(reader, kind):
        return 0
    content = personal_content(kind, reader, on=today(organization, now))
    _freeze(kind, 0, period, reader, asdict(content), _last_at(kind, 0, reader) or now, now)
    if content.is_empty:
        return 0
    with translation.override(reader.language):
        subject = f"{organization.name}: {EVENTS[kind].happened}"
    context = {"digest": content, "event": EVENTS[kind]}
    letter = write_letter("own_digest", subject, context, organization=organization, reader=reader, event=EVENTS[kind])
    _put(kind, str(period), reader, letter, now)
    Notice.objects.filter(pk__in=[pk for pk, *_rest in content.notices]).update(mailed_at=now)
    return 1
