"""Real PostgreSQL for every test: a migrated template is cloned once per worker, and nothing flushes."""

from __future__ import annotations

import os
from collections.abc import Iterator

import psycopg
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from hypothesis import settings as hypothesis_settings

from config.environment import database
from tests.cast import cast

hypothesis_settings.register_profile("ci", derandomize=True, deadline=None, max_examples=60)
hypothesis_settings.register_profile("fuzz", deadline=None, max_examples=2000)
hypothesis_settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))

__all__ = ["cast"]

TEMPLATE = "countersign_template"


def _owner(name: str = "postgres") -> psycopg.Connection:
    config = database(settings.DATABASE_OWNER_URL)
    return psycopg.connect(
        host=config["HOST"],
        port=config["PORT"],
        user=config["USER"],
        password=config["PASSWORD"],
        dbname=name,
        autocommit=True,
    )


def _migrate_template(name: str) -> None:
    """Migrates `name` as the owner, through the default connection."""
    runtime = dict(settings.DATABASES["default"])
    connections["default"].close()
    connections["default"].settings_dict.update(database(settings.DATABASE_OWNER_URL), NAME=name)
    call_command("migrate", verbosity=0)
    connections["default"].close()
    connections["default"].settings_dict.update(runtime)


def clone_database(name: str) -> None:
    """A fresh database called `name`, equal to the migrated template; made by the role that owns the tables."""
    with _owner() as admin:
        # One at a time: the template may have no other connection while it is copied.
        admin.execute("SELECT pg_advisory_lock(4711)")
        if not admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [template_name()]).fetchone():
            admin.execute(f'CREATE DATABASE "{template_name()}"')
            _migrate_template(template_name())
        admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template_name()}"')


def drop_database(name: str) -> None:
    with _owner() as admin:
        admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def template_name() -> str:
    """One template per run, so that two runs side by side never share a half-migrated one."""
    return f"{TEMPLATE}_{os.environ.get('PYTEST_XDIST_TESTRUNUID', str(os.getpid()))[:12]}"


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: pytest.FixtureRequest, request: pytest.FixtureRequest) -> Iterator[None]:
    """Replaces pytest-django's own: the suite runs as the runtime role, on a clone."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    name = f"{template_name()}_{worker}"
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        clone_database(name)
        connections["default"].close()
        settings.DATABASES["default"]["NAME"] = name
        connections["default"].settings_dict["NAME"] = name
    yield
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        connections["default"].close()
    drop_database(name)
    if worker in ("main", "gw0"):
        _drop_stale_templates()


def _drop_stale_templates() -> None:
    """Removes this run's template and those that aborted runs left behind."""
    with _owner() as admin:
        rows = admin.execute(
            "SELECT datname FROM pg_database d WHERE datname LIKE %s AND NOT EXISTS "
            "(SELECT 1 FROM pg_stat_activity a WHERE a.datname LIKE d.datname || '%%')",
            [f"{TEMPLATE}%"],
        ).fetchall()
    for (name,) in rows:
        drop_database(name)
