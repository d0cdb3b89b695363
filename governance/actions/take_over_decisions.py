"""Ratifying measures that came with a running program."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from django.utils import timezone

from governance.gates import GATES
from governance.models import TakeOver
from governance.queries.deciders import bench_for
from governance.rules.sittings import Sitting
from governance.sentences import objection
from measures.actions.measures import lock_measures
from measures.choices import DoI
from measures.models import Measure
from portfolio.deeds import deed
from portfolio.errors import NotAllowed, Refused
from portfolio.models import User


def ratify_take_over(
    measures: Sequence[Measure],
    *,
    by: User,
    on: date,
    reason: str,
    sitting: Sitting | None = None,
    key: UUID | None = None,
) -> list[TakeOver]:
    """The committee stands behind the stage these measures came with; from now on they may close.

    Recorded by whoever speaks for the committee of each: the chair, recused as owner or sponsor the deputy, and so
    on. A `sitting` brings the vote of a meeting. Refused, all or nothing: without a reason, for a measure of another
    committee, one not taken over or ratified before. Recorded: one deed per measure, and who ratified when.
    """
    if not reason.strip():
        raise Refused(objection("reason_missing"))
    waiting = _waiting(lock_measures(measures))
    for take_over in waiting:
        _require_speaker(take_over, by, on, sitting)
    for number, take_over in enumerate(waiting):
        _ratify(take_over, by=by, reason=reason, key=key if number == 0 else None, sitting=sitting)
    return waiting


def _waiting(measures: Sequence[Measure]) -> list[TakeOver]:
    rows = TakeOver.objects.filter(measure__in=measures, ratified_at__isnull=True).order_by("measure_id")
    waiting = list(rows.select_related("measure__package", "measure__committee", "batch"))
    missing = {measure.code for measure in measures} - {row.measure.code for row in waiting}
    if missing:
        raise Refused(objection("not_taken_over", codes=", ".join(sorted(missing))))
    return waiting


def _require_speaker(take_over: TakeOver, by: User, on: date, sitting: Sitting | None) -> None:
    # Ratifying is deciding what was decided elsewhere, so the rules of the step to Decided hold.
    if sitting is not None and not sitting.carried:
        raise Refused(objection("vote_lost"))
    absent = [take_over.batch.imported_by_id, *(sitting.recused if sitting is not None else ())]
    speaker = bench_for(take_over.measure, GATES[DoI.DETAILED], None, on=on, without=absent).speaker
    if speaker is None:
        raise Refused(objection("committee_unable"))
    if speaker != by:
        raise NotAllowed(objection("not_the_chair", name=speaker.name))


def _ratify(take_over: TakeOver, *, by: User, reason: str, key: UUID | None, sitting: Sitting | None) -> None:
    details = {"committee": sitting.as_record()} if sitting else {}
    with deed("take_over_ratified", by=by, subject=take_over.measure, reason=reason, key=key, details=details):
        take_over.ratified_by, take_over.ratified_at = by, timezone.now()
        take_over.save(update_fields=["ratified_by", "ratified_at"])
