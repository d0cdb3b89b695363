"""The doors of background work: each finds what is due in a table and calls one action."""

from __future__ import annotations

from collections.abc import Iterable

import structlog
from celery import Task, shared_task
from django.utils import timezone
from kombu.exceptions import OperationalError

from governance.actions.mails import lease_mails, mail_waiting
from governance.actions.requests import lease_due, request_nightly, serve_requests
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
