"""Decides the take-over of every loaded measure: baseline, decision with its snapshot, and the gaps that remain.

Measures are judged in chunks by the same criteria and snapshots as at a gate; the rows are written set by set.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from finance.money import ZERO
from finance.queries.periods import fiscal_year_on
from finance.queries.plans import canonical_json, plain_cells, sha256_of
from governance.criteria.case import EffectFacts, GateCase
from governance.gates import GATES, passed_gates
from governance.models import ImportBatch
from governance.queries.cases import gate_cases
from governance.snapshots import Snapshot, snapshot_hash, snapshot_of, take_over_snapshot
from governance.takeover.outline import Outline
from governance.takeover.staging import SQL, copy_rows
from measures.choices import DoI, Lifecycle
from measures.models import Measure
from portfolio import tenancy
from portfolio.history import record_changed_in
from portfolio.sql_files import run_sql

CHUNK = 500
Tell = Callable[[str], None]
# What a hold or a cancellation asks for and a workbook cannot say.
LIFECYCLE_GAPS = {
    Lifecycle.ACTIVE: (),
    Lifecycle.ON_HOLD: ("hold_reason_given", "hold_review_set"),
    Lifecycle.CANCELLED: ("cancel_reason_given",),
}


@dataclass
class Judged:
    """What one chunk adds to the three temporary tables."""

    baselines: list[tuple[Any, ...]] = field(default_factory=list)
    decisions: list[tuple[Any, ...]] = field(default_factory=list)
    gaps: list[tuple[Any, ...]] = field(default_factory=list)


def decide_all(outline: Outline, *, batch: ImportBatch, tell: Tell) -> Counter[str]:
    """Every staged measure stands where the workbook says, decided by TAKE_OVER; the gaps counted by criterion."""
    run_sql(SQL / "deciding.sql")
    overlaps = _overlaps()
    gaps: Counter[str] = Counter()
    done, total = 0, outline.counts["measures"]
    for wanted in _chunks():
        judged = _judge(wanted, outline, overlaps)
        copy_rows("takeover_baseline", ("measure_id", "plan_rate", "committed", "sha256"), judged.baselines)
        copy_rows("takeover_decision", ("measure_id", "snapshot", "sha256"), judged.decisions)
        copy_rows("takeover_gap", ("measure_id", "criterion", "params"), judged.gaps)
        gaps.update(criterion for __, criterion, __ in judged.gaps)
        done += len(wanted)
        tell(_("Deciding: %(done)s of %(total)s measures …") % {"done": done, "total": total})
    _write(outline, batch)
    return gaps


def _chunks() -> Iterator[dict[int, tuple[DoI, Lifecycle]]]:
    """Ids of the staged measures with stage and lifecycle to be reached, some hundred at a time."""
    last = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT id, stage, lifecycle FROM takeover_measure WHERE id > %s ORDER BY id LIMIT %s", [last, CHUNK]
            )
            wanted = {pk: (DoI(stage), Lifecycle(lifecycle)) for pk, stage, lifecycle in cursor.fetchall()}
        if not wanted:
            return
        yield wanted
        last = max(wanted)


def _overlaps() -> dict[int, tuple[str, ...]]:
    with connection.cursor() as cursor:
        cursor.execute((SQL / "overlaps.sql").read_text(encoding="utf-8"))
        return {pk: tuple(codes) for pk, codes in cursor.fetchall()}


def _judge(
    wanted: Mapping[int, tuple[DoI, Lifecycle]], outline: Outline, overlaps: Mapping[int, tuple[str, ...]]
) -> Judged:
    measures = list(Measure.objects.filter(pk__in=wanted).order_by("pk"))
    cases = gate_cases(measures, on=outline.on, overlaps=overlaps)
    judged = Judged()
    for measure in measures:
        stage, lifecycle = wanted[measure.pk]
        case = _as_taken_over(cases[measure.pk], stage, lifecycle)
        if stage >= DoI.DECIDED:
            sha256 = baseline_sha256(case)
            judged.baselines.append((measure.pk, case.figures.rate, case.figures.committed, sha256))
        snapshot = _snapshot(case)
        judged.decisions.append((measure.pk, canonical_json(snapshot), snapshot_hash(snapshot)))
        judged.gaps += [(measure.pk, code, canonical_json(params)) for code, params in gaps_of(case)]
    return judged


def _as_taken_over(case: GateCase, stage: DoI, lifecycle: Lifecycle) -> GateCase:
    """The measure as it will stand; from Decided on its plan is its commitment."""
    figures = case.figures
    if stage >= DoI.DECIDED:
        figures = replace(figures, committed=figures.plan_run_rate or ZERO)
    return replace(case, stage=stage, lifecycle=lifecycle, figures=figures, unratified=True)


def _snapshot(case: GateCase) -> Snapshot:
    """As at the last gate passed; a Defined measure has passed none and is pictured as for the first."""
    return take_over_snapshot(case) or snapshot_of(case, replace(GATES[DoI.DEFINED], to=DoI.DEFINED))


def gaps_of(case: GateCase) -> list[tuple[str, Mapping[str, Any]]]:
    """Criteria of the gates behind the measure that it does not meet, with the parameters of their sentences."""
    found: dict[str, Mapping[str, Any]] = {}
    for gate in passed_gates(case.stage):
        for criterion in gate.criteria:
            objection = None if criterion.code in found else criterion.check(case)
            if objection is not None:
                found[criterion.code] = objection.params
    return [*found.items(), *((code, {}) for code in LIFECYCLE_GAPS[case.lifecycle])]


def baseline_sha256(case: GateCase) -> str:
    """The hash of the baseline that freezing this measure writes; equal to that of `freeze_baseline`."""
    return sha256_of(
        {
            "measure": case.measure_id,
            "currency": case.currency,
            "plan_rate": f"{case.figures.rate:.8f}",
            "reference_base": None if case.reference_base is None else f"{case.reference_base:.4f}",
            "reference_source": case.reference_source,
            "reference_period": case.reference_period,
            "effects": [
                {**_terms(effect), "plan": plain_cells(effect.plan)}
                for effect in sorted(case.effects, key=lambda effect: effect.id)
            ],
            "milestones": [
                [
                    row.id,
                    row.name,
                    row.baseline_on and row.baseline_on.isoformat(),
                    f"{row.weight:.4f}",
                    row.is_critical,
                ]
                for row in sorted(case.milestones, key=lambda row: row.id)
            ],
        }
    )


def _terms(effect: EffectFacts) -> dict[str, Any]:
    return {
        "id": effect.id,
        "name": effect.name,
        "nature": effect.nature,
        "recurrence": effect.recurrence,
        "hardness": effect.hardness,
        "pnl_line": effect.pnl_line_id,
        "gl_account": effect.gl_account_id,
        "cost_centre": effect.cost_centre_id,
        "ends_on": effect.ends_on.isoformat() if effect.ends_on else None,
    }


def _write(outline: Outline, batch: ImportBatch) -> None:
    context = tenancy.current()
    params = {
        "organization": context.organization_id,
        "deed": context.deed_id,
        "by": context.user_id,
        "on": outline.on,
        "at": batch.at,
        "fiscal_year": fiscal_year_on(outline.on),
        "batch": batch.pk,
        "reason": batch.name,
    }
    run_sql(SQL / "baselines.sql", params)
    run_sql(SQL / "decisions.sql", params)
    record_changed_in(Measure, "takeover_measure")
