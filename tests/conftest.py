"""Real PostgreSQL for every test: a migrated template is cloned once per worker, and nothing flushes."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from hypothesis import settings as hypothesis_settings

from config.environment import database
from tests.cast import cast, keep_cast

hypothesis_settings.register_profile("ci", derandomize=True, deadline=None, max_examples=60)
hypothesis_settings.register_profile("fuzz", deadline=None, max_examples=2000)
hypothesis_settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))

__all__ = ["cast"]

ROOT = Path(__file__).resolve().parents[1]
TEMPLATE = "countersign_template"
# What decides how a migration becomes tables, besides the migrations themselves.
SCHEMA_SOURCES = [ROOT / "portfolio" / "protection.py", ROOT / "config" / "database" / "schema.py"]


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


def clone_database(name: str, template: str = "") -> None:
    """A fresh database called `name`, equal to the template; made by the role that owns the tables.

    Without a template named it is the migrated one without any rows, made when it is missing.
    """
    with _owner() as admin:
        # One at a time: the template may have no other connection while it is copied.
        admin.execute("SELECT pg_advisory_lock(4711)")
        if not template and not _exists(admin, template_name()):
            _make_template(admin)
        admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template or template_name()}"')


def _exists(admin: psycopg.Connection, name: str) -> bool:
    return admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is not None


def _make_template(admin: psycopg.Connection) -> None:
    """Made under another name first, so that a run cut off half-way leaves no half-migrated template."""
    draft = f"{template_name()}_draft"
    admin.execute(f'DROP DATABASE IF EXISTS "{draft}" WITH (FORCE)')
    admin.execute(f'CREATE DATABASE "{draft}"')
    _migrate_template(draft)
    admin.execute(f'ALTER DATABASE "{draft}" RENAME TO "{template_name()}"')


def drop_database(name: str) -> None:
    """Drops it; a vacuum of the server's own that is in there cannot be ended by the owner and is waited for."""
    with _owner() as admin:
        for _try in range(40):
            try:
                admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            except (psycopg.errors.InsufficientPrivilege, psycopg.errors.ObjectInUse):
                time.sleep(0.25)
            else:
                return


@cache
def template_name() -> str:
    """One template per state of the migrations, kept between runs."""
    digest = hashlib.sha256()
    for path in sorted([*ROOT.glob("*/migrations/**/*.py"), *ROOT.glob("*/migrations/sql/*.sql"), *SCHEMA_SOURCES]):
        digest.update(path.read_bytes())
    return f"{TEMPLATE}_{digest.hexdigest()[:12]}"


def run_name() -> str:
    """Part of the name of every database of this run."""
    return f"countersign_run_{os.environ.get('PYTEST_XDIST_TESTRUNUID', str(os.getpid()))[:12]}"


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: pytest.FixtureRequest) -> Iterator[None]:
    """Replaces pytest-django's own: the suite runs as the runtime role, on a clone that holds the cast."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    name = f"{run_name()}_{worker}"
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        clone_database(name)
        connections["default"].close()
        settings.DATABASES["default"]["NAME"] = name
        connections["default"].settings_dict["NAME"] = name
        keep_cast()
    yield
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        connections["default"].close()
    drop_database(name)
    if worker in ("main", "gw0"):
        _drop_stale_databases()


def _drop_stale_databases() -> None:
    """Removes templates of other migrations, and what aborted runs left behind."""
    with _owner() as admin:
        rows = admin.execute(
            "SELECT datname FROM pg_database d WHERE (datname LIKE %s OR datname LIKE 'countersign_run_%%') "
            "AND datname <> %s AND NOT EXISTS (SELECT 1 FROM pg_stat_activity a WHERE a.datname = d.datname)",
            [f"{TEMPLATE}%", template_name()],
        ).fetchall()
    for (name,) in rows:
        drop_database(name)
