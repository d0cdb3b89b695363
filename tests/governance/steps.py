"""Bringing a measure through its gates by the deeds people would do."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import Any

from django.utils import timezone

from finance.actions.actuals import record_validated
from finance.actions.effects import add_effect
from finance.actions.plans import set_plan, validate_plan
from finance.models import Effect
from finance.rules.periods import parse_period
from governance.actions.gates import Outcome, approve, decide_as_committee, submit
from governance.models import GateSubmission
from measures.actions.measures import edit_measure
from measures.actions.milestones import add_milestone, complete_milestone
from measures.choices import DoI
from measures.models import Measure
from portfolio.choices import Office
from portfolio.models import CostCentre, GLAccount, LegalEntity, PnlLine, StoredFile
from tests.cast import TODAY, Cast

APRIL, JULY = parse_period("2026-04"), parse_period("2026-07")
LAST = parse_period("2027-12")
WAIVED = {"risks_scored": "None known.", "dependencies_entered": "It waits for nothing."}

IDEA: dict[str, Any] = {
    "problem": "One supplier of resin; a second one saves a tenth.",
    "likely_potential": Decimal(480_000),
    "low_potential": Decimal(336_000),
    "high_potential": Decimal(624_000),
    "due_identified": date(2026, 2, 1),
    "due_detailed": date(2026, 3, 1),
    "due_decided": date(2026, 4, 1),
    "due_implemented": date(2026, 9, 1),
    "due_closed": date(2026, 12, 1),
    "reference_base": Decimal(12_000_000),
    "reference_source": "Ledger",
    "reference_period": "2025",
}


def idea(cast: Cast, **fields: Any) -> Measure:
    """A Defined measure that meets every criterion of the first gate."""
    return cast.measure(**{**IDEA, **fields})


def add_plan(
    cast: Cast, measure: Measure, monthly: Decimal = Decimal(40_000), number: int = 1, hardness: str = "bottom_line"
) -> Effect:
    """A recurring EBITDA effect with a full address, from April 2026 to December 2027."""
    address = {"code": f"X{measure.pk}-{number}", "name": f"Address {number}"}
    with cast.acting(cast.owner):
        effect = add_effect(
            measure,
            name=f"Cheaper resin {number}",
            nature="ebitda",
            recurrence="recurring",
            hardness=hardness,
            pnl_line=PnlLine.objects.create(**address),
            gl_account=GLAccount.objects.create(**address),
            cost_centre=CostCentre.objects.create(**address),
            by=cast.owner,
        )
        set_plan(effect, dict.fromkeys(range(APRIL, LAST + 1), monthly), by=cast.owner)
    return effect


def add_work(cast: Cast, measure: Measure) -> None:
    with cast.acting(cast.owner):
        for number in (1, 2, 3):
            add_milestone(
                measure,
                name=f"Step {number}",
                baseline_on=date(2026, 6, number),
                is_critical=number == 1,
                owner=cast.owner,
                by=cast.owner,
                on=TODAY,
            )


def put(cast: Cast, measure: Measure, **fields: Any) -> GateSubmission:
    """The owner submits the next gate."""
    with cast.acting(cast.owner):
        return submit(measure, by=cast.owner, on=TODAY, waivers=WAIVED | fields.pop("waivers", {}), **fields)


def say(cast: Cast, submission: GateSubmission, office: Office, person: Any = None) -> Outcome:
    """The office approves, by the person who holds it."""
    holders = {
        Office.TRANSFORMATION_OFFICE: cast.office,
        Office.CONTROLLER: cast.controller,
        Office.SPONSOR: cast.sponsor,
    }
    by = person or holders[office]
    with cast.acting(by):
        return approve(submission, office=office, by=by, on=TODAY)


def sit(cast: Cast, submission: GateSubmission, **fields: Any) -> Outcome:
    """The chair records the committee's decision, with the deputy present."""
    fields = {"by": cast.chair, "present": [cast.deputy], "reason": "Worth it."} | fields
    with cast.acting(fields["by"]):
        return decide_as_committee(submission, on=TODAY, **fields)


def stored_file(cast: Cast, text: str = "acceptance") -> StoredFile:
    digest = sha256(text.encode()).hexdigest()
    return StoredFile.objects.create(
        sha256=digest,
        size=len(text),
        content_type="application/pdf",
        name=f"{text}.pdf",
        uploaded_by=cast.owner,
        uploaded_at=timezone.now(),
    )


def _identified(cast: Cast, measure: Measure) -> None:
    say(cast, put(cast, measure), Office.TRANSFORMATION_OFFICE)


def prepare_detailed(
    cast: Cast, measure: Measure, monthly: Decimal = Decimal(40_000), hardness: str = "bottom_line"
) -> None:
    add_plan(cast, measure, monthly, hardness=hardness)
    add_work(cast, measure)


def _detailed(cast: Cast, measure: Measure) -> None:
    submission = put(cast, measure)
    say(cast, submission, Office.CONTROLLER)
    say(cast, submission, Office.SPONSOR)


def prepare_decided(cast: Cast, measure: Measure) -> None:
    with cast.acting(cast.controller):
        validate_plan(measure, by=cast.controller, on=TODAY)


def _decided(cast: Cast, measure: Measure) -> None:
    sit(cast, put(cast, measure, waivers={"second_reviewer_agreed": "On leave."}))


def prepare_implemented(cast: Cast, measure: Measure, monthly: Decimal = Decimal(40_000), months: int = 3) -> None:
    with cast.acting(cast.owner):
        critical = measure.milestones.get(is_critical=True)
        complete_milestone(
            critical, actual_on=date(2026, 6, 2), evidence_file=stored_file(cast), by=cast.owner, on=TODAY
        )
        edit_measure(measure, by=cast.owner, line_owner=cast.member, lessons_learned="Ask the laboratory first.")
    book(cast, measure, monthly, months)


def book(cast: Cast, measure: Measure, monthly: Decimal, months: int = 3) -> None:
    """The controller enters so many months, July first."""
    with cast.acting(cast.controller):
        for effect in measure.effects.filter(nature="ebitda"):
            for month in range(JULY, JULY + months):
                record_validated(effect, month, monthly, by=cast.controller, on=TODAY, source="GL 4711")


def _implemented(cast: Cast, measure: Measure) -> None:
    submission = put(cast, measure)
    say(cast, submission, Office.TRANSFORMATION_OFFICE)
    say(cast, submission, Office.SPONSOR)


def measure_at(
    cast: Cast,
    stage: DoI,
    *,
    monthly: Decimal = Decimal(40_000),
    actual: Decimal | None = None,
    months: int = 3,
    hardness: str = "bottom_line",
    **fields: Any,
) -> Measure:
    """A measure in this stage that meets every criterion of its next gate, brought there by deeds alone.

    `monthly` is planned for each month, `actual` (as planned when not given) validated for so many from July on.
    """
    measure = idea(cast, **fields)
    steps: list[tuple[Any, Any, tuple[Any, ...]]] = [
        (_identified, prepare_detailed, (monthly, hardness)),
        (_detailed, prepare_decided, ()),
        (_decided, prepare_implemented, (monthly if actual is None else actual, months)),
        (_implemented, None, ()),
    ]
    for step, prepare, arguments in steps[:stage]:
        step(cast, Measure.objects.get(pk=measure.pk))
        measure = Measure.objects.get(pk=measure.pk)
        if prepare is not None:
            prepare(cast, measure, *arguments)
    return Measure.objects.get(pk=measure.pk)


def address() -> dict[str, Any]:
    """One entity, account and cost centre, for measures that overlap."""
    named = {"code": "SHARED", "name": "Shared"}
    return {
        "legal_entity": LegalEntity.objects.create(**named),
        "gl_account": GLAccount.objects.create(**named),
        "cost_centre": CostCentre.objects.create(**named),
    }
