"""What stands between a measure and its next gate: every criterion, always all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from governance.choices import CriterionKind
from governance.criteria.case import GateCase
from governance.gates import GATES, Criterion, added_to, passed_gates
from governance.models import TakeOverGap
from governance.queries.cases import gate_case
from measures.choices import DoI
from measures.models import Measure
from portfolio.choices import Office
from portfolio.errors import Objection


@dataclass(frozen=True)
class CriterionState:
    """One criterion as it stands; `asked_again` when it belongs to a passed gate of a taken-over measure."""

    rule: Criterion
    kind: CriterionKind
    objection: Objection | None
    asked_again: bool = False

    @property
    def criterion(self) -> str:
        return self.rule.code

    @property
    def cleared_by(self) -> tuple[Office, ...]:
        return self.rule.cleared_by

    @property
    def is_met(self) -> bool:
        return self.objection is None


def criterion_states(case: GateCase, gaps: Sequence[str] = ()) -> list[CriterionState]:
    """Every criterion of the next gate in the order of the policy, those the tenant has added, open take-over gaps.

    A SOFT criterion the tenant has hardened is HARD, and so is an added one. A gap of a passed gate is asked at its own
    strength before Decided; from then on a written waiver is enough, because plan and terms can no longer be changed.
    """
    gate = GATES.get(case.stage)
    if gate is None:
        return []
    kinds = [(rule, CriterionKind.HARD) for rule in gate.hard] + [(rule, _strength(rule, case)) for rule in gate.soft]
    kinds += [(rule, CriterionKind.HARD) for rule in added_to(gate, case.limits.added)]
    return [judged(rule, kind, case) for rule, kind in kinds] + _asked_again(case, gaps, {r.code for r, _ in kinds})


def _strength(rule: Criterion, case: GateCase) -> CriterionKind:
    return CriterionKind.HARD if rule.code in case.limits.hardened else CriterionKind.SOFT


def judged(rule: Criterion, kind: CriterionKind, case: GateCase, asked_again: bool = False) -> CriterionState:
    found = rule.check(case)
    cleared_by = tuple(office.value for office in rule.cleared_by)
    return CriterionState(rule, kind, found and replace(found, cleared_by=cleared_by), asked_again)


def _asked_again(case: GateCase, gaps: Sequence[str], already: set[str]) -> list[CriterionState]:
    waivable = case.stage >= DoI.DECIDED
    states = []
    for gate in passed_gates(case.stage):
        for rule in gate.criteria:
            if rule.code in gaps and rule.code not in already:
                own = CriterionKind.HARD if rule in gate.hard else _strength(rule, case)
                states.append(judged(rule, CriterionKind.SOFT if waivable else own, case, asked_again=True))
                already.add(rule.code)
    return states


def open_gaps(measure: Measure) -> list[str]:
    """Criteria the take-over left open."""
    rows = TakeOverGap.objects.filter(measure=measure, closed_on__isnull=True)
    return list(rows.order_by("pk").values_list("criterion", flat=True))


def gap_codes(case: GateCase) -> list[str]:
    """Criteria of the gates a taken-over measure is behind that it does not meet, in the order of the policy."""
    codes = dict.fromkeys(rule.code for gate in passed_gates(case.stage) for rule in gate.criteria if rule.check(case))
    return list(codes)


def open_objections(measure: Measure, *, on: date) -> list[CriterionState]:
    """Every criterion of the next gate that is not met, with its kind and who can clear it."""
    states = criterion_states(gate_case(measure, on=on), open_gaps(measure))
    return [state for state in states if not state.is_met]
