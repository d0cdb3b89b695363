"""Taking over a running program from a workbook: all or nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from governance.models import ImportBatch, ReconcileRequest
from governance.takeover.deciding import decide_all
from governance.takeover.errors import WorkbookRefused
from governance.takeover.loading import create_surroundings, load_money, load_targets, load_work, say_importing
from governance.takeover.outline import Outline, outline_workbook
from governance.takeover.staging import stage_workbook
from governance.workbook.findings import Findings
from governance.workbook.reading import Workbook
from portfolio import tenancy
from portfolio.access import is_active_member, not_allowed, require
from portfolio.choices import NodeKind, Right
from portfolio.deeds import deed
from portfolio.errors import Objection, Refused
from portfolio.models import Node, OrganizationSettings, User

Tell = Callable[[str], None]


@dataclass(frozen=True)
class TakenOver:
    """What an import brought; `gaps` counts measures by the criterion they do not meet."""

    batch: ImportBatch
    outline: Outline
    findings: Findings
    gaps: Counter[str] = field(default_factory=Counter)


def take_over_program(
    workbook: Workbook,
    *,
    by: User,
    on: date,
    today: date,
    name: str,
    sha256: str,
    key: UUID | None = None,
    tell: Tell = lambda _line: None,
) -> TakenOver:
    """Every measure of the workbook stands in its stage, taken over as of `on`, with all it refers to.

    People become inactive members when unknown; places, committees and master data are created when unknown. From
    Decided on baseline v1 is frozen. Refused, with nothing written: without the right on the organization, a day in
    the future, any error of the workbook (`WorkbookRefused` lists each at its cell). Recorded: the deed, the batch
    with the hash of the file, history of every row, one TAKE_OVER decision with its snapshot and the gaps of each
    measure; the committee ratifies later. One full reconciliation is asked for.
    """
    root = require_take_over(by)
    refuse_future(on, today)
    with deed("program_taken_over", by=by, subject=root, key=key, details={"name": name, "on": on.isoformat()}) as done:
        # two imports at once: the second waits here and then sees the codes of the first
        OrganizationSettings.objects.select_for_update().get()
        findings = Findings()
        tell(_("Checking the workbook …"))
        outline = outline_workbook(workbook, on=on, findings=findings)
        if findings.refused:
            raise WorkbookRefused(findings)
        at = timezone.now()
        batch = ImportBatch.objects.create(
            name=name[:200], sha256=sha256, imported_by=by, on=on, at=at, counts=dict(outline.counts), deed_id=done.pk
        )
        say_importing(on=True)
        _load(workbook, outline, batch, tell)
        gaps = decide_all(outline, batch=batch, tell=tell)
        say_importing(on=False)
        ReconcileRequest.objects.create(organization_id=tenancy.current_organization_id(), requested_at=at)
        tell(_("Checking what was written …"))
    return TakenOver(batch, outline, findings, gaps)


def _load(workbook: Workbook, outline: Outline, batch: ImportBatch, tell: Tell) -> None:
    tell(_("Creating people, places and names …"))
    create_surroundings(outline)
    tell(_("Reading %(count)s measures …") % {"count": outline.counts["measures"]})
    stage_workbook(workbook, outline)
    tell(_("Writing measures and milestones …"))
    load_work(outline)
    tell(_("Writing effects and monthly amounts …"))
    load_money(outline, source=batch.name, at=batch.at)
    load_targets(workbook, outline)


def require_take_over(by: User) -> Node:
    """The root node, on which the person may take over; raises `NotAllowed` otherwise."""
    root = Node.objects.get(kind=NodeKind.ORGANIZATION)
    if not is_active_member(by):
        raise not_allowed(Right.TAKE_OVER)
    require(by, Right.TAKE_OVER, root.pk)
    return root


def refuse_future(on: date, today: date) -> None:
    if on > today:
        text = gettext_lazy("The day of the take-over, %(on)s, lies in the future.")
        raise Refused(Objection("day_in_future", text, {"on": on.isoformat()}))
