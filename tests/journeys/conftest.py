"""A real browser on the real product. Console errors and violated content policies fail the test."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from config.local.chromium import chromium_path
from tests.cast import PASSWORD
from tests.conftest import clone_database, drop_database, template_name
from tests.journeys.product import Product, start, stop

# Playwright's synchronous interface runs an event loop in this thread; the rows are read between its calls.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


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


@pytest.fixture(scope="module")
def product(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[Product]:
    """The whole product on a database of this module alone."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    folder = Path(tmp_path_factory.mktemp("product"))
    name = f"{template_name()}_{worker}_j{folder.name[-1]}"
    with django_db_blocker.unblock():
        clone_database(name)
        running = start(name, folder)
        yield running
        stop(running)
    drop_database(name)


@pytest.fixture
def page(page: Page) -> Iterator[Page]:
    """A page that must stay silent: no console error, no violated policy, no failed script."""
    noise: list[str] = []
    page.on("console", lambda message: noise.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: noise.append(str(error)))
    yield page
    assert noise == [], f"The browser complained: {noise}"


def sign_in(page: Page, product: Product, email: str, path: str = "/") -> None:
    """Signs in through the form, and out again before if somebody was."""
    page.context.clear_cookies()
    page.goto(f"{product.address}/accounts/login/?next={path}")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{product.address}{path}**")
