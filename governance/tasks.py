"""The doors of background work: each finds what is due in a table and calls one action."""

from __future__ import annotations

import structlog
from celery import shared_task
from django.utils import timezone
from kombu.exceptions import OperationalError

from governance.actions.requests import lease_due, request_nightly, serve_requests
from portfolio.middleware import today
from portfolio.models import Organization

log = structlog.get_logger()


@shared_task
def tick() -> None:
    """Rings for every organization that waits for reconciliation."""
    for organization_id in lease_due(timezone.now()):
        if not _rings(organization_id):
            # The rows stay; a later tick finds them. Whoever waits for one deaf broker need not wait for each row.
            log.warning("bell_unreachable", organization_id=organization_id)
            return


def _rings(organization_id: int) -> bool:
    try:
        reconcile_organization.apply_async([organization_id], retry=False)
    except OperationalError:
        return False
    return True


@shared_task
def reconcile_organization(organization_id: int) -> None:
    """Serves all requests of one organization; nothing when there are none."""
    organization = Organization.objects.get(pk=organization_id)
    outcome = serve_requests(organization_id, on=today(organization, timezone.now()))
    if outcome is not None:
        log.info("reconciled", organization_id=organization_id, measures=outcome.measures, changed=outcome.changed)


@shared_task
def request_nightly_reconciliation() -> None:
    """Asks for a full run of each organization in which a new day has begun."""
    now = timezone.now()
    for organization in Organization.objects.all():
        request_nightly(organization.pk, on=today(organization, now), now=now)
