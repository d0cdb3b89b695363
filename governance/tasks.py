"""The doors of background work: each finds what is due in a table and calls one action."""

from __future__ import annotations

import time
from collections.abc import Iterable

import structlog
from celery import Task, shared_task
from django.db import DatabaseError
from django.utils import timezone
from kombu.exceptions import OperationalError

from governance.actions.mails import lease_mails, mail_waiting
from governance.actions.requests import lease_due, request_nightly, serve_requests
from governance.actions.seals import (
    lease_verifications,
    organizations_waiting,
    seal_waiting,
    serve_verification,
)
from governance.sealing.anchors import write_anchor
from portfolio import tenancy
from portfolio.actions.members import withdraw_ended_roles
from portfolio.middleware import today
from portfolio.models import Organization

log = structlog.get_logger()


@shared_task
def tick() -> None:
    """Rings for every organization that waits for reconciliation and for every person that waits for mail."""
    now = timezone.now()
    if _ring_all(reconcile_organization, ((organization_id,) for organization_id in lease_due(now))):
        _ring_all(mail_notices, lease_mails(timezone.now()))


def _ring_all(task: Task, wanted: Iterable[tuple[int, ...]]) -> bool:
    for ids in wanted:
        if not _rings(task, ids):
            # The rows stay; a later tick finds them. Whoever waits for one deaf broker need not wait for each row.
            log.warning("bell_unreachable", organization_id=ids[0])
            return False
    return True


def _rings(task: Task, ids: tuple[int, ...]) -> bool:
    try:
        task.apply_async(ids, retry=False)
    except OperationalError:
        return False
    return True


@shared_task
def mail_notices(organization_id: int, user_id: int) -> None:
    """Mails one person what waits in one organization; nothing when nothing does."""
    told = mail_waiting(organization_id, user_id, now=timezone.now())
    if told:
        log.info("mailed", organization_id=organization_id, user_id=user_id, notices=told)


@shared_task
def reconcile_organization(organization_id: int) -> None:
    """Serves all requests of one organization; nothing when there are none."""
    organization = Organization.objects.get(pk=organization_id)
    outcome = serve_requests(organization_id, on=today(organization, timezone.now()))
    if outcome is not None:
        log.info("reconciled", organization_id=organization_id, measures=outcome.measures, changed=outcome.changed)


@shared_task
def request_nightly_reconciliation() -> None:
    """Asks for a full run of each organization in which a new day has begun; roles that have ended are withdrawn."""
    now = timezone.now()
    for organization in Organization.objects.all():
        on = today(organization, now)
        with tenancy.tenant(organization.pk):
            withdraw_ended_roles(on=on)
        request_nightly(organization.pk, on=on, now=now)


# Sealing

# Long enough for thousands of rows, short enough that nobody waits behind it; the next bell rings soon.
SEALING_SECONDS = 2.0


@shared_task
def seal_rows() -> None:
    """Seals what waits, an organization after the other and for a short while; rings for verifications asked for."""
    until = time.monotonic() + SEALING_SECONDS
    waiting = organizations_waiting()
    while waiting and time.monotonic() < until:
        waiting = [organization_id for organization_id in waiting if _seal_some(organization_id)]
    _ring_all(verify_trail, lease_verifications(timezone.now()))


def _seal_some(organization_id: int) -> bool:
    """One seal; the log, and once an hour a file, know its hash outside the database. True while more rows wait."""
    try:
        done = seal_waiting(organization_id, now=timezone.now())
    except DatabaseError:
        # Others need not wait for one that cannot be sealed; verification reports that its rows are late.
        log.exception("not_sealed", organization_id=organization_id)
        return False
    if done is None or done.head is None:
        return False
    if done.rows:
        log.info("sealed", organization_id=organization_id, seal=done.head.line, rows=done.rows)
    if done.is_first_in_hour:
        write_anchor(organization_id, done.head)
    return done.more


@shared_task
def verify_trail(organization_id: int, verification_id: int) -> None:
    """Looks at the whole trail of one organization, once."""
    report = serve_verification(organization_id, verification_id, now=timezone.now())
    if report is not None:
        log.info("trail_verified", organization_id=organization_id, findings=len(report.findings))
