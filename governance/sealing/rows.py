"""Which tables are sealed, and their rows as text that is the same at any time and anywhere.

The canonical text of a row is a JSON array: the table's name, then the value of each sealed column as PostgreSQL writes
it, null where there is none. Times are in UTC, dates in ISO order, bytes in hexadecimal. The hash of a row is the
SHA-256 of that text in UTF-8, taken by the database, so that no row travels to be sealed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connection
from psycopg import sql

# Columns that may still change lawfully stand outside the seal: they are named by the trigger that refuses all others.
_TABLES = """
SELECT c.relname::text, pk.attname::text, t.tgenabled = 'O', f.tgargs,
  ARRAY(
    SELECT a.attname::text FROM pg_attribute a
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
  )
FROM pg_class c
JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
JOIN pg_attribute pk ON pk.attrelid = c.oid AND pk.attnum = i.indkey[0]
LEFT JOIN pg_trigger t ON t.tgrelid = c.oid AND t.tgname = 'wait_for_seal'
LEFT JOIN pg_trigger f ON f.tgrelid = c.oid AND f.tgfoid = 'public.refuse_other_changes'::regproc
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND (t.oid IS NOT NULL OR c.relname = ANY(%s))
"""

_FORMATS = {
    "TimeZone": "UTC",
    "DateStyle": "ISO, YMD",
    "IntervalStyle": "iso_8601",
    "bytea_output": "hex",
    "extra_float_digits": "1",
}


@dataclass(frozen=True)
class SealedTable:
    """A table whose rows are sealed: its key, and the columns sealed now."""

    name: str
    key: str
    columns: tuple[str, ...]
    all_columns: frozenset[str]
    is_watched: bool


def sealed_tables(also: Sequence[str] = ()) -> dict[str, SealedTable]:
    """Every table that writes requests for seals, and those named: they were sealed once."""
    with connection.cursor() as cursor:
        cursor.execute(_TABLES, [list(also)])
        return {name: _table(name, *rest) for name, *rest in cursor.fetchall()}


def _table(name: str, key: str, is_watched: bool | None, lawful: bytes | None, columns: list[str]) -> SealedTable:
    may_change = bytes(lawful or b"").decode().split("\0")
    return SealedTable(
        name, key, tuple(c for c in columns if c not in may_change), frozenset(columns), bool(is_watched)
    )


@contextmanager
def fixed_formats() -> Iterator[None]:
    """Inside the block, and up to the end of the transaction, values are written the same way everywhere."""
    with connection.cursor() as cursor:
        calls = ", ".join("set_config(%s, %s, true)" for _name in _FORMATS)
        cursor.execute(f"SELECT {calls}", [part for pair in _FORMATS.items() for part in pair])
    yield


def canonical(table: str, columns: Sequence[str]) -> sql.Composed:
    """The canonical text of a row `t` of the table."""
    values = sql.SQL(", ").join(sql.SQL("t.{}::text").format(sql.Identifier(column)) for column in columns)
    return sql.SQL("to_json(ARRAY[{}::text, {}])::text").format(sql.Literal(table), values)


def row_hash(table: str, columns: Sequence[str]) -> sql.Composed:
    """The hash of a row `t` of the table, 32 bytes."""
    return sql.SQL("sha256(convert_to({}, 'UTF8'))").format(canonical(table, columns))


def name(of: str) -> sql.Identifier:
    """A table or column in a statement."""
    return sql.Identifier(of)


def rendered(template: str, parts: Mapping[str, sql.Composable]) -> str:
    """A statement with identifiers and expressions in their places; parameters stay open."""
    composed = sql.SQL(template).format(**parts)
    return composed.as_string(connection.connection)
