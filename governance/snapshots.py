"""The frozen picture of a measure at a gate: canonical JSON and its SHA-256.

`snapshot["relevant"]` holds the gate-relevant fields named in `governance/gates.py` and is what the hash covers.
`snapshot["figures"]` stands beside it, outside the hash: the forecast may move while a submission waits. People are
named by id only, amounts are strings.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from finance.money import STORED
from finance.queries.closing import ClosingFigures
from finance.queries.plans import sha256_of
from finance.rules.periods import period_name
from governance.criteria.case import EffectFacts, GateCase, MilestoneFacts
from governance.gates import Gate, passed_gates
from governance.models import GateSubmission

Snapshot = dict[str, Any]


def snapshot_of(case: GateCase, gate: Gate) -> Snapshot:
    """The picture to store with a submission, a decision or a take-over at this gate.

    `figures`: run-rate (or sum) of plan and forecast in the organization's currency, None while the plan rate is
    unknown, and the basis they are judged by.
    """
    figures = case.figures
    return {
        "gate": gate.to.name.lower(),
        "on": case.on.isoformat(),
        "relevant": relevant_fields(case, gate.freezes),
        "figures": {
            "plan_run_rate": _plain(figures.plan_run_rate),
            "forecast_run_rate": _plain(figures.forecast_run_rate),
            "committed": _plain(figures.committed),
            "basis": figures.basis.value,
        },
    }


def take_over_snapshot(case: GateCase) -> Snapshot | None:
    """The picture of a measure taken over in its stage: that of the last gate it is behind; None when Defined."""
    passed = passed_gates(case.stage)
    return snapshot_of(case, passed[-1]) if passed else None


def snapshot_hash(snapshot: Mapping[str, Any]) -> str:
    """The hash a submission is bound to: over the gate and its relevant fields, not over the figures."""
    return sha256_of({"gate": snapshot["gate"], "relevant": snapshot["relevant"]})


def changed_fields(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Names of the gate-relevant fields that differ between two snapshots of one gate, such as `effects.plan`."""
    old, new = before["relevant"], after["relevant"]
    return sorted(name for name in {*old, *new} if old.get(name) != new.get(name))


def relevant_fields(case: GateCase, names: Sequence[str]) -> dict[str, Any]:
    """Each relevant field with its value; of effects and milestones a list of id and value, by id."""
    return {name: _value(case, name) for name in names}


def _value(case: GateCase, name: str) -> Any:
    subject, field = name.split(".")
    if subject == "measure":
        return _plain(_measure_field(case, field))
    rows: Sequence[EffectFacts | MilestoneFacts] = case.effects if subject == "effects" else case.milestones
    return [[row.id, _plain(_row_field(row, field))] for row in sorted(rows, key=lambda row: row.id)]


def _measure_field(case: GateCase, field: str) -> Any:
    return getattr(case, f"{field}_id") if hasattr(case, f"{field}_id") else getattr(case, field)


def _row_field(row: EffectFacts | MilestoneFacts, field: str) -> Any:
    if field == "evidence" and isinstance(row, MilestoneFacts):
        return [row.evidence_note, row.evidence_sha256]
    return getattr(row, f"{field}_id") if hasattr(row, f"{field}_id") else getattr(row, field)


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value.quantize(STORED))
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {period_name(month): _plain(amount) for month, amount in sorted(value.items()) if amount}
    return value


def closing_snapshot(submission: GateSubmission, closing: ClosingFigures, outcome: str, run_rate: Decimal) -> Snapshot:
    """The picture a confirmation, its second consent and its decision are all bound to.

    The submitted picture, and the value confirmed with the months it rests on. Of one submission only, so that a
    consent never serves a later closure.
    """
    return {
        **submission.snapshot,
        "closing": {
            "submission": submission.pk,
            "outcome": str(outcome),
            "run_rate": _plain(run_rate),
            "committed": _plain(closing.committed),
            "basis": closing.basis.value,
            "months": [period_name(month) for month in closing.months or ()],
            "actuals": [_plain(amount) for amount in closing.actuals],
            "baselines": [_plain(amount) for amount in closing.baselines],
        },
    }


def closing_hash(snapshot: Mapping[str, Any]) -> str:
    """The hash a closure is bound to: over the gate-relevant fields and the value confirmed."""
    return sha256_of({name: snapshot[name] for name in ("gate", "relevant", "closing")})
