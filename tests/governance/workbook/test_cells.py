from __future__ import annotations

import datetime
from decimal import Decimal

import pytest

from governance.workbook import cells
from governance.workbook.findings import BadCell


@pytest.mark.parametrize(("index", "letters"), [(0, "A"), (15, "P"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")])
def test_column_letters_count_as_a_spreadsheet(index: int, letters: str) -> None:
    assert cells.column_letters(index) == letters


@pytest.mark.parametrize(
    ("cell", "amount"),
    [
        (" 12.50 ", "12.5"),
        ("-0.0001", "-0.0001"),
        ("1.50000", "1.5"),
        ("007", "7"),
        (5.0, "5"),
        (0.1 + 0.2, "0.3"),
        (-7, "-7"),
        ("999999999999999.9999", "999999999999999.9999"),
    ],
)
def test_amount_reads_plain_and_spreadsheet_numbers(cell: cells.Cell, amount: str) -> None:
    assert cells.read_amount(cell) == Decimal(amount)


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("1,5", "decimal_comma"),
        ("1.000,00", "decimal_comma"),
        ("1,000.00", "decimal_comma"),
        ("1e3", "no_number"),
        ("12 EUR", "no_number"),
        ("=1+1", "no_number"),
        ("NaN", "no_number"),
        ("٣", "no_number"),
        (float("inf"), "no_number"),
        (True, "no_number"),
        (datetime.date(2026, 1, 1), "no_number"),
        ("1.23456", "too_many_decimals"),
        (1 / 3, "too_many_decimals"),
        ("1234567890123456", "too_many_digits"),
        (1e300, "too_many_digits"),
    ],
)
def test_amount_refuses_what_it_would_have_to_guess(cell: cells.Cell, code: str) -> None:
    with pytest.raises(BadCell) as refusal:
        cells.read_amount(cell)
    assert refusal.value.code == code


@pytest.mark.parametrize(
    "cell",
    ["2026-06-30", datetime.date(2026, 6, 30), datetime.datetime(2026, 6, 30)],  # noqa: DTZ001
)
def test_date_reads_iso_and_spreadsheet_dates(cell: cells.Cell) -> None:
    assert cells.read_date(cell) == datetime.date(2026, 6, 30)


@pytest.mark.parametrize(
    "cell",
    ["30.06.2026", "2026-6-30", "20260630", "2026-02-30", "0001-01-01", 46203.0, datetime.datetime(2026, 6, 30, 9)],  # noqa: DTZ001
)
def test_date_refuses_other_notations(cell: cells.Cell) -> None:
    with pytest.raises(BadCell, match="no_date"):
        cells.read_date(cell)


@pytest.mark.parametrize("cell", ["nobody", "a@b", "two@example.org, three@example.org", "x" * 250 + "@example.org"])
def test_email_refuses_what_is_no_address(cell: str) -> None:
    with pytest.raises(BadCell, match="no_email"):
        cells.read_email(cell)


@pytest.mark.parametrize("cell", ["EURO", "€", "12", "ÄÖÜ"])
def test_currency_refuses_what_is_no_code(cell: str) -> None:
    with pytest.raises(BadCell, match="no_currency"):
        cells.read_currency(cell)


@pytest.mark.parametrize(("cell", "code"), [("0", "not_positive"), ("-1", "not_positive"), ("0,9", "decimal_comma")])
def test_rate_refuses_what_cannot_convert(cell: str, code: str) -> None:
    with pytest.raises(BadCell, match=code):
        cells.read_rate(cell)


@pytest.mark.parametrize("cell", ["26", "FY2026", "20260", 2026.5])
def test_year_refuses_what_is_no_year(cell: cells.Cell) -> None:
    with pytest.raises(BadCell, match="no_year"):
        cells.read_year(cell)


def test_text_refuses_control_characters_and_length() -> None:
    read = cells.text_up_to(5)
    assert read(" a\tb ") == "a\tb"
    assert read("Zürich"[:5]) == "Züric"
    with pytest.raises(BadCell, match="too_long"):
        read("123456")
    with pytest.raises(BadCell, match="control_character"):
        read("a\x07b")


def test_word_is_read_without_regard_to_case_spaces_and_hyphens() -> None:
    read = cells.word_among({"one_off_cost": 1})
    assert read("One-off  Cost") == read("ONE_OFF_COST") == 1
    with pytest.raises(BadCell, match="word_unknown"):
        read("oneoff")
