from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finance.money import CurrencyMismatch, Money, convert, round_amount, round_cents, round_ratio, spread

cents = st.integers(-(10**13), 10**13).map(lambda value: Decimal(value) / 100)


@pytest.mark.parametrize(
    ("amount", "expected"),
    [("0.125", "0.13"), ("-0.125", "-0.13"), ("0.1249", "0.12"), ("2.5", "2.50"), ("-0.005", "-0.01")],
)
def test_round_cents_half_away_from_zero(amount: str, expected: str) -> None:
    assert str(round_cents(Decimal(amount))) == expected


def test_round_amount_and_ratio_keep_four_decimals() -> None:
    assert str(round_amount(Decimal("1.00005"))) == "1.0001"
    assert str(round_ratio(Decimal("0.71066666"))) == "0.7107"


def test_convert_rounds_each_row() -> None:
    assert convert(Decimal("0.33"), Decimal("0.5")) == Decimal("0.17")
    assert sum(convert(Decimal("0.33"), Decimal("0.5")) for _ in range(2)) != convert(Decimal("0.66"), Decimal("0.5"))


@given(total=cents, months=st.integers(1, 60))
def test_spread_sums_exactly_and_keeps_the_sign(total: Decimal, months: int) -> None:
    rows = spread(total, months)
    assert len(rows) == months
    assert sum(rows) == total
    assert all(row * total >= 0 for row in rows)
    assert len(set(rows[:-1])) <= 1
    assert abs(rows[-1] - rows[0]) < Decimal("0.01") * months


@pytest.mark.parametrize(("total", "months"), [("1.00", 0), ("1.005", 2)])
def test_spread_refuses_no_months_and_fractions_of_a_cent(total: str, months: int) -> None:
    with pytest.raises(ValueError, match="spread"):
        spread(Decimal(total), months)


def test_money_of_one_currency_adds() -> None:
    two, three = Money(Decimal(2), "EUR"), Money(Decimal(3), "EUR")
    assert two + three == Money(Decimal(5), "EUR")
    assert two - three == -Money(Decimal(1), "EUR")
    assert two < three
    assert two <= two


@pytest.mark.parametrize("deed", ["__add__", "__sub__", "__lt__", "__le__"])
def test_money_of_two_currencies_is_refused(deed: str) -> None:
    with pytest.raises(CurrencyMismatch):
        getattr(Money(Decimal(1), "EUR"), deed)(Money(Decimal(1), "USD"))


def test_money_converted_takes_the_new_currency() -> None:
    assert Money(Decimal("1.25"), "USD").converted(Decimal("0.9"), "EUR") == Money(Decimal("1.13"), "EUR")
