"""The pieces a blueprint is checked with: each notes what is wrong, at its place, and goes on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext_lazy as _

from governance.setup.errors import finding
from portfolio.errors import Objection

KINDS = {
    dict: _("an object"),
    list: _("a list"),
    str: _("a text"),
    bool: _("true or false"),
    int: _("a number"),
    float: _("a number"),
    Decimal: _("a number"),
    type(None): _("nothing"),
}


class Notes:
    """All findings about one document."""

    def __init__(self) -> None:
        self.findings: list[Objection] = []

    def add(self, path: str, code: str, **params: Any) -> None:
        self.findings.append(finding(path, code, **params))

    def is_a(self, path: str, value: Any, kind: type) -> bool:
        """Whether the value is of the kind; a number is never true or false."""
        fits = isinstance(value, kind) and not (kind is not bool and isinstance(value, bool))
        if not fits:
            self.add(path, "type_wrong", found=KINDS.get(type(value), "?"), expected=KINDS[kind])
        return fits

    def object(self, path: str, value: Any, known: Iterable[str]) -> dict[str, Any]:
        """The known keys of an object; every other one is noted."""
        if not self.is_a(path, value, dict):
            return {}
        names = list(known)
        for key in value:
            if key not in names:
                self.add(joined(path, key), "key_unknown", known=", ".join(names))
        return {key: one for key, one in value.items() if key in names}

    def objects(self, path: str, value: Any, known: Iterable[str], required: Iterable[str]) -> list[dict[str, Any]]:
        """The objects of a list, each with its known keys; those without a required one are noted and left out."""
        if not self.is_a(path, value, list):
            return []
        names, found = list(known), []
        for number, one in enumerate(value):
            place = f"{path}[{number}]"
            entry = self.object(place, one, names)
            missing = [key for key in required if key not in entry]
            for key in missing if isinstance(one, dict) else []:
                self.add(joined(place, key), "key_missing")
            if not missing:
                found.append({**entry, "": place})
        return found

    def text(self, path: str, value: Any, *, most: int = 200, blank: bool = False) -> str:
        if not self.is_a(path, value, str):
            return ""
        text: str = value.strip()
        if len(text) > most or (not text and not blank) or not text.isprintable():
            self.add(path, "text_blank", most=most)
            return ""
        return text

    def choice(self, path: str, value: Any, known: Iterable[str]) -> str:
        names = list(known)
        if self.is_a(path, value, str) and value not in names:
            self.add(path, "choice_unknown", known=", ".join(names))
        return value if value in names else ""

    def number(self, path: str, value: Any, least: Decimal, most: Decimal, *, whole: bool) -> Decimal | None:
        """A number, given as one or as text. Out of range, not whole or not a number at all: noted, and None."""
        number = exact(value)
        if number is None:
            self.add(path, "type_wrong", found=KINDS.get(type(value), "?"), expected=KINDS[int])
        elif whole and number != number.to_integral_value():
            self.add(path, "number_not_whole")
        elif not least <= number <= most:
            self.add(path, "number_out_of_range", least=plain(least), most=plain(most))
        else:
            return number
        return None


def exact(value: Any) -> Decimal | None:
    """The number as given; None for what is none, true and false included."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal | str) or len(str(value)) > 30:
        return None
    try:
        number = Decimal(value)
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number.adjusted()) < 20 else None


def joined(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def plain(number: Decimal | int) -> str:
    """Without an exponent and without needless zeros, so that equal numbers are equal texts."""
    text = f"{Decimal(number):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def as_mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
