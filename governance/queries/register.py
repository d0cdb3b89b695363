"""The measure register: one filtered set, its totals and one page of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from finance.choices import Basis
from governance.queries.overrides import beside_of_rows
from governance.queries.tree import with_status
from measures.models import Measure
from measures.queries import visible_measures
from portfolio.access import everywhere
from portfolio.choices import Right
from portfolio.models import OrganizationSettings, User

PAGE = 50
SORTS = {
    "code": ("code",),
    "name": ("sort_key",),
    "stage": ("stage",),
    "implementation": ("implementation_status",),
    "potential": ("potential_status",),
    "committed": ("committed_cents",),
    "forecast": ("counted_forecast_cents",),
    "confirmed": ("confirmed_cents",),
}
CENTS = 100
# What a row shows of the measure and its people; the rest of the columns stays where it is.
SHOWN = (
    "organization_id",
    "code",
    "name",
    "stage",
    "lifecycle",
    "implementation_status",
    "implementation_reasons",
    "potential_status",
    "potential_reasons",
    "potential_hollow",
    "package",
    "owner__name",
    "owner__email",
    "controller__name",
    "controller__email",
)


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


def register_terms(user: User) -> tuple[str, bool]:
    """The currency of the totals, and whether the member may see every measure there is; one statement.

    To know the latter spares the database a question about each of many measures.
    """
    settings = OrganizationSettings.objects.annotate(sees_all=everywhere(user, Right.VIEW))
    return settings.values_list("currency", "sees_all").get()


def register_rows(user: User, *, sees_all: bool = False) -> QuerySet[Any]:
    """Every measure the person may see, with its current figures."""
    rows: QuerySet[Any] = with_status(Measure.objects.all() if sees_all else visible_measures(user))
    return rows


def totals(rows: QuerySet[Any]) -> Totals:
    """Totals of exactly these rows, in one statement."""
    decided = Q(committed_cents__isnull=False)
    run_rate, one_off = Q(basis=Basis.RUN_RATE), Q(basis=Basis.ONE_OFF)
    lines = {
        "committed": ("committed_cents", run_rate),
        "forecast": ("counted_forecast_cents", decided & run_rate),
        "confirmed": ("confirmed_cents", run_rate),
        "one_off_committed": ("committed_cents", one_off),
        "one_off_forecast": ("counted_forecast_cents", decided & one_off),
        "avoidance": ("committed_cents", Q(basis=Basis.AVOIDANCE)),
        "pipeline": ("forecast_cents", ~decided & run_rate),
    }
    # names of their own: a sum that bore the name of its column would stand in that column's way
    sums = {f"sum_{key}": Coalesce(Sum(column, filter=only), 0) for key, (column, only) in lines.items()}
    found = rows.order_by().aggregate(count=Count("pk"), **sums)
    return Totals(count=found["count"], **{key: Decimal(found[f"sum_{key}"]) / CENTS for key in lines})


def page_of(rows: QuerySet[Any], number: str | None, *, total: int, sort: str, on: date) -> Page[Any]:
    """One page of the rows, with the lights that persons set beside the computed ones."""
    shown = rows.annotate(lights_set=beside_of_rows(on)).only(*SHOWN).order_by(*ordering(sort))
    return CountedPaginator(shown, PAGE, total).get_page(number)


def ordering(sort: str) -> list[Any]:
    """Django's ordering of a `sort` parameter such as `-committed`; by code where it is unknown."""
    descending = sort.startswith("-")
    fields = SORTS.get(sort.lstrip("-"), SORTS["code"])
    # Equal ones in the order of an index that ends with the measure; what has no amount comes last either way.
    named = [F(name) for name in (*fields, "pk")]
    return [one.desc(nulls_last=True) if descending else one.asc(nulls_last=True) for one in named]
