"""What stands before a controller who is to confirm a value, and whether this person may (domain §6)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Q

from finance.choices import Basis, ClosureOutcome, ConfirmationMethod, Nature
from finance.models import ClosureConsent
from finance.money import ZERO
from finance.queries.closing import ClosingFigures, closing_inputs
from finance.rules.closing import reaches_baseline
from finance.rules.periods import period_name
from governance.choices import CriterionKind
from governance.criteria.case import GateCase
from governance.gates import ON_CONFIRMATION
from governance.models import GateSubmission
from governance.queries.cases import gate_case
from governance.queries.deciders import is_barred, submitted
from governance.queries.objections import CriterionState, criterion_states, judged
from governance.sentences import objection
from measures.choices import DoI, Lifecycle
from measures.models import Measure, RoleHolding
from measures.queries import offices_of
from portfolio.access import is_active_member, rights_on
from portfolio.choices import Office, Right
from portfolio.errors import Objection
from portfolio.models import User

# Evidence that proves a value of its kind without three months of actuals; a price list is volume × rate.
OTHER_EVIDENCE = (ConfirmationMethod.CONTRACT, ConfirmationMethod.VOLUME_RATE, ConfirmationMethod.HEADCOUNT)
VALUE_PROVEN = "value_proven"


@dataclass(frozen=True)
class ClosingMonth:
    """One of the months the confirmation rests on, in the organization's currency."""

    period: str
    baseline: Decimal
    actual: Decimal

    @property
    def difference(self) -> Decimal:
        return self.actual - self.baseline

    @property
    def share(self) -> Decimal | None:
        """Actual as a share of the baseline; None without a baseline."""
        return self.actual / self.baseline if self.baseline else None


@dataclass(frozen=True)
class ClosureCase:
    """Everything the page "Controller-backed closure" shows.

    `criteria` are all conditions of every outcome; `against_person` says why this person may not confirm, None for
    whom the page is only to read. `outcomes` are those the figures allow.
    """

    measure: Measure
    submission: GateSubmission | None
    closing: ClosingFigures
    criteria: tuple[CriterionState, ...]
    against_person: tuple[Objection, ...]
    outcomes: tuple[ClosureOutcome, ...]
    needs_second: bool
    may_consent: bool
    consents: tuple[ClosureConsent, ...]

    @property
    def months(self) -> tuple[ClosingMonth, ...]:
        rows = zip(self.closing.months or (), self.closing.baselines, self.closing.actuals, strict=True)
        return tuple(ClosingMonth(period_name(month), baseline, actual) for month, baseline, actual in rows)

    @property
    def may_confirm(self) -> bool:
        return self.submission is not None and not self.against_person

    @property
    def blocking(self) -> tuple[CriterionState, ...]:
        """Conditions not met; the divergences and the missing months among them may still be answered by the terms."""
        return tuple(state for state in self.criteria if not state.is_met)

    @property
    def sum_of_actuals(self) -> Decimal:
        return sum(self.closing.actuals, ZERO)

    @property
    def sum_of_baselines(self) -> Decimal:
        return sum(self.closing.baselines, ZERO)

    @property
    def total(self) -> ClosingMonth:
        """The months together; their share is what CONFIRM is judged by."""
        return ClosingMonth("", self.sum_of_baselines, self.sum_of_actuals)

    @property
    def not_allowed(self) -> tuple[Objection, ...]:
        """Why outcomes that a controller would look for are not offered."""
        falls_short = ClosureOutcome.CONFIRM not in self.outcomes and self.closing.basis != Basis.AVOIDANCE
        return (objection("below_baseline"),) if falls_short else ()


def closure_case(measure: Measure, user: User, *, on: date) -> ClosureCase:
    """The closure of a measure as of a day, as this person sees it."""
    submission = latest_closure(measure)
    closing = closing_inputs(measure, on=on)
    case = gate_case(measure, on=on)
    consents = ClosureConsent.objects.filter(measure=measure).select_related("given_by").order_by("pk")
    needs_second = needs_four_eyes(case, closing, closing.proposed or ZERO)
    return ClosureCase(
        measure=measure,
        submission=submission if submission is not None and submission.state in ("open", "stale") else None,
        closing=closing,
        criteria=tuple(closing_criteria(case)),
        against_person=tuple(confirmer_objections(measure, submission, user, on=on)),
        outcomes=allowed_outcomes(closing),
        needs_second=needs_second,
        may_consent=needs_second and not second_objections(measure, submission, user, on=on),
        consents=tuple(consents),
    )


def latest_closure(measure: Measure) -> GateSubmission | None:
    """The last submission of the step to Closed, whatever became of it."""
    rows = GateSubmission.objects.filter(measure=measure, to_stage=DoI.CLOSED)
    return rows.select_related("measure").order_by("-pk").first()


def closing_criteria(case: GateCase) -> list[CriterionState]:
    """The criteria of the gate and those asked at the confirmation itself; none once the measure is closed."""
    if case.stage != DoI.IMPLEMENTED:
        return []
    return criterion_states(case) + [judged(rule, CriterionKind.HARD, case) for rule in ON_CONFIRMATION]


def allowed_outcomes(closing: ClosingFigures) -> tuple[ClosureOutcome, ...]:
    """What the figures let a controller choose; without proven months CONFIRM needs evidence of another kind."""
    if closing.basis == Basis.AVOIDANCE:
        return (ClosureOutcome.CONFIRM_AVOIDANCE, ClosureOutcome.REJECT)
    confirm = (ClosureOutcome.CONFIRM,) if closing.months is None or closing.reaches_baseline else ()
    return (*confirm, ClosureOutcome.CONFIRM_WITH_SHORTFALL, ClosureOutcome.REJECT)


def confirmer_objections(
    measure: Measure, submission: GateSubmission | None, user: User, *, on: date
) -> list[Objection]:
    """Why this person may not confirm the value: the measure's controller alone does, never an interested party."""
    found = _interest_objections(measure, submission, user, on)
    if Office.CONTROLLER not in offices_of(user, measure):
        found.insert(0, objection("controller_confirms"))
    return found


def second_objections(measure: Measure, submission: GateSubmission | None, user: User, *, on: date) -> list[Objection]:
    """Why this person may not be the second controller."""
    found = _interest_objections(measure, submission, user, on)
    may = is_active_member(user) and Right.CONFIRM_CLOSURE in rights_on(user, measure.access_node_id)
    if not may or measure.controller_id == user.pk:
        found.insert(0, objection("second_controller"))
    return found


def _interest_objections(measure: Measure, submission: GateSubmission | None, user: User, on: date) -> list[Objection]:
    ever = RoleHolding.objects.filter(measure=measure, user_id=user.pk, office__in=(Office.OWNER, Office.SPONSOR))
    tests = {
        "never_owner_or_sponsor": user.pk in (measure.owner_id, measure.sponsor_id) or ever.exists(),
        "own_submission": submission is not None and submitted(user, submission),
        "never_decides": is_barred(user, on),
    }
    return [objection(code) for code, holds in tests.items() if holds]


def needs_four_eyes(case: GateCase, closing: ClosingFigures, confirmed: Decimal) -> bool:
    """Whether max(|committed|, |confirmed|) exceeds the tenant's limit."""
    return max(abs(closing.committed), abs(confirmed), case.figures.size) > case.limits.four_eyes_limit


def state_objections(case: GateCase, *, method: str, answered: Sequence[str]) -> list[Objection]:
    """What stands against every outcome: the case, minus what the terms themselves answer.

    Contract, price list or headcount evidence replaces the three months unless the tenant has made them a must;
    `answered` are the divergences the terms answer.
    """
    found = [] if case.lifecycle == Lifecycle.ACTIVE else [objection("not_active")]
    for state in closing_criteria(case):
        replaced = state.criterion == VALUE_PROVEN and state.kind == CriterionKind.SOFT and method in OTHER_EVIDENCE
        if state.objection is not None and not replaced and not _answers(state, case, answered):
            found.append(state.objection)
    if method == ConfirmationMethod.HEADCOUNT and not any(e.nature == Nature.HEADCOUNT for e in case.effects):
        found.append(objection("headcount_only"))
    return found


def _answers(state: CriterionState, case: GateCase, answered: Sequence[str]) -> bool:
    return state.criterion == "divergences_answered" and set(case.unanswered_divergences) <= set(answered)


def value_objections(closing: ClosingFigures, outcome: str, run_rate: Decimal) -> list[Objection]:
    """What the figures rule cannot see.

    CONFIRM on other evidence below 95 % of the commitment, or of less than is proven and committed alike, because
    what is missing needs its reasons; and a shortfall where nothing falls short.
    """
    confirms = outcome == ClosureOutcome.CONFIRM
    unproven = closing.months is None and confirms
    reaches = reaches_baseline([run_rate], [closing.committed])
    tests = {
        "confirms_less_than_proven": confirms
        and closing.proposed is not None
        and run_rate < closing.proposed
        and not reaches,
        "below_baseline": unproven and not reaches,
        "no_shortfall": outcome == ClosureOutcome.CONFIRM_WITH_SHORTFALL and run_rate >= closing.committed,
    }
    return [objection(code) for code, holds in tests.items() if holds]


def second_consent(measure: Measure, sha256: str, confirmer: User) -> ClosureConsent | None:
    """The consent of another controller to exactly these figures."""
    rows = ClosureConsent.objects.filter(measure=measure, sha256=sha256).filter(~Q(given_by=confirmer))
    return rows.select_related("given_by").order_by("-pk").first()
