"""Imports and what became of them."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from governance.gates import GATES
from governance.models import ImportBatch, TakeOver, TakeOverGap
from governance.sentences import sentence
from measures.choices import DoI


@dataclass(frozen=True)
class GapCount:
    """A criterion with its rule, and how many measures of the batch still miss it."""

    criterion: str
    rule: str
    count: int


@dataclass(frozen=True)
class BatchResult:
    """Measures of a batch by the stage they came in; how many are ratified; the gaps still open, most first."""

    stages: list[tuple[DoI, int]]
    measures: int
    ratified: int
    gaps: list[GapCount]


def batch_rows() -> QuerySet[ImportBatch, ImportBatch]:
    """All imports, the latest first, with the number of measures and of those ratified."""
    return (
        ImportBatch.objects.select_related("imported_by")
        .annotate(
            measures=Count("take_overs"),
            ratified=Count("take_overs", filter=Q(take_overs__ratified_at__isnull=False)),
        )
        .order_by("-pk")
    )


def result_of(batch: ImportBatch) -> BatchResult:
    """What one import brought and what is open about it."""
    rows = TakeOver.objects.filter(batch=batch)
    stages = rows.values_list("stage").annotate(count=Count("pk")).order_by("stage")
    gaps = (
        TakeOverGap.objects.filter(closed_on__isnull=True, measure__take_overs__batch=batch)
        .values_list("criterion")
        .annotate(count=Count("pk"))
        .order_by("-count", "criterion")
    )
    return BatchResult(
        stages=[(DoI(stage), count) for stage, count in stages],
        measures=rows.count(),
        ratified=rows.filter(ratified_at__isnull=False).count(),
        gaps=[GapCount(criterion, rule_of(criterion), count) for criterion, count in gaps],
    )


def rule_of(criterion: str) -> str:
    """The rule behind a gap, as people read it."""
    rules = {rule.code: rule for gate in GATES.values() for rule in gate.criteria}
    return rules[criterion].policy if criterion in rules else sentence(criterion)
