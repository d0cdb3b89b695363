"""A run whose process is killed just before its end: nothing is lost, nothing is doubled."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import connections, transaction

from config.environment import database
from governance.actions.reconciliation import Outcome
from governance.actions.requests import serve_requests
from governance.models import MeasureStatus, ReconcileRequest, ReconciliationRun
from portfolio import tenancy
from tests.cast import TODAY, Cast, assemble
from tests.conftest import clone_database, drop_database

SERVE = """
import datetime, sys, django
from django.conf import settings
settings.DATABASES["default"]["NAME"] = sys.argv[1]
django.setup()
from governance.actions.requests import serve_requests
serve_requests(int(sys.argv[2]), on=datetime.date.fromisoformat(sys.argv[3]))
"""


@dataclass
class Committed:
    """An organization with one measure in a database of its own."""

    cast: Cast
    name: str

    def owner(self) -> psycopg.Connection[Any]:
        where = database(settings.DATABASE_OWNER_URL)
        address = {key: where[key.upper()] for key in ("host", "port", "user", "password")}
        return psycopg.connect(**address, dbname=self.name)

    def counts(self) -> tuple[int, int, int]:
        """Statuses, runs and waiting requests."""
        with tenancy.tenant(self.cast.organization.pk):
            waiting = ReconcileRequest.objects.filter(organization_id=self.cast.organization.pk)
            return MeasureStatus.objects.count(), ReconciliationRun.objects.count(), waiting.count()


@contextmanager
def _default_database(name: str) -> Iterator[None]:
    connection = connections["default"]
    former = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = former


@pytest.fixture
def committed(django_db_setup: None, django_db_blocker: Any) -> Iterator[Committed]:
    with django_db_blocker.unblock():
        name = f"{settings.DATABASES['default']['NAME']}_killed"
        clone_database(name)
        with _default_database(name):
            with transaction.atomic():
                cast = assemble("killed")
                with tenancy.acting_as(organization_id=cast.organization.pk, user_id=cast.office.pk):
                    cast.measure()
            yield Committed(cast, name)
        drop_database(name)


@contextmanager
def run_held_at_its_end(committed: Committed) -> Iterator[subprocess.Popen[bytes]]:
    """A worker's process that has written everything but its last row, for which it waits."""
    with committed.owner() as holder:
        holder.execute("LOCK TABLE governance_reconciliationrun IN EXCLUSIVE MODE")
        arguments = [committed.name, str(committed.cast.organization.pk), TODAY.isoformat()]
        process = subprocess.Popen([sys.executable, "-c", SERVE, *arguments], env=os.environ)
        try:
            _wait_until_held(committed, process)
            yield process
        finally:
            process.kill()
            process.wait()
            holder.rollback()


def _wait_until_held(committed: Committed, process: subprocess.Popen[bytes]) -> None:
    waiting = (
        "SELECT 1 FROM pg_locks l JOIN pg_class c ON c.oid = l.relation "
        "WHERE c.relname = 'governance_reconciliationrun' AND NOT l.granted"
    )
    until = time.monotonic() + 60
    with committed.owner() as observer:
        while observer.execute(waiting).fetchone() is None:
            assert process.poll() is None, "the run ended before it was held"
            assert time.monotonic() < until, "the run never came to its end"
            time.sleep(0.1)


def serve_as_the_clock_does(committed: Committed) -> Outcome:
    """Asks again until the server has noticed that the killed run's connection is gone."""
    until = time.monotonic() + 60
    while (outcome := serve_requests(committed.cast.organization.pk, on=TODAY)) is None:
        assert time.monotonic() < until, "the killed run still holds its turn"
        time.sleep(0.1)
    return outcome


def test_killed_run_leaves_its_requests_and_the_next_one_serves_them(committed: Committed) -> None:
    statuses, runs, waiting = committed.counts()
    assert (statuses, runs) == (0, 0)
    assert waiting
    with run_held_at_its_end(committed) as process:
        assert serve_requests(committed.cast.organization.pk, on=TODAY) is None
        process.kill()
        process.wait()
    assert committed.counts() == (0, 0, waiting)
    assert serve_as_the_clock_does(committed).measures == 1
    assert committed.counts() == (1, 1, 0)
