"""What a closure certificate shows: the confirmation in force with all its parts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from finance.models import ClosureConfirmation, ClosureConsent
from measures.models import Measure
from portfolio.access import fetch_or_404
from portfolio.models import Deed


def certificate_of(measure: Measure) -> ClosureConfirmation:
    """The confirmation in force, with years, leakage and evidence; 404 while there is none."""
    rows = ClosureConfirmation.objects.filter(measure=measure, revoked_at__isnull=True)
    related = rows.select_related("confirmed_by", "on_behalf_of", "second_by", "budget_cost_centre")
    return fetch_or_404(related.prefetch_related("years", "leakages", "evidence__file"))


@dataclass(frozen=True)
class Consented:
    """A second controller's consent, and to what."""

    consent: ClosureConsent
    outcome: str
    run_rate: Decimal | None


def consented(consents: Iterable[ClosureConsent]) -> list[Consented]:
    """The consents with outcome and value, which their deeds keep; the hash alone binds."""
    known = list(consents)
    deeds = Deed.objects.in_bulk([one.deed_id for one in known if one.deed_id is not None])
    details = {one.pk: deeds[one.deed_id].details if one.deed_id in deeds else {} for one in known}
    return [
        Consented(
            one,
            str(details[one.pk].get("outcome", "")),
            Decimal(details[one.pk]["run_rate"]) if "run_rate" in details[one.pk] else None,
        )
        for one in known
    ]
