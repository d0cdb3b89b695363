"""Rows as somebody past all actions would write them, so that only the database stands in the way."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from finance.choices import ClosureOutcome, ConfirmationMethod, Hardness, Nature, Recurrence
from finance.models import BaselineVersion, ClosureConfirmation, ClosureConsent, Effect, FiscalPeriod, PlanAmount
from governance.choices import DecisionKind
from governance.models import GateDecision, GateSubmission, ImportBatch, Proposal, TakeOver
from measures.choices import DoI, Lifecycle
from measures.models import Measure, Milestone
from portfolio.choices import Office
from portfolio.database_errors import rule_of
from portfolio.deeds import check_now
from portfolio.models import User
from tests.cast import TODAY, Cast

PICTURE = hashlib.sha256(b"the measure as it stood").hexdigest()
OTHER_PICTURE = hashlib.sha256(b"the measure as somebody wished it").hexdigest()


BESIDE_GATES = (
    DecisionKind.HOLD,
    DecisionKind.RESUME,
    DecisionKind.CANCEL,
    DecisionKind.REVERT,
    DecisionKind.REOPEN,
)


@contextmanager
def refused(rule: str) -> Iterator[None]:
    """The block, or the deferred checks right after it, must fail by this rule; the transaction goes on."""
    broken: str | None = "nothing"
    try:
        with transaction.atomic():
            yield
            check_now()
    except DatabaseError as error:
        broken = rule_of(error) or str(error)
    assert broken == rule


def sql(statement: str, *params: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return cursor.fetchall() if cursor.description else []


def move(measure: Measure, stage: int | None = None, lifecycle: str | None = None) -> None:
    """Changes the stage past every action."""
    changes = {"stage": stage, "lifecycle": lifecycle}
    Measure.objects.filter(pk=measure.pk).update(**{k: v for k, v in changes.items() if v is not None})


def submit(cast: Cast, measure: Measure, *, by: User, **fields: Any) -> GateSubmission:
    stage = Measure.objects.get(pk=measure.pk).stage
    values = {
        "measure": measure,
        "from_stage": stage,
        "to_stage": stage + 1,
        "submitted_by": by,
        "on": TODAY,
        "at": timezone.now(),
        "due_on": date(2026, 10, 29),
        "snapshot": {},
        "sha256": PICTURE,
    }
    GateSubmission.objects.filter(measure=measure, state="open").update(state="decided")
    with cast.acting(by):
        return GateSubmission.objects.create(**values | fields)


def decide(cast: Cast, measure: Measure, kind: DecisionKind, *, by: User, **fields: Any) -> GateDecision:
    """A decision row; an advance to the next stage by default, on the submission given."""
    row = Measure.objects.get(pk=measure.pk)
    advances = kind in (DecisionKind.ADVANCE, DecisionKind.ADVANCE_CONDITIONAL)
    values = {
        "measure": measure,
        "kind": kind,
        "from_stage": row.stage,
        "to_stage": row.stage + advances,
        "from_lifecycle": row.lifecycle,
        "to_lifecycle": row.lifecycle,
        "office": Office.TRANSFORMATION_OFFICE,
        "decided_by": by,
        "on": TODAY,
        "at": timezone.now(),
        "snapshot": {},
        "sha256": PICTURE,
    } | fields
    if advances and "submission" not in fields:
        values["submission"] = submit(cast, measure, by=cast.owner)
    if kind in BESIDE_GATES and "proposal" not in fields:
        stands = {name: values[name] for name in ("from_stage", "from_lifecycle")}
        values["proposal"] = propose(cast, measure, kind, by=cast.member, **stands)
    with cast.acting(by):
        decision = GateDecision.objects.create(**values)
    if kind in BESIDE_GATES and "proposal" not in fields:
        settle(measure)
    return decision


def propose(cast: Cast, measure: Measure, kind: DecisionKind, *, by: User, **fields: Any) -> Proposal:
    """A proposal row; that of an answered one before it is withdrawn."""
    row = Measure.objects.get(pk=measure.pk)
    Proposal.objects.filter(measure=measure, state="open").update(state="withdrawn")
    values = {
        "measure": measure,
        "kind": kind,
        "from_stage": row.stage,
        "from_lifecycle": row.lifecycle,
        "proposed_by": by,
        "office": Office.SPONSOR,
        "reason_code": "other",
        "on": TODAY,
        "at": timezone.now(),
        "due_on": date(2026, 10, 29),
        "snapshot": {},
        "sha256": PICTURE,
    }
    with cast.acting(by):
        return Proposal.objects.create(**values | fields)


def settle(measure: Measure) -> None:
    """The open proposal is marked as decided."""
    Proposal.objects.filter(measure=measure, state="open").update(state="decided")


def take_over(cast: Cast, measure: Measure, *, stage: int = DoI.IMPLEMENTED) -> TakeOver:
    """The record that the measure came with an import; without the decision."""
    with cast.acting(cast.office):
        batch = ImportBatch.objects.create(
            name="program.xlsx", sha256="0" * 64, imported_by=cast.office, on=TODAY, at=timezone.now()
        )
    return TakeOver.objects.create(measure=measure, batch=batch, stage=stage)


def freeze(measure: Measure, *, committed: Decimal = Decimal(100_000), **fields: Any) -> BaselineVersion:
    BaselineVersion.objects.filter(measure=measure, is_current=True).update(is_current=False)
    values = {
        "measure": measure,
        "number": BaselineVersion.objects.filter(measure=measure).count() + 1,
        "frozen_on": TODAY,
        "fiscal_year": 2026,
        "currency": "EUR",
        "plan_rate": 1,
        "committed": committed,
        "sha256": PICTURE,
    }
    return BaselineVersion.objects.create(**values | fields)


def advance(cast: Cast, measure: Measure, *, by: User | None = None, committed: Decimal = Decimal(100_000)) -> None:
    """One legal step to the next stage."""
    decision = decide(cast, measure, DecisionKind.ADVANCE, by=by or cast.office)
    if decision.to_stage == DoI.DECIDED:
        freeze(measure, committed=committed)
    move(measure, decision.to_stage)
    check_now()


def measure_at(cast: Cast, stage: int, *, committed: Decimal = Decimal(100_000), **fields: Any) -> Measure:
    """A measure that came to `stage` (at most Implemented) by legal steps, with one planned effect."""
    measure = cast.measure(**fields)
    plan(measure)
    Milestone.objects.create(measure=measure, name="Supplier chosen", baseline_on=TODAY, is_critical=True)
    for _step in range(stage):
        advance(cast, measure, committed=committed)
    return Measure.objects.get(pk=measure.pk)


def effect(measure: Measure, name: str = "Saving") -> Effect:
    return Effect.objects.create(
        measure=measure,
        name=name,
        nature=Nature.EBITDA,
        recurrence=Recurrence.RECURRING,
        hardness=Hardness.BOTTOM_LINE,
    )


def plan(measure: Measure) -> PlanAmount:
    period = FiscalPeriod.objects.get(name="2026-11")
    return PlanAmount.objects.create(effect=effect(measure), period=period, amount=Decimal(8_000))


def confirm(cast: Cast, measure: Measure, *, by: User, **fields: Any) -> ClosureConfirmation:
    values = {
        "measure": measure,
        "outcome": ClosureOutcome.CONFIRM,
        "confirmed_by": by,
        "committed": Decimal(100_000),
        "run_rate": Decimal(98_000),
        "carry_over": Decimal(0),
        "final_one_off_cost": Decimal(0),
        "hardness": Hardness.BOTTOM_LINE,
        "method": ConfirmationMethod.GL_VARIANCE,
        "statement": "Seen in the ledger.",
        "embedded": False,
        "reauthenticated_at": timezone.now(),
        "snapshot": {},
        "sha256": PICTURE,
        "on": TODAY,
        "at": timezone.now(),
    }
    with cast.acting(by):
        return ClosureConfirmation.objects.create(**values | fields)


def consent(cast: Cast, measure: Measure, *, by: User, sha256: str = PICTURE) -> ClosureConsent:
    with cast.acting(by):
        return ClosureConsent.objects.create(measure=measure, given_by=by, sha256=sha256, at=timezone.now())


def close(cast: Cast, measure: Measure, *, by: User, sha256: str = PICTURE, **confirmation: Any) -> None:
    """The whole legal close, but for what the caller bends."""
    submission = submit(cast, measure, by=cast.owner)
    confirm(cast, measure, by=by, **confirmation)
    decide(cast, measure, DecisionKind.ADVANCE, by=by, submission=submission, sha256=sha256, office=Office.CONTROLLER)
    move(measure, DoI.CLOSED)


def hold(cast: Cast, measure: Measure, *, by: User) -> GateDecision:
    return decide(cast, measure, DecisionKind.HOLD, by=by, to_lifecycle=Lifecycle.ON_HOLD)
