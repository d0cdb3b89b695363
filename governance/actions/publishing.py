"""What an organization lets its consultants see in their list of clients, worked out inside the organization."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from finance.money import round_ratio
from governance.choices import Cut, DivergenceState, Published
from governance.models import Divergence, PublishedFigures
from governance.queries.tree import current_roll_ups, share
from measures.choices import DoI, Lifecycle
from measures.models import Measure
from portfolio.access import require
from portfolio.actions.members import is_consultant
from portfolio.choices import NodeKind, Right
from portfolio.deeds import deed
from portfolio.errors import Objection, Refused
from portfolio.models import Node, OrganizationSettings, User


def choose_published(figures: Sequence[str], *, by: User, on: date, key: UUID | None = None) -> None:
    """Consultants see exactly these figures of the organization from now on.

    Refused: without the right to change settings; a consultant, whom it concerns; an unknown figure. Recorded: deed
    and history; the figures are worked out at once.
    """
    root = Node.objects.get(kind=NodeKind.ORGANIZATION)
    require(by, Right.MANAGE_SETTINGS, root.pk)
    with deed("published_chosen", by=by, subject=root, key=key, details={"figures": list(figures)}):
        settings = OrganizationSettings.objects.select_for_update().get()
        if is_consultant(by):
            raise Refused(
                Objection("consultant_publishes", _("The organization itself says what consultants see of it."))
            )
        if set(figures) - set(Published.values):
            raise Refused(Objection("figure_unknown", _("Choose among the figures offered.")))
        settings.published = [figure for figure in Published.values if figure in figures]
        settings.version += 1
        settings.save()
        write_published(on=on)


def write_published(*, on: date) -> None:
    """The published figures are those of this day; what the organization does not agree to stays blank."""
    agreed = set(OrganizationSettings.objects.values_list("published", flat=True).get())
    if not agreed and not PublishedFigures.objects.exists():
        return
    figures = _figures(on) if agreed else {}
    values = {name: figures.get(name) if name in agreed else None for name in Published.values}
    PublishedFigures.objects.update_or_create(defaults={**values, "on": on, "at": timezone.now()})


def _figures(on: date) -> dict[str, int | Decimal | None]:
    root = Node.objects.get(kind=NodeKind.ORGANIZATION)
    roll_up = current_roll_ups(Cut.NODE, [root.pk]).get(root.pk)
    due = Q()
    for stage in DoI:
        if stage < DoI.CLOSED:
            due |= Q(stage=stage, **{f"due_{DoI(stage + 1).name.lower()}__lt": on})
    fresh = share(roll_up.fresh_weight, roll_up.weight) if roll_up else None
    confirmed = share(roll_up.confirmed, roll_up.committed) if roll_up else None
    return {
        Published.OVERDUE_GATES: Measure.objects.filter(due, lifecycle=Lifecycle.ACTIVE).count(),
        Published.OPEN_D1: Divergence.objects.filter(code="D1", state=DivergenceState.OPEN).count(),
        Published.FRESHNESS: None if fresh is None else round_ratio(fresh),
        Published.CONFIRMED_SHARE: None if confirmed is None else round_ratio(confirmed),
    }
