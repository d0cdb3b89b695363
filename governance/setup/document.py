"""A blueprint: what an organization is set up with, read from JSON and checked against the limits of domain §11.

It renames words, sets numbers, turns SOFT into HARD and adds criteria from the list. There is no way to say in it that
a gate is added or skipped, that somebody else decides, or that closure asks for less.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from governance.setup.checking import Notes
from governance.setup.gate_policy import read_gates
from governance.setup.parsing import parse
from governance.setup.sections import (
    read_categories,
    read_committees,
    read_currencies,
    read_digests,
    read_fiscal_year,
    read_labels,
)
from governance.setup.thresholds import read_numbers, read_probabilities
from portfolio.errors import Refused

VERSION = 1
SECTIONS = (
    "labels",
    "numbers",
    "probabilities",
    "gates",
    "fiscal_year",
    "currencies",
    "categories",
    "committees",
    "digests",
)


@dataclass(frozen=True)
class Document:
    """A valid blueprint. Sections that were not given are not there, and stay as the organization has them."""

    name: str
    description: str
    sections: dict[str, Any]

    def as_json(self) -> dict[str, Any]:
        return {"blueprint": VERSION, "name": self.name, "description": self.description, **self.sections}

    @property
    def sha256(self) -> str:
        """Over the canonical text, so that layout and order do not matter."""
        text = json.dumps(self.as_json(), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return sha256(text.encode()).hexdigest()

    def text(self) -> str:
        """As it is exported: for people to read and for this product to read again."""
        return json.dumps(self.as_json(), indent=2, ensure_ascii=False) + "\n"


def read_blueprint(content: bytes | str, *, currency: str = "") -> Document:
    """The document. Refused: everything that is wrong with it, all at once, each with its place.

    `currency` is the organization's, where one is known: a document for another one is judged by its own.
    """
    return check_blueprint(parse(content), currency=currency)


def check_blueprint(value: Any, *, currency: str = "") -> Document:
    """The same for values that are already parsed, such as those of a form."""
    notes = Notes()
    if isinstance(value, dict) and "closure" in value:
        notes.add("closure", "closure_fixed")
        value = {key: one for key, one in value.items() if key != "closure"}
    given = notes.object("", value, ("blueprint", "name", "description", *SECTIONS))
    if given.get("blueprint") != VERSION or isinstance(given.get("blueprint"), bool):
        notes.add("blueprint", "schema_unknown", version=VERSION)
    name = notes.text("name", given["name"]) if "name" in given else ""
    if "name" not in given and isinstance(value, dict):
        notes.add("name", "key_missing")
    description = notes.text("description", given.get("description", ""), most=2000, blank=True)
    sections = _sections(notes, given, currency)
    if notes.findings:
        raise Refused(*notes.findings)
    return Document(name, description, sections)


def _sections(notes: Notes, given: dict[str, Any], currency: str) -> dict[str, Any]:
    money = given.get("currencies")
    named = money.get("organization", "") if isinstance(money, dict) else ""
    own = named if isinstance(named, str) and named else currency
    readers = {
        "labels": lambda value: read_labels(notes, value),
        "numbers": lambda value: read_numbers(notes, value, currency=own),
        "probabilities": lambda value: read_probabilities(notes, value),
        "gates": lambda value: read_gates(notes, value),
        "fiscal_year": lambda value: read_fiscal_year(notes, value),
        "currencies": lambda value: read_currencies(notes, value, currency=own),
        "categories": lambda value: read_categories(notes, value),
        "committees": lambda value: read_committees(notes, value),
        "digests": lambda value: read_digests(notes, value),
    }
    return {name: readers[name](given[name]) for name in SECTIONS if name in given}
