"""The portfolio tree and the other cuts, read from the roll-ups that reconciliation keeps."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import F, FilteredRelation, Q

from finance.models import Target
from governance.choices import Cut
from governance.models import RollUp
from governance.queries.overrides import override_counts
from measures.choices import Light
from measures.models import Measure
from portfolio.access import visible_nodes
from portfolio.choices import NodeKind
from portfolio.models import BusinessUnit, Function, LegalEntity, Node, User
from portfolio.tenancy import current_organization_id

ZERO = Decimal(0)
LEVELS = {kind: level for level, kind in enumerate(NodeKind)}
# Below these numbers a tree is opened whole; larger ones show packages closed until somebody opens one.
WHOLE_NODES, WHOLE_MEASURES = 600, 400
CUT_MODELS: dict[Cut, Any] = {
    Cut.BUSINESS_UNIT: BusinessUnit,
    Cut.LEGAL_ENTITY: LegalEntity,
    Cut.FUNCTION: Function,
    Cut.CONTROLLER: User,
}


@dataclass(frozen=True)
class TreeRow:
    """One line of the tree: a node with its roll-up, or a measure with its status."""

    path: str
    level: int
    kind: str
    code: str
    name: str
    pk: int
    implementation: str
    potential: str
    committed: Decimal | None
    forecast: Decimal
    exposed: Decimal
    pipeline: Decimal
    hollow: bool = False
    stage: int | None = None
    lifecycle: str = ""
    basis: str = ""
    has_children: bool = True
    is_open: bool = True
    measures: int = 0
    freshness: Decimal | None = None
    worst_kind: str = ""
    worst_id: int | None = None
    worst_name: str = ""
    archived: bool = False
    # Lights below a node that persons set beside the computed ones.
    lights_set: int = 0
    implementation_reasons: list[Any] = field(default_factory=list)
    potential_reasons: list[Any] = field(default_factory=list)

    @property
    def gap(self) -> Decimal | None:
        return None if self.committed is None else self.forecast - self.committed


@dataclass(frozen=True)
class Headline:
    """The figures above the tree, of its topmost node."""

    roll_up: RollUp
    target: Decimal | None

    @property
    def gap(self) -> Decimal:
        gap: Decimal = self.roll_up.forecast - self.roll_up.committed
        return gap

    @property
    def exposed_share(self) -> Decimal | None:
        return share(self.roll_up.exposed, self.roll_up.committed_abs)

    @property
    def attainment(self) -> Decimal | None:
        """1 + Σ(F − C) / Σ|C|; none without a commitment."""
        gap = share(self.gap, self.roll_up.committed_abs)
        return None if gap is None else 1 + gap

    @property
    def coverage(self) -> Decimal | None:
        return share(self.roll_up.committed, self.target) if self.target else None

    @property
    def freshness(self) -> Decimal | None:
        return share(self.roll_up.fresh_weight, self.roll_up.weight)


def share(part: Decimal, whole: Decimal) -> Decimal | None:
    return part / whole if whole else None


def current_roll_ups(cut: Cut, keys: Iterable[int] | None = None) -> dict[int | None, RollUp]:
    """Roll-ups as they are valid now, by what they belong to."""
    rows = RollUp.objects.filter(cut=cut, valid_to__isnull=True)
    if keys is not None:
        rows = rows.filter(key_id__in=list(keys))
    return {row.key_id: row for row in rows}


def headline(node: Node, fiscal_year: int) -> Headline | None:
    """The figures of one node with its target of the fiscal year; none before the first reconciliation."""
    roll_up = current_roll_ups(Cut.NODE, [node.pk]).get(node.pk)
    if roll_up is None:
        return None
    target = Target.objects.filter(node=node, fiscal_year=fiscal_year).first()
    return Headline(roll_up=roll_up, target=target.amount if target else None)


def tree(user: User, *, on: date, below: Node | None = None, opened: frozenset[int] = frozenset()) -> list[TreeRow]:
    """All nodes the person may see below a node (or everywhere), parents first, with the measures of open packages."""
    nodes = visible_nodes(user)
    if below is not None:
        nodes = nodes.filter(above__ancestor=below)
    rows = list(nodes.order_by("sort_key", "pk"))
    roll_ups = current_roll_ups(Cut.NODE, None if below is None else [node.pk for node in rows])
    packages = [node.pk for node in rows if node.kind == NodeKind.PACKAGE]
    total = sum(roll_ups[pk].measures for pk in packages if pk in roll_ups)
    whole = len(rows) <= WHOLE_NODES and total <= WHOLE_MEASURES
    shown = set(packages) if whole else set(packages) & opened
    return _named(_in_order(rows, roll_ups, _measures_of(shown), shown), override_counts(on))


def _named(rows: list[TreeRow], lights_set: dict[int, int]) -> list[TreeRow]:
    """The worst child of each row by its name, as far as it stands in the tree; for nodes the lights set below."""
    names = {("measure" if row.stage is not None else "node", row.pk): row.name for row in rows}
    return [
        replace(
            row,
            worst_name=names.get((row.worst_kind, row.worst_id or 0), ""),
            lights_set=lights_set.get(row.pk, 0) if row.stage is None else 0,
        )
        for row in rows
    ]


def _measures_of(packages: set[int]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    if packages:
        for measure in with_status(Measure.objects.filter(package__node_id__in=packages)).order_by("sort_key", "pk"):
            found[measure.package.node_id].append(measure)
    return found


def with_status(measures: Any) -> Any:
    """Measures with the figures of their status as it is valid now; blank until the first reconciliation.

    The organization is named although the row policies ask for it anyway: from a number in the statement the database
    knows how many rows to expect, from a policy it does not.
    """
    here = current_organization_id()
    current = Q(statuses__valid_to__isnull=True, statuses__organization_id=here)
    return (
        measures.filter(organization_id=here)
        .select_related("package", "owner", "controller")
        .annotate(
            current=FilteredRelation("statuses", condition=current),
            committed=F("current__committed"),
            planned=F("current__planned"),
            forecast=F("current__forecast"),
            gap=F("current__counted_forecast") - F("current__committed"),
            counted_forecast=F("current__counted_forecast"),
            confirmed=F("current__confirmed"),
            committed_cents=F("current__committed_cents"),
            forecast_cents=F("current__forecast_cents"),
            counted_forecast_cents=F("current__counted_forecast_cents"),
            confirmed_cents=F("current__confirmed_cents"),
            basis=F("current__basis"),
            tier=F("current__tier"),
        )
    )


def _in_order(
    nodes: list[Node], roll_ups: dict[int | None, RollUp], measures: dict[int, list[Any]], shown: set[int]
) -> list[TreeRow]:
    present = {node.pk for node in nodes}
    children: dict[int | None, list[Node]] = defaultdict(list)
    for node in nodes:
        children[node.parent_id if node.parent_id in present else None].append(node)
    rows: list[TreeRow] = []

    def visit(node: Node, above: str, level: int) -> None:
        path = f"{above}.{node.pk}" if above else str(node.pk)
        rows.append(_node_row(node, path, level, roll_ups.get(node.pk), bool(children[node.pk]), shown))
        for child in children[node.pk]:
            visit(child, path, level + 1)
        rows.extend(_measure_row(measure, path, level + 1) for measure in measures.get(node.pk, ()))

    for top in children[None]:
        visit(top, "", 0)
    return rows


def _node_row(node: Node, path: str, level: int, roll_up: RollUp | None, has_nodes: bool, shown: set[int]) -> TreeRow:
    count = roll_up.measures if roll_up else 0
    return TreeRow(
        path=path,
        level=level,
        kind=node.kind,
        code=node.code,
        name=node.name,
        pk=node.pk,
        archived=node.archived,
        implementation=roll_up.implementation if roll_up else Light.GREY,
        potential=roll_up.potential if roll_up else Light.GREY,
        committed=roll_up.committed if roll_up else ZERO,
        forecast=roll_up.forecast if roll_up else ZERO,
        exposed=roll_up.exposed if roll_up else ZERO,
        pipeline=roll_up.pipeline if roll_up else ZERO,
        measures=count,
        freshness=share(roll_up.fresh_weight, roll_up.weight) if roll_up else None,
        worst_kind=roll_up.worst_child_kind if roll_up else "",
        worst_id=roll_up.worst_child_id if roll_up else None,
        has_children=has_nodes or bool(count),
        is_open=node.kind != NodeKind.PACKAGE or node.pk in shown,
    )


def _measure_row(measure: Any, path: str, level: int) -> TreeRow:
    return TreeRow(
        path=f"{path}.m{measure.pk}",
        level=level,
        kind="measure",
        code=measure.code,
        name=measure.name,
        pk=measure.pk,
        stage=measure.stage,
        lifecycle=measure.lifecycle,
        basis=measure.basis or "",
        implementation=measure.implementation_status,
        potential=measure.potential_status,
        hollow=measure.potential_hollow,
        implementation_reasons=measure.implementation_reasons,
        potential_reasons=measure.potential_reasons,
        committed=measure.committed,
        forecast=measure.counted_forecast if measure.committed is not None else (measure.forecast or ZERO),
        exposed=ZERO,
        pipeline=(measure.forecast or ZERO) if measure.committed is None else ZERO,
        has_children=False,
    )


def cut_rows(cut: Cut) -> list[tuple[str, RollUp]]:
    """Name and roll-up of each entry of a cut, largest exposure first; what is assigned to none comes last."""
    roll_ups = current_roll_ups(cut)
    names = dict(CUT_MODELS[cut].objects.filter(pk__in=[key for key in roll_ups if key]).values_list("pk", "name"))
    rows = [(names.get(key, "") if key else "", row) for key, row in roll_ups.items()]
    return sorted(rows, key=lambda pair: (pair[1].key_id is None, -pair[1].exposed, pair[0].casefold()))


def visible_root(user: User) -> Node | None:
    """The organization's root, for a person who may see it, and so every cut of it."""
    return visible_nodes(user).filter(kind=NodeKind.ORGANIZATION).first()
