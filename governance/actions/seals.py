"""Sealing what waits, and asking for a look at the whole trail."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import itemgetter
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from governance.models import Seal, SealRequest, Verification, VerificationRequest
from governance.queries.seals import Head, head_of
from governance.rules.seals import NOTHING_BEFORE, Block, block_digest, seal_body, seal_hash
from governance.sealing.anchors import anchored_heads
from governance.sealing.rows import SealedTable, fixed_formats, name, rendered, row_hash, sealed_tables
from governance.sealing.verifying import Report, verify
from portfolio import tenancy
from portfolio.access import require
from portfolio.choices import NodeKind, Right
from portfolio.deeds import deed
from portfolio.errors import Objection, Refused
from portfolio.models import Node, User

# Longer than a look at millions of rows takes.
LEASE = timedelta(minutes=10)
MOST_VERIFICATIONS = 20
_HASH = re.compile(r"[0-9a-f]{64}")
# Rows in one seal, and requests taken for it: what a run holds in memory at once.
MOST_ROWS = 10_000
MOST_REQUESTS = 2_000

_TAKE = """
DELETE FROM governance_sealrequest WHERE id IN (
  SELECT id FROM governance_sealrequest WHERE organization_id = %s ORDER BY id LIMIT %s
) RETURNING table_name, first_id, last_id, requested_at
"""
_HASHED = """
SELECT t.{key}, {hash} FROM {table} t
WHERE t.organization_id = %s AND t.{key} BETWEEN %s AND %s ORDER BY t.{key} LIMIT %s
"""
_SEALED = """
SELECT unnest(ids) FROM governance_sealblock
WHERE organization_id = %s AND table_name = %s AND last_id >= %s AND first_id <= %s
"""
_NEXT_IDS = "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)"
_INSERT_BLOCK = """
INSERT INTO governance_sealblock
  (id, organization_id, seal_id, table_name, columns, first_id, last_id, ids, hashes, sha256)
VALUES (%s, %s, %s, %s, %s::text::jsonb, %s, %s, %s, %s, %s)
"""


@dataclass(frozen=True)
class Range:
    """Ids of a table between which rows wait, and since when."""

    table: str
    first: int
    last: int
    since: datetime


@dataclass(frozen=True)
class Sealed:
    """What one run did: the head afterwards, how many rows it sealed, whether more wait."""

    head: Head | None
    rows: int
    more: bool
    # The first seal since the hour began is written down outside the database.
    is_first_in_hour: bool = False


@dataclass(frozen=True)
class _Found:
    table: SealedTable
    ids: list[int]
    hashes: list[bytes]


def organizations_waiting() -> list[int]:
    """The organizations with rows that wait for their seal."""
    return sorted(SealRequest.objects.values_list("organization_id", flat=True).distinct())


def seal_waiting(organization_id: int, *, now: datetime) -> Sealed | None:
    """Committed rows that wait, at most `MOST_ROWS`, are sealed by one further seal, all in one transaction.

    None while another run of the organization is under way: one sealer at a time, or the chain would fork. What is
    left of a long range is asked for again. A run that is killed leaves everything as it was. A row is sealed once,
    however often it is asked for.
    """
    with tenancy.tenant(organization_id):
        if not _my_turn(organization_id):
            return None
        ranges, more = _take(organization_id)
        if not ranges:
            return Sealed(None, 0, False)
        with fixed_formats():
            found, left = _collect(organization_id, ranges)
        _ask_again(organization_id, left)
        former = head_of(organization_id)
        head = _write(organization_id, former, found, now) if found else former
        rows = sum(len(one.ids) for one in found)
        first = bool(found) and (former is None or _hour(former.at) != _hour(now))
        return Sealed(head, rows, more or bool(left), first)


def _my_turn(organization_id: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [f"seal {organization_id}"])
        return bool(cursor.fetchone()[0])


def _hour(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)


def _take(organization_id: int) -> tuple[list[Range], bool]:
    """The ranges of the oldest requests, joined where they meet; the requests are gone. Whether others wait."""
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [organization_id, MOST_REQUESTS])
        taken = [Range(*row) for row in cursor.fetchall()]
    return joined(taken), len(taken) == MOST_REQUESTS


def joined(ranges: Iterable[Range]) -> list[Range]:
    """The same ids in as few ranges as can be, by table and id."""
    found: list[Range] = []
    for one in sorted(ranges, key=lambda r: (r.table, r.first)):
        last = found[-1] if found else None
        if last is not None and last.table == one.table and one.first <= last.last + 1:
            found[-1] = Range(one.table, last.first, max(last.last, one.last), min(last.since, one.since))
        else:
            found.append(one)
    return found


def _collect(organization_id: int, ranges: Sequence[Range]) -> tuple[list[_Found], list[Range]]:
    """Rows not sealed yet with their hashes, table by table, and the ranges this run has no room for."""
    tables, room = sealed_tables(), MOST_ROWS
    found: dict[str, _Found] = {}
    left: list[Range] = []
    for one in ranges:
        table = tables.get(one.table)
        # What nobody seals is not asked for by any trigger of ours.
        if table is None:
            continue
        if not room:
            left.append(one)
            continue
        rows = _hashed(organization_id, table, one, room)
        if len(rows) == room:
            left.append(Range(one.table, rows[-1][0] + 1, one.last, one.since))
        room -= len(rows)
        fresh = _not_sealed(organization_id, table.name, rows)
        into = found.setdefault(table.name, _Found(table, [], []))
        into.ids.extend(pk for pk, _hash in fresh)
        into.hashes.extend(value for _pk, value in fresh)
    return [one for one in found.values() if one.ids], [one for one in left if one.first <= one.last]


def _hashed(organization_id: int, table: SealedTable, wanted: Range, limit: int) -> list[tuple[int, bytes]]:
    with connection.cursor() as cursor:
        statement = rendered(
            _HASHED,
            {"key": name(table.key), "table": name(table.name), "hash": row_hash(table.name, table.columns)},
        )
        cursor.execute(statement, [organization_id, wanted.first, wanted.last, limit])
        return [(int(pk), bytes(value)) for pk, value in cursor.fetchall()]


def _not_sealed(organization_id: int, table: str, rows: list[tuple[int, bytes]]) -> list[tuple[int, bytes]]:
    if not rows:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_SEALED, [organization_id, table, rows[0][0], rows[-1][0]])
        sealed = set(map(itemgetter(0), cursor.fetchall()))
    return [row for row in rows if row[0] not in sealed]


def _ask_again(organization_id: int, left: Iterable[Range]) -> None:
    SealRequest.objects.bulk_create(
        SealRequest(
            organization_id=organization_id,
            table_name=one.table,
            first_id=one.first,
            last_id=one.last,
            requested_at=one.since,
        )
        for one in left
    )


def _write(organization_id: int, former: Head | None, found: Sequence[_Found], now: datetime) -> Head:
    """The next seal with its blocks. Ids are taken first, because the hash covers them too."""
    seal_id = _next_ids("governance_seal", 1)[0]
    parts = dict(zip(_next_ids("governance_sealblock", len(found)), found, strict=True))
    blocks = [_block(pk, one) for pk, one in parts.items()]
    number = former.number + 1 if former else 1
    previous = former.hash if former else NOTHING_BEFORE
    body = seal_body(organization_id=organization_id, seal_id=seal_id, number=number, at=now, blocks=blocks)
    seal = Seal.objects.create(pk=seal_id, number=number, previous=previous, hash=seal_hash(previous, body), at=now)
    with connection.cursor() as cursor:
        rows = [_block_row(organization_id, seal_id, block, parts[block.id]) for block in blocks]
        cursor.executemany(_INSERT_BLOCK, rows)
    return Head(seal.number, seal.hash, seal.at)


def _next_ids(table: str, count: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(_NEXT_IDS, [table, count])
        return [int(pk) for (pk,) in cursor.fetchall()]


def _block(pk: int, found: _Found) -> Block:
    digest = block_digest(found.ids, b"".join(found.hashes))
    table = found.table
    return Block(pk, table.name, table.columns, found.ids[0], found.ids[-1], len(found.ids), digest)


def _block_row(organization_id: int, seal_id: int, block: Block, found: _Found) -> list[Any]:
    return [
        block.id,
        organization_id,
        seal_id,
        block.table,
        json.dumps(list(block.columns)),
        block.first_id,
        block.last_id,
        found.ids,
        b"".join(found.hashes),
        block.sha256,
    ]


# A look at the whole trail


def request_verification(*, by: User, head: str = "", key: UUID | None = None, now: datetime) -> Verification:
    """A look at the whole trail is asked for; a worker does it soon.

    Refused to everybody without the right to read the whole log, and a head that is no hash. Recorded: the deed and
    who asked.
    """
    root = Node.objects.get(kind=NodeKind.ORGANIZATION)
    require(by, Right.VIEW_AUDIT, root.pk)
    known = head.strip().lower()
    if known and not _HASH.fullmatch(known):
        raise Refused(Objection("head_malformed", _("A head is a hash of 64 digits and letters a to f.")))
    with deed("trail_verification_asked", by=by, key=key):
        row = Verification.objects.create(asked_by=by, asked_at=now, head=known)
        VerificationRequest.objects.create(
            organization_id=tenancy.current_organization_id(), verification_id=row.pk, requested_at=now
        )
        return row


def lease_verifications(now: datetime) -> list[tuple[int, int]]:
    """Organization and id of each verification that is due and that nobody has taken, leased for ten minutes."""
    with transaction.atomic():
        free = Q(leased_until__isnull=True) | Q(leased_until__lte=now)
        due = VerificationRequest.objects.filter(free).select_for_update(skip_locked=True).order_by("pk")
        taken = list(due.values_list("pk", "organization_id", "verification_id")[:MOST_VERIFICATIONS])
        VerificationRequest.objects.filter(pk__in=[pk for pk, *_ids in taken]).update(leased_until=now + LEASE)
    return [(organization_id, verification_id) for _pk, organization_id, verification_id in taken]


def serve_verification(organization_id: int, verification_id: int, *, now: datetime) -> Report | None:
    """The trail is looked at and the result stands in the verification; None when somebody else was faster.

    Recorded: how far the chain reached, how many rows were compared, and every finding. Nothing else is written.
    """
    with tenancy.tenant(organization_id):
        rows = Verification.objects.filter(pk=verification_id, finished_at__isnull=True)
        row = rows.select_for_update(skip_locked=True).first()
        if row is None:
            return None
        heads = [row.head] if row.head else []
        report = verify(organization_id, now=now, heads=heads, anchors=anchored_heads(organization_id))
        row.finished_at, row.rows = now, report.rows
        row.number = report.head.number if report.head else 0
        row.findings = [{"code": one.code, "params": one.params} for one in report.findings]
        row.save(update_fields=["finished_at", "rows", "number", "findings"])
        VerificationRequest.objects.filter(organization_id=organization_id, verification_id=verification_id).delete()
        return report
