"""What all pages of one measure share: opening it, its head and its tabs."""

from __future__ import annotations

from typing import Any

from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext_lazy as _

from governance.models import MeasureStatus
from governance.views.page import url
from measures.models import Measure
from measures.queries import rights_on_measure
from portfolio.access import fetch_or_404, not_allowed
from portfolio.choices import Right

# key, word on the tab, URL name
TABS = (
    ("overview", _("Overview"), "measure"),
    ("months", _("Months"), "measure_months"),
    ("milestones", _("Milestones"), "measure_milestones"),
    ("gates", _("Gates"), "measure_gates"),
    ("timeline", _("Timeline"), "measure_timeline"),
)

RELATED = (
    "package__node",
    "owner",
    "controller",
    "sponsor",
    "line_owner",
    "committee",
    "committee__chair",
    "committee__deputy_chair",
    "business_unit",
    "function",
    "legal_entity",
)


def open_measure(request: Any, code: str, right: Right = Right.VIEW) -> tuple[Any, frozenset[Right]]:
    """First line of a page on a measure: the measure and what the person may do with it.

    404 when the organization has none of this code, 403 without the right. Carries the evidence tier.
    """
    current = MeasureStatus.objects.filter(measure=OuterRef("pk"), valid_to__isnull=True)
    measures = Measure.objects.select_related(*RELATED).annotate(tier=Subquery(current.values("tier")[:1]))
    measure = fetch_or_404(measures, code=code)
    rights = rights_on_measure(request.user, measure)
    if right not in rights:
        raise not_allowed(right)
    return measure, rights


def frame(request: Any, measure: Measure, tab: str, **context: Any) -> dict[str, Any]:
    """Context of `governance/measure_base.html` with one tab in front."""
    return {
        "measure": measure,
        "tab": tab,
        "tabs": [(key, label, url(request, name, measure.code)) for key, label, name in TABS],
        "active_nav": "measures",
        **context,
    }
