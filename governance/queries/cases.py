"""What the criteria need to know of a measure, read in a handful of statements however many measures are asked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from finance.choices import Hardness, Nature, Recurrence
from finance.models import BaselineVersion, ClosureConfirmation, Dispute, Effect, PlanRate, PlanValidation
from finance.queries.amounts import all_amounts
from finance.queries.periods import calendar_on
from finance.queries.plans import plan_sha256
from finance.rules.figures import basis_of, judged_effects, value_of
from governance.choices import DivergenceState
from governance.criteria.case import (
    EffectFacts,
    FigureFacts,
    GateCase,
    Limits,
    MilestoneFacts,
    RiskFacts,
    ValidationFacts,
)
from governance.models import Divergence, TakeOver
from measures.choices import DoI, Lifecycle
from measures.models import Dependency, Measure, Milestone, Risk
from portfolio.models import OrganizationSettings

# Divergences that the controller answers before the value is confirmed (domain §6).
ASKED_AT_CLOSURE = ("D1", "D5", "D6", "D9", "D10")


def gate_case(measure: Measure, *, on: date) -> GateCase:
    """The measure as the criteria see it on this day, overlaps with others included."""
    return gate_cases([measure], on=on, overlaps=unlinked_overlaps(measure.pk))[measure.pk]


def gate_cases(
    measures: Sequence[Measure], *, on: date, overlaps: Mapping[int, tuple[str, ...]] | None = None
) -> dict[int, GateCase]:
    """The same for many measures, by id; statements grow with those whose plan was validated, not with the rest."""
    frame = _Frame(on)
    rows = _Rows([measure.pk for measure in measures])
    return {measure.pk: _case(measure, frame, rows, (overlaps or {}).get(measure.pk, ())) for measure in measures}


class _Frame:
    """What all cases of one day share."""

    def __init__(self, on: date) -> None:
        self.on = on
        settings = OrganizationSettings.objects.get()
        self.limits = Limits(
            currency=settings.currency,
            materiality=settings.materiality,
            de_minimis=settings.de_minimis,
            four_eyes_limit=settings.four_eyes_limit,
            hardened=frozenset(settings.hardened_criteria),
        )
        calendar = calendar_on(on, settings)
        # once for all cases: each walks the whole calendar
        self.last_closed, self.current = calendar.last_closed, calendar.current
        self.rates = dict(PlanRate.objects.filter(fiscal_year=calendar.fiscal_year).values_list("currency", "rate"))
        self.rates[settings.currency] = Decimal(1)


class _Rows:
    """All rows of the measures, grouped."""

    def __init__(self, ids: Sequence[int]) -> None:
        effects = list(Effect.objects.filter(measure_id__in=ids).order_by("position", "pk"))
        self.effects = _grouped(effects)
        self.amounts = all_amounts(effect.pk for effect in effects)
        milestones = Milestone.objects.filter(measure_id__in=ids).select_related("evidence_file")
        self.milestones = _grouped(milestones.order_by("position", "pk"))
        self.risks = _grouped(Risk.objects.filter(measure_id__in=ids, closed=False).order_by("pk"))
        self.waits_for = _grouped(Dependency.objects.filter(measure_id__in=ids).order_by("pk"))
        self.validations = _grouped(PlanValidation.objects.filter(measure_id__in=ids).order_by("pk"))
        self.disputes = _grouped(Dispute.objects.filter(measure_id__in=ids, closed_on__isnull=True))
        self.baselines = {row.measure_id: row for row in _current(BaselineVersion, ids, is_current=True)}
        self.confirmations = {row.measure_id: row for row in _current(ClosureConfirmation, ids, revoked_at=None)}
        open_ones = Divergence.objects.filter(state=DivergenceState.OPEN, code__in=ASKED_AT_CLOSURE)
        self.divergences = _grouped(open_ones.filter(measure_id__in=ids).order_by("code"))
        unratified = TakeOver.objects.filter(measure_id__in=ids, ratified_at__isnull=True)
        self.unratified = set(unratified.values_list("measure_id", flat=True))


def _current(model: Any, ids: Sequence[int], **lookup: Any) -> Iterable[Any]:
    rows: Iterable[Any] = model.objects.filter(measure_id__in=ids, **lookup)
    return rows


def _grouped(rows: Iterable[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.measure_id].append(row)
    return found


def _case(measure: Measure, frame: _Frame, rows: _Rows, overlaps: tuple[str, ...]) -> GateCase:
    effects = tuple(_effect(effect, rows) for effect in rows.effects.get(measure.pk, ()))
    return GateCase(
        measure_id=measure.pk,
        on=frame.on,
        stage=DoI(measure.stage),
        lifecycle=Lifecycle(measure.lifecycle),
        **{name: getattr(measure, name) for name in _COPIED},
        due_on={stage: getattr(measure, f"due_{stage.name.lower()}") for stage in DoI if stage > DoI.DEFINED},
        effects=effects,
        milestones=tuple(_milestone(row) for row in rows.milestones.get(measure.pk, ())),
        risks=tuple(RiskFacts(r.pk, r.text, r.probability, r.impact) for r in rows.risks.get(measure.pk, ())),
        waits_for=tuple(row.on_measure_id for row in rows.waits_for.get(measure.pk, ())),
        unlinked_overlaps=overlaps,
        validations=_validations(measure, rows),
        open_disputes=len(rows.disputes.get(measure.pk, ())),
        unanswered_divergences=tuple(row.code for row in rows.divergences.get(measure.pk, ())),
        unratified=measure.pk in rows.unratified,
        last_closed=frame.last_closed,
        current_period=frame.current,
        figures=_figures(measure, effects, frame, rows),
        limits=frame.limits,
    )


_COPIED = (
    "code",
    "name",
    "currency",
    "problem",
    "owner_id",
    "package_id",
    "controller_id",
    "sponsor_id",
    "committee_id",
    "line_owner_id",
    "legal_entity_id",
    "likely_potential",
    "low_potential",
    "high_potential",
    "reference_base",
    "reference_source",
    "reference_period",
    "budget_name",
    "lessons_learned",
    "effect_start_confirmed",
)


def _effect(effect: Effect, rows: _Rows) -> EffectFacts:
    return EffectFacts(
        id=effect.pk,
        name=effect.name,
        nature=Nature(effect.nature),
        recurrence=Recurrence(effect.recurrence),
        hardness=Hardness(effect.hardness) if effect.hardness else "",
        pnl_line_id=effect.pnl_line_id,
        gl_account_id=effect.gl_account_id,
        cost_centre_id=effect.cost_centre_id,
        ends_on=effect.ends_on,
        plan=rows.amounts.plan.get(effect.pk, {}),
        forecast=rows.amounts.forecast.get(effect.pk, {}),
        actual=rows.amounts.actual.get(effect.pk, {}),
        claimed=rows.amounts.claimed.get(effect.pk, {}),
    )


def _milestone(row: Milestone) -> MilestoneFacts:
    return MilestoneFacts(
        id=row.pk,
        name=row.name,
        is_critical=row.is_critical,
        weight=row.weight,
        owner_id=row.owner_id,
        baseline_on=row.baseline_on,
        actual_on=row.actual_on,
        evidence_note=row.evidence_note,
        evidence_sha256=row.evidence_file.sha256 if row.evidence_file else "",
    )


def _validations(measure: Measure, rows: _Rows) -> tuple[ValidationFacts, ...]:
    found = rows.validations.get(measure.pk, [])
    if not found:
        return ()
    now = plan_sha256(measure)
    return tuple(ValidationFacts(row.on, row.validated_by_id, row.second_reviewer, row.sha256 == now) for row in found)


def _figures(measure: Measure, effects: tuple[EffectFacts, ...], frame: _Frame, rows: _Rows) -> FigureFacts:
    baseline = rows.baselines.get(measure.pk)
    confirmation = rows.confirmations.get(measure.pk)
    rate = baseline.plan_rate if baseline else frame.rates.get(measure.currency)
    amounts = [effect.amounts for effect in effects]
    basis = basis_of(amounts)
    if rate is None:
        return FigureFacts(basis=basis)
    judged = judged_effects(amounts, basis)
    return FigureFacts(
        basis=basis,
        rate=rate,
        plan_run_rate=value_of(judged, lambda effect: effect.reference, rate),
        forecast_run_rate=value_of(judged, lambda effect: effect.forecast, rate),
        committed=baseline.committed if baseline else None,
        confirmed=confirmation.run_rate if confirmation else None,
    )


def unlinked_overlaps(measure_id: int) -> dict[int, tuple[str, ...]]:
    """Codes of measures past Detailed that claim an entity, account, cost centre and month of this one.

    Positive EBITDA plan amounts only, cancelled measures aside. A dependency between the two, either way, links
    them and settles the overlap.
    """
    with connection.cursor() as cursor:
        cursor.execute(_OVERLAPS, {"measure": measure_id, "detailed": DoI.DETAILED.value})
        codes = tuple(code for (code,) in cursor.fetchall())
    return {measure_id: codes} if codes else {}


_OVERLAPS = """
SELECT other.code
FROM measures_measure mine
JOIN measures_measure other ON other.legal_entity_id = mine.legal_entity_id AND other.id <> mine.id
    AND other.stage >= %(detailed)s AND other.lifecycle <> 'cancelled'
WHERE mine.id = %(measure)s
  AND EXISTS (
    SELECT FROM finance_effect e
    JOIN finance_effect oe ON oe.gl_account_id = e.gl_account_id AND oe.cost_centre_id = e.cost_centre_id
    WHERE e.measure_id = mine.id AND e.nature = 'ebitda' AND oe.measure_id = other.id AND oe.nature = 'ebitda'
      AND EXISTS (
        SELECT FROM finance_planamount a
        JOIN finance_planamount oa ON oa.period_id = a.period_id AND oa.amount > 0
        WHERE a.effect_id = e.id AND a.amount > 0 AND oa.effect_id = oe.id))
  AND NOT EXISTS (
    SELECT FROM measures_dependency d
    WHERE (d.measure_id = mine.id AND d.on_measure_id = other.id)
       OR (d.measure_id = other.id AND d.on_measure_id = mine.id))
ORDER BY other.code
LIMIT 20
"""
