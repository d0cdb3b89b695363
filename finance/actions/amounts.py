"""Writing the monthly cells of plan and forecast: checked, set-based, only what differs."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from django.db import connection
from django.utils.translation import gettext_lazy as _

from finance.actions.calendar import period_ids
from finance.models import Effect, ForecastAmount, PlanAmount
from finance.money import STORED
from finance.rules.periods import period_name
from portfolio.errors import Objection

# What numeric(20,4) holds, with a digit to spare for sums.
LARGEST = Decimal(10) ** 15
FIRST_YEAR, LAST_YEAR = 1990, 2100

Cells = Mapping[int, Decimal | None]


def amount_objections(amounts: Cells) -> list[Objection]:
    """Months outside the calendar, and amounts that are no number, too large or too fine, each once."""
    objections = [
        Objection("month_out_of_range", _("%(month)s lies outside %(first)s to %(last)s."), _span(month))
        for month in sorted(amounts)
        if not FIRST_YEAR <= month // 12 <= LAST_YEAR
    ]
    return objections + [
        Objection(
            "amount_invalid",
            _("%(month)s: an amount has at most 15 digits and 4 decimals."),
            {"month": period_name(month)},
        )
        for month, amount in sorted(amounts.items())
        if amount is not None and not is_storable(amount)
    ]


def _span(month: int) -> dict[str, str]:
    return {"month": period_name(month), "first": str(FIRST_YEAR), "last": str(LAST_YEAR)}


def is_storable(amount: Decimal) -> bool:
    """Whether an amount is finite and fits the stored digits without rounding."""
    return amount.is_finite() and abs(amount) < LARGEST and amount == amount.quantize(STORED)


def changed_cells(present: Mapping[int, Decimal], wanted: Cells) -> dict[int, Decimal | None]:
    """The cells that differ: a blank one only where there was an amount."""
    return {month: amount for month, amount in wanted.items() if present.get(month) != amount}


def write_cells(model: type[PlanAmount | ForecastAmount], effect: Effect, cells: Cells) -> None:
    """The cells hold these amounts, and blank ones none: one upsert and one deletion, whatever their number."""
    if not cells:
        return
    ids = period_ids(cells)
    blank = [ids[month] for month, amount in cells.items() if amount is None]
    filled = [(ids[month], amount) for month, amount in cells.items() if amount is not None]
    if blank:
        model.objects.filter(effect=effect, period_id__in=blank).delete()
    if filled:
        _upsert(model._meta.db_table, effect, filled)


def _upsert(table: str, effect: Effect, filled: list[tuple[int, Decimal]]) -> None:
    periods, amounts = zip(*filled, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO "{table}" (organization_id, effect_id, period_id, amount) '
            "SELECT %s, %s, cell.period_id, cell.amount FROM unnest(%s::bigint[], %s::numeric[]) AS cell "
            "(period_id, amount) ORDER BY cell.period_id "
            "ON CONFLICT (organization_id, effect_id, period_id) DO UPDATE SET amount = EXCLUDED.amount",
            [effect.organization_id, effect.pk, list(periods), list(amounts)],
        )
