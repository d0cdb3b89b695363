"""A person signs in, sees the own organization only, and moves between two."""

from __future__ import annotations

import pytest
from django.db import transaction
from playwright.sync_api import Page, expect

from portfolio import tenancy
from portfolio.actions.organizations import add_member
from tests.cast import TODAY, Cast, assemble
from tests.journeys.conftest import sign_in
from tests.journeys.product import Product

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def cast(product: Product) -> Cast:
    with product.rows(), transaction.atomic():
        people = assemble()
        with tenancy.acting_as(organization_id=people.foreign.pk):
            add_member(people.office, on=TODAY)
        return people


def test_a_member_sees_the_own_tree(page: Page, product: Product, cast: Cast) -> None:
    sign_in(page, product, cast.office.email, "/o/nordlicht/portfolio/")
    expect(page.get_by_role("heading", name="Portfolio", level=1)).to_be_visible()
    expect(page.get_by_role("link", name="Direct materials")).to_be_visible()


def test_a_foreign_organization_does_not_exist(page: Page, product: Product, cast: Cast) -> None:
    sign_in(page, product, cast.owner.email, "/o/nordlicht/measures/")
    answer = page.context.request.get(f"{product.address}/o/nordlicht-foreign/portfolio/")
    assert answer.status == 404


def test_switching_between_two_organizations(page: Page, product: Product, cast: Cast) -> None:
    sign_in(page, product, cast.office.email, "/o/nordlicht/portfolio/")
    page.get_by_text("Switch organization").click()
    page.get_by_role("link", name="Nordlicht-Foreign").click()
    page.wait_for_url("**/o/nordlicht-foreign/**")
