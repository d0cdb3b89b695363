"""Facts become notices: who must be told of what, once per fact and person (domain §5)."""

from __future__ import annotations

from pathlib import Path

from django.utils import timezone

from portfolio.sql_files import run_sql
from portfolio.tenancy import current_organization_id

SQL = Path(__file__).parents[1] / "sql"
# Silent leakage and control failures are told at once; the other divergences wait for the digest.
TOLD_AT_ONCE = ["D1", "D12"]


def tell_of_divergences() -> int:
    """Owner, controller, committee chair and secretary have a notice of each critical divergence that is open.

    Looks at the measures that the running reconciliation has judged; each night that is all of them. Safe to
    repeat: a fact told to a person is a row, so nobody is told twice and a broken run loses nothing. What the first
    run after a take-over finds is not told. Each notice asks for its mail. Returns how many are new.
    """
    params = {"organization": current_organization_id(), "codes": TOLD_AT_ONCE, "at": timezone.now()}
    return run_sql(SQL / "notices.sql", params)


def tell_of_confirmations() -> int:
    """Controller, sponsor and committee secretary have a notice of each confirmed closure (platform §4).

    The chair stands in for a missing secretary, and who confirmed is told too. Safe to repeat: a confirmation that
    somebody was told of is told to nobody else. Each notice asks for its mail. Returns how many are new.
    """
    return run_sql(SQL / "confirmation_notices.sql", {"organization": current_organization_id(), "at": timezone.now()})
