"""What waits for the chair: a decision with its age, returned with a reason, and a take-over to stand behind."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from governance.actions.gates import submit
from governance.models import ImportBatch, TakeOver
from measures.choices import DoI
from measures.models import Measure
from tests.cast import TODAY, Cast
from tests.governance.steps import WAIVED, measure_at
from tests.journeys.conftest import Desks
from tests.journeys.prepared import fill, follow, inside, path_of, press, settle, stage_of, told, work_on
from tests.journeys.product import Product

pytestmark = pytest.mark.browser
WAITING, BROUGHT = "Regrind in housings", "Old warehouse program"
# A Monday, eighteen working days before the cast's day.
SUBMITTED_ON = date(2026, 9, 21)


@pytest.fixture(scope="module")
def cast(common: Product) -> Cast:
    cast = settle(common, "chair-journey")
    with inside(common, cast):
        measure = measure_at(cast, DoI.DETAILED, name=WAITING)
        with cast.acting(cast.owner):
            submit(measure, by=cast.owner, on=SUBMITTED_ON, waivers=WAIVED)
        batch = ImportBatch.objects.create(
            name="program.xlsx", sha256="0" * 64, imported_by=cast.office, on=TODAY, at=timezone.now()
        )
        TakeOver.objects.create(measure=cast.measure(name=BROUGHT), batch=batch, stage=DoI.DEFINED)
    return cast


def test_a_waiting_decision_shows_its_age_and_goes_back_with_a_reason(
    desks: Desks, common: Product, cast: Cast
) -> None:
    chair = desks.of(cast.chair, path_of(cast))
    row = chair.get_by_role("row").filter(has_text=WAITING)
    expect(row.locator("[data-label='Age']")).to_have_text("18")
    expect(row).to_contain_text("8 working days overdue")
    work_on(chair, common, cast, WAITING)
    press(chair, "Return to the owner")
    expect(chair.locator("#errors")).to_contain_text("Give a reason.")
    fill(chair, reason="The tooling is not in the plan.")
    press(chair, "Return to the owner")
    told(chair, "The submission went back to the owner.")
    with inside(common, cast):
        code = Measure.objects.get(name=WAITING).code
    assert stage_of(common, cast, code) == DoI.DETAILED

    owner = desks.of(cast.owner, path_of(cast, f"measures/{code}/gates/"))
    expect(owner.locator("#content")).to_contain_text("The tooling is not in the plan.")
    follow(owner, "Submit this gate")
    expect(owner.get_by_role("button", name="Submit", exact=True)).to_be_visible()


def test_a_take_over_is_ratified(desks: Desks, common: Product, cast: Cast) -> None:
    chair = desks.of(cast.chair, path_of(cast, "ratification/"))
    chair.get_by_role("row").filter(has_text=BROUGHT).get_by_role("checkbox").check()
    fill(chair, reason="As in the minutes of the last meeting.")
    press(chair, "Ratify the chosen")
    expect(chair.locator("#content")).to_contain_text("Nothing to ratify")
    with inside(common, cast):
        assert TakeOver.objects.get().ratified_by == cast.chair
