"""The controller's month: claims validated, one disputed, and a measure closed with its evidence."""

from __future__ import annotations

from decimal import Decimal

import pytest
from playwright.sync_api import FilePayload, Locator, Page, expect

from finance.actions.actuals import claim_actual
from finance.actions.disputes import open_dispute
from finance.models import ActualEntry, ClosureConfirmation
from finance.rules.periods import parse_period
from measures.choices import DoI
from measures.models import Measure
from tests.cast import TODAY, Cast
from tests.governance.steps import measure_at, put
from tests.journeys.conftest import Desks
from tests.journeys.prepared import fill, follow, inside, path_of, press, reconciled, settle, stage_of, told, work_on
from tests.journeys.product import Product

pytestmark = pytest.mark.browser
TRUE, DOUBTFUL, ARGUED, READY = "Second resin supplier", "Fewer rejects", "Returnable racks", "Shared warehouse"
LEDGER = FilePayload(name="ledger.pdf", mimeType="application/pdf", buffer=b"%PDF-1.7 the ledger of three months")


@pytest.fixture(scope="module")
def cast(common: Product) -> Cast:
    cast = settle(common, "controller-journey")
    with inside(common, cast):
        for name in (TRUE, DOUBTFUL):
            claim(cast, measure_at(cast, DoI.DECIDED, name=name))
        measure_at(cast, DoI.DECIDED, name=ARGUED)
        put(cast, measure_at(cast, DoI.IMPLEMENTED, name=READY))
    reconciled(common, cast)
    return cast


def claim(cast: Cast, measure: Measure) -> None:
    with cast.acting(cast.owner):
        claim_actual(measure.effects.get(), parse_period("2026-10"), Decimal(40_000), by=cast.owner, on=TODAY)


def test_the_month_end_validates_one_claim_and_disputes_the_other(desks: Desks, common: Product, cast: Cast) -> None:
    controller = desks.of(cast.controller, path_of(cast))
    work_on(controller, common, cast, "Validate the actuals claimed for Oct 2026: 2 measures")
    expect(controller.get_by_role("heading", level=1)).to_contain_text("Oct 2026")
    expect(controller.locator("#content")).to_contain_text("2 claims wait.")
    row_of(controller, TRUE).get_by_role("checkbox").check()
    row_of(controller, TRUE).locator("[name^='source-']").fill("GL 4711, October")
    press(controller, "Validate ticked rows")
    told(controller, "1 row of 2026-10 was validated.")
    expect(row_of(controller, TRUE)).to_contain_text("Validated")

    row_of(controller, DOUBTFUL).get_by_role("link", name="Dispute").click()
    fill(controller, amount="15,000", reason="Half of it is the holiday shutdown.")
    press(controller, "Open the dispute")
    told(controller, "The dispute is open; the owner answers.")
    controller.goto(f"{common.address}{path_of(cast, 'month-end/?month=2026-10')}")
    expect(row_of(controller, DOUBTFUL)).to_contain_text("disputed")
    with inside(common, cast):
        october = ActualEntry.objects.filter(tier="validated", period__name="2026-10")
        assert [(one.effect.measure.name, one.amount, one.source) for one in october] == [
            (TRUE, 40_000, "GL 4711, October")
        ]


def row_of(page: Page, name: str) -> Locator:
    return page.get_by_role("row").filter(has_text=name)


def test_the_owner_answers_a_dispute_from_the_own_work(desks: Desks, common: Product, cast: Cast) -> None:
    with inside(common, cast), cast.acting(cast.controller):
        effect = Measure.objects.get(name=ARGUED).effects.get()
        open_dispute(effect, amount=Decimal(9_000), reason="Twice in the ledger?", by=cast.controller, on=TODAY)
    owner = desks.of(cast.owner, path_of(cast))
    work_on(owner, common, cast, "Answer the dispute: Twice in the ledger?")
    follow(owner, "Answer")
    expect(owner.locator("#content")).to_contain_text("Twice in the ledger?")
    fill(owner, answer="Once; the other line is the reversal.")
    press(owner, "Answer")
    told(owner, "The dispute was answered.")


def answer_the_divergence(controller: Page) -> None:
    """Work and money contradict each other, and no value is confirmed before the controller has said why."""
    expect(controller.locator("#content")).to_contain_text("The controller must answer: D1.")
    follow(controller, "Answer them")
    follow(controller, "Answer")
    fill(controller, reason="Three months were lost before the start; the run-rate is reached.")
    press(controller, "Answer")
    told(controller, "Your answer was recorded.")


def test_a_measure_closes_with_evidence_and_a_certificate(desks: Desks, common: Product, cast: Cast) -> None:
    controller = desks.of(cast.controller, path_of(cast))
    work_on(controller, common, cast, "Confirm the value and close")
    expect(controller.get_by_role("heading", level=1)).to_contain_text("Controller-backed closure")
    expect(controller.locator("#content")).to_contain_text("at least 95 %")
    answer_the_divergence(controller)
    work_on(controller, common, cast, "Confirm the value and close")
    fill(controller, statement="Checked against the ledger.")
    controller.get_by_label("Not embedded").check()
    press(controller, "Confirm and close")
    expect(controller.locator("#errors")).to_contain_text("Add at least one evidence file.")
    controller.locator("[name='added']").set_input_files(LEDGER)
    press(controller, "Attach the files")
    expect(controller.get_by_label("ledger.pdf")).to_be_checked()
    expect(controller.locator("[name='statement']")).to_have_value("Checked against the ledger.")
    press(controller, "Confirm and close")
    told(controller, "The value is confirmed and the measure is closed.")
    expect(controller.get_by_role("heading", level=1)).to_contain_text("Closure certificate")
    expect(controller.locator("#content")).to_contain_text("€480,000.00")
    expect(controller.locator("#content")).to_contain_text("ledger.pdf")
    with inside(common, cast):
        confirmation = ClosureConfirmation.objects.select_related("measure").get()
        assert confirmation.confirmed_by == cast.controller
        code = confirmation.measure.code
    assert stage_of(common, cast, code) == DoI.CLOSED
    follow(controller, "Gates")
    expect(controller.locator("#content")).to_contain_text("Closed")
