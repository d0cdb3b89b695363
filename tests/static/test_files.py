"""What a browser must fetch is small, whole, and obeys the content security policy."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
STATIC = ROOT / "static"
# Mails are no pages: mail programs know inline styles only.
TEMPLATES = sorted(path for path in (ROOT / "templates").rglob("*.html") if path.parent.name != "mail")
BUDGET = 150_000


def compressed(path: Path) -> int:
    """Bytes on the wire: fonts are compressed already."""
    content = path.read_bytes()
    return len(content) if path.suffix == ".woff2" else len(gzip.compress(content))


def test_everything_a_page_fetches_stays_within_the_budget() -> None:
    fetched = [path for path in STATIC.rglob("*") if path.suffix in {".css", ".js", ".woff2", ".svg"}]
    page = 30_000
    assert sum(compressed(path) for path in fetched) + page <= BUDGET


def test_vendored_files_carry_their_licence() -> None:
    assert "SIL Open Font License" in (STATIC / "fonts/LICENSE-Inter.txt").read_text("utf-8")
    assert "Zero-Clause BSD" in (STATIC / "js/LICENSE-htmx.txt").read_text("utf-8")


def test_script_stays_readable_in_one_sitting() -> None:
    assert len((STATIC / "js/app.js").read_text("utf-8").splitlines()) < 250


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_template_has_nothing_inline(path: Path) -> None:
    source = path.read_text("utf-8")
    assert not re.search(r"\sstyle\s*=|<style\b|\son[a-z]+\s*=\s*[\"']|hx-on|javascript:", source)
    assert not re.search(r"<script(?![^>]*\ssrc=)", source)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_icons_of_a_template_are_in_the_sprite(path: Path) -> None:
    drawn = set(re.findall(r'symbol id="([a-z-]+)"', (STATIC / "icons.svg").read_text("utf-8")))
    used = set(re.findall(r"{% icon ['\"]([a-z-]+)['\"] %}", path.read_text("utf-8")))
    assert used <= drawn


def test_files_that_sheets_name_exist() -> None:
    for sheet in (STATIC / "css").glob("*.css"):
        for name in re.findall(r'url\("([^"]+)"\)', sheet.read_text("utf-8")):
            assert (sheet.parent / name).resolve().is_file()
