"""Where work and money contradict each other: the list of divergences, and the take-overs that wait."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.paginator import Page
from django.db.models import Case, Count, IntegerField, OuterRef, Prefetch, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Abs, Coalesce, NullIf

from finance.money import ZERO
from governance.choices import Severity
from governance.models import Divergence, MeasureStatus, TakeOver, TakeOverGap
from governance.queries.register import PAGE, CountedPaginator
from measures.queries import measures_with_right, visible_measures
from portfolio.choices import Right
from portfolio.fields import amount_field
from portfolio.models import User

_RANK = {Severity.CRITICAL: 0, Severity.HIGH: 1, Severity.MEDIUM: 2}


@dataclass(frozen=True)
class Sums:
    """How many divergences there are, and the commitments of the measures they are about, each measure once."""

    count: int
    exposed: Decimal


def divergence_rows(user: User) -> QuerySet[Any]:
    """Divergences of the measures the person may see, with what is exposed: |commitment|, before Decided |plan|."""
    rows = Divergence.objects.filter(measure__in=visible_measures(user)).select_related("measure", "answered_by")
    exposed: QuerySet[Any] = rows.annotate(exposed=_exposed("measure_id"))
    return exposed


def _exposed(measure: str) -> Subquery:
    status = MeasureStatus.objects.filter(measure_id=OuterRef(measure), valid_to__isnull=True)
    return Subquery(
        status.values(size=NullIf(Abs(Coalesce("committed", "planned")), ZERO))[:1],
        output_field=amount_field(default=ZERO),
    )


def sums(rows: QuerySet[Any]) -> Sums:
    """Totals of exactly these rows, in one statement."""
    measures = rows.order_by().values("measure_id", "exposed").annotate(number=Count("pk"))
    found = measures.aggregate(count=Sum("number"), money=Sum("exposed"))
    return Sums(found["count"] or 0, found["money"] or ZERO)


def page_of(rows: QuerySet[Any], number: str | None, *, total: int) -> Page[Any]:
    """One page: critical ones first, then by the money exposed."""
    whens = [When(severity=severity, then=Value(rank)) for severity, rank in _RANK.items()]
    ranked = rows.annotate(rank=Case(*whens, default=Value(9), output_field=IntegerField()))
    ordered = ranked.order_by("rank", Coalesce("exposed", ZERO).desc(), "opened_on", "pk")
    return CountedPaginator(ordered, PAGE, total).get_page(number)


def open_take_overs(user: User) -> list[TakeOver]:
    """Taken-over measures that wait for the person's ratification, with the gaps they came with."""
    may = measures_with_right(user, Right.DECIDE_AS_COMMITTEE)
    gaps = TakeOverGap.objects.filter(closed_on__isnull=True).order_by("pk")
    rows = TakeOver.objects.filter(measure__in=may, ratified_at__isnull=True)
    rows = rows.select_related("measure__owner", "measure__controller", "batch__imported_by")
    asked = rows.prefetch_related(Prefetch("measure__take_over_gaps", queryset=gaps, to_attr="open_gaps"))
    return list(asked.annotate(exposed=_exposed("measure_id")).order_by("measure__code"))
