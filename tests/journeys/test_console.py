"""A consultant's first day in a real browser: found, set up, invite, see what is missing, hand over."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from governance.models import Invitation
from governance.setup_urls import urlpatterns
from portfolio.actions.members import write_grant
from portfolio.models import User
from tests.cast import TODAY, Cast
from tests.journeys.conftest import Desks
from tests.journeys.prepared import inside, settle
from tests.journeys.product import Product
from tests.journeys.test_pages import THEMES, WIDTHS, look_at

pytestmark = pytest.mark.browser
PAGES = [
    pattern.name
    for pattern in urlpatterns
    if pattern.name not in ("clients", "client_found", "blueprint_apply", "blueprint_export", "hand_over")
]


@pytest.fixture(scope="module")
def cast(common: Product) -> Cast:
    cast = settle(common, "console")
    with inside(common, cast):
        write_grant(cast.member, role_code="consultant", node=cast.root, ends_on=TODAY + timedelta(days=60))
        User.objects.filter(pk=cast.member.pk).update(may_found=True)
    return cast


def look(desks: Desks, person: User, path: str) -> Any:
    page = desks.of(person)
    answer = page.goto(f"{desks.product.address}{path}")
    assert answer is not None
    assert answer.status == 200
    page.wait_for_load_state("networkidle")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        for theme in THEMES:
            look_at(page, width, theme)
    page.set_viewport_size({"width": 1440, "height": 900})
    return page


@pytest.mark.parametrize("name", PAGES)
def test_page_is_whole_in_both_themes_wide_and_narrow(desks: Desks, cast: Cast, name: str) -> None:
    look(desks, cast.member, reverse(f"setup:{name}", args=[cast.organization.slug]))


@pytest.mark.parametrize("name", ["clients", "client_found"])
def test_pages_outside_an_organization_are_whole(desks: Desks, cast: Cast, name: str) -> None:
    look(desks, cast.member, reverse(f"setup:{name}"))


def test_a_client_is_founded_set_up_and_handed_over(desks: Desks, cast: Cast) -> None:
    page = look(desks, cast.member, reverse("setup:clients"))
    page.get_by_role("link", name="New client").click()
    page.get_by_label("Name").fill("Kunde AG")
    page.get_by_label("Address").fill("kunde-ag")
    page.get_by_role("button", name="Found").click()
    expect(page.get_by_text("Nobody holds the role “Tenant administrator”.", exact=True)).to_be_visible()
    page.get_by_role("link", name="Blueprint").click()
    page.locator("#id_built_in").select_option("strict")
    page.get_by_role("button", name="Show the difference").click()
    expect(page.get_by_role("row", name="numbers.four_eyes_limit")).to_contain_text("500000")
    look_at(page, 1440, "light")
    page.get_by_role("button", name="Apply").click()
    expect(page.get_by_text("fields changed").first).to_be_visible()
    page.get_by_role("link", name="Readiness").click()
    page.get_by_role("link", name="Hand over").click()
    expect(page.get_by_text("Nobody administrates the organization yet. Invite an administrator.")).to_be_visible()


def test_an_invited_person_chooses_a_password_and_is_in(desks: Desks, cast: Cast) -> None:
    page = look(desks, cast.admin, f"/o/{cast.organization.slug}/people/")
    form = page.locator("form[action$='/people/invite/']")
    form.get_by_label("E-mail address").fill("guest@console.example")
    form.get_by_label("Name").fill("Guest")
    form.get_by_label("Role").select_option(label="Auditor")
    form.get_by_role("button", name="Invite").click()
    expect(page.get_by_text("The invitation is on its way.")).to_be_visible()
    with inside(desks.product, cast):
        row = Invitation.objects.get()
        assert row.email == "guest@console.example"
