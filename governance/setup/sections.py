"""The plain sections of a blueprint: words, calendar, money, categories, committees, digests."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from django.utils import translation

from finance.models import PlanRate
from governance.setup.checking import Notes, exact, joined, plain
from governance.setup.words import LONGEST, WORDS
from portfolio.choices import VotingRule
from portfolio.models import BusinessUnit, CostCentre, Function, GLAccount, LegalEntity, PnlLine
from portfolio.models.master_data import MasterDatum

CATEGORIES: dict[str, type[MasterDatum]] = {
    "legal_entity": LegalEntity,
    "business_unit": BusinessUnit,
    "function": Function,
    "cost_centre": CostCentre,
    "gl_account": GLAccount,
    "pnl_line": PnlLine,
}
SEATS = ("chair", "deputy_chair", "secretary")
LARGEST_RATE = Decimal(10) ** 10
MOST_DECIMALS = -PlanRate._meta.get_field("rate").decimal_places


def read_labels(notes: Notes, value: Any) -> dict[str, dict[str, str]]:
    """Words by group and key, blank for ours; none that means another level or office, in the document or in ours."""
    found: dict[str, dict[str, str]] = {}
    for group, words in notes.object("labels", value, WORDS).items():
        given = notes.object(joined("labels", group), words, WORDS[group])
        found[group] = {
            key: notes.text(f"labels.{group}.{key}", one or "", most=LONGEST, blank=True) for key, one in given.items()
        }
        _refuse_misleading(notes, group, found[group])
    return found


def _refuse_misleading(notes: Notes, group: str, own: dict[str, str]) -> None:
    for key, label in own.items():
        if not label:
            continue
        others = {other: own[other] for other in own if other != key and own[other]}
        for language in ("en", "de"):
            with translation.override(language):
                ours = {other: str(word) for other, word in WORDS[group].items() if other != key and not own.get(other)}
            others |= {f"{other}/{language}": word for other, word in ours.items()}
        same = [other.split("/")[0] for other, word in others.items() if word.casefold() == label.casefold()]
        if same:
            notes.add(f"labels.{group}.{key}", "label_misleading", label=label, other=same[0])


def read_fiscal_year(notes: Notes, value: Any) -> dict[str, int]:
    """First month of the fiscal year, and the working day on which a month closes."""
    bounds = {"start": (1, 12), "closing_day": (1, 20)}
    found = {}
    for key, one in notes.object("fiscal_year", value, bounds).items():
        least, most = bounds[key]
        read = notes.number(joined("fiscal_year", key), one, Decimal(least), Decimal(most), whole=True)
        if read is not None:
            found[key] = int(read)
    return found


def read_currencies(notes: Notes, value: Any, *, currency: str = "") -> dict[str, Any]:
    """The organization's currency, and plan rates to it by currency and fiscal year."""
    given = notes.object("currencies", value, ("organization", "plan_rates"))
    found: dict[str, Any] = {}
    if "organization" in given:
        found["organization"] = _currency(notes, "currencies.organization", given["organization"])
    if "plan_rates" in given and notes.is_a("currencies.plan_rates", given["plan_rates"], dict):
        found["plan_rates"] = {
            code: _rates(notes, f"currencies.plan_rates.{code}", code, years, currency)
            for code, years in given["plan_rates"].items()
        }
    return found


def _currency(notes: Notes, path: str, code: Any) -> str:
    if notes.is_a(path, code, str) and not re.fullmatch(r"[A-Z]{3}", code):
        notes.add(path, "currency_invalid")
    return str(code)


def _rates(notes: Notes, path: str, code: str, years: Any, own: str) -> dict[str, str]:
    _currency(notes, path, code)
    if code == own:
        notes.add(path, "own_currency", currency=code)
    found = {}
    for year, rate in (years if notes.is_a(path, years, dict) else {}).items():
        place, number = joined(path, year), exact(rate)
        if not re.fullmatch(r"20\d\d|2100", year):
            notes.add(place, "year_invalid")
        elif number is None or not _storable(number):
            notes.add(place, "rate_invalid")
        else:
            found[year] = plain(number)
    return found


def _storable(rate: Decimal) -> bool:
    exponent = rate.normalize().as_tuple().exponent
    return 0 < rate < LARGEST_RATE and isinstance(exponent, int) and exponent >= MOST_DECIMALS


def read_categories(notes: Notes, value: Any) -> dict[str, list[dict[str, str]]]:
    """Entries of the master data by kind, each with code and name."""
    found = {}
    for kind, rows in notes.object("categories", value, CATEGORIES).items():
        path = joined("categories", kind)
        entries = [
            {
                "code": notes.text(joined(row[""], "code"), row["code"], most=40),
                "name": notes.text(joined(row[""], "name"), row["name"]),
            }
            for row in notes.objects(path, rows, ("code", "name"), ("code", "name"))
        ]
        _refuse_twice(notes, path, [entry["code"] for entry in entries])
        found[kind] = entries
    return found


def _refuse_twice(notes: Notes, path: str, names: list[str]) -> None:
    for name in dict.fromkeys(names):
        if name and names.count(name) > 1:
            notes.add(path, "entry_twice", name=name)


def read_committees(notes: Notes, value: Any) -> list[dict[str, Any]]:
    """Committees with quorum and voting rule; the seats are words for who is meant, never people."""
    known = ("name", "quorum", "voting_rule", *SEATS)
    found = []
    for row in notes.objects("committees", value, known, ("name",)):
        place = row[""]
        entry: dict[str, Any] = {"name": notes.text(joined(place, "name"), row["name"])}
        if "quorum" in row:
            quorum = notes.number(joined(place, "quorum"), row["quorum"], Decimal(1), Decimal(50), whole=True)
            entry["quorum"] = int(quorum or 0)
        if "voting_rule" in row:
            entry["voting_rule"] = notes.choice(joined(place, "voting_rule"), row["voting_rule"], VotingRule.values)
        entry |= {seat: notes.text(joined(place, seat), row[seat]) for seat in SEATS if seat in row}
        found.append(entry)
    _refuse_twice(notes, "committees", [entry["name"] for entry in found])
    return found


def read_digests(notes: Notes, value: Any) -> dict[str, int]:
    """Weekday (1 Monday to 7 Sunday) and hour of digests."""
    bounds = {"weekday": (1, 7), "hour": (0, 23)}
    found = {}
    for key, one in notes.object("digests", value, bounds).items():
        least, most = bounds[key]
        read = notes.number(joined("digests", key), one, Decimal(least), Decimal(most), whole=True)
        if read is not None:
            found[key] = int(read)
    return found
