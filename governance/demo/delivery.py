"""From the decision to the confirmation: work done, money booked, value confirmed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal

from django.utils import timezone

from finance.actions.actuals import claim_actual, record_validated, validate_claims
from finance.actions.confirmations import ConfirmationTerms
from finance.actions.forecasts import set_forecast
from finance.choices import ClosureOutcome, Hardness, LeakageReason, Nature
from finance.models import Effect
from finance.money import CENT
from finance.queries.closing import ClosingFigures, closing_inputs
from finance.rules.periods import period_name
from governance.actions.closure import confirm_and_close
from governance.actions.gates import approve
from governance.demo.choices import Turn
from governance.demo.effects import Line
from governance.demo.lives import Life, describe, put
from governance.demo.scene import Scene
from governance.demo.words import LESSONS, SOURCES, paper
from measures.actions.milestones import complete_milestone, edit_milestone
from portfolio.actions.files import store_file
from portfolio.choices import Office
from portfolio.models import User

OUTCOMES = {
    Turn.CONFIRMED: ClosureOutcome.CONFIRM,
    Turn.CONFIRMED_SHORT: ClosureOutcome.CONFIRM_WITH_SHORTFALL,
    Turn.CONFIRMED_AVOIDANCE: ClosureOutcome.CONFIRM_AVOIDANCE,
}


def work(life: Life) -> None:
    """Milestones that have passed are done with their evidence, those that move have a new forecast date."""
    clock, script = life.scene.clock, life.script
    for milestone in life.milestones:
        moves = bool(script.slip) and milestone.is_critical and milestone.baseline_on > clock.ago(40)
        if moves:
            _move(life, milestone.pk, milestone.baseline_on + timedelta(days=script.slip))
        elif milestone.baseline_on <= clock.today:
            _complete(life, milestone.pk, milestone.baseline_on)


def _move(life: Life, pk: int, to: date) -> None:
    milestone = next(one for one in life.milestones if one.pk == pk)
    life.scene.act(edit_milestone, milestone, forecast_on=to, by=life.owner, on=life.scene.clock.ago(15))


def _complete(life: Life, pk: int, planned: date) -> None:
    milestone = next(one for one in life.milestones if one.pk == pk)
    done = min(planned + timedelta(days=life.chance.randint(-4, 5)), life.scene.clock.today)
    file = None
    if milestone.is_critical and life.script.implemented is not None:
        lines = (life.measure.name, f"{milestone.name} on {done}", "Checked and accepted.")
        name = f"{life.measure.code} {milestone.name}.pdf"
        file = life.scene.act(store_file, name, paper("Acceptance record", lines), by=life.owner)
    life.scene.act(
        complete_milestone,
        milestone,
        actual_on=done,
        evidence_note="See the acceptance record." if file else f"{milestone.name}: reported in the weekly round.",
        evidence_file=file,
        by=life.owner,
        on=done,
    )


def expect(life: Life) -> None:
    """The owner has adjusted the forecast of the coming months, and of the cost that is overspent."""
    scene, script = life.scene, life.script
    if not script.kept:
        return
    for line, effect in life.effects:
        if line.is_ebitda:
            coming = {m: amount for m, amount in line.plan.items() if m >= 1}
            moved = {scene.clock.month(m): _near(life, amount, script.expects) for m, amount in coming.items()}
            if moved:
                _forecast(life, effect, moved, scene.clock.past(0, 26), "Volumes and prices of the last review.")
        elif line.is_cost and script.overspent != 1:
            on = scene.clock.past(script.starts - 1, 6)
            spent = {scene.clock.month(m): amount * Decimal(str(script.overspent)) for m, amount in line.plan.items()}
            _forecast(life, effect, spent, on, "The fitter asks for more.")


def _forecast(life: Life, effect: Effect, months: dict[int, Decimal], on: date, reason: str) -> None:
    life.scene.act(set_forecast, effect, months, by=life.owner, on=on, reason=reason)


def _near(life: Life, amount: Decimal, share: float) -> Decimal:
    return (amount * Decimal(str(share)) * Decimal(life.chance.randint(985, 1015)) / 1000).quantize(CENT)


def book(life: Life) -> None:
    """The owner has claimed every month until the last closed one; some have claimed the open month too."""
    open_month = 1 if life.chance.random() < 0.5 and life.script.validated else 0
    for line, effect in life.effects:
        if line.nature == Nature.HEADCOUNT:
            continue
        for month in sorted(m for m in line.plan if m <= open_month):
            _book(life, line, effect, month)


def _book(life: Life, line: Line, effect: Effect, month: int) -> None:
    scene, script = life.scene, life.script
    ordinal, share = scene.clock.month(month), script.overspent if line.is_cost else script.achieved
    source = life.chance.choice(SOURCES).format(month=period_name(ordinal))
    amount = _near(life, line.plan[month], share)
    on = max(scene.clock.past(month + 1, 3), scene.clock.past(month, 1))
    scene.act(claim_actual, effect, ordinal, amount, by=life.owner, on=on, source=source)
    if month == 0 and script.last is not None and line.is_ebitda:
        lower = (line.plan[month] * Decimal(str(script.last))).quantize(CENT)
        found = f"GL variance {period_name(ordinal)}, checked with purchasing"
        validated_on = min(on + timedelta(days=5), scene.clock.today)
        scene.act(record_validated, effect, ordinal, lower, by=life.controller, on=validated_on, source=found)


def implement(life: Life) -> None:
    """Transformation office and sponsor have seen that it works."""
    clock, month = life.scene.clock, life.script.implemented or 0
    describe(life, line_owner=life.scene.person("deputy"), lessons_learned=life.chance.choice(LESSONS))
    submission = put(life, on=clock.past(month, 17))
    for office, by in ((Office.TRANSFORMATION_OFFICE, life.scene.person("office")), (Office.SPONSOR, life.sponsor)):
        life.scene.act(approve, submission, office=office, by=by, on=clock.past(month, 22))


def validate_months(scene: Scene, lives: Iterable[Life], first: int) -> None:
    """Month by month each controller has validated what was claimed, and left alone what cannot be proven."""
    by_controller: dict[User, list[Life]] = defaultdict(list)
    for life in lives:
        if life.script.validated:
            by_controller[life.controller].append(life)
    for month in range(first, 1):
        on = scene.clock.past(month + 1, 9)
        with scene.opened():
            for controller, theirs in by_controller.items():
                measures = [life.measure for life in theirs]
                scene.act(validate_claims, measures, scene.clock.month(month), by=controller, on=on)


def close(life: Life) -> None:
    """The controller has confirmed what was delivered, and the measure is closed."""
    scene = life.scene
    days = life.chance.choice((2, 33, 64))
    put(life, on=scene.clock.ago(days + 6))
    on = scene.clock.ago(days)
    closing = closing_inputs(life.refresh(), on=on)
    lines = (life.measure.name, f"Three months add up to {sum(closing.actuals)} EUR.", "Checked against the ledger.")
    file = scene.act(store_file, f"{life.measure.code} value.pdf", paper("Value check", lines), by=life.controller)
    scene.act(
        confirm_and_close,
        life.measure,
        by=life.controller,
        on=on,
        terms=_terms(life, closing),
        evidence=[file],
        reauthenticated_at=timezone.now(),
    )


def _terms(life: Life, closing: ClosingFigures) -> ConfirmationTerms:
    outcome, value = OUTCOMES[life.idea.turn], closing.proposed or Decimal(0)
    short = outcome == ClosureOutcome.CONFIRM_WITH_SHORTFALL
    return ConfirmationTerms(
        outcome=outcome,
        run_rate=value,
        final_one_off_cost=closing.one_off_cost,
        hardness=Hardness.AVOIDANCE if outcome == ClosureOutcome.CONFIRM_AVOIDANCE else Hardness.BOTTOM_LINE,
        statement="Three months at full effect, checked against the ledger; nothing is counted twice.",
        embedded=life.chance.random() < 0.6,
        budget_amount=value,
        budget_cost_centre=life.scene.names.cost_centres[life.package.key],
        budget_year=life.scene.clock.fiscal_year + 1,
        leakages=_leakages(closing.committed - value) if short else (),
    )


def _leakages(missing: Decimal) -> tuple[tuple[LeakageReason, Decimal, str], ...]:
    volume = (missing * Decimal("0.6")).quantize(CENT)
    return (
        (LeakageReason.VOLUME, volume, "Fewer hours than in the reference year."),
        (LeakageReason.UNDER_DELIVERY, missing - volume, "Two sites kept the old contract."),
    )


def close_all(lives: Sequence[Life]) -> None:
    """Everything that is closed today is closed."""
    for life in lives:
        if life.script.closed is not None:
            with life.scene.opened():
                close(life)
