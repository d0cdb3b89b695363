"""Criteria about the work: what is described, when it is due, what was done."""

from __future__ import annotations

from governance.criteria.case import GateCase, MilestoneFacts
from governance.sentences import objection
from measures.choices import DoI
from portfolio.errors import Objection

MILESTONES_AT_LEAST = 3


def problem_described(case: GateCase) -> Objection | None:
    """Name, problem and intended outcome are written down."""
    return None if case.name.strip() and case.problem.strip() else objection("problem_described")


def package_named(case: GateCase) -> Objection | None:
    """The measure stands in a measure package."""
    return None if case.package_id else objection("package_named")


def gate_dates_set(case: GateCase) -> Objection | None:
    """Every coming gate has a target date."""
    missing = [stage.label for stage in DoI if stage > case.stage and case.due_on.get(stage) is None]
    return objection("gate_dates_set", gates=", ".join(map(str, missing))) if missing else None


def milestones_set(case: GateCase) -> Objection | None:
    """At least three milestones are set, at least one of them critical, each with owner and date."""
    if len(case.milestones) < MILESTONES_AT_LEAST or not case.critical_milestones:
        return objection(
            "milestones_set",
            count=len(case.milestones),
            critical=len(case.critical_milestones),
            least=MILESTONES_AT_LEAST,
        )
    incomplete = [one.name for one in case.milestones if one.owner_id is None or one.baseline_on is None]
    return objection("milestones_owned", names=", ".join(incomplete)) if incomplete else None


def risks_scored(case: GateCase) -> Objection | None:
    """The risks are entered, each with probability and impact."""
    scored = all(risk.probability and risk.impact for risk in case.risks)
    return None if case.risks and scored else objection("risks_scored")


def dependencies_entered(case: GateCase) -> Objection | None:
    """What the measure waits for is entered."""
    return None if case.waits_for else objection("dependencies_entered")


def critical_milestones_evidenced(case: GateCase) -> Objection | None:
    """All critical milestones have an actual date and evidence; below materiality one sentence is enough."""
    needs_file = case.figures.size >= case.limits.materiality
    missing = [one.name for one in case.critical_milestones if not _is_evidenced(one, needs_file)]
    if not missing:
        return None
    code = "critical_milestones_evidenced" if needs_file else "critical_milestones_described"
    return objection(code, names=", ".join(missing))


def _is_evidenced(milestone: MilestoneFacts, needs_file: bool) -> bool:
    if milestone.actual_on is None:
        return False
    return bool(milestone.evidence_sha256) or (not needs_file and bool(milestone.evidence_note.strip()))


def lessons_learned_written(case: GateCase) -> Objection | None:
    """What was learned is written down."""
    return None if case.lessons_learned.strip() else objection("lessons_learned_written")
