"""(a) A full reconciliation against one grouped sum of the same month rows; (b) 1,000 dirty measures against (a)."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from django.db import connection

from benchmarks.measuring import paired
from benchmarks.seed import ON, SQL, organization, run_statements, superuser
from governance.actions.reconciliation import Outcome, reconcile
from governance.models import MeasureStatus, RollUp
from measures.models import Measure
from portfolio import tenancy
from portfolio.models import Organization

RATES = """
CREATE TEMP TABLE bench_rate ON COMMIT DROP AS
SELECT e.id AS effect_id,
  coalesce(b.plan_rate, CASE m.currency WHEN 'USD' THEN 0.92 WHEN 'PLN' THEN 0.23 ELSE 1 END) AS rate
FROM finance_effect e JOIN measures_measure m ON m.id = e.measure_id
LEFT JOIN finance_baselineversion b ON b.measure_id = m.id AND b.is_current
"""


def run(measures: int) -> Iterator[str]:
    found = organization(measures)
    outcome = reconcile(found.pk, on=ON)
    yield f"first run judged {outcome.measures} measures and changed {outcome.changed}"
    _assert_whole(found, measures)
    turns = itertools.count()

    def change() -> None:
        _change_fifth(found, next(turns))

    def full() -> None:
        changed(reconcile(found.pk, on=ON))

    def changed(outcome: Outcome) -> None:
        assert outcome.measures == measures
        assert outcome.changed >= measures // 10, outcome

    def unchanged() -> None:
        outcome = reconcile(found.pk, on=ON)
        assert (outcome.measures, outcome.changed) == (measures, 0), outcome

    def floor() -> None:
        _floor(found, measures)

    def dirty() -> None:
        assert reconcile(found.pk, on=ON, measure_ids=_dirty(found)).measures == 1000

    yield paired("full reconcile, 20 % changed / grouped sum", full, floor, bar=6, before_a=change).line
    yield paired("full reconcile, none changed / grouped sum", unchanged, floor, bar=4).line
    change()
    full()
    yield paired("1,000 dirty measures / full reconcile", dirty, unchanged, bar=0.1).line
    _assert_whole(found, measures)


def _floor(found: Organization, measures: int) -> None:
    with tenancy.tenant(found.pk), connection.cursor() as cursor:
        cursor.execute(RATES)
        cursor.execute("ANALYZE bench_rate")
        cursor.execute((SQL / "floor_months.sql").read_text(encoding="utf-8"))
        count, *sums = cursor.fetchone()
        assert count == 2 * measures
        assert all(sums)


def _change_fifth(found: Organization, turn: int) -> None:
    params = {
        "organization": found.pk,
        "turn": turn % 5,
        "days": 3 if turn % 2 else 90,
        "share": "0.7" if turn % 2 else "0.9",
    }
    with superuser() as db:
        run_statements(db, "change_fifth", params)
    with superuser(autocommit=True) as db:
        db.execute("VACUUM ANALYZE finance_forecastamount, measures_milestone, measures_measure")


def _dirty(found: Organization) -> list[int]:
    """A thousand measures, one of each of a thousand packages."""
    with tenancy.tenant(found.pk):
        first = Measure.objects.order_by("package_id", "pk").distinct("package_id")
        ids = list(first.values_list("pk", flat=True)[:1000])
    assert len(ids) == 1000
    return ids


def _assert_whole(found: Organization, measures: int) -> None:
    """Every measure has one status and the root counts them all."""
    with tenancy.tenant(found.pk):
        assert MeasureStatus.objects.filter(valid_to__isnull=True).count() == measures
        root = RollUp.objects.get(cut="node", key_id=_root_id(), valid_to__isnull=True)
        assert root.measures == measures


def _root_id() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM portfolio_node WHERE kind = 'organization'")
        (pk,) = cursor.fetchone()
        return int(pk)
