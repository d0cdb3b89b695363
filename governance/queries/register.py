"""The measure register: one filtered set, its totals and one page of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from finance.choices import Basis
from governance.queries.overrides import beside_of_rows
from governance.queries.tree import with_status
from measures.queries import visible_measures
from portfolio.models import User

PAGE = 50
SORTS = {
    "code": ("code",),
    "name": ("sort_key",),
    "stage": ("stage",),
    "implementation": ("implementation_status",),
    "potential": ("potential_status",),
    "committed": ("committed",),
    "forecast": ("counted_forecast",),
    "confirmed": ("confirmed",),
}
ZERO = Decimal(0)


@dataclass(frozen=True)
class Totals:
    """Sums of the filtered set in the organization's currency: run-rate and one-off apart, avoidance beside."""

    count: int
    committed: Decimal
    forecast: Decimal
    confirmed: Decimal
    one_off_committed: Decimal
    one_off_forecast: Decimal
    avoidance: Decimal
    pipeline: Decimal

    @property
    def gap(self) -> Decimal:
        return self.forecast - self.committed


class CountedPaginator(Paginator):
    """A paginator that already knows its count from the totals, so that the rows are counted once."""

    def __init__(self, rows: Any, per_page: int, total: int) -> None:
        super().__init__(rows, per_page)
        self.count = total


def register_rows(user: User) -> QuerySet[Any]:
    """Every measure the person may see, with its current figures."""
    rows: QuerySet[Any] = with_status(visible_measures(user))
    return rows


def totals(rows: QuerySet[Any]) -> Totals:
    """Totals of exactly these rows, in one statement."""
    decided = Q(committed__isnull=False)
    run_rate, one_off = Q(basis=Basis.RUN_RATE), Q(basis=Basis.ONE_OFF)
    lines = {
        "committed": ("committed", run_rate),
        "forecast": ("counted_forecast", decided & run_rate),
        "confirmed": ("confirmed", run_rate),
        "one_off_committed": ("committed", one_off),
        "one_off_forecast": ("counted_forecast", decided & one_off),
        "avoidance": ("committed", Q(basis=Basis.AVOIDANCE)),
        "pipeline": ("forecast", ~decided & run_rate),
    }
    # names of their own: a sum that bore the name of its column would stand in that column's way
    sums = {f"sum_{key}": Coalesce(Sum(column, filter=only), ZERO) for key, (column, only) in lines.items()}
    found = rows.order_by().aggregate(count=Count("pk"), **sums)
    return Totals(count=found["count"], **{key: found[f"sum_{key}"] for key in lines})


def page_of(rows: QuerySet[Any], number: str | None, *, total: int, sort: str, on: date) -> Page[Any]:
    """One page of the rows, with the lights that persons set beside the computed ones."""
    shown = rows.annotate(lights_set=beside_of_rows(on)).order_by(*ordering(sort))
    return CountedPaginator(shown, PAGE, total).get_page(number)


def ordering(sort: str) -> list[Any]:
    """Django's ordering of a `sort` parameter such as `-committed`; by code where it is unknown."""
    descending = sort.startswith("-")
    fields = SORTS.get(sort.lstrip("-"), SORTS["code"])
    return [f"{'-' if descending else ''}{name}" for name in fields] + ["pk"]
