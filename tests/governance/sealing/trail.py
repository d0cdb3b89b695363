"""A trail that is committed, in a database of its own, with a way in for the superuser."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
from django.conf import settings
from django.db import connections, transaction
from django.utils import timezone

from config.environment import database
from config.local.places import local_secrets
from governance.actions.seals import seal_waiting
from measures.choices import DoI
from portfolio import tenancy
from portfolio.deeds import check_now
from tests.cast import Cast, assemble
from tests.conftest import clone_database, drop_database
from tests.guarantees.rows import close, measure_at, sql


def seal_all(organization_id: int) -> int:
    """Everything that waits is sealed; returns how many rows."""
    total, more = 0, True
    while more:
        done = seal_waiting(organization_id, now=timezone.now())
        assert done is not None, "another sealer is at work"
        total, more = total + done.rows, done.more
    return total


def superuser_url() -> str:
    """The address of the cluster's superuser, on the suite's database."""
    parts = urlsplit(settings.DATABASE_OWNER_URL)
    secret = local_secrets(settings.DATA_DIR)["postgres"]
    return urlunsplit(parts._replace(netloc=f"postgres:{secret}@{parts.hostname}:{parts.port}"))


@dataclass
class Trail:
    """An organization with a closed measure and its trail, committed."""

    cast: Cast
    name: str

    @property
    def organization_id(self) -> int:
        return self.cast.organization.pk

    def other_connection(self, url: str = "") -> psycopg.Connection[Any]:
        """A second session, as the owner of the tables or as whoever the address names."""
        where = database(url or settings.DATABASE_OWNER_URL)
        address = {key: where[key.upper()] for key in ("host", "port", "user", "password")}
        return psycopg.connect(**address, dbname=self.name)


@contextmanager
def default_database(name: str, url: str = "") -> Iterator[None]:
    """Inside the block the suite's connection leads to this database, as the runtime role or whom the address names."""
    connection = connections["default"]
    former = dict(connection.settings_dict)
    connection.close()
    connection.settings_dict.update(database(url) if url else {}, NAME=name)
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.clear()
        connection.settings_dict.update(former)


def live(cast: Cast) -> None:
    """A closed measure, an open one and a change of the tree: rows of many kinds."""
    with tenancy.acting_as(organization_id=cast.organization.pk, user_id=cast.office.pk):
        close(cast, measure_at(cast, DoI.IMPLEMENTED), by=cast.controller)
        measure_at(cast, DoI.DETAILED, name="Fewer suppliers")
        check_now()


@contextmanager
def committed_trail(suffix: str) -> Iterator[Trail]:
    """A fresh clone in which people have worked and nothing is sealed yet."""
    name = f"{settings.DATABASES['default']['NAME']}_{suffix}"
    clone_database(name)
    try:
        with default_database(name):
            with transaction.atomic():
                cast = assemble(suffix)
                live(cast)
            yield Trail(cast, name)
    finally:
        drop_database(name)


def rows_of(table: str) -> list[tuple[Any, ...]]:
    return sql(f"SELECT * FROM {table} ORDER BY 1")
