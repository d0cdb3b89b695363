"""What journeys find when they begin: an organization in which time stands still on the cast's day."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import transaction
from playwright.sync_api import Page, expect

from governance.actions.reconciliation import reconcile
from measures.models import Measure
from portfolio.models import CostCentre, GLAccount, Organization, PnlLine, User
from tests.cast import TODAY, Cast, assemble
from tests.journeys.product import Product

AUTHENTICATIONS = "account_authentication_methods"


def settle(product: Product, slug: str) -> Cast:
    """The cast in an organization of this name, where every day is the cast's day; with something to book on."""
    with product.rows(), transaction.atomic():
        cast = assemble(slug)
        Organization.objects.filter(pk=cast.organization.pk).update(stands_on=TODAY)
        with cast.acting(cast.office):
            for model, name in ((PnlLine, "Material"), (GLAccount, "Resin"), (CostCentre, "Moulding")):
                model.objects.create(code="4711", name=name)
    return cast


@contextmanager
def inside(product: Product, cast: Cast) -> Iterator[None]:
    """Inside the block the organization's rows are seen, and what is written is committed together."""
    with product.rows(), transaction.atomic(), cast.acting(cast.office):
        yield


def reconciled(product: Product, cast: Cast) -> None:
    with product.rows():
        reconcile(cast.organization.pk, on=TODAY)


def path_of(cast: Cast, rest: str = "") -> str:
    return f"/o/{cast.organization.slug}/{rest}"


def stage_of(product: Product, cast: Cast, code: str) -> int:
    with inside(product, cast):
        return int(Measure.objects.get(code=code).stage)


def forget_password(product: Product, page: Page) -> None:
    """Ten minutes pass since the person of this window gave the password."""
    cookies = {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}
    with product.rows():
        session = SessionStore(cookies["sessionid"])
        for given in session[AUTHENTICATIONS]:
            given["at"] -= timedelta(minutes=10).total_seconds()
        session[AUTHENTICATIONS] = list(session[AUTHENTICATIONS])
        session.save()


def fill(page: Page, **values: Any) -> None:
    """Types, chooses and ticks, by the names of the fields."""
    for name, value in values.items():
        field = page.locator(f"#content [name='{name}']")
        if isinstance(value, bool):
            field.set_checked(value)
        elif field.evaluate("field => field.tagName") == "SELECT":
            field.select_option(label=value)
        else:
            field.fill(str(value))


def press(page: Page, name: str) -> None:
    page.get_by_role("main").get_by_role("button", name=name, exact=True).click()


def follow(page: Page, name: str) -> None:
    page.get_by_role("main").get_by_role("link", name=name, exact=True).first.click()


def told(page: Page, text: str) -> None:
    """The page says so, in its messages."""
    expect(page.locator(".messages")).to_contain_text(text)


def work_on(page: Page, product: Product, cast: Cast, name: str) -> None:
    """Opens what waits for the person of this window on that measure, from the list of their work."""
    page.goto(f"{product.address}{path_of(cast)}")
    page.get_by_role("row").filter(has_text=name).get_by_role("link").first.click()


def cookies_of(product: Product, person: User) -> str:
    """What the browser of somebody who has signed in sends along."""
    session = SessionStore()
    with product.rows():
        session[SESSION_KEY] = str(person.pk)
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        session[HASH_SESSION_KEY] = person.get_session_auth_hash()
        session.create()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"
