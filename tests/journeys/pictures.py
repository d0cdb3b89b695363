"""`make pictures`: the main pages of the demo, as the README and the docs show them.

The demo runs under its own supervisor in `DATA_DIR/pictures`; the first run loads it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Page, sync_playwright

from config.local.chromium import chromium_path
from config.local.places import ROOT, data_dir
from config.local.supervisor import answers
from governance.demo.people import DOMAIN, PASSWORD
from tests.journeys.product import free_port

PICTURES = ROOT / "docs" / "pictures"
LARGEST = 250_000
WIDE, LOW, PHONE = (1440, 900), (1440, 680), (390, 844)
READY_WITHIN = 900.0
ORGANIZATION = "/o/nordlicht/"


@dataclass(frozen=True)
class Picture:
    """A page as a person of the demo sees it; `through` are links that lead on from the address, in order."""

    name: str
    person: str
    path: str
    through: tuple[str, ...] = ()
    theme: Literal["light", "dark"] = "light"
    size: tuple[int, int] = WIDE
    height: int = 0


SILENT_LEAKAGE = "divergences/?code=D1"
OF_THE_OWNER = "measures/?owner=owner@nordlicht.example"
# Taken over from an older program, so its next gate asks for much.
BROUGHT = "measures/?q=OLD-"
MEASURE = "tbody td[data-label='Measure'] a"
NAMED = "tbody th[scope='row'] a"
WAITING = "tbody tr:has-text('%s') th a"
TAB = ".tabs a:has-text('%s')"
# The first portfolio by name is a calm one; closed, it makes room for those where something happens.
CALM = "tr:has-text('Balance Sheet') [data-twisty]"

TAKEN = (
    Picture("portfolio-light", "office", "portfolio/", (CALM,)),
    Picture("portfolio-dark", "office", "portfolio/", (CALM,), theme="dark"),
    Picture("portfolio-phone", "office", "portfolio/", (CALM,), size=PHONE),
    Picture("register-light", "office", "measures/", size=LOW),
    Picture("measure-light", "controller", SILENT_LEAKAGE, (MEASURE,)),
    Picture("measure-phone", "controller", SILENT_LEAKAGE, (MEASURE,), theme="dark", size=PHONE),
    Picture("months-dark", "owner", f"{OF_THE_OWNER}&stage=3", (NAMED, TAB % "Months"), theme="dark"),
    Picture("gates-light", "office", f"{BROUGHT}&stage=3&lifecycle=active", (NAMED, TAB % "Gates")),
    Picture("closure-light", "controller.two", "", (WAITING % "Confirm the value and close",)),
    Picture("work-light", "chair", ""),
    Picture("month-end-light", "controller", "month-end/", size=LOW),
    Picture("divergences-dark", "controller", "divergences/", theme="dark", size=LOW),
    Picture("takeover-light", "office", "takeover/"),
)


@contextmanager
def running(folder: Path) -> Iterator[str]:
    """The demo runs, and is stopped afterwards; its address."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    environment = {**os.environ, "DATA_DIR": str(folder), "PORT": str(port)}
    supervisor = subprocess.Popen([sys.executable, "-m", "config.local.supervisor"], cwd=ROOT, env=environment)
    try:
        deadline = time.monotonic() + READY_WITHIN
        while not answers(f"{address}/healthz"):
            if supervisor.poll() is not None or time.monotonic() > deadline:
                raise SystemExit("The demo did not start; its last words stand above.")
            time.sleep(0.5)
        yield address
    finally:
        supervisor.terminate()
        supervisor.wait()


def seat(browser: Browser, address: str, person: str) -> Page:
    """A window in which this person of the demo has signed in."""
    page = browser.new_context(locale="en-GB").new_page()
    page.goto(f"{address}/accounts/login/?next={ORGANIZATION}")
    page.locator("[name='login']").fill(f"{person}@{DOMAIN}")
    page.locator("[name='password']").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{address}{ORGANIZATION}**")
    return page


def take(page: Page, address: str, picture: Picture) -> Path:
    """The picture lies in its place; refused with a sentence when it is larger than the README can bear."""
    width, height = picture.size
    page.set_viewport_size({"width": width, "height": height})
    page.emulate_media(color_scheme=picture.theme)
    page.goto(f"{address}{ORGANIZATION}{picture.path}")
    for link in picture.through:
        page.locator(link).first.click()
    page.wait_for_load_state("networkidle")
    # No pointer over a light, no ring around a link.
    page.mouse.move(0, 0)
    path = PICTURES / f"{picture.name}.png"
    page.screenshot(path=path, animations="disabled")
    if path.stat().st_size > LARGEST:
        raise SystemExit(f"{path} has {path.stat().st_size} bytes; at most {LARGEST} are kept in the repository.")
    return path


def main(names: list[str]) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    with running(data_dir() / "pictures") as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=["--no-sandbox", "--disable-gpu"])
        windows: dict[str, Page] = {}
        for picture in TAKEN:
            if names and picture.name not in names:
                continue
            if picture.person not in windows:
                windows[picture.person] = seat(browser, address, picture.person)
            path = take(windows[picture.person], address, picture)
            sys.stdout.write(f"  {path.relative_to(ROOT)}: {path.stat().st_size // 1000} kB\n")
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
