"""Facts become notices: who must be told of what, once per fact and person (domain §5)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from django.utils import timezone

from governance.choices import Reader
from governance.events import CRITICAL_CODES, EVENTS, event_of
from governance.queries.readers import office_held
from measures.models import Measure
from portfolio.models import User
from portfolio.sql_files import run_sql
from portfolio.tenancy import current_organization_id

SQL = Path(__file__).parents[1] / "sql"


def tell(
    people: Iterable[User] | Mapping[User, Reader],
    *,
    code: str,
    fact_kind: str,
    fact_id: int,
    measure: Measure | None = None,
    params: Mapping[str, Any] | None = None,
    at: datetime,
) -> int:
    """Each person has a notice of the fact, and who wants such an event at once will be mailed.

    Safe to repeat: a notice is unique by fact, code and person. `people` may say why each is told; otherwise it is
    the office the person holds on the measure. `params` go into the sentence of the code; `by` names the person
    who did it. Returns how many were told for the first time.
    """
    why = {person.pk: _because(person, people, measure) for person in people}
    if not why:
        return 0
    event = event_of(code)
    row = {
        "organization": current_organization_id(),
        "fact_kind": fact_kind,
        "fact_id": fact_id,
        "measure": measure.pk if measure is not None else None,
        "code": code,
        "params": json.dumps(dict(params or {})),
        "at": at,
        "mandatory": event.mandatory,
        "way": event.way,
        # Always in one order, so that two who tell the same people wait for each other and never for ever.
        "people": sorted(why),
        "reasons": [why[pk] for pk in sorted(why)],
    }
    return run_sql(SQL / "tell.sql", row)


def _because(person: User, people: Iterable[User] | Mapping[User, Reader], measure: Measure | None) -> str:
    if isinstance(people, Mapping):
        return str(people[person].value)
    return office_held(person.pk, measure) if measure is not None else ""


def tell_of_divergences() -> int:
    """Owner and controller have a notice of each divergence that is open, of a critical one the committee too.

    Looks at the measures that the running reconciliation has judged; each night that is all of them. Safe to
    repeat: a fact told to a person is a row, so nobody is told twice and a broken run loses nothing. What the first
    run after a take-over finds is not told. The critical ones ask for their mail unless a person wants otherwise.
    Returns how many people will be mailed.
    """
    params = {
        "organization": current_organization_id(),
        "critical": list(CRITICAL_CODES),
        "critical_way": EVENTS["divergence_opened"].way,
        "other_way": EVENTS["divergence_found"].way,
        "at": timezone.now(),
    }
    return run_sql(SQL / "notices.sql", params)


def tell_of_confirmations() -> int:
    """Controller, sponsor and committee secretary have a notice of each confirmed closure (platform §4).

    The chair stands in for a missing secretary, and who confirmed is told too. Safe to repeat: a confirmation that
    somebody was told of is told to nobody else. Each notice asks for its mail. Returns how many will be mailed.
    """
    return run_sql(SQL / "confirmation_notices.sql", {"organization": current_organization_id(), "at": timezone.now()})
