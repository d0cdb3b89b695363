"""Amounts as people type and paste them: read by the active language, tolerant only where nothing is ambiguous."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.formats import get_format, number_format
from django.utils.translation import gettext as _

from finance.actions.amounts import is_storable

# Signs for "nothing" that tables show.
BLANKS = {"", "-", "–", "—", "\u2212"}
MINUSES = {"\u2212", "–"}
# A grouped whole number; the first group has one to three digits, and no leading zero.
_GROUPED = re.compile(r"[1-9]\d{0,2}(?:S\d{3})+")
_PLAIN = re.compile(r"\d+(?:D\d+)?|D\d+")


class NoNumber(ValueError):
    """Carries the sentence about the text."""


def parse_amount(text: str) -> Decimal | None:
    """The amount a person meant, None for a blank cell.

    Spaces, apostrophes and currency signs are dropped; a trailing or typographic minus and brackets mean negative.
    With a point and a comma the later one is the decimal sign. A single sign before exactly three digits could be
    either: it is read as grouping only if the active language groups by it, otherwise refused with a sentence.
    Refused: anything else, more than four decimals, too many digits.
    """
    bare = _bare(text)
    if bare in BLANKS:
        return None
    digits, negative = _unsigned(bare)
    number = _number(digits, text)
    if not is_storable(number):
        raise NoNumber(_("“%(text)s” has more than 15 digits or 4 decimals") % {"text": text.strip()})
    return -number if negative else number


def _bare(text: str) -> str:
    return "".join(
        "-" if c in MINUSES else c
        for c in text.strip()
        if not c.isspace() and c not in "'’" and unicodedata.category(c) != "Sc"
    )


def _unsigned(text: str) -> tuple[str, bool]:
    if text.startswith("(") and text.endswith(")"):
        return text[1:-1], True
    if text[0] in "+-":
        return text[1:], text[0] == "-"
    return (text[:-1], True) if text.endswith("-") else (text, False)


def _number(digits: str, text: str) -> Decimal:
    if not digits.isascii() or not re.fullmatch(r"[\d.,]+", digits):
        raise _no_number(text)
    signs = [c for c in digits if c in ".,"]
    if len(set(signs)) == 2:
        return _both(digits, signs, text)
    if len(signs) > 1:
        return _grouped(digits, signs[0], text)
    if signs and _could_be_grouping(digits, signs[0]):
        return _ambiguous(digits, signs[0], text)
    return _decimal(digits, signs[0] if signs else ".", text)


def _both(digits: str, signs: list[str], text: str) -> Decimal:
    group, decimal = signs[0], signs[-1]
    if group == decimal or signs.count(decimal) > 1:
        raise _no_number(text)
    whole, _sign, rest = digits.partition(decimal)
    return _grouped(whole, group, text) + _decimal(f"0.{rest or '0'}", ".", text)


def _grouped(digits: str, sign: str, text: str) -> Decimal:
    if not re.fullmatch(_GROUPED.pattern.replace("S", re.escape(sign)), digits):
        raise _no_number(text)
    return Decimal(digits.replace(sign, ""))


def _could_be_grouping(digits: str, sign: str) -> bool:
    return re.fullmatch(_GROUPED.pattern.replace("S", re.escape(sign)), digits) is not None


def _ambiguous(digits: str, sign: str, text: str) -> Decimal:
    if get_format("THOUSAND_SEPARATOR") == sign:
        return Decimal(digits.replace(sign, ""))
    whole, decimals = digits.split(sign)
    raise NoNumber(
        _("“%(text)s” can be read in two ways; write %(whole)s or %(decimal)s")
        % {"text": text.strip(), "whole": whole + decimals, "decimal": f"{digits}0"}
    )


def _decimal(digits: str, sign: str, text: str) -> Decimal:
    if not re.fullmatch(_PLAIN.pattern.replace("D", re.escape(sign)), digits):
        raise _no_number(text)
    return Decimal(digits.replace(sign, "."))


def _no_number(text: str) -> NoNumber:
    return NoNumber(_("“%(text)s” is no number") % {"text": text.strip()})


def written(amount: Decimal | None) -> str:
    """An amount as a field shows it: every stored decimal, at least two; `parse_amount` reads it back unchanged."""
    if amount is None:
        return ""
    exponent = amount.normalize().as_tuple().exponent
    # Three decimals alone could be read as thousands, so they are shown as four.
    decimals = 2 if not isinstance(exponent, int) or exponent >= -2 else 4
    return str(number_format(amount, decimal_pos=decimals, use_l10n=True, force_grouping=True))


class AmountField(forms.CharField):
    """An amount of money; shown and read as in the month grid."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault(
            "widget", forms.TextInput(attrs={"inputmode": "decimal", "class": "num", "autocomplete": "off"})
        )
        super().__init__(max_length=40, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return written(value) if isinstance(value, Decimal) else value

    def clean(self, value: Any) -> Decimal | None:
        text = super().clean(value)
        try:
            return parse_amount(text)
        except NoNumber as error:
            raise ValidationError(f"{error}.") from None
