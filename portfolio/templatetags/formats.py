"""Numbers, dates, names, icons and fields as people read them; never a query, rounding only for the eye."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import cache, lru_cache

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.numbers import get_currency_name, get_currency_symbol
from django import forms, template
from django.forms import BaseForm, BoundField
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, pgettext_lazy

register = template.Library()

MINUS = "\u2212"
NO_BREAK = "\u00a0"
NOTHING = "–"
CENTS = Decimal("0.01")
TENTH = Decimal("0.1")
SCALES = {
    "": (Decimal(1), ""),
    "k": (Decimal(1_000), pgettext_lazy("thousand, after an amount", "k")),
    "m": (Decimal(1_000_000), pgettext_lazy("million, after an amount", "m")),
    "bn": (Decimal(1_000_000_000), pgettext_lazy("billion, after an amount", "bn")),
}

Amount = Decimal | int | float | str | None


@dataclass(frozen=True)
class Signs:
    """How one language writes numbers."""

    decimal: str
    group: str
    currency_first: bool
    percent_gap: str

    def write(self, number: Decimal) -> str:
        """The number without its sign, grouped by thousands."""
        grouped = f"{abs(number):,f}"
        return grouped.translate({ord(","): self.group, ord("."): self.decimal})


@lru_cache(maxsize=8)
def locale_of(language: str) -> Locale:
    """Plain English reads dates day first and names the dollar of its country."""
    return Locale.parse("en_GB" if language == "en" else language, sep="-" if "-" in language else "_")


@lru_cache(maxsize=8)
def signs_of(language: str) -> Signs:
    locale = locale_of(language)
    symbols = locale.number_symbols["latn"]
    return Signs(
        decimal=symbols["decimal"],
        group=symbols["group"],
        currency_first=locale.currency_formats["standard"].pattern.startswith("¤"),
        percent_gap=NO_BREAK if NO_BREAK in locale.percent_formats[None].pattern else "",
    )


@lru_cache(maxsize=256)
def symbol_of(currency: str, language: str) -> str:
    return get_currency_symbol(currency, locale_of(language))


def _language() -> str:
    return get_language() or "en"


def _decimal(amount: Amount) -> Decimal | None:
    if amount is None or amount == "":
        return None
    return amount if isinstance(amount, Decimal) else Decimal(str(amount))


def _round(number: Decimal, step: Decimal) -> Decimal:
    return number.quantize(step, rounding=ROUND_HALF_UP)


def _sign(number: Decimal, plus: str = "") -> str:
    return MINUS if number < 0 else plus if number > 0 else ""


def _with_currency(text: str, currency: str, sign: str) -> str:
    if not currency:
        return sign + text
    language = _language()
    symbol = symbol_of(currency, language)
    if not signs_of(language).currency_first:
        return f"{sign}{text}{NO_BREAK}{symbol}"
    gap = NO_BREAK if symbol[-1].isalpha() else ""
    return f"{sign}{symbol}{gap}{text}"


def _written(amount: Amount, currency: str, step: Decimal, plus: str = "") -> str:
    number = _decimal(amount)
    if number is None:
        return NOTHING
    rounded = _round(number, step)
    return _with_currency(signs_of(_language()).write(rounded), currency, _sign(rounded, plus))


@register.filter
def money(amount: Amount, currency: str = "") -> str:
    """An amount to the cent, named by its currency; without one where a table head names it."""
    return _written(amount, currency, CENTS)


@register.filter
def signed(amount: Amount, currency: str = "") -> str:
    """A difference to the cent that always shows its sign, except zero."""
    return _written(amount, currency, CENTS, plus="+")


@register.filter
def days(number: int) -> str:
    """A number of days with its sign: +3, −1, 0."""
    return f"{_sign(Decimal(number), '+')}{abs(number)}"


def _scale_for(number: Decimal) -> str:
    size = abs(number)
    if size >= 1_000_000_000:
        return "bn"
    if size >= 1_000_000:
        return "m"
    return "k" if size >= 1_000 else ""


def _short(amount: Amount, currency: str, scale: str | None, plus: str) -> str:
    number = _decimal(amount)
    if number is None:
        return NOTHING
    divisor, word = SCALES[_scale_for(number) if scale is None else scale]
    rounded = _round(number / divisor, TENTH if word else Decimal(1))
    text = signs_of(_language()).write(rounded)
    return _with_currency(f"{text}{NO_BREAK}{word}" if word else text, currency, _sign(rounded, plus))


@register.filter
def money_short(amount: Amount, currency: str = "") -> str:
    """An amount in the scale that suits it, one decimal: €43.9 m, €18.2 k, €950."""
    return _short(amount, currency, None, "")


@register.filter
def signed_short(amount: Amount, currency: str = "") -> str:
    """A difference in the scale that suits it, always with its sign: −€4.7 m."""
    return _short(amount, currency, None, "+")


@register.filter
def scaled(amount: Amount, scale: str = "m") -> str:
    """A bare number in a fixed scale ("", k, m, bn), for tables whose head names currency and scale."""
    number = _decimal(amount)
    return NOTHING if number is None else _written(number / SCALES[scale][0], "", TENTH if scale else Decimal(1))


@register.filter
def signed_scaled(amount: Amount, scale: str = "m") -> str:
    """As scaled, always with its sign."""
    number = _decimal(amount)
    if number is None:
        return NOTHING
    return _written(number / SCALES[scale][0], "", TENTH if scale else Decimal(1), plus="+")


@register.filter
def tone(amount: Amount) -> str:
    """Class of a difference: improvement is positive, so minus is bad."""
    number = _decimal(amount)
    if not number:
        return ""
    return "pos" if number > 0 else "neg"


@register.filter
def percent(ratio: Amount, digits: int = 0) -> str:
    """A ratio (0.83) as percent (83%)."""
    number = _decimal(ratio)
    if number is None:
        return NOTHING
    rounded = _round(number * 100, Decimal(1).scaleb(-int(digits)))
    signs = signs_of(_language())
    return f"{_sign(rounded)}{signs.write(rounded)}{signs.percent_gap}%"


@register.filter
def currency_name(currency: str) -> str:
    return get_currency_name(currency, locale=locale_of(_language()))


@register.filter
def day(value: date | datetime | None) -> str:
    """A calendar day: 31 Aug 2027. A moment is shown as the day of the reader's time zone."""
    if value is None or value == "":
        return NOTHING
    if isinstance(value, datetime):
        value = timezone.localtime(value).date()
    return format_date(value, "medium", locale=locale_of(_language()))


@register.filter
def moment(value: datetime | None) -> str:
    """Day and time in the reader's time zone."""
    if not value:
        return NOTHING
    locale = locale_of(_language())
    local = timezone.localtime(value)
    return f"{format_date(local.date(), 'medium', locale=locale)}, {format_datetime(local, 'HH:mm', locale=locale)}"


@register.filter
def month(value: date | str | None) -> str:
    """A month, from any day in it or from its name 2027-08: Aug 2027."""
    if not value:
        return NOTHING
    first = date.fromisoformat(f"{value}-01") if isinstance(value, str) else value
    return format_date(first, "MMM y", locale=locale_of(_language()))


@register.filter
def initials(name: object) -> str:
    """Up to two letters that stand for a person or an organization."""
    local_part = str(name or "").split("@")[0]
    words = [word for word in re.split(r"[\s._\-–]+", local_part) if word[:1].isalnum()]
    if not words:
        return "?"
    return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper()


@register.simple_tag
@cache
def icon(name: str) -> SafeString:
    """One drawing of the sprite; it says nothing to a screen reader, so a word must stand beside it."""
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}#{}"></use></svg>', static("icons.svg"), name)


@register.simple_tag
def avatar(name: object, size: str = "") -> SafeString:
    """The initials in a circle; the name itself must stand beside it."""
    return format_html('<span class="avatar {}" aria-hidden="true">{}</span>', size, initials(name))


@register.simple_tag
def person(name: object) -> SafeString:
    """Avatar and name; a dash where nobody is named."""
    if not name:
        return format_html('<span class="faint">{}</span>', NOTHING)
    return format_html('<span class="person">{}<span>{}</span></span>', avatar(name), name)


def _shape(bound: BoundField) -> str:
    widget = bound.field.widget
    if isinstance(widget, forms.CheckboxInput):
        return "check"
    return "group" if bound.use_fieldset else "single"


@register.simple_tag
def field(bound: BoundField, css: str = "") -> SafeString:
    """A bound field with its label, help and errors, tied together for screen readers."""
    if bound.is_hidden:
        return bound.as_widget()
    return render_to_string("components/field.html", {"field": bound, "shape": _shape(bound), "css": css})


@register.simple_tag
def form_errors(form: BaseForm) -> SafeString:
    """Every objection to a form in one place, each a link to its field; nothing when there is none."""
    if not form.errors:
        return SafeString("")
    wrong = [bound for bound in form if bound.errors]
    return render_to_string("components/form_errors.html", {"form": form, "wrong": wrong})
