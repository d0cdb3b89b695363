"""What the month end adds up to, in the organization's currency."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext

from finance.choices import Hardness, Nature
from finance.models import FiscalPeriod, PlanRate
from finance.money import ZERO, convert
from finance.queries.rates import Rates
from finance.queries.rounds import MonthEndRow
from portfolio.models import OrganizationSettings


@dataclass(frozen=True)
class MonthTotal:
    """Sums of the rows of one nature, each row converted at the plan rate of the month's fiscal year (domain §1).

    EBITDA takes the bottom line only; everything else stands beside and is added nowhere. `unit` is a currency, or
    blank for headcount. `difference` covers the rows on which something is booked.
    """

    label: str
    unit: str
    beside: bool
    plan: Decimal
    forecast: Decimal
    claimed: Decimal
    validated: Decimal
    difference: Decimal


def month_totals(rows: Iterable[MonthEndRow], month: FiscalPeriod) -> list[MonthTotal]:
    """EBITDA first, then what stands beside; two statements whatever the number of rows."""
    own = OrganizationSettings.objects.values_list("currency", flat=True).get()
    rates = _rates(own)
    groups: dict[tuple[bool, str, str], list[tuple[MonthEndRow, Decimal]]] = defaultdict(list)
    for row in rows:
        beside, label, unit = _group(row, own)
        known = rates.get(row.measure.currency) or Rates(row.measure.currency, is_own=row.measure.currency == own)
        groups[(beside, label, unit)].append((row, known.near(month.fiscal_year) if unit else Decimal(1)))
    return [_total(*key, groups[key]) for key in sorted(groups)]


def _rates(own: str) -> dict[str, Rates]:
    known: dict[str, dict[int, Decimal]] = defaultdict(dict)
    for currency, year, rate in PlanRate.objects.values_list("currency", "fiscal_year", "rate"):
        known[currency][year] = rate
    return {currency: Rates(currency, is_own=currency == own, known=years) for currency, years in known.items()}


def _group(row: MonthEndRow, own: str) -> tuple[bool, str, str]:
    effect = row.effect
    if effect.nature == Nature.EBITDA and effect.hardness == Hardness.BOTTOM_LINE:
        return False, gettext("EBITDA"), own
    if effect.nature == Nature.EBITDA:
        hardness = effect.get_hardness_display() if effect.hardness else gettext("hardness not said")
        return True, gettext("EBITDA, %(hardness)s") % {"hardness": hardness}, own
    return True, str(effect.get_nature_display()), "" if effect.nature == Nature.HEADCOUNT else own


def _total(beside: bool, label: str, unit: str, rows: list[tuple[MonthEndRow, Decimal]]) -> MonthTotal:
    def added(name: str) -> Decimal:
        return sum((convert(getattr(row, name) or ZERO, rate) for row, rate in rows), ZERO)

    names = ("plan", "forecast", "claimed", "validated", "difference")
    return MonthTotal(label, unit, beside, **{name: added(name) for name in names})
