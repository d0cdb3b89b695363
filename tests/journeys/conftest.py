"""A real browser on the real product. Console errors and violated content policies fail the test."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from config.local.chromium import chromium_path
from portfolio.models import User
from tests.cast import PASSWORD
from tests.conftest import clone_database, drop_database, template_name
from tests.journeys.product import Product, start, stop, straight

# Playwright's synchronous interface runs an event loop in this thread; the rows are read between its calls.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
# A refused form comes back with this status, and the browser notes it as an error of the page.
REFUSED_FORM = "the server responded with a status of 422"
PATIENCE_MS = 20_000


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    return {
        "executable_path": chromium_path(),
        "args": [
            "--no-sandbox",
            "--disable-gpu",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-quic",
        ],
    }


@pytest.fixture(scope="session")
def browser_context_args() -> dict[str, Any]:
    return {"viewport": {"width": 1440, "height": 900}, "locale": "en-GB"}


def product_on_a_clone(tmp_path_factory: Any, *, led: Callable[[str, str], str] = straight) -> Iterator[Product]:
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    folder = Path(tmp_path_factory.mktemp("product"))
    name = f"{template_name()}_{worker}_j{folder.name.removeprefix('product')}"
    clone_database(name)
    running = start(name, folder, led=led)
    yield running
    stop(running)
    drop_database(name)


@pytest.fixture(scope="module")
def product(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[Product]:
    """The whole product on a database of this module alone."""
    with django_db_blocker.unblock():
        yield from product_on_a_clone(tmp_path_factory)


@pytest.fixture(scope="session")
def _common_product(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[Product]:
    yield from product_on_a_clone(tmp_path_factory)


@pytest.fixture(scope="module")
def common(_common_product: Product, django_db_blocker: Any) -> Iterator[Product]:
    """One product for all modules that harm nothing; each founds an organization of its own in it."""
    with django_db_blocker.unblock():
        yield _common_product


class Desks:
    """A window for each person, signed in once; `noise` is what their browsers complained about."""

    def __init__(self, browser: Browser, options: dict[str, Any], product: Product) -> None:
        self.browser, self.options, self.product = browser, options, product
        self.windows: dict[str, Page] = {}
        self.noise: list[str] = []

    def of(self, person: User, path: str = "") -> Page:
        """The person's window, on that page when one is named."""
        if person.email not in self.windows:
            page = quiet_page(self.browser.new_context(**self.options), self.noise)
            sign_in(page, self.product, person.email, path or "/styleguide/")
            self.windows[person.email] = page
        elif path:
            self.windows[person.email].goto(f"{self.product.address}{path}")
        return self.windows[person.email]

    def close(self) -> None:
        for page in self.windows.values():
            page.context.close()


@pytest.fixture(scope="module")
def module_desks(browser: Browser, browser_context_args: dict[str, Any], common: Product) -> Iterator[Desks]:
    desks = Desks(browser, browser_context_args, common)
    yield desks
    desks.close()


@pytest.fixture
def desks(module_desks: Desks) -> Iterator[Desks]:
    """Windows that must stay silent: no console error, no violated policy, no failed script."""
    module_desks.noise.clear()
    yield module_desks
    assert module_desks.noise == [], f"The browser complained: {module_desks.noise}"


def quiet_page(context: BrowserContext, noise: list[str]) -> Page:
    """A page that writes every complaint of the browser into `noise`."""
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    listen(page, noise)
    return page


def listen(page: Page, noise: list[str]) -> None:
    def heard(message: Any) -> None:
        if message.type == "error" and REFUSED_FORM not in message.text:
            noise.append(f"{page.url}: {message.text}")

    page.on("console", heard)
    page.on("pageerror", lambda error: noise.append(f"{page.url}: {error}"))


@pytest.fixture
def page(page: Page) -> Iterator[Page]:
    """A page that must stay silent: no console error, no violated policy, no failed script."""
    noise: list[str] = []
    listen(page, noise)
    yield page
    assert noise == [], f"The browser complained: {noise}"


def sign_in(page: Page, product: Product, email: str, path: str = "/") -> None:
    """Signs in through the form, and out again before if somebody was."""
    page.context.clear_cookies()
    page.goto(f"{product.address}/accounts/login/?next={path}")
    page.get_by_label(re.compile("^E-?mail")).fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{product.address}{path}**")
