"""Every pair of colours that may meet is readable, in light and in dark (WCAG 2.2 AA)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

CSS = Path(__file__).parents[2] / "static" / "css"
TOKENS = (CSS / "tokens.css").read_text(encoding="utf-8")
NEEDED = {"text": 4.5, "graphic": 3.0}
COLOURS = {
    name: {"light": light, "dark": dark}
    for name, light, dark in re.findall(r"--([a-z0-9-]+):\s*light-dark\((#[0-9a-f]{6}),\s*(#[0-9a-f]{6})\)", TOKENS)
}
PAIRS = [
    (use, foreground, background)
    for use, foreground, backgrounds in re.findall(r"^@(text|graphic) (\S+) on (.+)$", TOKENS, re.MULTILINE)
    for background in backgrounds.split()
]
# Colours that never carry meaning against another: plain lines, and bars that always stand beside a number.
DECORATIVE = {"line", "line-strong", *(f"doi-{stage}" for stage in range(6))}


def luminance(colour: str) -> float:
    """Relative luminance of #rrggbb as WCAG 2.2 defines it."""
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast_of_black_on_white_is_twenty_one() -> None:
    assert round(contrast("#000000", "#ffffff"), 2) == 21.0
    assert round(contrast("#767676", "#ffffff"), 2) == 4.54


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("use", "foreground", "background"), PAIRS)
def test_contrast_of_a_declared_pair(scheme: str, use: str, foreground: str, background: str) -> None:
    ratio = contrast(COLOURS[foreground][scheme], COLOURS[background][scheme])
    assert ratio >= NEEDED[use], f"{foreground} on {background} in {scheme}: {ratio:.2f}"


def test_each_colour_token_is_in_a_pair() -> None:
    used = {name for _, foreground, background in PAIRS for name in (foreground, background)}
    assert COLOURS.keys() - used - DECORATIVE == set()


def test_colours_are_named_in_the_tokens_only() -> None:
    for sheet in CSS.glob("*.css"):
        if sheet.name != "tokens.css":
            assert re.findall(r"#[0-9a-fA-F]{3,8}\b(?=[;\s,)])|\brgba?\(", sheet.read_text("utf-8")) == []


def test_each_token_that_is_used_exists() -> None:
    declared = set(re.findall(r"(--[a-z0-9-]+)\s*:", "".join(s.read_text("utf-8") for s in CSS.glob("*.css"))))
    for sheet in CSS.glob("*.css"):
        assert set(re.findall(r"var\((--[a-z0-9-]+)", sheet.read_text("utf-8"))) - declared == set()
