"""One organization with something to see on every page of it, brought there by deeds alone."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.test import override_settings
from django.utils import timezone

from finance.actions.actuals import claim_actual
from finance.actions.confirmations import ConfirmationTerms
from finance.actions.disputes import open_dispute
from finance.choices import ClosureOutcome
from finance.rules.periods import parse_period
from governance.actions.closure import confirm_and_close
from governance.models import Divergence, ImportBatch, TakeOver, TakeOverGap
from measures.actions.milestones import complete_milestone
from measures.actions.risks import add_dependency, add_risk
from measures.choices import DoI
from measures.models import Measure
from portfolio.actions.files import store_file
from tests.cast import TODAY, Cast
from tests.governance.steps import measure_at, put
from tests.journeys.prepared import inside, reconciled, settle
from tests.journeys.product import Product

OCTOBER = parse_period("2026-10")
PAPER = b"%PDF-1.7 "


@dataclass
class Stock:
    """A measure in each place, by what can be done with it, and the rows that addresses name."""

    cast: Cast
    draft: Measure
    waiting: Measure
    running: Measure
    closing: Measure
    closed: Measure
    numbers: dict[str, int]


def stock(product: Product, slug: str) -> Stock:
    cast = settle(product, slug)
    # Files lie where the running product looks for them.
    files = Path(product.environment["DATA_DIR"]) / "test" / "files"
    with override_settings(MEDIA_ROOT=files), inside(product, cast):
        found = Stock(
            cast=cast,
            draft=measure_at(cast, DoI.IDENTIFIED, name="Regrind in housings"),
            waiting=measure_at(cast, DoI.DETAILED, name="Second source for resin"),
            running=measure_at(cast, DoI.DECIDED, name="Fewer rejects in moulding by measured mould temperatures"),
            closing=measure_at(cast, DoI.IMPLEMENTED, name="Shared warehouse"),
            closed=measure_at(cast, DoI.IMPLEMENTED, name="Returnable racks"),
            numbers={},
        )
        put(cast, found.waiting)
        put(cast, found.closing)
        found.numbers |= run(found) | close(found) | bring(found)
    reconciled(product, cast)
    with inside(product, cast):
        found.numbers["divergence"] = Divergence.objects.get(measure=found.closing, code="D1").pk
    return found


def run(found: Stock) -> dict[str, int]:
    """The running measure has a claim, a dispute, a risk, something it waits for, and a milestone with evidence."""
    cast, measure = found.cast, found.running
    effect = measure.effects.get()
    with cast.acting(cast.owner):
        paper = store_file("acceptance.pdf", PAPER + b"acceptance", by=cast.owner)
        done = measure.milestones.get(name="Step 2")
        complete_milestone(done, actual_on=TODAY, evidence_note="Signed.", evidence_file=paper, by=cast.owner, on=TODAY)
        claim_actual(effect, OCTOBER, Decimal(38_000), by=cast.owner, on=TODAY, source="GL 4711")
        risk = add_risk(measure, text="The supplier is late.", probability=3, impact=4, by=cast.owner)
        wait = add_dependency(found.draft, on_measure=measure, by=cast.owner)
    with cast.acting(cast.controller):
        dispute = open_dispute(effect, amount=Decimal(9_000), reason="Twice?", by=cast.controller, on=TODAY)
    return {
        "effect": effect.pk,
        "planned": found.draft.effects.get().pk,
        "open_milestone": measure.milestones.get(name="Step 3").pk,
        "done_milestone": done.pk,
        "risk": risk.pk,
        "wait": wait.pk,
        "dispute": dispute.pk,
    }


def close(found: Stock) -> dict[str, int]:
    cast, measure = found.cast, found.closed
    put(cast, measure)
    terms = ConfirmationTerms(outcome=ClosureOutcome.CONFIRM, run_rate=Decimal(480_000), statement="See the ledger.")
    with cast.acting(cast.controller):
        paper = store_file("ledger.pdf", PAPER + b"ledger", by=cast.controller)
        now = timezone.now()
        confirm_and_close(measure, by=cast.controller, on=TODAY, terms=terms, evidence=[paper], reauthenticated_at=now)
    return {"paper": measure.confirmations.get().evidence.get().pk}


def bring(found: Stock) -> dict[str, int]:
    """A measure that came with a running program, not yet ratified."""
    cast = found.cast
    about: dict[str, Any] = {"name": "program.xlsx", "sha256": "0" * 64, "imported_by": cast.office, "on": TODAY}
    batch = ImportBatch.objects.create(at=timezone.now(), **about)
    brought = cast.measure(name="Old warehouse program")
    TakeOver.objects.create(measure=brought, batch=batch, stage=DoI.DEFINED)
    TakeOverGap.objects.create(measure=brought, criterion="problem_described")
    return {"batch": batch.pk}
