"""What tests of outages share: asking, waiting, looking behind, and stopping the worker in the midst of its work."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import psycopg
from celery import Celery
from django.utils import timezone

from finance.actions.forecasts import set_forecast
from finance.rules.periods import parse_period
from governance.actions.reconciliation import reconcile
from governance.models import Divergence, MeasureStatus, Notice, ReconcileRequest, ReconciliationRun, RollUp
from measures.choices import DoI
from measures.models import Measure, StatusChange
from tests.cast import TODAY, Cast
from tests.journeys.prepared import inside
from tests.journeys.product import Product

HELD = "governance_reconciliationrun"
TOKEN = "a" * 32


def ask(product: Product, path: str, cookies: str, form: dict[str, str] | None = None) -> int:
    """The status of the answer, redirects followed; with a form, a deed is sent."""
    return answer_of(product, path, cookies, form)[0]


def answer_of(product: Product, path: str, cookies: str, form: dict[str, str] | None = None) -> tuple[int, str]:
    """Status and text of the answer, redirects followed; with a form, a deed is sent."""
    data = urlencode({**form, "csrfmiddlewaretoken": TOKEN}).encode() if form is not None else None
    headers = {"Cookie": f"{cookies}; csrftoken={TOKEN}"}
    try:
        with urlopen(Request(product.address + path, data, headers), timeout=60) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as refusal:
        with refusal:
            return refusal.code, refusal.read().decode()


def until(true: Callable[[], object], within: float = 30.0) -> None:
    deadline = time.monotonic() + within
    while not true():
        assert time.monotonic() < deadline, "This did not become true in time."
        time.sleep(0.2)


def requests(product: Product, cast: Cast) -> int:
    with product.rows():
        return ReconcileRequest.objects.filter(organization_id=cast.organization.pk).count()


def runs(product: Product, cast: Cast) -> int:
    with inside(product, cast):
        return ReconciliationRun.objects.count()


def kept(product: Product, cast: Cast) -> dict[str, list[Any]]:
    """Whatever reconciliation keeps, past and present, without the times at which it was written."""
    beside = {"at", "valid_from", "valid_to", "read_at", "mailed_at"}
    found = {}
    with inside(product, cast):
        for model in (MeasureStatus, RollUp, Divergence, StatusChange, Notice):
            names = [f.attname for f in model._meta.local_concrete_fields if f.name not in beside]
            found[model.__name__] = sorted(map(str, model.objects.values_list(*names)))
        found["potential"] = list(Measure.objects.order_by("pk").values_list("potential_status", flat=True))
    return found


def expect(product: Product, cast: Cast, amount: int) -> None:
    """The owner of both running measures expects this much a month from now on, which asks for judging."""
    months = dict.fromkeys(range(parse_period("2026-11"), parse_period("2028-01")), Decimal(amount))
    with inside(product, cast):
        for measure in Measure.objects.filter(stage=DoI.DECIDED):
            with cast.acting(cast.owner):
                set_forecast(measure.effects.get(), months, by=cast.owner, on=TODAY, reason="Volume")


@contextmanager
def nothing_written_to(product: Product, table: str) -> Iterator[Callable[[], bool]]:
    """Inside the block whoever writes to this table waits; the answer to the call is whether somebody does."""
    with psycopg.connect(product.environment["DATABASE_OWNER_URL"]) as holder:
        holder.execute(f"LOCK TABLE {table} IN SHARE MODE")
        waits = f"SELECT EXISTS (SELECT 1 FROM pg_locks WHERE relation = '{table}'::regclass AND NOT granted)"
        yield lambda: holder.execute(waits).fetchone() == (True,)
        with contextlib.suppress(psycopg.OperationalError):
            holder.rollback()


def ring(product: Product, *tasks: str) -> None:
    """Rings without waiting for beat."""
    with Celery(broker=product.environment["REDIS_URL"]) as bells:
        for name in tasks or ("tick",):
            bells.send_task(f"governance.tasks.{name}", queue="interactive")


def served(product: Product, cast: Cast) -> None:
    """All work that waits is done."""
    until(lambda: not requests(product, cast))


@contextmanager
def in_the_middle(product: Product, cast: Cast) -> Iterator[None]:
    """Inside the block the worker has written everything, and waits before the end of its transaction.

    Whoever stops the server inside the block ends the waiting too.
    """
    with psycopg.connect(product.environment["DATABASE_OWNER_URL"]) as holder:
        holder.execute(f"LOCK TABLE {HELD} IN ACCESS EXCLUSIVE MODE")
        waits = f"SELECT count(*) FROM pg_locks WHERE relation = '{HELD}'::regclass AND NOT granted"
        expect(product, cast, 10_000)
        ring(product)
        until(lambda: holder.execute(waits).fetchone() == (1,))
        yield
        with contextlib.suppress(psycopg.OperationalError):
            holder.rollback()


def half_a_minute_later(product: Product) -> None:
    """The leases of whoever had taken the requests are over."""
    with product.rows():
        ReconcileRequest.objects.update(leased_until=timezone.now())


def same_as_a_fresh_run(product: Product, cast: Cast) -> bool:
    """Looking at everything again finds nothing to change, add or open."""
    found = kept(product, cast)
    with product.rows():
        changed = reconcile(cast.organization.pk, on=TODAY).changed
    return changed == 0 and kept(product, cast) == found
