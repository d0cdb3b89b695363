"""Setting up an organization by document: all of it or nothing, recorded with the document and its hash."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from finance.models import PlanRate
from governance.actions.blueprint_sections import write_lists, write_settings
from governance.models import Blueprint
from governance.queries.blueprints import refuse_together, stamp_of, standing_sections
from governance.setup.differences import Change, differences
from governance.setup.document import Document
from measures.models import Measure
from portfolio.access import require
from portfolio.choices import NodeKind, Right
from portfolio.deeds import deed
from portfolio.errors import Conflict, Objection, Refused
from portfolio.models import Node, OrganizationSettings, User

STALE = Objection("stale_edit", _("Somebody else changed this meanwhile. Look at the difference and decide again."))


def apply_blueprint(
    document: Document, *, by: User, on: date, stamp: str | None = None, key: UUID | None = None
) -> Blueprint:
    """The organization stands as the document says; what it does not name stays.

    Refused: without the right to change settings; when the organization changed since the preview with this
    `stamp`; a document that changes nothing; another currency than the organization's; another fiscal year once
    there are measures; a plan rate that is locked; numbers or words that do not go with those that stay. Recorded:
    the deed with the document's hash, the document, and the history of every row changed.
    """
    root = Node.objects.get(kind=NodeKind.ORGANIZATION)
    require(by, Right.MANAGE_SETTINGS, root.pk)
    details = {"name": document.name, "sha256": document.sha256}
    with deed("blueprint_applied", by=by, subject=root, key=key, details=details):
        settings = OrganizationSettings.objects.select_for_update().get()
        standing = standing_sections(settings)
        changes = differences(standing, document.sections)
        if stamp is not None and stamp != stamp_of(standing):
            raise Conflict(STALE)
        refuse_together(document, standing, currency=settings.currency)
        if objections := list(_objections(document, settings, changes)):
            raise Refused(*objections)
        write_settings(settings, document.sections, on=on)
        write_lists(document.sections)
        return _record(document, changes, by=by, on=on)


def _record(document: Document, changes: list[Change], *, by: User, on: date) -> Blueprint:
    return Blueprint.objects.create(
        name=document.name,
        document=document.as_json(),
        sha256=document.sha256,
        changes=len(changes),
        applied_by=by,
        on=on,
        at=timezone.now(),
    )


def _objections(document: Document, settings: OrganizationSettings, changes: list[Change]) -> Any:
    if not changes:
        yield Objection("nothing_changes", _("The organization already stands as the document says."))
    wanted = document.sections.get("currencies", {}).get("organization", settings.currency)
    if wanted != settings.currency:
        yield Objection(
            "currency_fixed",
            _("The organization counts in %(own)s since it was founded; this document is for %(wanted)s."),
            {"own": settings.currency, "wanted": wanted},
        )
    start = document.sections.get("fiscal_year", {}).get("start", settings.fiscal_year_start)
    if start != settings.fiscal_year_start and Measure.objects.exists():
        yield Objection("fiscal_year_fixed", _("The fiscal year does not move any more: there are measures in it."))
    yield from _locked_rates(changes)


def _locked_rates(changes: list[Change]) -> Any:
    changed = {change.path for change in changes}
    for rate in PlanRate.objects.filter(locked=True).order_by("currency", "fiscal_year"):
        if f"currencies.plan_rates.{rate.currency}.{rate.fiscal_year}" in changed:
            yield Objection(
                "plan_rate_locked",
                _("The plan rate of %(currency)s for %(year)s is locked."),
                {"currency": rate.currency, "year": str(rate.fiscal_year)},
            )
