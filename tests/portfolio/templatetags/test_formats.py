"""Numbers, dates and names in English and German; fields tied together for screen readers."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django import forms
from django.utils import timezone, translation

from portfolio.templatetags import formats

NBSP = "\u00a0"


@pytest.mark.parametrize(
    ("amount", "currency", "english", "german"),
    [
        (Decimal("1234567.5"), "EUR", "€1,234,567.50", f"1.234.567,50{NBSP}€"),
        (Decimal("-0.125"), "EUR", "−€0.13", f"−0,13{NBSP}€"),
        (Decimal("1.005"), "USD", "US$1.01", f"1,01{NBSP}$"),
        (Decimal("-0.004"), "GBP", "£0.00", f"0,00{NBSP}£"),
        (0, "NOK", f"NOK{NBSP}0.00", f"0,00{NBSP}NOK"),
        (Decimal("-12"), "", "−12.00", "−12,00"),
        (None, "EUR", "–", "–"),
        ("", "EUR", "–", "–"),
    ],
)
def test_money_to_the_cent(amount: Decimal | None, currency: str, english: str, german: str) -> None:
    with translation.override("en"):
        assert formats.money(amount, currency) == english
    with translation.override("de"):
        assert formats.money(amount, currency) == german


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        (43_900_000, f"€43.9{NBSP}m"),
        (-4_750_000, f"−€4.8{NBSP}m"),
        (18_249, f"€18.2{NBSP}k"),
        (950, "€950"),
        (2_340_000_000, f"€2.3{NBSP}bn"),
        (0, "€0"),
        (None, "–"),
    ],
)
def test_money_short_names_scale_and_currency(amount: int | None, expected: str) -> None:
    assert formats.money_short(amount, "EUR") == expected


def test_signed_shows_a_sign_except_for_zero() -> None:
    assert formats.signed(Decimal("4.7"), "EUR") == "+€4.70"
    assert formats.signed(Decimal("-4.7")) == "−4.70"
    assert formats.signed(Decimal("0.001")) == "0.00"
    assert formats.signed_short(-4_700_000, "EUR") == f"−€4.7{NBSP}m"


def test_scaled_is_bare_and_half_up() -> None:
    assert formats.scaled(Decimal("48650000"), "m") == "48.7"
    assert formats.scaled(Decimal("48650"), "k") == "48.7"
    assert formats.scaled(Decimal("1234.5"), "") == "1,235"
    assert formats.signed_scaled(Decimal("-350000"), "m") == "−0.4"
    assert formats.scaled(None) == formats.signed_scaled(None) == "–"


@pytest.mark.parametrize(("amount", "css"), [(1, "pos"), (Decimal("-0.01"), "neg"), (0, ""), (None, "")])
def test_tone_of_a_difference(amount: Decimal | int | None, css: str) -> None:
    assert formats.tone(amount) == css


def test_percent_of_a_ratio() -> None:
    assert formats.percent(Decimal("0.825")) == "83%"
    assert formats.percent(Decimal("-0.1234"), 1) == "−12.3%"
    assert formats.percent(None) == "–"
    with translation.override("de"):
        assert formats.percent(Decimal("0.827"), 1) == f"82,7{NBSP}%"


def test_days_and_months_follow_the_language() -> None:
    assert formats.day(date(2027, 8, 31)) == "31 Aug 2027"
    assert formats.month("2027-08") == formats.month(date(2027, 8, 3)) == "Aug 2027"
    assert formats.day(None) == formats.moment(None) == formats.month("") == "–"
    with translation.override("de"):
        assert formats.day(date(2027, 8, 31)) == "31.08.2027"


def test_moment_is_shown_in_the_zone_of_the_reader() -> None:
    late = datetime(2027, 8, 31, 23, 30, tzinfo=UTC)
    with timezone.override("Europe/Berlin"):
        assert formats.moment(late) == "1 Sept 2027, 01:30"
        assert formats.day(late) == "1 Sept 2027"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Mara Keller", "MK"),
        ("L. Brandt", "LB"),
        ("jan.wojcik@example.com", "JW"),
        ("Board", "B"),
        ("Anna-Maria von Öst", "AÖ"),
        ("", "?"),
        (None, "?"),
    ],
)
def test_initials(name: str | None, expected: str) -> None:
    assert formats.initials(name) == expected


def test_person_escapes_the_name() -> None:
    assert "<b>" not in formats.person("<b>x</b>")
    assert "–" in formats.person(None)


class Sample(forms.Form):
    name = forms.CharField(help_text="One line.")
    note = forms.CharField(required=False)
    kind = forms.ChoiceField(widget=forms.RadioSelect, choices=[("a", "A")])
    sure = forms.BooleanField()
    key = forms.CharField(widget=forms.HiddenInput, required=False)


def test_field_ties_help_and_errors_to_the_widget() -> None:
    html = formats.field(Sample({"name": ""})["name"])
    assert 'aria-describedby="id_name_helptext id_name_error"' in html
    assert 'id="id_name_helptext"' in html
    assert 'id="id_name_error"' in html
    assert 'aria-invalid="true"' in html
    assert '<label for="id_name">' in html


def test_field_says_what_is_optional() -> None:
    form = Sample()
    assert "optional" in formats.field(form["note"])
    assert "optional" not in formats.field(form["name"])


def test_field_of_choices_is_a_group_and_hidden_fields_stay_bare() -> None:
    form = Sample()
    assert "<fieldset" in formats.field(form["kind"])
    assert "field check" in formats.field(form["sure"])
    assert formats.field(form["key"]).startswith('<input type="hidden"')


def test_form_errors_lists_every_objection_with_its_field() -> None:
    form = Sample({})
    form.add_error(None, "The whole is wrong.")
    html = formats.form_errors(form)
    assert "The whole is wrong." in html
    assert all(f'href="#id_{name}' in html for name in ("name", "kind", "sure"))
    assert formats.form_errors(Sample()) == ""
