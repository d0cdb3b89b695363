"""What holds on a day, as temporary tables of the running transaction: nothing permanent is written here.

`judged_status` (measures), `judged_pattern` (divergences), `judged_transition` (what they become) and
`judged_rollup` (nodes and other cuts) are what the writer and the report read.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from django.db import connection

from finance.queries.periods import calendar_on
from finance.queries.set_based import add_up, judge_potential
from governance.queries.thresholds import Thresholds, thresholds_of
from governance.reconciliation.columns import COUNTS, KEPT_SUMS
from governance.rules import RollUpThresholds
from measures.choices import DoI
from measures.set_based import choose_measures, judge_work
from portfolio.models import OrganizationSettings
from portfolio.sql_files import run_sql

SQL = Path(__file__).parents[1] / "sql"
TABLES = (
    *("scope", "unmet", "work", "promise", "promised_month", "terms", "decided_terms", "effect", "actual", "last"),
    *("frame", "reference"),
    *("promised", "forecast", "money", "potential", "unmaintained", "status", "pattern", "transition", "change"),
    *("share", "sum", "rollup", "booked", "new"),
)


def judge(on: date, *, measure_ids: Collection[int] | None = None) -> None:
    """Judges the given measures, or all, as of the day, and all roll-ups with them."""
    settings = OrganizationSettings.objects.get()
    thresholds = thresholds_of(settings)
    calendar = calendar_on(on, settings)
    _prepare(everything=measure_ids is None)
    choose_measures(on, measure_ids)
    run_sql(SQL / "conditions.sql", {"on": on})
    judge_work(on, thresholds.implementation)
    run_sql(SQL / "promises.sql")
    add_up(calendar, currency=settings.currency)
    judge_potential(calendar, thresholds.potential)
    _judge_both(on, thresholds)
    _roll_up(thresholds.roll_up, everything=measure_ids is None)


def forget() -> None:
    """The temporary tables are gone, also where the transaction goes on."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {', '.join(f'judged_{name}' for name in TABLES)}")
        cursor.execute("SET LOCAL enable_nestloop TO DEFAULT")


def _prepare(*, everything: bool) -> None:
    with connection.cursor() as cursor:
        # Sums by effect are hashed in memory: 200,000 effects need more than the server's four megabytes.
        cursor.execute("SET LOCAL work_mem = '256MB'")
        # Whoever reads every row never gains by looking them up one by one, whatever the planner's estimate.
        cursor.execute(f"SET LOCAL enable_nestloop = {'off' if everything else 'on'}")


def _judge_both(on: date, thresholds: Thresholds) -> None:
    params: dict[str, Any] = {"on": on, "stale_days": thresholds.implementation.stale_days}
    params |= asdict(thresholds.divergence)
    for name in ("unmaintained", "statuses", "patterns", "transitions"):
        run_sql(SQL / f"{name}.sql", params)


def _roll_up(thresholds: RollUpThresholds, *, everything: bool) -> None:
    risk = thresholds.risk
    params: dict[str, Any] = asdict(thresholds)
    params |= {
        "everything": everything,
        "probabilities": [risk.probabilities[doi] for doi in DoI],
        "amber_discount": risk.amber,
        "red_discount": risk.red,
    }
    del params["risk"]
    run_sql(SQL / "shares.sql", params)
    summed = (*KEPT_SUMS, *COUNTS)
    run_sql(
        SQL / "rollups.sql",
        params,
        sums=", ".join(f"sum({name}) AS {name}" for name in summed),
        sums_or_nought=", ".join(f"coalesce(sum(r.{name}), 0) AS {name}" for name in summed),
        names=", ".join(summed),
        kept_names=", ".join(f"l.{name}" for name in KEPT_SUMS),
    )
