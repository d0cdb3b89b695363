"""The fiscal calendar of an organization."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable
from datetime import date

from finance.models import FiscalPeriod
from finance.rules.periods import fiscal_month_number, fiscal_year_months, fiscal_year_of, period_name
from finance.rules.working_days import closing_day
from portfolio.models import Holiday, OrganizationSettings


def open_fiscal_years(*, first: int, last: int) -> int:
    """Every fiscal year from first to last has its twelve periods; returns how many are new.

    Calendar months by default. A month closes on the tenant's closing working day of the month after (domain §1).
    """
    settings = OrganizationSettings.objects.get()
    holidays = frozenset(Holiday.objects.values_list("day", flat=True))
    present = set(FiscalPeriod.objects.values_list("ordinal", flat=True))
    new = [
        _period(ordinal, settings, holidays)
        for year in range(first, last + 1)
        for ordinal in fiscal_year_months(year, settings.fiscal_year_start)
        if ordinal not in present
    ]
    FiscalPeriod.objects.bulk_create(new)
    return len(new)


def set_closing_day(working_day: int, *, on: date) -> None:
    """Months not closed yet close on this working day of the month after; a closed month stays closed.

    Written inside the caller's deed, with the settings row.
    """
    holidays = frozenset(Holiday.objects.values_list("day", flat=True))
    periods = list(FiscalPeriod.objects.select_for_update().filter(closes_on__gt=on).order_by("ordinal"))
    for period in periods:
        period.closes_on = closing_day(period.ends_on, holidays, working_day)
    FiscalPeriod.objects.bulk_update(periods, ["closes_on"])


def restart_fiscal_years() -> None:
    """All fiscal years are opened anew from the month the settings name; for an organization without measures."""
    years = list(FiscalPeriod.objects.order_by("ordinal").values_list("fiscal_year", flat=True))
    FiscalPeriod.objects.all().delete()
    open_fiscal_years(first=min(years), last=max(years))


def period_ids(ordinals: Iterable[int]) -> dict[int, int]:
    """Period index to id; fiscal years that a plan reaches beyond the calendar are opened, without a gap."""
    wanted = set(ordinals)
    known = _known_ids(wanted)
    if wanted - set(known):
        # The settings row is locked first, so that two plans reaching into the same year open it once.
        start = OrganizationSettings.objects.select_for_update().get().fiscal_year_start
        years = [fiscal_year_of(ordinal, start) for ordinal in wanted]
        present = FiscalPeriod.objects.order_by("ordinal")
        edges = [p.fiscal_year for p in (present.first(), present.last()) if p is not None]
        open_fiscal_years(first=min(years + edges), last=max(years + edges))
        known = _known_ids(wanted)
    return known


def _known_ids(ordinals: set[int]) -> dict[int, int]:
    return dict(FiscalPeriod.objects.filter(ordinal__in=ordinals).values_list("ordinal", "pk"))


def _period(ordinal: int, settings: OrganizationSettings, holidays: frozenset[date]) -> FiscalPeriod:
    year, month = ordinal // 12, ordinal % 12 + 1
    ends_on = date(year, month, monthrange(year, month)[1])
    return FiscalPeriod(
        name=period_name(ordinal),
        fiscal_year=fiscal_year_of(ordinal, settings.fiscal_year_start),
        number=fiscal_month_number(ordinal, settings.fiscal_year_start),
        ordinal=ordinal,
        starts_on=date(year, month, 1),
        ends_on=ends_on,
        closes_on=closing_day(ends_on, holidays, settings.closing_working_day),
    )
