"""What breaks outside: nothing is lost, nothing is done twice, pages are still read, and the probe tells."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from celery import Celery
from django.conf import settings

from governance.models import MeasureStatus
from measures.choices import DoI
from measures.models import Measure
from tests.cast import Cast
from tests.governance.steps import measure_at
from tests.journeys.conftest import product_on_a_clone
from tests.journeys.door import Door
from tests.journeys.outages import (
    ask,
    expect,
    half_a_minute_later,
    in_the_middle,
    kept,
    requests,
    ring,
    runs,
    same_as_a_fresh_run,
    served,
    until,
)
from tests.journeys.prepared import cookies_of, inside, path_of, settle
from tests.journeys.product import Product, kill, revive, through, wait_for


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
        assert ask(product, path_of(cast, "portfolio/"), auditor) == 503
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
