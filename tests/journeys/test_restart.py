"""PostgreSQL and Redis stop and start under the running product, which is never restarted itself."""

from __future__ import annotations

import os
import signal
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from config.environment import database
from config.local.places import record
from config.local.postgres import DATABASE, ensure_postgres, stop_postgres
from config.local.processes import recall, wait_until
from config.local.redis import ensure_redis, stop_redis
from config.local.stop import stop_everything
from measures.choices import DoI
from measures.models import Measure
from portfolio.models import Deed
from tests.cast import Cast
from tests.governance.steps import measure_at
from tests.journeys.outages import (
    answer_of,
    ask,
    expect,
    half_a_minute_later,
    in_the_middle,
    nothing_written_to,
    requests,
    ring,
    runs,
    same_as_a_fresh_run,
    served,
    until,
)
from tests.journeys.prepared import cookies_of, inside, path_of, settle
from tests.journeys.product import Product, launch, on_database, stop, wait_for

SENTENCE = "The database cannot be reached at the moment"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A DATA_DIR whose servers may be stopped, because nobody else uses them."""
    path = tmp_path_factory.mktemp("restart")
    yield path
    stop_everything(path)


@pytest.fixture(scope="module")
def product(django_db_setup: None, django_db_blocker: Any, folder: Path) -> Iterator[Product]:
    """Web, worker and beat on servers of their own, with pooled connections as in production."""
    servers = ensure_postgres(folder)
    environment = {
        "DATABASE_URL": servers.database_url,
        "DATABASE_OWNER_URL": servers.database_owner_url,
        "REDIS_URL": ensure_redis(folder).url,
        "DATABASE_POOL": "1",
        "DATA_DIR": str(folder),
        "DJANGO_SETTINGS_MODULE": "config.settings.test",
        "PYTHONUNBUFFERED": "1",
    }
    with django_db_blocker.unblock():
        with on_database(DATABASE, place(servers.database_owner_url)):
            call_command("migrate", verbosity=0)
        running = launch(DATABASE, folder, environment, **place(servers.database_url))
        yield running
        stop(running)


@pytest.fixture(scope="module")
def cast(product: Product) -> Cast:
    cast = settle(product, "restart")
    with inside(product, cast):
        for name in ("Second source for resin", "Shared warehouse"):
            measure_at(cast, DoI.DECIDED, name=name)
    return cast


def place(url: str) -> dict[str, Any]:
    return {name: value for name, value in database(url).items() if name in ("HOST", "PORT", "USER", "PASSWORD")}


def shut_down(folder: Path) -> None:
    """The server ends as when its machine is shut down."""
    assert stop_postgres(folder)


def crash(folder: Path) -> None:
    """The server ends without a word, and whoever it served finds out."""
    process = recall(record(folder, "postgres"))
    assert process is not None
    os.kill(process.pid, signal.SIGKILL)
    assert wait_until(lambda: not process.is_alive(), within=5)


def idea(cast: Cast, name: str) -> dict[str, str]:
    return {"name": name, "owner": str(cast.owner.pk), "key": str(uuid.uuid4())}


def traces(product: Product, cast: Cast, form: dict[str, str]) -> tuple[int, int]:
    """How many measures and deeds this form has left behind."""
    with inside(product, cast):
        return Measure.objects.filter(name=form["name"]).count(), Deed.objects.filter(key=form["key"]).count()


def processes(product: Product) -> dict[str, int]:
    return {name: child.running.pid for name, child in product.running.items() if child.running is not None}


@pytest.mark.parametrize("ends", [shut_down, crash])
def test_a_restarted_database_loses_and_doubles_nothing(
    product: Product, cast: Cast, folder: Path, ends: Callable[[Path], None]
) -> None:
    served(product, cast)
    # Forecasts that differ from those of the other tests, so that there is something to judge.
    expect(product, cast, 40_000)
    ring(product)
    served(product, cast)
    office, auditor = cookies_of(product, cast.office), cookies_of(product, cast.auditor)
    new = path_of(cast, f"nodes/{cast.package.code}/measures/new/")
    before, cut_off = idea(cast, f"Before {ends.__name__}"), idea(cast, f"During {ends.__name__}")
    assert ask(product, new, office, before) == 200
    ring(product)
    served(product, cast)
    judged, running = runs(product, cast), processes(product)

    with ThreadPoolExecutor() as threads, in_the_middle(product, cast):
        with nothing_written_to(product, "measures_roleholding") as somebody_waits:
            sent = threads.submit(answer_of, product, new, office, cut_off)
            until(somebody_waits)
            ends(folder)
        again = threads.submit(answer_of, product, new, office, cut_off)
        read = threads.submit(answer_of, product, path_of(cast, "portfolio/"), auditor)
        assert product.readyz() == (503, {"status": "unavailable", "troubles": ["database"]})
        assert ask(product, "/healthz", "") == 200
        for status, page in (sent.result(), again.result(), read.result()):
            assert (status, SENTENCE in page, "Traceback" in page) == (503, True, False)

    ensure_postgres(folder)
    wait_for(product)
    for _each_connection_of_the_pool in range(12):
        assert ask(product, path_of(cast, "portfolio/"), auditor) == 200
    assert traces(product, cast, before) == (1, 1)
    assert traces(product, cast, cut_off) == (0, 0)
    for _twice in range(2):
        assert ask(product, new, office, cut_off) == 200
        assert traces(product, cast, cut_off) == (1, 1)

    half_a_minute_later(product)
    ring(product)
    served(product, cast)
    assert runs(product, cast) > judged
    assert same_as_a_fresh_run(product, cast)
    assert processes(product) == running
    until(lambda: product.readyz()[1]["status"] == "ok")


def test_a_restarted_redis_loses_and_doubles_nothing(product: Product, cast: Cast, folder: Path) -> None:
    served(product, cast)
    judged, running = runs(product, cast), processes(product)
    auditor = cookies_of(product, cast.auditor)
    assert stop_redis(folder)
    expect(product, cast, 25_000)
    status, said = product.readyz()
    assert (status, said["status"], said["troubles"]) == (200, "degraded", ["redis"])
    assert ask(product, path_of(cast, "portfolio/"), auditor) == 200
    new = idea(cast, "While the bell is silent")
    address = path_of(cast, f"nodes/{cast.package.code}/measures/new/")
    assert ask(product, address, cookies_of(product, cast.office), new) == 200
    assert (requests(product, cast) > 0, runs(product, cast)) == (True, judged)
    ensure_redis(folder)
    served(product, cast)
    assert runs(product, cast) > judged
    assert traces(product, cast, new) == (1, 1)
    assert same_as_a_fresh_run(product, cast)
    assert processes(product) == running
    until(lambda: product.readyz()[1]["status"] == "ok")
