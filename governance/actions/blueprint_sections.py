"""Writing the sections of a blueprint, inside the deed that applies it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from finance.actions.calendar import restart_fiscal_years, set_closing_day
from finance.actions.rates import write_plan_rate
from finance.models import PlanRate
from governance.setup.checking import plain
from governance.setup.gate_policy import BY_NAME
from governance.setup.numbers import NUMBERS, OWN_FIELDS, PROBABILITIES
from governance.setup.sections import CATEGORIES
from portfolio.models import OrganizationSettings, SteeringCommittee

Sections = Mapping[str, Any]


def write_settings(settings: OrganizationSettings, sections: Sections, *, on: date) -> None:
    """The row of settings as the sections say, with its history; months not closed yet follow the calendar."""
    before = (settings.fiscal_year_start, settings.closing_working_day)
    _labels(settings, sections.get("labels", {}))
    _numbers(settings, sections.get("numbers", {}))
    _probabilities(settings, sections.get("probabilities", {}))
    _gates(settings, sections.get("gates", {}))
    year = sections.get("fiscal_year", {})
    settings.fiscal_year_start = year.get("start", settings.fiscal_year_start)
    settings.closing_working_day = year.get("closing_day", settings.closing_working_day)
    settings.digests = {**settings.digests, **sections.get("digests", {})}
    settings.version += 1
    settings.save()
    if settings.fiscal_year_start != before[0]:
        restart_fiscal_years()
    elif settings.closing_working_day != before[1]:
        set_closing_day(settings.closing_working_day, on=on)


def _labels(settings: OrganizationSettings, labels: Mapping[str, Mapping[str, str]]) -> None:
    for group, words in labels.items():
        own = {**settings.labels.get(group, {}), **words}
        settings.labels = {**settings.labels, group: {key: word for key, word in own.items() if word}}


def _numbers(settings: OrganizationSettings, numbers: Mapping[str, str]) -> None:
    """Only what differs from the default is kept, so that a default that changes reaches whoever never touched it."""
    own = dict(settings.thresholds)
    for name, text in numbers.items():
        number, value = NUMBERS[name], Decimal(text)
        if name in OWN_FIELDS:
            setattr(settings, name, value)
        elif value == number.default:
            own.pop(name, None)
        else:
            own[name] = int(value) if number.unit.is_whole else plain(value)
    settings.thresholds = own


def _probabilities(settings: OrganizationSettings, probabilities: Mapping[str, str]) -> None:
    own = {**settings.thresholds.get("probabilities", {}), **probabilities}
    kept = {name: value for name, value in own.items() if Decimal(str(value)) != PROBABILITIES[name]}
    rest = {name: value for name, value in settings.thresholds.items() if name != "probabilities"}
    settings.thresholds = {**rest, "probabilities": kept} if kept else rest


def _gates(settings: OrganizationSettings, gates: Mapping[str, Mapping[str, list[str]]]) -> None:
    hardened, added = list(settings.hardened_criteria), dict(settings.added_criteria)
    for name, policy in gates.items():
        if "hard" in policy:
            here = {rule.code for rule in BY_NAME[name].soft}
            hardened = [code for code in hardened if code not in here] + policy["hard"]
        if "added" in policy:
            added[name] = policy["added"]
    settings.hardened_criteria = hardened
    settings.added_criteria = {name: codes for name, codes in added.items() if codes}


def write_lists(sections: Sections) -> None:
    """Plan rates, categories and committees as the sections say; nothing is removed."""
    known = {(rate.currency, rate.fiscal_year): rate.rate for rate in PlanRate.objects.all()}
    for currency, years in sections.get("currencies", {}).get("plan_rates", {}).items():
        for year, rate in years.items():
            if known.get((currency, int(year))) != Decimal(rate):
                write_plan_rate(currency, int(year), Decimal(rate))
    for kind, entries in sections.get("categories", {}).items():
        _category(kind, entries)
    for row in sections.get("committees", []):
        _committee(row)


def _category(kind: str, entries: list[dict[str, str]]) -> None:
    model = CATEGORIES[kind]
    known = {entry.code: entry for entry in model._default_manager.select_for_update().order_by("pk")}
    for entry in entries:
        row = known.get(entry["code"])
        if row is None:
            model._default_manager.create(**entry)
        elif row.name != entry["name"] or row.archived:
            row.name, row.archived = entry["name"], False
            row.version += 1
            row.save()


def _committee(row: dict[str, Any]) -> None:
    """The committee exists with quorum and rule; who sits on it is not a blueprint's to say."""
    terms: dict[str, Any] = {key: row[key] for key in ("quorum", "voting_rule") if key in row}
    committee, created = SteeringCommittee.objects.select_for_update().get_or_create(name=row["name"], defaults=terms)
    if not created and any(getattr(committee, key) != value for key, value in terms.items()):
        for key, value in terms.items():
            setattr(committee, key, value)
        committee.version += 1
        committee.save()
