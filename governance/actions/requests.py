"""Requests for reconciliation: rows that wait until a run has served them. Tables are the truth, the bell is not."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db import connection, transaction
from django.db.models import Q

from governance.actions.reconciliation import Outcome, reconcile, turn_of
from governance.models import ReconcileRequest
from measures.models import Measure
from portfolio import tenancy

# Long enough for a worker to begin, short enough that a lost bell rings again well within a minute.
LEASE = timedelta(seconds=30)
MOST_AT_ONCE = 50_000
# From this share of all measures on, looking at all of them is the shorter way.
WORTH_A_FULL_RUN = 5


def lease_due(now: datetime) -> list[int]:
    """The organizations with requests that nobody has taken, each request leased for half a minute.

    Two clocks at once take different rows, or none. A request whose worker was killed is due again when its lease
    is over.
    """
    with transaction.atomic():
        due = ReconcileRequest.objects.filter(Q(leased_until__isnull=True) | Q(leased_until__lte=now))
        taken = dict(
            due.select_for_update(skip_locked=True).order_by("pk").values_list("pk", "organization_id")[:MOST_AT_ONCE]
        )
        ReconcileRequest.objects.filter(pk__in=list(taken)).update(leased_until=now + LEASE)
    return sorted(set(taken.values()))


def serve_requests(organization_id: int, *, on: date) -> Outcome | None:
    """What was asked for is judged and written, and the requests are gone, all in one transaction.

    None when there is nothing to do, or another run of the organization is under way: its requests stay.
    """
    with tenancy.tenant(organization_id):
        if not _my_turn(organization_id):
            return None
        requests = dict(
            ReconcileRequest.objects.select_for_update(skip_locked=True)
            .filter(organization_id=organization_id)
            .order_by("pk")
            .values_list("pk", "measure_id")[:MOST_AT_ONCE]
        )
        if not requests:
            return None
        outcome = reconcile(organization_id, on=on, measure_ids=_wanted(requests.values()))
        ReconcileRequest.objects.filter(pk__in=list(requests)).delete()
        return outcome


def _my_turn(organization_id: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [turn_of(organization_id)])
        return bool(cursor.fetchone()[0])


def _wanted(measure_ids: Iterable[int | None]) -> set[int] | None:
    """The measures to judge; None for all of them."""
    named = set(measure_ids)
    wanted = {pk for pk in named if pk is not None}
    if None in named or len(wanted) * WORTH_A_FULL_RUN > Measure.objects.count():
        return None
    return wanted


def request_nightly(organization_id: int, *, on: date, now: datetime) -> bool:
    """A full run is asked for, once per organization and day; True the first time."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            'INSERT INTO governance_nightlyrun AS n (organization_id, "on") VALUES (%s, %s) '
            'ON CONFLICT (organization_id) DO UPDATE SET "on" = excluded."on" WHERE n."on" < excluded."on"',
            [organization_id, on],
        )
        if not cursor.rowcount:
            return False
        ReconcileRequest.objects.create(organization_id=organization_id, requested_at=now)
        return True
