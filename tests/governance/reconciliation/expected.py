"""What the pure rules say of the rows of an organization: the standard the set-based statements must meet."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from finance.choices import Basis
from finance.models import ActualEntry, ClosureConfirmation
from finance.queries.figures import MeasureRows, potential_inputs, read_measure
from finance.rules import PotentialInputs, is_hollow, potential_light
from finance.rules.figures import Figures, judged_effects, value_of
from governance.rules import DivergenceInputs, MeasureShare, NodeRollUp, divergence_codes, roll_up
from measures.choices import DoI, Lifecycle, Light
from measures.models import Measure, RoleHolding
from measures.queries import implementation_inputs
from measures.rules import Judgement, implementation_light
from portfolio.models import NodeClosure
from tests.governance.reconciliation.world import World


@dataclass(frozen=True)
class Expected:
    """One measure by the rules."""

    implementation: Judgement
    potential: Judgement
    hollow: bool
    basis: Basis
    committed: Decimal | None
    planned: Decimal
    forecast: Decimal
    codes: list[str]
    share: MeasureShare


def expect(world: World, measure: Measure, on: date) -> Expected:
    rows = read_measure(measure, on=on)
    work = implementation_light(implementation_inputs(measure, on=on))
    inputs = _inputs(world, measure, on)
    money = potential_light(inputs)
    plan = rows.priced(rows.reference)
    figures = rows.figures(plan)
    planned = value_of(judged_effects(plan, figures.basis), lambda effect: effect.reference, rows.rate)
    committed = None if rows.current is None else figures.committed
    return Expected(
        implementation=work,
        potential=money,
        hollow=is_hollow(DoI(measure.stage), money.light),
        basis=figures.basis,
        committed=committed,
        planned=planned,
        forecast=figures.forecast,
        codes=_codes(measure, rows, figures, inputs, work.light, money.light),
        share=_share(measure, rows, figures, inputs, work.light, money.light, planned),
    )


def _inputs(world: World, measure: Measure, on: date) -> PotentialInputs:
    """Before the first decision against the snapshot's months or figure; the plan says when the effect starts."""
    spec = world.specs[measure.pk]
    if measure.stage >= DoI.DECIDED or spec.is_reverted:
        return potential_inputs(measure, on=on)
    effects = list(measure.effects.order_by("position", "pk"))
    promised = spec.snapshot == "months"
    months = {
        effect.pk: drawn.promise if promised else drawn.plan
        for effect, drawn in zip(effects, spec.effects, strict=True)
    }
    inputs = potential_inputs(measure, on=on, snapshot=months)
    return inputs if promised else replace(inputs, committed=spec.promised if spec.snapshot == "figure" else None)


def _codes(
    measure: Measure, rows: MeasureRows, figures: Figures, inputs: PotentialInputs, work: Light, money: Light
) -> list[str]:
    done = [m.actual_on for m in measure.milestones.all()]
    entries = ActualEntry.objects.filter(effect__measure=measure)
    same = all(_same(rows.amounts.forecast.get(e.pk) or {}, rows.reference.get(e.pk, {})) for e in rows.effects)
    former = RoleHolding.objects.filter(
        measure=measure, user_id=measure.controller_id or 0, office__in=["owner", "sponsor"]
    )
    facts = DivergenceInputs(
        on=rows.calendar.on,
        doi=DoI(measure.stage),
        lifecycle=Lifecycle(measure.lifecycle),
        implementation=work,
        potential=money,
        has_actuals=entries.exists(),
        has_validated_actuals=entries.exclude(tier="claimed").exists(),
        implemented_on=measure.stage_since,
        cumulative_reference=figures.cumulative_reference,
        cumulative_actual=figures.cumulative_actual,
        milestones_done_on=max(day for day in done if day) if done and all(done) else None,
        forecast_equals_plan=same,
        forecast_touched_on=inputs.forecast_touched_on,
        effect_starts_on=inputs.effect_starts_on,
        duties_conflict=former.exists(),
        closure_due_on=measure.due_closed,
    )
    return sorted(divergence_codes(facts))


def _same(forecast: Any, plan: Any) -> bool:
    return not forecast or all(forecast.get(month, 0) == plan.get(month, 0) for month in {*forecast, *plan})


def _share(
    measure: Measure,
    rows: MeasureRows,
    figures: Figures,
    inputs: PotentialInputs,
    work: Light,
    money: Light,
    planned: Decimal,
) -> MeasureShare:
    on = rows.calendar.on
    kept = [measure.milestones_kept_on, measure.taken_over_on, inputs.forecast_touched_on]
    confirmation = ClosureConfirmation.objects.filter(measure=measure).first()
    return MeasureShare(
        doi=DoI(measure.stage),
        lifecycle=Lifecycle(measure.lifecycle),
        basis=figures.basis,
        implementation=work,
        potential=money,
        committed=None if rows.current is None else figures.committed,
        forecast=figures.forecast,
        planned=planned,
        confirmed=confirmation.run_rate if confirmation else Decimal(0),
        original_commitment=rows.current.committed if rows.current else Decimal(0),
        cost_plan=figures.cost_reference,
        cost_forecast=figures.cost_forecast,
        is_fresh=any(on - day <= timedelta(days=45) for day in kept if day),
    )


def expect_node(world: World, shares: dict[int, MeasureShare], node_id: int) -> NodeRollUp:
    below = set(NodeClosure.objects.filter(ancestor_id=node_id).values_list("descendant_id", flat=True))
    return roll_up(shares[m.pk] for m in world.measures if m.package.node_id in below)
