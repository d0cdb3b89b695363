"""Reconciliation: both lights of all measures, where they contradict each other, and what that means above."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.utils import timezone

from governance.actions.notices import tell_of_confirmations, tell_of_divergences
from governance.actions.publishing import write_published
from governance.actions.submissions import refresh_staleness
from governance.models import MeasureStatus, ReconciliationRun
from governance.reconciliation.judging import forget, judge
from governance.reconciliation.report import read_report
from governance.reconciliation.writing import Moment, write_findings
from measures.models import Measure
from portfolio import tenancy


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run looked at and changed, and its findings where they were asked for."""

    measures: int
    changed: int
    report: dict[str, Any] | None = None


def reconcile(
    organization_id: int,
    *,
    on: date,
    measure_ids: Collection[int] | None = None,
    write: bool = True,
    report: bool = False,
) -> Outcome:
    """Lights, divergences and roll-ups of an organization are those of the day `on`.

    Judges all measures, or the given ones and those never judged; roll-ups are always whole. Without `write` the
    data are judged as they are and nothing at all is written. Recorded: the run; submissions that became stale;
    where lights or divergences changed a deed of the system with history, facts and transitions; and who must be
    told. One run at a time.
    """
    with tenancy.tenant(organization_id):
        if write:
            _wait_for_turn(organization_id)
        return _run(on, measure_ids, write=write, report=report)


def _run(on: date, measure_ids: Collection[int] | None, *, write: bool, report: bool) -> Outcome:
    started = timezone.now()
    wanted = None if measure_ids is None else {*measure_ids, *_never_judged()}
    if write:
        refresh_staleness(wanted, on=on)
    judge(on, measure_ids=wanted)
    looked_at = Measure.objects.count() if wanted is None else len(wanted)
    changed = 0
    if write:
        changed = write_findings(Moment(on, timezone.now()))
        ReconciliationRun.objects.create(
            on=on,
            full=wanted is None,
            started_at=started,
            finished_at=timezone.now(),
            measures=looked_at,
            changed=changed,
        )
        tell_of_divergences()
        # What was confirmed past the action is told all the same.
        tell_of_confirmations()
        write_published(on=on)
    found = read_report(on) if report else None
    forget()
    return Outcome(looked_at, changed, found)


def _never_judged() -> set[int]:
    judged = MeasureStatus.objects.filter(valid_to__isnull=True).values("measure_id")
    return set(Measure.objects.exclude(pk__in=judged).values_list("pk", flat=True))


def turn_of(organization_id: int) -> str:
    """The name of the lock that one run of an organization holds."""
    return f"reconciliation of {organization_id}"


def _wait_for_turn(organization_id: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [turn_of(organization_id)])
