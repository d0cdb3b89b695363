"""What is known of the sealed trail: its head, and what still waits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.db.models import Min

from governance.models import Seal, SealRequest, Verification

# Verifications shown.
LATEST = 10


class Head(NamedTuple):
    """The newest seal: its hash stands for every row sealed up to it."""

    number: int
    hash: str
    at: datetime

    @property
    def line(self) -> str:
        """As it is told outside: in digests, archives and logs. `verify_audit --head-file` finds it in any text."""
        return f"#{self.number} {self.hash}"


def head_of(organization_id: int) -> Head | None:
    """The newest seal of the active organization; None before the first."""
    rows = Seal.objects.filter(organization_id=organization_id).order_by("-number")
    found = rows.values_list("number", "hash", "at").first()
    return None if found is None else Head(*found)


def waiting_since(organization_id: int) -> datetime | None:
    """Since when the oldest rows wait for their seal; None when none wait."""
    rows = SealRequest.objects.filter(organization_id=organization_id)
    since: datetime | None = rows.aggregate(since=Min("requested_at"))["since"]
    return since


@dataclass(frozen=True)
class TrailState:
    """What the page of the trail shows besides its head."""

    head: Head | None
    waiting_since: datetime | None
    verifications: tuple[Verification, ...]


def trail_state(organization_id: int) -> TrailState:
    """Head, what waits, and the newest verifications."""
    rows = Verification.objects.filter(organization_id=organization_id).select_related("asked_by").order_by("-pk")
    return TrailState(head_of(organization_id), waiting_since(organization_id), tuple(rows[:LATEST]))
