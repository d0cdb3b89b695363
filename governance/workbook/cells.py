"""Reads one cell: text, word, date, flag, number. Each reader takes a non-blank cell and refuses with `BadCell`."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import lru_cache

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator

from governance.workbook.findings import BadCell

Cell = str | float | int | bool | datetime.date | datetime.datetime | datetime.time | datetime.timedelta | None
Reader = Callable[[Cell], object]

DIGITS_BEFORE_POINT = 15
DECIMALS = 4
SHOWN = 60
_PLAIN = re.compile(r"(-?)([0-9]+)(?:\.([0-9]+))?")
_MONTH = re.compile(r"[12][0-9]{3}-(?:0[1-9]|1[0-2])")
_FLAGS = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}
_email = EmailValidator()


def column_letters(index: int) -> str:
    """The letters of a column counted from 0: A, B, … Z, AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def is_blank(cell: Cell) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def as_text(cell: Cell) -> str:
    """A cell as a person would read it: 6000.0 is 6000, a date is ISO, True is true."""
    if isinstance(cell, str):
        return cell.strip()
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        # a spreadsheet itself shows 15 significant digits; the rest is binary noise
        return format(Decimal(format(cell, ".15g")), "f")
    if isinstance(cell, datetime.datetime) and cell.time() == datetime.time():
        return cell.date().isoformat()
    return str(cell)


def text_up_to(limit: int) -> Reader:
    """A reader of texts of at most `limit` characters; text that looks like a formula is text."""

    def read(cell: Cell) -> str:
        text = as_text(cell)
        if len(text) > limit:
            raise BadCell("too_long", length=len(text), limit=limit)
        if not text.isprintable() and any(character < " " and character not in "\t\r\n" for character in text):
            raise BadCell("control_character")
        return text

    return read


def word_among(words: Mapping[str, object]) -> Reader:
    """A reader of one of `words`, without regard to case, spaces or hyphens."""

    def read(cell: Cell) -> object:
        text = as_text(cell)
        try:
            return words[text] if text in words else words[_plain_word(text)]
        except KeyError:
            raise BadCell("word_unknown", value=text[:SHOWN], words=", ".join(words)) from None

    return read


def _plain_word(text: str) -> str:
    return re.sub(r"[\s_-]+", "_", text.casefold())


def read_flag(cell: Cell) -> bool:
    text = as_text(cell)
    try:
        return _FLAGS[text.casefold()]
    except KeyError:
        raise BadCell("no_flag", value=text[:SHOWN]) from None


def read_date(cell: Cell) -> datetime.date:
    """A day, from ISO text or from a date of the spreadsheet without a time of day."""
    if isinstance(cell, datetime.datetime):
        if cell.time() == datetime.time():
            return cell.date()
    elif isinstance(cell, datetime.date):
        return cell
    elif isinstance(cell, str):
        return _iso_date(cell.strip())
    raise BadCell("no_date", value=as_text(cell)[:SHOWN])


@lru_cache(maxsize=4096)
def _iso_date(text: str) -> datetime.date:
    try:
        if len(text) == 10 and text[4] == "-" and text[:4] >= "1900":
            return datetime.date.fromisoformat(text)
    except ValueError:
        pass
    raise BadCell("no_date", value=text[:SHOWN])


def read_month_name(cell: Cell) -> str | None:
    """`YYYY-MM` from the head of a month column, also where the spreadsheet made a first of the month of it."""
    if isinstance(cell, datetime.date):
        return format(cell, "%Y-%m") if cell.day == 1 else None
    text = as_text(cell)
    return text if _MONTH.fullmatch(text) else None


def read_amount(cell: Cell) -> Decimal:
    """Money or FTE: at most 15 digits before the point and 4 decimals, never rounded here."""
    return _number(cell, decimals=DECIMALS)


def read_weight(cell: Cell) -> Decimal:
    value = _number(cell, decimals=DECIMALS, digits=6)
    if value < 0:
        raise BadCell("negative", value=as_text(cell)[:SHOWN])
    return value


def read_rate(cell: Cell) -> Decimal:
    """Units of the organization's currency for one unit of the foreign one."""
    value = _number(cell, decimals=8, digits=10)
    if value <= 0:
        raise BadCell("not_positive", value=as_text(cell)[:SHOWN])
    return value


def read_year(cell: Cell) -> int:
    text = as_text(cell)
    if re.fullmatch(r"(?:19|20|21)[0-9]{2}", text):
        return int(text)
    raise BadCell("no_year", value=text[:SHOWN])


def read_currency(cell: Cell) -> str:
    text = as_text(cell).upper()
    if len(text) == 3 and text.isascii() and text.isalpha():
        return text
    raise BadCell("no_currency", value=as_text(cell)[:SHOWN])


def read_email(cell: Cell) -> str:
    """An address in lower case, so that two spellings are one person."""
    return _address(as_text(cell))


@lru_cache(maxsize=4096)
def _address(text: str) -> str:
    try:
        if len(text) <= 254:
            _email(text)
            return text.lower()
    except ValidationError:
        pass
    raise BadCell("no_email", value=text[:SHOWN])


def _number(cell: Cell, *, decimals: int, digits: int = DIGITS_BEFORE_POINT) -> Decimal:
    text = as_text(cell)
    match = None if isinstance(cell, bool | datetime.date) else _PLAIN.fullmatch(text)
    if match is None:
        raise BadCell("decimal_comma" if _with_comma(text) else "no_number", value=text[:SHOWN])
    if len(match[2].lstrip("0")) > digits:
        raise BadCell("too_many_digits", value=text[:SHOWN], limit=digits)
    if len((match[3] or "").rstrip("0")) > decimals:
        raise BadCell("too_many_decimals", value=text[:SHOWN], limit=decimals)
    return Decimal(f"{match[1]}{match[2]}.{(match[3] or '').rstrip('0')}")


def _with_comma(text: str) -> bool:
    return "," in text and re.fullmatch(r"-?[0-9.,\s']+", text) is not None
