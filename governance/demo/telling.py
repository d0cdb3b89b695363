"""What there is to see after the story: lights, divergence, who was told, exposure on each level, the record."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from governance.choices import Cut
from governance.models import Divergence, MeasureStatus, Notice, RollUp
from governance.queries.timeline import story as timeline_of
from governance.sentences import sentence
from measures.models import Measure
from portfolio.models import Node, NodeClosure, User


@dataclass(frozen=True)
class Picture:
    """A measure as the last reconciliation left it, amounts in the organization's currency."""

    implementation: str
    potential: str
    committed: Decimal | None
    forecast: Decimal
    reasons: tuple[str, ...]
    divergences: tuple[str, ...]


@dataclass(frozen=True)
class Level:
    """A node above the measure with its figures."""

    name: str
    implementation: str
    potential: str
    exposed: Decimal


def picture_of(measure: Measure) -> Picture | None:
    """Lights, figures and open divergences; None while the measure has not been judged."""
    status = MeasureStatus.objects.filter(measure=measure, valid_to__isnull=True).first()
    if status is None:
        return None
    open_ones = Divergence.objects.filter(measure=measure, state="open").order_by("code")
    return Picture(
        status.implementation,
        status.potential,
        status.committed,
        status.forecast,
        tuple(sentence(reason["code"], reason.get("params", {})) for reason in status.potential_reasons),
        tuple(f"{row.code}: {sentence(row.code, row.params)}" for row in open_ones),
    )


def levels_above(measure: Measure) -> list[Level]:
    """Package, project, program, portfolio and organization with what stands exposed there."""
    above = NodeClosure.objects.filter(descendant=measure.package.node).order_by("depth")
    nodes = list(above.values_list("ancestor_id", flat=True))
    names = dict(Node.objects.filter(pk__in=nodes).values_list("pk", "name"))
    rows = RollUp.objects.filter(cut=Cut.NODE, key_id__in=nodes, valid_to__isnull=True)
    found = {row.key_id: row for row in rows}
    return [
        Level(names[pk], found[pk].implementation, found[pk].potential, found[pk].exposed)
        for pk in nodes
        if pk in found
    ]


def told(measure: Measure) -> list[User]:
    """Who has a notice about the measure."""
    people = Notice.objects.filter(measure_id=measure.pk).order_by("pk").values_list("user_id", flat=True)
    known = User.objects.in_bulk(list(people))
    return [known[pk] for pk in dict.fromkeys(people)]


def record(measure: Measure, lines: int) -> Iterator[str]:
    """The newest lines of the timeline: when, who, what, why."""
    for one in timeline_of(measure, limit=lines):
        who = str(one.entry.actor) if one.entry.actor else "Countersign"
        why = one.entry.reason or " ".join(one.reasons)
        yield f"{one.entry.at:%Y-%m-%d %H:%M} {who}: {one.what}" + (f" ({why})" if why else "")
