"""The whole log of an organization, as auditors read it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet

from governance.queries.timeline import deed_words
from measures.models import Measure
from portfolio.models import Deed

PAGE = 50


@dataclass(frozen=True)
class LogLine:
    """One deed in words, and the code of the measure it was about, if any."""

    deed: Deed
    what: str
    measure: str


def deed_rows() -> QuerySet[Deed, Deed]:
    """Every deed of the active organization with its people, newest first."""
    return Deed.objects.select_related("actor", "on_behalf_of").order_by("-pk")


def log_page(rows: QuerySet[Deed, Deed], number: str | None) -> tuple[Page[Any], list[LogLine]]:
    """One page of the rows, and its lines."""
    page: Page[Any] = Paginator(rows, PAGE).get_page(number)
    return page, _lines(page.object_list)


def _lines(deeds: Iterable[Deed]) -> list[LogLine]:
    known = list(deeds)
    about = {deed.subject_id for deed in known if deed.subject_kind == "measure" and deed.subject_id is not None}
    codes = dict(Measure.objects.filter(pk__in=about).values_list("pk", "code"))
    return [LogLine(deed, deed_words(deed.kind, deed.details), _code(deed, codes)) for deed in known]


def _code(deed: Deed, codes: dict[int, str]) -> str:
    return codes.get(deed.subject_id or 0, "") if deed.subject_kind == "measure" else ""
