"""What was booked about one month of an effect, wherever it is booked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Q

from finance.choices import EvidenceTier
from finance.models import ActualEntry, FiscalPeriod
from finance.money import ZERO
from finance.queries.amounts import PROVEN


@dataclass
class MonthEntries:
    """The entries of one effect that speak about one month, oldest first: its own, and later corrections of it."""

    entries: list[ActualEntry] = field(default_factory=list)

    @property
    def claims(self) -> list[ActualEntry]:
        return [entry for entry in self.entries if entry.tier == EvidenceTier.CLAIMED]

    @property
    def proofs(self) -> list[ActualEntry]:
        return [entry for entry in self.entries if entry.tier in PROVEN]

    @property
    def claimed(self) -> Decimal:
        return sum((entry.amount for entry in self.claims), ZERO)

    @property
    def proven(self) -> Decimal:
        return sum((entry.amount for entry in self.proofs), ZERO)

    @property
    def pending_claim(self) -> ActualEntry | None:
        """The latest claim, unless it is already validated."""
        if not self.claims or any(proof.validates_id == self.claims[-1].pk for proof in self.proofs):
            return None
        return self.claims[-1]


def month_entries(effect_ids: Iterable[int], period: FiscalPeriod) -> dict[int, MonthEntries]:
    """Effect to its entries about the month; one statement."""
    about = ActualEntry.objects.filter(
        Q(period=period, corrects__isnull=True) | Q(corrects=period), effect_id__in=list(effect_ids)
    )
    found: dict[int, MonthEntries] = {}
    for entry in about.order_by("pk"):
        found.setdefault(entry.effect_id, MonthEntries()).entries.append(entry)
    return found
