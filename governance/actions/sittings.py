"""The committee at work on one item: who speaks, whether enough were there, and what is kept of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from governance.criteria.case import GateCase
from governance.queries.deciders import Bench
from governance.rules.sittings import Sitting
from governance.sentences import objection
from portfolio.errors import NotAllowed, Objection
from portfolio.models import User


def require_speaker(bench: Bench, by: User) -> None:
    """Raises `NotAllowed` for anybody but the one who speaks for the committee on this item."""
    if bench.speaker is None:
        raise NotAllowed(objection("committee_unable"))
    if bench.speaker != by:
        raise NotAllowed(objection("not_the_chair", name=bench.speaker.name))


def sitting_record(
    case: GateCase,
    bench: Bench,
    *,
    by: User,
    present: Sequence[User] = (),
    sitting: Sitting | None = None,
    vetoed: bool = False,
) -> dict[str, Any]:
    """What is kept of the sitting, as stored under "committee": the vote of a meeting, else those the chair names."""
    eligible = {user.pk for user in bench.eligible}
    there = set(sitting.present) if sitting is not None else {user.pk for user in (by, *present)}
    return {
        **({} if sitting is None else sitting.as_record()),
        "present": sorted(there & eligible),
        "recused": sorted(bench.recused),
        "quorum": bench.quorum,
        "vetoed": vetoed,
        "chair_alone": sitting is None and case.figures.size < case.limits.de_minimis and not vetoed,
    }


def sitting_objections(record: dict[str, Any], *, overrule_reason: str = "") -> list[Objection]:
    """Why the sitting decides nothing: too few, a vote that was lost, a veto without a reason to overrule it."""
    found = []
    if not record["chair_alone"] and len(record["present"]) < record["quorum"]:
        found.append(objection("quorum_missing", present=len(record["present"]), quorum=record["quorum"]))
    if not record.get("carried", True):
        found.append(objection("vote_lost"))
    if record["vetoed"] and not overrule_reason.strip():
        found.append(objection("vetoed"))
    if overrule_reason.strip() and not record["vetoed"]:
        found.append(objection("no_veto"))
    return found
