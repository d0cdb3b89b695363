"""The story that must work (domain §9), its second way, clicked in a real browser.

A supplier onboarding hits every milestone, the saving evaporates, nobody touches the forecast. Worker and beat find it
within a minute; nobody can confirm the committed value any more.
"""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import FilePayload, Locator, Page, expect

from governance.demo.clock import clock_on
from governance.demo.scene import Names, Scene
from governance.demo.story import SOURCE, STATEMENT, Story, set_the_stage
from governance.demo.telling import picture_of
from measures.choices import DoI
from tests.cast import TODAY, Cast
from tests.journeys.conftest import Desks
from tests.journeys.prepared import fill, follow, inside, path_of, press, settle, stage_of, told, work_on
from tests.journeys.product import Product

pytestmark = pytest.mark.browser
OFFICES = {"owner": "owner", "office": "office", "chair": "chair", "deputy": "deputy", "admin": "admin"}
LEVELS = ("Story-Journey", "Fit for Growth", "Operational excellence", "Procurement savings", "Direct materials")
# Columns of the portfolio tree behind the name.
IMPLEMENTATION, POTENTIAL, EXPOSED = 1, 2, 6
LEDGER = FilePayload(name="ledger.pdf", mimeType="application/pdf", buffer=b"%PDF-1.7 material variance, three months")


@pytest.fixture(scope="module")
def cast(common: Product) -> Cast:
    return settle(common, "story-journey")


@pytest.fixture(scope="module")
def story(common: Product, cast: Cast) -> Story:
    """Delivered as planned, last month claimed, and judged by the worker: both lights green."""
    people = {name: getattr(cast, name) for name in (*OFFICES, "controller", "sponsor")}
    with inside(common, cast):
        scene = Scene(cast.organization.pk, clock_on(TODAY), Names(people=people))
        story = set_the_stage(scene, cast.package, **OFFICES)
    wait_for_lights(common, cast, story, "green", "green")
    return story


def wait_for_lights(product: Product, cast: Cast, story: Story, implementation: str, potential: str) -> None:
    """The worker has judged the measure so, within a minute."""

    def judged() -> bool:
        with inside(product, cast):
            picture = picture_of(story.measure)
        return picture is not None and (picture.implementation, picture.potential) == (implementation, potential)

    product.wait_until(judged, within=60)


def test_a_saving_that_vanishes_behind_green_milestones_is_found(
    desks: Desks, common: Product, cast: Cast, story: Story
) -> None:
    prove_the_month(desks.of(cast.controller, path_of(cast, "month-end/?month=2026-09")), story)
    wait_for_lights(common, cast, story, "green", "red")
    see_both_lights(desks.of(cast.owner, path_of(cast, f"measures/{story.measure.code}/")))
    see_the_exposure(desks.of(cast.chair, path_of(cast, "portfolio/")))
    see_the_notice(desks.of(cast.owner, path_of(cast)), story)
    see_the_notice(desks.of(cast.chair, path_of(cast)), story)
    see_the_divergence(desks.of(cast.controller, path_of(cast, "divergences/")), story)
    submit_the_closure(desks.of(cast.owner, path_of(cast, f"measures/{story.measure.code}/gates/")))
    work_on(desks.of(cast.controller, path_of(cast)), common, cast, "Confirm the value and close")
    be_refused_the_committed_value(desks.of(cast.controller))
    confirm_the_shortfall(desks.of(cast.controller))
    assert stage_of(common, cast, story.measure.code) == DoI.CLOSED
    read_the_record(desks.of(cast.auditor, path_of(cast, f"measures/{story.measure.code}/timeline/")), cast)


def row_of(page: Page, text: str) -> Locator:
    return page.get_by_role("row").filter(has_text=text)


def prove_the_month(controller: Page, story: Story) -> None:
    """The controller finds 16,000 where 80,000 were claimed and forecast, names the source and validates."""
    row = row_of(controller, story.measure.name)
    row.locator("[name^='amount-']").fill("16,000")
    row.locator("[name^='source-']").fill(SOURCE)
    row.get_by_role("checkbox").check()
    press(controller, "Validate ticked rows")
    told(controller, "1 row of 2026-09 was validated.")


def see_both_lights(page: Page) -> None:
    lights = page.locator(".panel").filter(has=page.get_by_role("heading", name="Two lights"))
    expect(lights).to_contain_text("Nothing speaks against the dates.")
    expect(lights).to_contain_text("€16,000.00 of €80,000.00 forecast.")
    expect(page.locator("#content")).to_contain_text("Silent leakage")


def see_the_exposure(page: Page) -> None:
    """On every level up to the whole: the money red, the work green, 960 thousand exposed."""
    for name in LEVELS:
        cells = page.locator("tr", has=page.get_by_role("link", name=name, exact=True)).locator("td")
        expect(cells.nth(IMPLEMENTATION)).to_contain_text("Implementation: green")
        expect(cells.nth(POTENTIAL)).to_contain_text("Potential: red")
        expect(cells.nth(EXPOSED)).to_contain_text("960")


def see_the_notice(page: Page, story: Story) -> None:
    notices = page.locator(".panel").filter(has=page.get_by_role("heading", name="Not read yet"))
    expect(notices).to_contain_text("D1 has opened")
    expect(notices).to_contain_text(story.measure.code)


def see_the_divergence(page: Page, story: Story) -> None:
    row = row_of(page, story.measure.name).filter(has_text="D1")
    expect(row).to_contain_text("Critical")
    expect(row).to_contain_text("960,000.00")


def submit_the_closure(owner: Page) -> None:
    follow(owner, "Submit this gate")
    press(owner, "Submit")
    told(owner, "The gate was submitted")


def be_refused_the_committed_value(controller: Page) -> None:
    """The figures do not even offer to confirm in full, and the committed value as a shortfall is refused."""
    content = controller.locator("#content")
    expect(content).to_contain_text("The value can only be confirmed with a shortfall and its reasons.")
    expect(content).to_contain_text("The controller must answer: D1.")
    expect(controller.get_by_label("Confirm", exact=True)).to_have_count(0)
    fill(controller, run_rate="960,000", statement="As committed.")
    controller.get_by_label("Confirm with shortfall").check()
    controller.get_by_label("Not embedded").check()
    controller.locator("[name='added']").set_input_files(LEDGER)
    press(controller, "Attach the files")
    press(controller, "Confirm and close")
    expect(controller.locator("#errors")).to_contain_text("shortfall")


def confirm_the_shortfall(controller: Page) -> None:
    """What is there is confirmed, and the reason explains the rest to the cent."""
    fill(controller, run_rate="704,000", statement=STATEMENT, leak_specification="250,000")
    press(controller, "Confirm and close")
    expect(controller.locator("#errors")).to_contain_text(re.compile("256,?000.00"))
    fill(controller, leak_specification="256,000", note_specification="Raw-material specification changed.")
    press(controller, "Confirm and close")
    told(controller, "The value is confirmed and the measure is closed.")


def read_the_record(auditor: Page, cast: Cast) -> None:
    """Who, when, why: the controller's booking with its source, the light with its reason, the confirmation."""
    content = auditor.locator("#content")
    for text in (str(cast.controller), "€16,000.00 of €80,000.00 forecast.", "Silent leakage", STATEMENT):
        expect(content).to_contain_text(text)
