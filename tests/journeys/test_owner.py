"""An idea becomes a decided measure, click by click, and its plan is frozen."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from finance.models import BaselineVersion
from finance.rules.periods import parse_period
from measures.choices import DoI
from tests.cast import PASSWORD, Cast
from tests.journeys.conftest import Desks
from tests.journeys.prepared import (
    fill,
    follow,
    forget_password,
    inside,
    path_of,
    press,
    settle,
    stage_of,
    told,
    work_on,
)
from tests.journeys.product import Product

pytestmark = pytest.mark.browser
NAME = "Second source for resin"
CODE = "M-RESIN"
MILESTONES = (("Supplier approved", "2026-11-02"), ("Trial run", "2026-12-01"), ("First delivery", "2027-01-15"))


@pytest.fixture(scope="module")
def cast(common: Product) -> Cast:
    return settle(common, "owner-journey")


def test_an_idea_becomes_a_decided_measure(desks: Desks, common: Product, cast: Cast) -> None:
    create(desks, cast)
    owner = desks.of(cast.owner, path_of(cast, f"measures/{CODE}/"))
    describe(owner)
    submit(owner, {"gate_dates_set": "The dates come with the plan."})
    approve(desks, common, cast, "office", "Approve as Transformation office", "the measure is now Identified")

    plan_months(desks, cast)
    plan_milestones(owner)
    submit(owner, {"risks_scored": "None known.", "dependencies_entered": "It waits for nothing."})
    approve(desks, common, cast, "controller", "Approve as Controller", "the gate waits for the others")
    approve(desks, common, cast, "sponsor", "Approve as Sponsor", "the measure is now Detailed")

    validate(desks, cast)
    owner.goto(f"{common.address}{path_of(cast, f'measures/{CODE}/')}")
    submit(owner, {})
    decide(desks, common, cast)
    assert stage_of(common, cast, CODE) == DoI.DECIDED
    the_plan_is_frozen(owner, common, cast)


def create(desks: Desks, cast: Cast) -> None:
    """The office enters the idea in the package and names its owner."""
    office = desks.of(cast.office, path_of(cast, f"nodes/{cast.package.code}/"))
    follow(office, "New measure")
    fill(office, name=NAME, code=CODE, owner=str(cast.owner))
    press(office, "Create")
    told(office, f"{CODE} was created.")


def describe(owner: Page) -> None:
    follow(owner, "Edit")
    fill(
        owner,
        problem="One supplier of resin; a second one saves a tenth.",
        likely_potential="480,000",
        low_potential="336,000",
        high_potential="624,000",
        reference_base="12,000,000",
        reference_source="Ledger",
        reference_period="2025",
    )
    press(owner, "Save")
    told(owner, "The measure was changed.")


def submit(owner: Page, waivers: dict[str, str]) -> None:
    """Submits the next gate, with a reason for each expected criterion that is not met."""
    follow(owner, "Gates")
    follow(owner, "Submit this gate")
    fill(owner, **{f"waiver_{criterion}": reason for criterion, reason in waivers.items()})
    press(owner, "Submit")
    told(owner, "The gate was submitted")


def approve(desks: Desks, product: Product, cast: Cast, who: str, button: str, said: str) -> None:
    """Finds the submission among the own work and approves it."""
    page = desks.of(getattr(cast, who), path_of(cast))
    work_on(page, product, cast, NAME)
    press(page, button)
    told(page, said)


def plan_months(desks: Desks, cast: Cast) -> None:
    """Types the first months and pastes the others from a spreadsheet."""
    owner = desks.of(cast.owner, path_of(cast, f"measures/{CODE}/"))
    owner.context.grant_permissions(["clipboard-read", "clipboard-write"])
    follow(owner, "Add effect")
    fill(owner, name="Cheaper resin", nature="EBITDA", recurrence="Recurring", hardness="Bottom line")
    fill(owner, pnl_line="Material", gl_account="Resin", cost_centre="Moulding")
    press(owner, "Add effect")
    told(owner, "Now plan its months.")
    cell_of(owner, "2026-07").click()
    owner.keyboard.type("20000")
    owner.keyboard.press("ArrowRight")
    owner.keyboard.type("40,000")
    paste(owner, "2026-09", "\t".join(["40000"] * 4))
    press(owner, "Save all months")
    told(owner, "6 months were changed.")
    follow(owner, "2027")
    paste(owner, "2027-01", "\t".join(["40000"] * 12) + "\n")
    expect(owner.locator("#toast")).to_contain_text("12 cells filled, 0 skipped")
    press(owner, "Save all months")
    told(owner, "12 months were changed.")
    expect(cell_of(owner, "2027-12")).to_have_value("40,000.00")


def cell_of(page: Page, month: str) -> Locator:
    return page.locator(f"input[name^='plan-'][name$='-{parse_period(month)}']")


def paste(page: Page, month: str, text: str) -> None:
    page.evaluate("text => navigator.clipboard.writeText(text)", text)
    cell_of(page, month).click()
    page.keyboard.press("Control+V")


def plan_milestones(owner: Page) -> None:
    follow(owner, "Milestones")
    for name, day in (
        ("Supplier approved", "2026-11-02"),
        ("Trial run", "2026-12-01"),
        ("First delivery", "2027-01-15"),
    ):
        follow(owner, "Add milestone")
        fill(owner, name=name, baseline_on=day, is_critical=name == "First delivery")
        press(owner, "Save")
        expect(owner.get_by_role("row").filter(has_text=name)).to_be_visible()


def validate(desks: Desks, cast: Cast) -> None:
    controller = desks.of(cast.controller, path_of(cast, f"measures/{CODE}/"))
    press(controller, "Validate plan")
    told(controller, "The plan was validated.")


def decide(desks: Desks, product: Product, cast: Cast) -> None:
    """The chair records the decision; the password is asked for again, and a wrong one is refused."""
    chair = desks.of(cast.chair, path_of(cast))
    forget_password(product, chair)
    work_on(chair, product, cast, NAME)
    chair.get_by_label(str(cast.deputy)).check()
    fill(chair, reason="Worth it.", password="not my password")
    press(chair, "Record: decided")
    expect(chair.locator("#errors")).to_contain_text("This is not your password.")
    expect(chair.locator("[name='reason']")).to_have_value("Worth it.")
    fill(chair, password=PASSWORD)
    press(chair, "Record: decided")
    told(chair, "the measure is now Decided")


def the_plan_is_frozen(owner: Page, product: Product, cast: Cast) -> None:
    """The months show a baseline that nobody writes; the forecast stays open."""
    owner.goto(f"{product.address}{path_of(cast, f'measures/{CODE}/months/')}")
    expect(owner.locator("[name^='plan-']")).to_have_count(0)
    expect(owner.get_by_title("The baseline never changes.").first).to_be_visible()
    assert owner.locator("[name^='forecast-']").count() > 0
    with inside(product, cast):
        version = BaselineVersion.objects.get(measure__code=CODE)
        months = version.amounts.count()
    assert (version.number, months) == (1, 18)
