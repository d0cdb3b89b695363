"""The plan as the controller validates it and the baseline freezes it: one text, one hash."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from hashlib import sha256
from typing import Any

from finance.models import Effect
from finance.money import round_amount
from finance.queries.amounts import plan_amounts
from finance.rules.periods import period_name
from measures.models import Measure


def canonical_json(value: Any) -> str:
    """One text for one content: keys sorted, no spaces, characters as they are."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def sha256_of(value: Any) -> str:
    """SHA-256 of the canonical text, in hexadecimal."""
    return sha256(canonical_json(value).encode()).hexdigest()


def plan_content(measure: Measure) -> list[dict[str, Any]]:
    """Terms and planned amounts of every effect by id; a month of nought is as good as none."""
    effects = list(measure.effects.order_by("pk"))
    amounts = plan_amounts(effect.pk for effect in effects)
    return [{**effect_terms(effect), "plan": plain_cells(amounts.get(effect.pk, {}))} for effect in effects]


def effect_terms(effect: Effect) -> dict[str, Any]:
    return {
        "id": effect.pk,
        "name": effect.name,
        "nature": effect.nature,
        "recurrence": effect.recurrence,
        "hardness": effect.hardness,
        "pnl_line": effect.pnl_line_id,
        "gl_account": effect.gl_account_id,
        "cost_centre": effect.cost_centre_id,
        "ends_on": effect.ends_on.isoformat() if effect.ends_on else None,
    }


def plain_cells(cells: Mapping[int, Decimal]) -> dict[str, str]:
    return {period_name(month): str(round_amount(amount)) for month, amount in cells.items() if amount}


def plan_sha256(measure: Measure) -> str:
    """The hash over the plan of a measure as it stands: terms of its effects and their planned amounts."""
    return sha256_of(plan_content(measure))
