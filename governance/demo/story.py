"""The story of domain §9, its second way: every milestone is hit, nobody touches the forecast, the money is gone.

`set_the_stage` brings a measure of its own to Implemented with both lights green, through the deeds people would do;
`prove_the_month` is the one deed that turns the story. Everything else is what the product does by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from django.utils import timezone

from finance.actions.actuals import claim_actual, record_validated, validate_claims
from finance.actions.confirmations import ConfirmationTerms
from finance.actions.effects import add_effect
from finance.actions.forecasts import confirm_forecast_unchanged
from finance.actions.plans import set_plan, validate_plan
from finance.choices import ClosureOutcome, Hardness, LeakageReason, Nature, Recurrence
from finance.models import Effect
from finance.queries.closing import closing_inputs
from finance.rules.periods import period_name
from governance.actions.closure import confirm_and_close
from governance.actions.gates import approve, decide_as_committee, submit
from governance.demo.scene import Scene
from governance.demo.words import WAIVERS, paper
from governance.models import GateSubmission
from measures.actions.measures import create_measure, edit_measure
from measures.actions.milestones import add_milestone, complete_milestone, confirm_milestones_unchanged
from measures.models import Measure
from portfolio.actions.files import store_file
from portfolio.actions.master_data import enter_master_data
from portfolio.choices import Office
from portfolio.models import CostCentre, GLAccount, Node, PnlLine, User

TITLE = "Supplier onboarding, run"
MONTHLY = Decimal(80_000)
# What the last closed month turns out to be worth, and of what it was forecast to be.
SHARE = Decimal("0.20")
STARTS, LAST = -4, 14
MILESTONES = (
    ("Supplier audited", False, -6),
    ("Contract signed", True, -5),
    ("First delivery released", True, -4),
    ("All plants supplied", True, -3),
)
SOURCE = "GL 4110 material variance, checked with purchasing"
STATEMENT = "The new raw-material specification takes the saving; two of three months still held."


@dataclass
class Story:
    """One run: the measure with its people, in the scene's organization and time."""

    scene: Scene
    node: Node
    number: int
    owner: User
    office: User
    chair: User
    deputy: User
    admin: User
    measure: Measure

    @property
    def controller(self) -> User:
        return self.measure.controller

    @property
    def sponsor(self) -> User:
        return self.measure.sponsor

    @property
    def effect(self) -> Effect:
        return Effect.objects.select_related("measure__package").get(measure=self.measure)

    @property
    def month(self) -> int:
        """The last closed month, whose actuals tell."""
        return self.scene.clock.month(0)

    @property
    def month_name(self) -> str:
        return period_name(self.month)

    def refresh(self) -> Measure:
        related = ("package__node", "owner", "controller", "sponsor", "committee")
        self.measure = Measure.objects.select_related(*related).get(pk=self.measure.pk)
        return self.measure


def next_number() -> int:
    """The number of the next run in this organization."""
    return 1 + Measure.objects.filter(name__startswith=TITLE).count()


def set_the_stage(scene: Scene, node: Node, *, owner: str, office: str, chair: str, deputy: str, admin: str) -> Story:
    """A new measure stands Implemented, delivered as planned; the last closed month is claimed and not yet proven."""
    people = {
        key: scene.person(name)
        for key, name in {"owner": owner, "office": office, "chair": chair, "deputy": deputy, "admin": admin}.items()
    }
    number = next_number()
    story = Story(scene=scene, node=node, number=number, measure=_created(scene, node, number, people), **people)
    story.refresh()
    _identify(story)
    _detail(story)
    _decide(story)
    _deliver(story)
    _implement(story)
    story.refresh()
    return story


def _created(scene: Scene, node: Node, number: int, people: dict[str, User]) -> Measure:
    day = scene.clock.day
    yearly = MONTHLY * 12
    return scene.act(
        create_measure,
        node,
        name=f"{TITLE} {number}",
        owner=people["owner"],
        by=people["office"],
        on=day(-9, 4),
        problem="One supplier sets the price of the resin. A second one in series saves a tenth of the spend.",
        likely_potential=yearly,
        low_potential=yearly * Decimal("0.7"),
        high_potential=yearly * Decimal("1.3"),
        reference_base=yearly * 10,
        reference_source="Purchasing ledger",
        reference_period=str(scene.clock.fiscal_year - 1),
        due_identified=day(-8, 20),
        due_detailed=day(-7, 20),
        due_decided=day(-6, 28),
        due_implemented=day(-2, 28),
        due_closed=day(3, 28),
    )


def _submit(story: Story, month: int, dom: int) -> GateSubmission:
    on = story.scene.clock.past(month, dom)
    return story.scene.act(submit, story.refresh(), by=story.owner, on=on, waivers=WAIVERS)


def _approve(story: Story, submission: GateSubmission, office: Office, by: User) -> None:
    story.scene.act(approve, submission, office=office, by=by, on=submission.on + timedelta(days=4))


def _identify(story: Story) -> None:
    _approve(story, _submit(story, -8, 10), Office.TRANSFORMATION_OFFICE, story.office)


def _detail(story: Story) -> None:
    scene, address = story.scene, _address(story)
    effect = scene.act(
        add_effect,
        story.measure,
        name="Lower resin price",
        nature=Nature.EBITDA,
        recurrence=Recurrence.RECURRING,
        hardness=Hardness.BOTTOM_LINE,
        by=story.owner,
        **address,
    )
    months = {scene.clock.month(offset): MONTHLY for offset in range(STARTS, LAST + 1)}
    scene.act(set_plan, effect, months, by=story.owner)
    for name, critical, month in MILESTONES:
        when = {"baseline_on": scene.clock.day(month, 15), "on": scene.clock.day(-8, 20)}
        scene.act(add_milestone, story.measure, name=name, is_critical=critical, by=story.owner, **when)
    submission = _submit(story, -7, 10)
    _approve(story, submission, Office.CONTROLLER, story.controller)
    _approve(story, submission, Office.SPONSOR, story.sponsor)


def _address(story: Story) -> dict[str, PnlLine | GLAccount | CostCentre]:
    """P&L line, account and a cost centre of the run's own, so that two runs never claim the same month."""
    named = {"code": f"STORY-{story.number}", "name": f"{TITLE} {story.number}"}
    kinds = {"pnl_line": PnlLine, "gl_account": GLAccount, "cost_centre": CostCentre}
    return {field: story.scene.act(enter_master_data, kind, by=story.admin, **named) for field, kind in kinds.items()}


def _decide(story: Story) -> None:
    scene = story.scene
    scene.act(validate_plan, story.refresh(), by=story.controller, on=scene.clock.day(-6, 5))
    scene.act(
        decide_as_committee,
        _submit(story, -6, 8),
        by=story.chair,
        present=[story.deputy],
        on=scene.clock.day(-6, 12),
        reason="The offer holds for two years.",
    )


def _deliver(story: Story) -> None:
    """Every milestone on its day, every month as planned, and the forecast confirmed as it stands."""
    scene = story.scene
    for milestone, (name, _critical, month) in zip(
        story.measure.milestones.order_by("position"), MILESTONES, strict=True
    ):
        day = scene.clock.day(month, 15)
        file = scene.act(
            store_file, f"{name}.pdf", paper(name, (story.measure.name, f"Done on {day}.")), by=story.owner
        )
        scene.act(complete_milestone, milestone, actual_on=day, evidence_file=file, by=story.owner, on=day)
    effect = story.effect
    for month in range(STARTS, 1):
        ordinal, on = scene.clock.month(month), scene.clock.past(month + 1, 3)
        scene.act(claim_actual, effect, ordinal, MONTHLY, by=story.owner, on=on, source="Invoices of the month")
        if month < 0:
            on = scene.clock.past(month + 1, 8)
            scene.act(validate_claims, [story.measure], ordinal, by=story.controller, on=on)
    scene.act(confirm_forecast_unchanged, [story.measure], by=story.owner, on=scene.clock.ago(20))
    scene.act(confirm_milestones_unchanged, [story.measure], by=story.owner, on=scene.clock.ago(20))


def _implement(story: Story) -> None:
    fields = {"line_owner": story.deputy, "lessons_learned": "Release the material, not only the supplier."}
    story.scene.act(edit_measure, story.refresh(), by=story.owner, **fields)
    submission = _submit(story, -2, 18)
    _approve(story, submission, Office.TRANSFORMATION_OFFICE, story.office)
    _approve(story, submission, Office.SPONSOR, story.sponsor)


def proven_amount() -> Decimal:
    """What the controller finds the month to be worth."""
    return MONTHLY * SHARE


def prove_the_month(story: Story) -> None:
    """The controller finds the last closed month far below the forecast that nobody touched."""
    today = story.scene.clock.today
    story.scene.act(
        record_validated, story.effect, story.month, proven_amount(), by=story.controller, on=today, source=SOURCE
    )


def ask_to_close(story: Story) -> None:
    """The owner, whose milestones are all done, submits the closure."""
    story.scene.act(submit, story.refresh(), by=story.owner, on=story.scene.clock.today, waivers=WAIVERS)


def confirm_as_committed(story: Story) -> None:
    """The controller tries to confirm the committed value. It is refused."""
    committed = closing_inputs(story.refresh(), on=story.scene.clock.today).committed
    _confirm(story, ConfirmationTerms(ClosureOutcome.CONFIRM, committed, statement="As committed."))


def confirm_shortfall(story: Story) -> None:
    """The controller confirms what is there, with the reason for what is missing."""
    closing = closing_inputs(story.refresh(), on=story.scene.clock.today)
    value = closing.proposed or Decimal(0)
    missing = (LeakageReason.SPECIFICATION, closing.committed - value, "Raw-material specification changed.")
    terms = ConfirmationTerms(ClosureOutcome.CONFIRM_WITH_SHORTFALL, value, statement=STATEMENT, leakages=(missing,))
    _confirm(story, terms)


def _confirm(story: Story, terms: ConfirmationTerms) -> None:
    scene = story.scene
    evidence = scene.act(store_file, "value.pdf", paper("Value check", (terms.statement,)), by=story.controller)
    scene.act(
        confirm_and_close,
        story.refresh(),
        by=story.controller,
        on=scene.clock.today,
        terms=terms,
        evidence=[evidence],
        reauthenticated_at=timezone.now(),
    )
