"""Amounts as people type them in two languages."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.utils import translation

from governance.forms.amounts import AmountField, NoNumber, parse_amount, written

D = Decimal


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1234", D("1234")),
        ("1234.5", D("1234.5")),
        ("1234,56", D("1234.56")),
        ("1,234.56", D("1234.56")),
        ("1.234,56", D("1234.56")),
        ("1,234,567", D("1234567")),
        ("1.234.567,8", D("1234567.8")),
        ("1 234,56", D("1234.56")),
        ("1\u00a0234\u202f567", D("1234567")),
        ("1’234.50", D("1234.50")),
        ("€ 1,234.50", D("1234.50")),
        ("\u22121,234.50", D("-1234.50")),
        ("(1,234.50)", D("-1234.50")),
        ("12.5-", D("-12.5")),
        ("+7", D("7")),
        ("0.125", D("0.125")),
        ("0,125", D("0.125")),
        ("1234.567", D("1234.567")),
        (".5", D("0.5")),
        ("0", D("0")),
    ],
)
@pytest.mark.parametrize("language", ["en", "de"])
def test_parse_amount_unambiguous_in_any_language(text: str, amount: Decimal, language: str) -> None:
    with translation.override(language):
        assert parse_amount(text) == amount


@pytest.mark.parametrize("text", ["", "  ", "–", "-", "\u2212"])
def test_parse_amount_blank(text: str) -> None:
    assert parse_amount(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "abc",
        "=1+1",
        "1,23,456",
        "1.2.3",
        "12,3456.7",
        "1.234,567.8",
        "1e5",
        "NaN",
        "--5",
        "1,",
        "٣",
        "12 EUR",
        "()",
        "5.-",
    ],
)
def test_parse_amount_no_number(text: str) -> None:
    with translation.override("en"), pytest.raises(NoNumber, match="is no number"):
        parse_amount(text)


@pytest.mark.parametrize(("language", "grouped", "other"), [("en", "1,234", "1.234"), ("de", "1.234", "1,234")])
def test_parse_amount_three_digits_follow_the_language(language: str, grouped: str, other: str) -> None:
    with translation.override(language):
        assert parse_amount(grouped) == D(1234)
        with pytest.raises(NoNumber) as refused:
            parse_amount(other)
    assert "1234" in str(refused.value)
    assert f"{other}0" in str(refused.value)


@pytest.mark.parametrize("text", ["1.23456", "1234567890123456"])
def test_parse_amount_beyond_what_is_stored(text: str) -> None:
    with translation.override("en"), pytest.raises(NoNumber, match="15 digits or 4 decimals"):
        parse_amount(text)


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("amount", ["0", "1234", "1234.5", "-1234567.8901", "0.125", "1.234", "1234.567", "100"])
def test_written_reads_back_unchanged(amount: str, language: str) -> None:
    with translation.override(language):
        assert parse_amount(written(D(amount))) == D(amount)


def test_written_shows_at_least_two_decimals() -> None:
    with translation.override("de"):
        assert written(D("1234.5000")) == "1.234,50"
        assert written(None) == ""


def test_amount_field_says_what_is_wrong() -> None:
    with translation.override("en"):
        field = AmountField(required=False)
        assert field.clean("1,234.5") == D("1234.5")
        assert field.clean("") is None
        assert field.prepare_value(D("1234.5000")) == "1,234.50"
