"""Plan rates: from a measure's currency to the organization's, by fiscal year."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from finance.models import PlanRate
from finance.money import ZERO
from portfolio.errors import Objection, Refused
from portfolio.models import OrganizationSettings

ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class Rates:
    """The plan rates of one currency by fiscal year."""

    currency: str
    is_own: bool
    known: Mapping[int, Decimal] = field(default_factory=dict)

    @property
    def is_known(self) -> bool:
        """False where the currency has no rate at all, so that nothing can be compared."""
        return self.is_own or bool(self.known)

    def exact(self, fiscal_year: int) -> Decimal | None:
        """The rate set for that fiscal year; 1 for the organization's own currency; None where none is set."""
        return ONE if self.is_own else self.known.get(fiscal_year)

    def near(self, fiscal_year: int) -> Decimal:
        """The rate of that fiscal year, else the latest earlier one, else the earliest later one; for figures only.

        0 where the currency has no rate at all: without one nothing can be added, so amounts count as nought.
        """
        if self.is_own:
            return ONE
        if not self.known:
            return ZERO
        earlier = [year for year in self.known if year <= fiscal_year]
        return self.known[max(earlier) if earlier else min(self.known)]

    def for_years(self, years: Iterable[int]) -> dict[int, Decimal]:
        return {year: self.near(year) for year in years}


def rates_of(currency: str, settings: OrganizationSettings | None = None) -> Rates:
    """All plan rates of a currency."""
    settings = settings or OrganizationSettings.objects.get()
    if currency == settings.currency:
        return Rates(currency, is_own=True)
    rows = PlanRate.objects.filter(currency=currency).values_list("fiscal_year", "rate")
    return Rates(currency, is_own=False, known=dict(rows))


def plan_rate_for(currency: str, fiscal_year: int) -> Decimal:
    """The plan rate of a currency for a fiscal year; refused when none is set."""
    rate = rates_of(currency).exact(fiscal_year)
    if rate is None:
        raise Refused(plan_rate_missing(currency, fiscal_year))
    return rate


def plan_rate_missing(currency: str, fiscal_year: int) -> Objection:
    return Objection(
        "plan_rate_missing",
        _("There is no plan rate for %(currency)s in fiscal year %(year)s. It is set in the settings."),
        {"currency": currency, "year": str(fiscal_year)},
        ("tenant_admin",),
    )
