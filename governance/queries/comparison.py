"""Two frozen pictures of a measure side by side, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from finance.choices import Hardness, Nature, Recurrence
from governance.sentences import FIELDS
from governance.snapshots import Snapshot
from portfolio.models import CostCentre, GLAccount, LegalEntity, Node, PnlLine, SteeringCommittee, User

PEOPLE = ("measure.owner", "measure.controller", "measure.sponsor", "measure.line_owner", "milestones.owner")
AMOUNTS = ("measure.likely_potential", "measure.low_potential", "measure.high_potential", "measure.reference_base")
WORDS = {"effects.nature": Nature, "effects.recurrence": Recurrence, "effects.hardness": Hardness}
DAYS = ("effects.ends_on", "milestones.baseline_on", "milestones.actual_on")
EMPTY: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Compared:
    """A gate-relevant field as submitted and as it stands; `parts` for fields that effects or milestones have."""

    label: str
    kind: str
    before: Any
    now: Any

    @property
    def changed(self) -> bool:
        return bool(self.before != self.now)


def compared(before: Snapshot, now: Snapshot) -> list[Compared]:
    """Two pictures of one gate side by side, field by field, with names for ids; changed fields first."""
    names = _names([before, now])
    rows = [
        Compared(
            label=str(FIELDS.get(field, field)),
            kind=_kind(field),
            before=_readable(field, before, names),
            now=_readable(field, now, names),
        )
        for field in now["relevant"]
    ]
    return sorted(rows, key=lambda row: not row.changed)


def _kind(field: str) -> str:
    if field in AMOUNTS:
        return "money"
    if field == "effects.plan":
        return "plan"
    if field in DAYS:
        return "days"
    if field == "milestones.evidence":
        return "evidence"
    return "text" if field.startswith("measure.") else "parts"


_Names = Mapping[tuple[str, int], str]


def _names(snapshots: Sequence[Snapshot]) -> _Names:
    """Names of the people, places and master data the snapshots name by id."""
    wanted = [snapshot["relevant"] for snapshot in snapshots]
    people = {pk for relevant in wanted for field in PEOPLE for pk in _ids(relevant.get(field))}
    found = {("person", user.pk): str(user) for user in User.objects.filter(pk__in=people)}
    for field, model in _MODELS.items():
        ids = {pk for relevant in wanted for pk in _ids(relevant.get(field))}
        if ids:
            found |= {(field, row.pk): str(row) for row in model.objects.filter(pk__in=ids)}
    packages = {pk for relevant in wanted for pk in _ids(relevant.get("measure.package"))}
    nodes = Node.objects.filter(packages__in=packages).values_list("packages", "name")
    return found | {("measure.package", pk): name for pk, name in nodes}


_MODELS: dict[str, Any] = {
    "measure.committee": SteeringCommittee,
    "measure.legal_entity": LegalEntity,
    "effects.pnl_line": PnlLine,
    "effects.gl_account": GLAccount,
    "effects.cost_centre": CostCentre,
}


def _ids(value: Any) -> list[int]:
    if isinstance(value, list):
        return [pk for _row, pk in value if isinstance(pk, int)]
    return [value] if isinstance(value, int) else []


def _readable(field: str, snapshot: Snapshot, names: _Names) -> Any:
    value = snapshot["relevant"].get(field)
    if isinstance(value, list):
        subject = field.split(".")[0]
        titles = dict(map(tuple, snapshot["relevant"].get(f"{subject}.name", EMPTY)))
        return [(titles.get(pk, ""), _named(field, one, names)) for pk, one in value]
    return _named(field, value, names)


def _named(field: str, value: Any, names: _Names) -> Any:
    if field in WORDS and value:
        return str(WORDS[field](value).label)
    if field in DAYS and value:
        return date.fromisoformat(value)
    if field == "milestones.weight":
        return f"{Decimal(value).normalize():f}"
    if not isinstance(value, int) or isinstance(value, bool):
        return value
    return names.get(("person" if field in PEOPLE else field, value), str(value))
