"""The bars of a digest's chart: from a common zero, in proportion, and without words."""

from __future__ import annotations

from decimal import Decimal

import pytest

from governance.rules.value_chart import HEIGHT, WIDTH, bars_of, value_chart


def numbers(*amounts: int) -> list[Decimal]:
    return [Decimal(amount) for amount in amounts]


def test_bars_are_in_proportion() -> None:
    bars, zero = bars_of(numbers(100, 50, 25, 0))
    assert [bar.height for bar in bars] == [HEIGHT, HEIGHT // 2, HEIGHT // 4, 0]
    assert zero == HEIGHT
    assert all(bar.y + bar.height == zero for bar in bars)


def test_negative_amounts_hang_below_the_zero() -> None:
    bars, zero = bars_of(numbers(30, -90))
    assert zero == HEIGHT // 4
    assert (bars[0].y, bars[0].y + bars[0].height) == (0, zero)
    assert (bars[1].y, bars[1].y + bars[1].height) == (zero, HEIGHT)


@pytest.mark.parametrize("amounts", [numbers(0, 0, 0, 0), numbers(1, 2, 3, 4), numbers(-1, -2, -3, -4)])
def test_bars_stay_inside_the_picture(amounts: list[Decimal]) -> None:
    for bar in bars_of(amounts)[0]:
        assert bar.x >= 0
        assert bar.x + bar.width <= WIDTH
        assert bar.y >= 0
        assert bar.y + bar.height <= HEIGHT


def test_picture_holds_no_words() -> None:
    assert "<text" not in value_chart(numbers(1, 2, 3, 4))
