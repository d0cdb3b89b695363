"""Whoever may do everything in the database, with all triggers off, does not stay unseen.

`TAMPERINGS=1000 TAMPERING_SEED=7 pytest tests/governance/sealing/test_tampering.py` tries more of them.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.conf import settings
from django.db import DataError, IntegrityError, connection, transaction
from django.utils import timezone

from governance.actions import seals as subject
from governance.models import Seal, SealBlock
from governance.queries.seals import Head, head_of
from governance.sealing.rows import sealed_tables
from governance.sealing.verifying import Report, verify
from portfolio import tenancy
from tests.governance.sealing.trail import Trail, committed_trail, default_database, seal_all, superuser_url
from tests.guarantees.rows import sql

TAMPERINGS = int(os.environ.get("TAMPERINGS", "60"))
SEED = int(os.environ.get("TAMPERING_SEED", "20261015"))

# Another value of the same type.
OTHERWISE = {
    "int8": "{c} + {n}",
    "int4": "{c} + {n}",
    "int2": "{c} + 1::smallint",
    "bool": "NOT {c}",
    "varchar": "CASE WHEN length({c}) < 2 THEN 'z' ELSE translate(left({c}, 1), 'x', 'y') || 'x' || substr({c}, 3) END",
    "text": "{c} || '.'",
    "numeric": "{c} + 0.0001 * {n}",
    "timestamptz": "{c} + interval '1 microsecond' * {n}",
    "date": "{c} + {n}",
    "jsonb": "jsonb_build_array({c})",
    "uuid": "gen_random_uuid()",
    "bytea": "set_byte({c}, 0, get_byte({c}, 0) # {n})",
    "_int8": "array_append({c}, {n}::bigint)",
    "_varchar": "array_append({c}, '{n}')",
    "xid8": "(({c}::text::bigint + {n})::text)::xid8",
}
_COLUMNS = """
SELECT a.attname::text, t.typname::text, NOT a.attnotnull FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
WHERE a.attrelid = %s::regclass AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
"""


@dataclass
class Table:
    name: str
    key: str
    columns: list[tuple[str, str, bool]]
    ids: list[int]


@dataclass
class Intruder:
    """Somebody with every right, and a die."""

    organization_id: int
    tables: list[Table]
    dice: random.Random

    def any_table(self) -> Table:
        return self.dice.choice(self.tables)

    def change(self) -> str:
        """One column of one row."""
        table = self.any_table()
        column, kind, may_be_null = self.dice.choice(table.columns)
        row = self.dice.choice(table.ids)
        value = OTHERWISE[kind].format(c=f'"{column}"', n=self.dice.randint(1, 9))
        if may_be_null and self.dice.random() < 0.3:
            value = "NULL"
        target = f'{table.name} SET "{column}" = {value} WHERE {table.key} = {row}'
        was = sql(f'SELECT "{column}"::text FROM {table.name} WHERE {table.key} = {row}')
        key = table.key if column != table.key else f"{table.key} <> {row} AND {table.key}"
        sql(f"UPDATE {target}")
        now = sql(f'SELECT "{column}"::text FROM {table.name} WHERE {key} = {row}')
        return "" if was == now else f"UPDATE {target}"

    def remove(self) -> str:
        table = self.any_table()
        statement = f"DELETE FROM {table.name} WHERE {table.key} = {self.dice.choice(table.ids)}"
        sql(statement)
        return statement

    def add(self) -> str:
        """A copy of a row under another id: before all, between or behind."""
        table = self.any_table()
        row, new = self.dice.choice(table.ids), self.dice.choice([0, -1, max(table.ids) + 1, max(table.ids) + 1000])
        values = {name: f'"{name}"' for name, _kind, _null in table.columns} | {table.key: str(new)}
        if table.name == "governance_seal":
            values["number"] = str(self.dice.choice([0, -3, max(table.ids) + 500]))
        columns = ", ".join(f'"{name}"' for name in values)
        statement = (
            f"INSERT INTO {table.name} ({columns}) SELECT {', '.join(values.values())} "
            f"FROM {table.name} WHERE {table.key} = {row}"
        )
        sql(statement)
        return statement

    def reorder(self) -> str:
        """Two rows change their ids."""
        table = self.dice.choice([one for one in self.tables if len(one.ids) > 1])
        one, other = self.dice.sample(table.ids, 2)
        for before, after in ((one, -one), (other, one), (-one, other)):
            sql(f"UPDATE {table.name} SET {table.key} = {after} WHERE {table.key} = {before}")
        return f"{table.name}: {one} and {other} exchanged"

    def cut(self) -> str:
        """The newest seals, their lists, and every row they covered."""
        newest = self.dice.randint(2, max(Seal.objects.values_list("number", flat=True)))
        gone = SealBlock.objects.filter(seal__number__gte=newest)
        for table, ids in list(gone.values_list("table_name", "ids")):
            key = next(one.key for one in self.tables if one.name == table)
            sql(f"DELETE FROM {table} WHERE {key} = ANY(%s)", ids)
        sql("DELETE FROM governance_sealblock WHERE id = ANY(%s)", list(gone.values_list("pk", flat=True)))
        sql("DELETE FROM governance_seal WHERE organization_id = %s AND number >= %s", self.organization_id, newest)
        return f"cut from {newest}"

    def tamper(self) -> str:
        deed: Callable[[], str] = self.dice.choices(
            [self.change, self.remove, self.add, self.reorder, self.cut], weights=[5, 2, 2, 1, 1]
        )[0]
        return deed()


@pytest.fixture
def trail(django_db_setup: None, django_db_blocker: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Trail]:
    """Many short seals, committed; the suite's connection is the superuser's."""
    monkeypatch.setattr(subject, "MOST_ROWS", 6)
    with django_db_blocker.unblock(), committed_trail("tampered") as made:
        seal_all(made.organization_id)
        with default_database(made.name, superuser_url()):
            yield made


def intruder_of(organization_id: int) -> Intruder:
    """What there is to tamper with: every sealed column of every table with rows, and the seals themselves."""
    tables = []
    seals = dict.fromkeys(("governance_seal", "governance_sealblock"), ("id", None))
    known = {name: (one.key, one.columns) for name, one in sealed_tables().items()} | seals
    for name, (key, sealed) in known.items():
        ids = [row_id for (row_id,) in sql(f"SELECT {key} FROM {name} WHERE organization_id = %s", organization_id)]
        columns = [row for row in sql(_COLUMNS, name) if sealed is None or row[0] in sealed]
        if ids:
            tables.append(Table(name, key, columns, ids))
    return Intruder(organization_id, tables, random.Random(SEED))


def look(organization_id: int, head: Head) -> Report:
    """As the product looks: with the rights of the runtime role, and knowing a head from outside."""
    sql(f"SET LOCAL ROLE {settings.DATABASE_RUNTIME_ROLE}")
    report = verify(organization_id, now=timezone.now(), heads=[head.hash])
    sql("RESET ROLE")
    return report


def attempt(intruder: Intruder, head: Head) -> tuple[str, Report] | None:
    """One tampering and what is seen of it; None where the database itself refused, or nothing came of it."""
    point = transaction.savepoint()
    try:
        with transaction.atomic():
            done = intruder.tamper()
        return (done, look(intruder.organization_id, head)) if done else None
    except (IntegrityError, DataError):
        return None
    finally:
        transaction.savepoint_rollback(point)


def test_every_tampering_is_found_and_a_clean_trail_is_clean(trail: Trail) -> None:
    with tenancy.tenant(trail.organization_id):
        sql("SET LOCAL session_replication_role = replica")
        head = head_of(trail.organization_id)
        assert head is not None
        assert head.number > 5
        intruder, tried, unseen = intruder_of(trail.organization_id), 0, []
        while tried < TAMPERINGS:
            seen = attempt(intruder, head)
            tried += seen is not None
            if seen is not None and not seen[1].findings:
                unseen.append(seen[0])
            if tried % 20 == 0:
                assert look(trail.organization_id, head).findings == ()
        assert unseen == []
        assert len(intruder.tables) > 15
    assert connection.settings_dict["USER"] == "postgres"
