"""The one chart of a digest: four bars, and no words, because fonts differ from machine to machine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

WIDTH, HEIGHT = 592, 120
GAP = 24
# Literal colours: mail programs and the renderer know no variables. Those of the bridge's bars on light ground.
COLOURS = ("#3d4560", "#3f4dc6", "#7d62dc", "#2f9e6c")
LINE = "#cdd1da"


@dataclass(frozen=True, slots=True)
class Bar:
    """A rectangle in pixels, measured from the upper left corner."""

    x: int
    y: int
    width: int
    height: int
    colour: str


def bars_of(amounts: Sequence[Decimal]) -> tuple[list[Bar], int]:
    """One bar for each amount from a common zero, and where that zero lies; the largest span fills the height."""
    top, bottom = max([*amounts, Decimal(0)]), min([*amounts, Decimal(0)])
    span = top - bottom or Decimal(1)
    zero = int(HEIGHT * top / span)
    width = (WIDTH - GAP * (len(amounts) + 1)) // len(amounts)
    bars = []
    for place, amount in enumerate(amounts):
        height = int(HEIGHT * abs(amount) / span)
        y = zero - height if amount >= 0 else zero
        bars.append(Bar(GAP + place * (width + GAP), y, width, height, COLOURS[place % len(COLOURS)]))
    return bars, zero


def value_chart(amounts: Sequence[Decimal]) -> str:
    """The bars as SVG with flat attributes, ready to be painted as a picture."""
    bars, zero = bars_of(amounts)
    drawn = "".join(
        f'<rect x="{bar.x}" y="{bar.y}" width="{bar.width}" height="{bar.height}" fill="{bar.colour}"/>' for bar in bars
    )
    axis = f'<rect x="0" y="{min(zero, HEIGHT - 1)}" width="{WIDTH}" height="1" fill="{LINE}"/>'
    return f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}">{drawn}{axis}</svg>'
