"""The archive for auditors: sealed rows, seals, closure certificates, and a signed list of it all.

manifest.json       organization, head, public key, SHA-256 of every other file
manifest.sig        Ed25519 signature of manifest.json, hexadecimal
seals.jsonl         one line for each seal with its blocks: ids and row hashes
rows/<table>.jsonl  one line for each sealed row, in the order of the blocks: its canonical text, null where it is gone
certificates.jsonl  one line for each sealed closure confirmation, as people know it
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256
from typing import Any, BinaryIO
from zipfile import ZIP_DEFLATED, ZipFile

from django.db import connection
from django.db.models import BigIntegerField, Func, QuerySet

from finance.models import ClosureConfirmation
from governance.models import Seal, SealBlock
from governance.queries.seals import Head, head_of
from governance.sealing.rows import SealedTable, canonical, fixed_formats, name, rendered, sealed_tables
from governance.sealing.signing import public_key, sign
from portfolio.models import Organization

FORMAT = "countersign-audit-1"
AT_ONCE = 200

_LINES = """
SELECT CASE WHEN t.{key} IS NULL THEN 'null' ELSE {text} END
FROM unnest(%s::bigint[]) WITH ORDINALITY u (id, place)
LEFT JOIN {table} t ON t.organization_id = %s AND t.{key} = u.id ORDER BY u.place
"""


def write_archive(organization: Organization, out: BinaryIO, *, now: datetime) -> Head | None:
    """Everything sealed in the active organization is in the archive, signed; returns the head it ends with.

    Only reads. What waits for its seal is not in it. Rows are written as they are now, so that an archive of a trail
    that was tampered with shows it.
    """
    head = head_of(organization.pk)
    digests: dict[str, str] = {}
    with ZipFile(out, "w", ZIP_DEFLATED) as archive, fixed_formats():
        _write(archive, "seals.jsonl", _seal_lines(organization.pk, head), digests)
        for table in _tables(organization.pk, head):
            _write(archive, f"rows/{table.name}.jsonl", _row_lines(organization.pk, table, head), digests)
        _write(archive, "certificates.jsonl", _certificate_lines(organization.pk, head), digests)
        manifest = json.dumps(_manifest(organization, head, digests, now), sort_keys=True, indent=1).encode()
        archive.writestr("manifest.json", manifest)
        archive.writestr("manifest.sig", sign(manifest))
    return head


def _manifest(organization: Organization, head: Head | None, digests: dict[str, str], now: datetime) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "organization": {"id": organization.pk, "slug": organization.slug, "name": organization.name},
        "made_at": now.isoformat(),
        "head": {"number": head.number, "hash": head.hash} if head else None,
        "files": digests,
        "public_key": public_key(),
    }


def _write(archive: ZipFile, file_name: str, lines: Iterator[str], digests: dict[str, str]) -> None:
    digest = sha256()
    with archive.open(file_name, "w", force_zip64=True) as file:
        for line in lines:
            content = line.encode() + b"\n"
            digest.update(content)
            file.write(content)
    digests[file_name] = digest.hexdigest()


def _blocks(organization_id: int, head: Head | None) -> QuerySet[SealBlock, SealBlock]:
    rows = SealBlock.objects.filter(organization_id=organization_id, seal__organization_id=organization_id)
    return rows.filter(seal__number__lte=head.number if head else 0).order_by("seal__number", "pk")


def _tables(organization_id: int, head: Head | None) -> list[SealedTable]:
    """Tables that blocks name and that still exist."""
    named = _blocks(organization_id, head).order_by("table_name").values_list("table_name", flat=True).distinct()
    known = sealed_tables(list(named))
    return [known[table] for table in named if table in known]


def _seal_lines(organization_id: int, head: Head | None) -> Iterator[str]:
    seals = Seal.objects.filter(organization_id=organization_id, number__lte=head.number if head else 0)
    for seal in seals.order_by("number").prefetch_related("blocks").iterator(chunk_size=AT_ONCE):
        said = {
            "organization": seal.organization_id,
            "id": seal.pk,
            "number": seal.number,
            "previous": seal.previous,
            "hash": seal.hash,
            "at": seal.at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            "blocks": [_block(block) for block in sorted(seal.blocks.all(), key=lambda one: one.pk)],
        }
        yield json.dumps(said, sort_keys=True)


def _block(block: SealBlock) -> dict[str, Any]:
    return {
        "id": block.pk,
        "table": block.table_name,
        "columns": block.columns,
        "first": block.first_id,
        "last": block.last_id,
        "ids": block.ids,
        "hashes": bytes(block.hashes).hex(),
        "sha256": block.sha256,
    }


def _row_lines(organization_id: int, table: SealedTable, head: Head | None) -> Iterator[str]:
    blocks = _blocks(organization_id, head).filter(table_name=table.name)
    for columns, ids in blocks.values_list("columns", "ids").iterator(chunk_size=20):
        if not table.all_columns.issuperset(columns):
            yield from ("null" for _id in ids)
            continue
        parts = {"key": name(table.key), "table": name(table.name), "text": canonical(table.name, columns)}
        with connection.cursor() as cursor:
            cursor.execute(rendered(_LINES, parts), [ids, organization_id])
            for (line,) in cursor.fetchall():
                yield line


def _certificate_lines(organization_id: int, head: Head | None) -> Iterator[str]:
    sealed = _blocks(organization_id, head).order_by().filter(table_name=ClosureConfirmation._meta.db_table)
    ids = sealed.values_list(Func("ids", function="unnest", output_field=BigIntegerField()), flat=True)
    rows = ClosureConfirmation.objects.filter(organization_id=organization_id, pk__in=ids).select_related("measure")
    for confirmation in rows.order_by("pk").iterator(chunk_size=AT_ONCE):
        said = {
            "confirmation": confirmation.pk,
            "measure_id": confirmation.measure_id,
            "measure": confirmation.measure.code,
            "outcome": confirmation.outcome,
            "run_rate": str(confirmation.run_rate),
            "on": confirmation.on.isoformat(),
            "sha256": confirmation.sha256,
            "in_force": confirmation.revoked_at is None,
        }
        yield json.dumps(said, sort_keys=True)
