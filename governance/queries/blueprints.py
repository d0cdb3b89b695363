"""The organization as it stands, as the document that would set it up, and what another document would change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from json import dumps
from typing import Any

from finance.models import PlanRate
from governance.models import Blueprint
from governance.setup.checking import plain
from governance.setup.differences import Change, differences
from governance.setup.document import Document, check_blueprint
from governance.setup.gate_policy import BY_NAME
from governance.setup.numbers import NUMBERS, OWN_FIELDS, PROBABILITIES
from governance.setup.sections import CATEGORIES
from governance.setup.words import WORDS
from portfolio.models import OrganizationSettings, SteeringCommittee

# When digests go out where nobody has said otherwise: Monday at seven.
DEFAULT_DIGESTS = {"weekday": 1, "hour": 7}


@dataclass(frozen=True)
class Preview:
    """What a document would change; `stamp` says from which state that was seen."""

    document: Document
    changes: list[Change]
    stamp: str


def standing_sections(settings: OrganizationSettings) -> dict[str, Any]:
    """Every section of a blueprint as the organization has it now."""
    return {
        "labels": _labels(settings),
        "numbers": _numbers(settings),
        "probabilities": {
            name: plain(settings.thresholds.get("probabilities", {}).get(name, p)) for name, p in PROBABILITIES.items()
        },
        "gates": _gates(settings),
        "fiscal_year": {"start": settings.fiscal_year_start, "closing_day": settings.closing_working_day},
        "currencies": {"organization": settings.currency, "plan_rates": _plan_rates()},
        "categories": {
            kind: [
                {"code": row.code, "name": row.name}
                for row in model._default_manager.filter(archived=False).order_by("code")
            ]
            for kind, model in CATEGORIES.items()
        },
        "committees": _committees(),
        "digests": {**DEFAULT_DIGESTS, **settings.digests},
    }


def standing_document(settings: OrganizationSettings, *, name: str) -> Document:
    """The organization as a blueprint, for another one to start from."""
    return Document(name, "", standing_sections(settings))


def stamp_of(sections: Mapping[str, Any]) -> str:
    """Equal as long as nothing of what a blueprint could change has changed."""
    return sha256(dumps(sections, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:16]


def preview_blueprint(document: Document, settings: OrganizationSettings) -> Preview:
    """What applying the document would change, without changing anything."""
    standing = standing_sections(settings)
    return Preview(document, differences(standing, document.sections), stamp_of(standing))


def refuse_together(document: Document, standing: Mapping[str, Any], *, currency: str) -> None:
    """Refused: what is right by itself and wrong beside what the organization already has, such as numbers that
    come out of order."""
    judged = [name for name in ("labels", "numbers", "probabilities") if name in document.sections]
    whole = {name: _laid_over(standing[name], document.sections[name]) for name in judged}
    check_blueprint({"blueprint": 1, "name": document.name, **whole}, currency=currency)


def _laid_over(below: Any, above: Any) -> Any:
    if not isinstance(below, dict) or not isinstance(above, dict):
        return above
    return {**below, **{key: _laid_over(below.get(key), one) for key, one in above.items()}}


def _labels(settings: OrganizationSettings) -> dict[str, dict[str, str]]:
    return {
        group: {key: settings.labels.get(group, {}).get(key, "") for key in words} for group, words in WORDS.items()
    }


def _numbers(settings: OrganizationSettings) -> dict[str, str]:
    own = {**settings.thresholds, **{name: getattr(settings, name) for name in OWN_FIELDS}}
    return {name: plain(own.get(name, number.default)) for name, number in NUMBERS.items()}


def _gates(settings: OrganizationSettings) -> dict[str, dict[str, list[str]]]:
    return {
        name: {
            "hard": [rule.code for rule in gate.soft if rule.code in settings.hardened_criteria],
            "added": list(settings.added_criteria.get(name, [])),
        }
        for name, gate in BY_NAME.items()
    }


def _plan_rates() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for rate in PlanRate.objects.order_by("currency", "fiscal_year"):
        found.setdefault(rate.currency, {})[str(rate.fiscal_year)] = plain(rate.rate)
    return found


def _committees() -> list[dict[str, Any]]:
    meant = meant_for_seats()
    return [
        {"name": one.name, "quorum": one.quorum, "voting_rule": one.voting_rule, **meant.get(one.name, {})}
        for one in SteeringCommittee.objects.order_by("sort_key", "pk")
    ]


def meant_for_seats() -> dict[str, dict[str, str]]:
    """Whom the blueprints applied so far mean for the seats of each committee, in words."""
    found: dict[str, dict[str, str]] = {}
    for document in Blueprint.objects.order_by("pk").values_list("document", flat=True):
        for row in document.get("committees", []):
            seats = {key: one for key, one in row.items() if key in ("chair", "deputy_chair", "secretary")}
            found.setdefault(row["name"], {}).update(seats)
    return found
