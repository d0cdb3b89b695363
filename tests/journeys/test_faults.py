"""What breaks outside: nothing is lost, nothing is done twice, pages are still read, and the probe tells."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode, urlsplit
from urllib.request import Request, urlopen

import psycopg
import pytest
from celery import Celery
from django.conf import settings
from django.utils import timezone

from finance.actions.forecasts import set_forecast
from finance.rules.periods import parse_period
from governance.actions.reconciliation import reconcile
from governance.models import Divergence, MeasureStatus, Notice, ReconcileRequest, ReconciliationRun, RollUp
from measures.choices import DoI
from measures.models import Measure, StatusChange
from tests.cast import TODAY, Cast
from tests.governance.steps import measure_at
from tests.journeys.conftest import product_on_a_clone
from tests.journeys.door import Door
from tests.journeys.prepared import cookies_of, inside, path_of, settle
from tests.journeys.product import Product, kill, revive, through, wait_for

HELD = "governance_reconciliationrun"
TOKEN = "a" * 32


@pytest.fixture(scope="module")
def doors() -> Iterator[dict[str, Door]]:
    """A door in front of the database and one in front of the broker."""
    database, broker = settings.DATABASES["default"], urlsplit(settings.REDIS_URL)
    found = {
        "database": Door(database["HOST"], int(database["PORT"])),
        "broker": Door(broker.hostname or "", broker.port or 6379),
    }
    yield found
    for door in found.values():
        door.shut()


@pytest.fixture(scope="module")
def product(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any, doors: dict[str, Door]
) -> Iterator[Product]:
    """Web, worker and beat behind the doors; the broker is absent when they start."""
    doors["database"].open()

    def led(name: str, url: str) -> str:
        return through(doors[name].port, url)

    with django_db_blocker.unblock():
        yield from product_on_a_clone(tmp_path_factory, led=led)


@pytest.fixture(scope="module")
def cast(product: Product) -> Cast:
    cast = settle(product, "faults")
    with inside(product, cast):
        for name in ("Second source for resin", "Shared warehouse"):
            measure_at(cast, DoI.DECIDED, name=name)
        measure_at(cast, DoI.IDENTIFIED, name="Regrind in housings")
    return cast


def ask(product: Product, path: str, cookies: str, form: dict[str, str] | None = None) -> int:
    """The status of the answer, redirects followed; with a form, a deed is sent."""
    data = urlencode({**form, "csrfmiddlewaretoken": TOKEN}).encode() if form is not None else None
    headers = {"Cookie": f"{cookies}; csrftoken={TOKEN}"}
    try:
        with urlopen(Request(product.address + path, data, headers), timeout=20) as answer:
            status: int = answer.status
            return status
    except HTTPError as refusal:
        with refusal:
            return refusal.code


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
    """Inside the block the worker has written everything, and waits before the end of its transaction."""
    with psycopg.connect(product.environment["DATABASE_OWNER_URL"]) as holder:
        holder.execute(f"LOCK TABLE {HELD} IN ACCESS EXCLUSIVE MODE")
        waits = f"SELECT count(*) FROM pg_locks WHERE relation = '{HELD}'::regclass AND NOT granted"
        expect(product, cast, 10_000)
        ring(product)
        until(lambda: holder.execute(waits).fetchone() == (1,))
        yield
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


def test_without_a_broker_pages_are_read_and_work_waits_for_it(
    product: Product, cast: Cast, doors: dict[str, Door]
) -> None:
    status, said = product.readyz()
    assert (status, said["status"]) == (200, "degraded")
    assert "redis" in said["troubles"]
    office = cookies_of(product, cast.office)
    assert ask(product, path_of(cast, "portfolio/"), office) == 200
    idea = {"name": "An idea without a bell", "owner": str(cast.owner.pk), "key": str(uuid.uuid4())}
    assert ask(product, path_of(cast, f"nodes/{cast.package.code}/measures/new/"), office, idea) == 200
    with inside(product, cast):
        created = Measure.objects.get(name=idea["name"])
    assert requests(product, cast) > 0
    assert runs(product, cast) == 0
    doors["broker"].open()
    served(product, cast)
    with inside(product, cast):
        assert MeasureStatus.objects.filter(measure=created, valid_to=None).count() == 1
    until(lambda: product.readyz()[1]["status"] == "ok")


def test_a_worker_killed_in_mid_reconcile_loses_and_doubles_nothing(product: Product, cast: Cast) -> None:
    served(product, cast)
    before, judged = kept(product, cast), runs(product, cast)
    with in_the_middle(product, cast):
        waiting = requests(product, cast)
        assert waiting > 0
        assert ask(product, path_of(cast, "measures/"), cookies_of(product, cast.auditor)) == 200
        kill(product, "worker")
    assert kept(product, cast) == before
    assert requests(product, cast) == waiting
    half_a_minute_later(product)
    revive(product, "worker")
    served(product, cast)
    assert runs(product, cast) == judged + 1
    assert kept(product, cast)["potential"].count("red") == 2
    assert same_as_a_fresh_run(product, cast)


def test_a_database_that_goes_and_comes_back_loses_and_doubles_nothing(
    product: Product, cast: Cast, doors: dict[str, Door]
) -> None:
    served(product, cast)
    expect(product, cast, 40_000)
    ring(product)
    served(product, cast)
    judged, auditor = runs(product, cast), cookies_of(product, cast.auditor)
    with in_the_middle(product, cast), doors["database"].shut_meanwhile():
        status, said = product.readyz()
        assert (status, said) == (503, {"status": "unavailable", "troubles": ["database"]})
        assert ask(product, "/healthz", "") == 200
        assert ask(product, path_of(cast, "portfolio/"), auditor) == 500
    wait_for(product)
    assert ask(product, path_of(cast, "portfolio/"), auditor) == 200
    half_a_minute_later(product)
    served(product, cast)
    assert runs(product, cast) == judged + 1
    assert same_as_a_fresh_run(product, cast)


def test_many_bells_at_once_do_one_piece_of_work(product: Product, cast: Cast) -> None:
    served(product, cast)
    judged = runs(product, cast)
    expect(product, cast, 25_000)
    with Celery(broker=product.environment["REDIS_URL"]) as bells:
        for _ring in range(4):
            bells.send_task("governance.tasks.tick", queue="interactive")
            bells.send_task("governance.tasks.reconcile_organization", [cast.organization.pk], queue="bulk")
        served(product, cast)
        with bells.connection_for_read() as connection:
            until(lambda: not any(connection.default_channel.client.llen(name) for name in ("interactive", "bulk")))
    assert runs(product, cast) == judged + 1
    assert same_as_a_fresh_run(product, cast)
