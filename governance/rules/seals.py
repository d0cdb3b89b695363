"""How a trail is chained: what each hash covers, byte for byte. `tools/verify_audit.py` does the same without us.

row    SHA-256 of the canonical text of the row (see `governance/sealing/rows.py`)
block  SHA-256 of the ids of its rows in decimal, joined by commas, a line feed, then the row hashes one after another
seal   SHA-256 of the hash before it (32 bytes) and the SHA-256 of its body (32 bytes)

Each seal names the one before it, so that none can be changed, taken out or put in without all later ones changing.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

# What the first seal of an organization names as the one before it.
NOTHING_BEFORE = "0" * 64


@dataclass(frozen=True)
class Block:
    """Rows of one table that one seal covers, with the columns their hashes were taken over."""

    id: int
    table: str
    columns: tuple[str, ...]
    first_id: int
    last_id: int
    count: int
    sha256: str


def block_digest(ids: Sequence[int], hashes: bytes) -> str:
    """The hash over ids and row hashes of a block."""
    return sha256(",".join(map(str, ids)).encode() + b"\n" + hashes).hexdigest()


def seal_body(*, organization_id: int, seal_id: int, number: int, at: datetime, blocks: Sequence[Block]) -> str:
    """What a seal says, as canonical JSON: whose it is, its number and time (UTC), and its blocks by id."""
    said = {
        "at": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "blocks": [
            [b.id, b.table, list(b.columns), b.first_id, b.last_id, b.count, b.sha256]
            for b in sorted(blocks, key=lambda block: block.id)
        ],
        "id": seal_id,
        "number": number,
        "organization": organization_id,
    }
    return json.dumps(said, sort_keys=True, separators=(",", ":"))


def seal_hash(previous: str, body: str) -> str:
    """The hash of a seal, in hexadecimal."""
    return sha256(bytes.fromhex(previous) + sha256(body.encode()).digest()).hexdigest()
