"""Looking at the whole trail of an organization: is every row as it was sealed, and every seal where it was?

Rows are compared inside the database, table by table, so that none travels; the chain is read seal by seal. Work is
bounded by the number of rows and never by memory.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.db import connection
from psycopg import sql

from governance.models import Seal
from governance.queries.seals import Head, head_of, waiting_since
from governance.rules.seals import NOTHING_BEFORE, Block, seal_body, seal_hash
from governance.sealing.rows import SealedTable, fixed_formats, name, rendered, row_hash, sealed_tables

# Ids named in one finding; the count is always whole.
NAMED = 20
SEALS_AT_ONCE = 500
# Below any number, also one that somebody made up.
LOWEST = -(2**63)
# The job comes by every few seconds. A request is as old as the beginning of its transaction, and an import may run for
# half an hour; what waits longer waits for somebody to look at the worker.
GRACE = timedelta(minutes=40)

_GROUPS = """
SELECT table_name, columns, sum(cardinality(ids))::bigint FROM governance_sealblock
WHERE organization_id = %s GROUP BY table_name, columns ORDER BY table_name
"""
_COMPARED = """
SELECT found.missing, count(*), (array_agg(found.id ORDER BY found.id))[1:{named}] FROM (
  SELECT u.id, t.{key} IS NULL AS missing
  FROM governance_sealblock b CROSS JOIN unnest(b.ids) WITH ORDINALITY u (id, place)
  LEFT JOIN {table} t ON t.organization_id = %s AND t.{key} = u.id
  WHERE b.organization_id = %s AND b.table_name = %s AND b.columns = %s::text::jsonb
    AND (t.{key} IS NULL OR {hash} IS DISTINCT FROM substring(b.hashes FROM ((u.place - 1) * 32 + 1)::int FOR 32))
) found GROUP BY found.missing
"""
# In one statement, so that rows sealed meanwhile are seen either waiting or sealed.
_UNSEALED = """
SELECT count(*), (array_agg(found.id ORDER BY found.id))[1:{named}] FROM (
  SELECT t.{key} AS id FROM {table} t
  LEFT JOIN (
    SELECT unnest(ids) AS id FROM governance_sealblock WHERE organization_id = %s AND table_name = %s
  ) sealed ON sealed.id = t.{key}
  WHERE t.organization_id = %s AND sealed.id IS NULL AND NOT EXISTS (
    SELECT FROM governance_sealrequest r
    WHERE r.organization_id = %s AND r.table_name = %s AND t.{key} BETWEEN r.first_id AND r.last_id
  )
) found
"""
_BLOCKS = """
SELECT seal_id, id, table_name, columns, first_id, last_id, cardinality(ids), sha256,
  encode(sha256(convert_to(array_to_string(ids, ',') || chr(10), 'UTF8') || hashes), 'hex'),
  first_id = ids[1] AND last_id = ids[cardinality(ids)] AND cardinality(ids) * 32 = length(hashes)
FROM governance_sealblock WHERE organization_id = %s AND seal_id = ANY(%s) ORDER BY seal_id, id
"""
_STRAYS = """
SELECT count(*) FROM governance_sealblock b WHERE b.organization_id = %s AND NOT EXISTS (
  SELECT FROM governance_seal s WHERE s.organization_id = %s AND s.id = b.seal_id)
"""


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong, by code and parameters; `governance/sealing/sentences.py` has the words."""

    code: str
    params: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Report:
    """What a look at the trail found. No finding: all that was sealed is there, unchanged and in order."""

    at: datetime
    head: Head | None
    rows: int
    waiting_since: datetime | None
    findings: tuple[Finding, ...]


def verify(organization_id: int, *, now: datetime, heads: Iterable[str] = (), anchors: Iterable[str] = ()) -> Report:
    """Every sealed row, every seal and every row without one of the active organization is looked at.

    `heads` are hashes known from outside that the chain must contain, `anchors` those the product wrote down itself.
    Only reads; may run beside the work of people and the sealing job.
    """
    head = head_of(organization_id)
    with fixed_formats():
        rows, found = _rows(organization_id)
    findings = [
        *_chain(organization_id, head),
        *found,
        *_outside(organization_id, heads, "tail_cut"),
        *_outside(organization_id, anchors, "anchor_missing"),
        *_late(organization_id, now),
    ]
    return Report(now, head, rows, waiting_since(organization_id), tuple(findings))


# Seals


def _chain(organization_id: int, head: Head | None) -> Iterator[Finding]:
    """Every link from the first seal to the head, with its blocks."""
    previous, number, after = NOTHING_BEFORE, 0, LOWEST
    while seals := _next_seals(organization_id, after, head):
        blocks = _blocks_of(organization_id, [seal.pk for seal in seals])
        for seal in seals:
            if seal.number > number + 1:
                yield Finding("seal_missing", {"first": number + 1, "last": seal.number - 1})
            elif seal.number <= number or seal.previous != previous:
                yield Finding("seal_unlinked", {"number": seal.number})
            own, sound = blocks.get(seal.pk, ((), True))
            if not sound or seal.hash != _expected(organization_id, seal, own):
                yield Finding("seal_changed", {"number": seal.number})
            previous, number, after = seal.hash, seal.number, seal.number
    if strays := _one(_STRAYS, [organization_id, organization_id]):
        yield Finding("block_stray", {"count": strays})


def _next_seals(organization_id: int, after: int, head: Head | None) -> list[Seal]:
    if head is None:
        return []
    rows = Seal.objects.filter(organization_id=organization_id, number__gt=after, number__lte=head.number)
    return list(rows.order_by("number")[:SEALS_AT_ONCE])


def _expected(organization_id: int, seal: Seal, blocks: Sequence[Block]) -> str | None:
    """The hash the seal must have; none where what it names as the one before is no hash at all."""
    body = seal_body(organization_id=organization_id, seal_id=seal.pk, number=seal.number, at=seal.at, blocks=blocks)
    try:
        return seal_hash(seal.previous, body)
    except ValueError:
        return None


def _blocks_of(organization_id: int, seal_ids: list[int]) -> dict[int, tuple[list[Block], bool]]:
    """Of each seal its blocks, and whether ids and row hashes in them are those they were sealed with."""
    with connection.cursor() as cursor:
        cursor.execute(_BLOCKS, [organization_id, seal_ids])
        rows = cursor.fetchall()
    return {seal_id: _sound([row[1:] for row in own]) for seal_id, own in groupby(rows, key=itemgetter(0))}


def _sound(rows: list[tuple[Any, ...]]) -> tuple[list[Block], bool]:
    blocks = [
        Block(pk, table, _columns(columns), first or 0, last or 0, count, digest)
        for pk, table, columns, first, last, count, digest, _now, _fits in rows
    ]
    return blocks, all(row[6] == row[7] and bool(row[8]) for row in rows)


def _columns(stored: Any) -> tuple[str, ...]:
    known = json.loads(stored) if isinstance(stored, str) else stored
    return tuple(str(column) for column in known) if isinstance(known, list) else ()


# Rows


def _rows(organization_id: int) -> tuple[int, list[Finding]]:
    """How many rows are sealed, and what is wrong with rows of any table."""
    with connection.cursor() as cursor:
        cursor.execute(_GROUPS, [organization_id])
        groups = [(table, _columns(columns), int(rows or 0)) for table, columns, rows in cursor.fetchall()]
    tables = sealed_tables([table for table, _columns, _rows in groups])
    findings = [
        finding
        for table, columns, _rows in groups
        for finding in _compared(organization_id, tables.get(table), table, columns)
    ]
    for table in tables.values():
        findings += _unsealed(organization_id, table)
    return sum(rows for _table, _columns, rows in groups), findings


def _compared(
    organization_id: int, table: SealedTable | None, table_name: str, columns: tuple[str, ...]
) -> Iterator[Finding]:
    """Rows that differ from what was sealed, and rows that are gone."""
    if table is None or not columns or not table.all_columns.issuperset(columns):
        yield Finding("columns_gone", {"table": table_name})
        return
    parts = {**_parts(table), "hash": row_hash(table.name, columns)}
    with connection.cursor() as cursor:
        key: list[Any] = [organization_id, organization_id, table.name, json.dumps(list(columns))]
        cursor.execute(rendered(_COMPARED, parts), key)
        for missing, count, ids in cursor.fetchall():
            code = "rows_missing" if missing else "rows_changed"
            yield Finding(code, {"table": table.name, "count": count, "ids": ids})


def _unsealed(organization_id: int, table: SealedTable) -> Iterator[Finding]:
    """Rows that are neither sealed nor waiting; and a table that no longer asks for seals."""
    if not table.is_watched:
        yield Finding("not_watched", {"table": table.name})
    with connection.cursor() as cursor:
        key: list[Any] = [organization_id, table.name, organization_id, organization_id, table.name]
        cursor.execute(rendered(_UNSEALED, _parts(table)), key)
        count, ids = cursor.fetchone()
    if count:
        yield Finding("rows_unsealed", {"table": table.name, "count": count, "ids": ids})


def _parts(table: SealedTable) -> dict[str, sql.Composable]:
    return {"key": name(table.key), "table": name(table.name), "named": sql.Literal(NAMED)}


# Outside


def _outside(organization_id: int, heads: Iterable[str], code: str) -> Iterator[Finding]:
    """Hashes known from outside that no seal bears any longer."""
    wanted = list(dict.fromkeys(heads))
    known = Seal.objects.filter(organization_id=organization_id, hash__in=wanted).values_list("hash", flat=True)
    missing = set(wanted) - set(known)
    yield from (Finding(code, {"head": head}) for head in wanted if head in missing)


def _late(organization_id: int, now: datetime) -> Iterator[Finding]:
    since = waiting_since(organization_id)
    if since is not None and now - since > GRACE:
        yield Finding("seal_late", {"since": since.isoformat(timespec="seconds")})


def _one(statement: str, params: list[Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return int(cursor.fetchone()[0])
