"""The numbers of a blueprint: within their bounds, in their order, and none that loosens closure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from babel.numbers import get_currency_precision

from governance.setup.checking import Notes, exact, joined, plain
from governance.setup.numbers import NUMBERS, ORDERED, PROBABILITIES, Number, Unit

ONE = Decimal(1)


def most_of(number: Number, currency: str) -> Decimal:
    """The most there may be; amounts of currencies without hundredths are as many times larger."""
    if number.unit != Unit.AMOUNT or not number.guards_closure:
        return number.most
    has_hundredths = not currency or get_currency_precision(currency) >= 2
    return number.most if has_hundredths else number.most * 100


def read_numbers(notes: Notes, value: Any, *, currency: str = "") -> dict[str, str]:
    """Numbers by name, written plainly; those not given keep what the organization has."""
    found = {}
    for name, one in notes.object("numbers", value, NUMBERS).items():
        number, path = NUMBERS[name], joined("numbers", name)
        most = most_of(number, currency)
        given = exact(one)
        if number.guards_closure and given is not None and given > most:
            notes.add(path, "closure_loosened", most=plain(most))
            continue
        read = notes.number(path, one, number.least, most, whole=number.unit.is_whole)
        if read is not None:
            found[name] = plain(read)
    for path, named in _out_of_order(found):
        notes.add(path, "numbers_out_of_order", **named)
    return found


def _out_of_order(own: Mapping[str, str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Pairs out of order, by place; a number not named stands at its default."""
    values = {name: Decimal(own.get(name, number.default)) for name, number in NUMBERS.items()}
    for lower, upper in ORDERED:
        if values[lower] > values[upper] and (lower in own or upper in own):
            named = {"lower": lower, "upper": upper, "low": plain(values[lower]), "high": plain(values[upper])}
            yield joined("numbers", lower if lower in own else upper), named


def read_probabilities(notes: Notes, value: Any) -> dict[str, str]:
    """Probability of realisation by stage; those not given stand at their default. It never falls."""
    found = {}
    for name, one in notes.object("probabilities", value, PROBABILITIES).items():
        read = notes.number(joined("probabilities", name), one, Decimal(0), ONE, whole=False)
        if read is not None:
            found[name] = plain(read)
    chain = [(name, Decimal(found.get(name, default))) for name, default in PROBABILITIES.items()]
    for (_name, before), (name, after) in zip(chain, chain[1:], strict=False):
        if after < before:
            notes.add(joined("probabilities", name), "probability_falls")
    return found
