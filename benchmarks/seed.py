"""Seed 1: 100,000 measures with 36 months, made by set-based SQL in a database of its own.

The rows are written past triggers and key checks by the cluster's superuser, because a benchmark needs their
number, not their history. The product never runs as that role.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings

from config.environment import database
from config.local.places import local_secrets
from finance.models import FiscalPeriod, PlanRate
from governance.actions.organizations import create_organization
from portfolio import tenancy
from portfolio.actions.members import write_grant
from portfolio.actions.organizations import add_member, add_person
from portfolio.models import BusinessUnit, Function, LegalEntity, Node, Organization, User

ON = date(2026, 10, 15)
YEAR = 2026
SLUG = "bench"
PASSWORD = "bench-password-1"
SQL = Path(__file__).parent / "sql"


@contextmanager
def superuser(*, autocommit: bool = False) -> Iterator[psycopg.Connection[Any]]:
    """A connection past triggers and policies."""
    where = database(settings.DATABASE_OWNER_URL)
    secret = local_secrets(settings.DATA_DIR)["postgres"]
    with psycopg.connect(
        host=where["HOST"],
        port=where["PORT"],
        user="postgres",
        password=secret,
        dbname=where["NAME"],
        autocommit=autocommit,
    ) as connection:
        connection.execute("SET session_replication_role = replica")
        yield connection


def organization(measures: int) -> Organization:
    """The seeded organization; seeded now when it is missing."""
    subprocess.run([sys.executable, "manage.py", "migrate", "--verbosity", "0"], check=True)
    slug = f"{SLUG}-{measures}"
    found = Organization.objects.filter(slug=slug).first()
    return found or _seed(slug, measures)


def people() -> dict[str, User]:
    names = ("owner", "controller", "sponsor", "reader")
    return {name: add_person(f"{name}@{SLUG}.example", password=PASSWORD) for name in names}


def _seed(slug: str, measures: int) -> Organization:
    founded, _admin = create_organization(slug=slug, name=slug, currency="EUR", on=ON)
    cast = people()
    with tenancy.tenant(founded.pk):
        root = Node.objects.get(kind="organization")
        for user in cast.values():
            add_member(user, on=ON)
        write_grant(cast["reader"], role_code="member", node=root)
        for currency, rate in (("USD", "0.92"), ("PLN", "0.23")):
            PlanRate.objects.create(currency=currency, fiscal_year=YEAR, rate=Decimal(rate), locked=True)
        for model, prefix, count in ((BusinessUnit, "BU", 6), (LegalEntity, "LE", 8), (Function, "FU", 10)):
            for number in range(count):
                model.objects.create(code=f"{prefix}{number}", name=f"{prefix} {number}")
        first = FiscalPeriod.objects.get(name="2025-04").ordinal
    params = {
        "organization": founded.pk,
        "root": root.pk,
        "measures": measures,
        "on": ON,
        "year": YEAR,
        "first": first,
        **{name: user.pk for name, user in cast.items()},
    }
    with superuser() as connection:
        for name in ("seed_structure", "seed_measures", "seed_amounts"):
            run_statements(connection, name, params)
    with superuser(autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
    return founded


def run_statements(connection: psycopg.Connection[Any], name: str, params: dict[str, Any]) -> None:
    for statement in (SQL / f"{name}.sql").read_text(encoding="utf-8").split(";\n"):
        if statement.strip():
            connection.execute(statement, params)
