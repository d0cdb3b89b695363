from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from finance.actions.actuals import record_validated
from finance.actions.confirmations import ConfirmationTerms, give_consent, record_confirmation
from finance.choices import ClosureOutcome, LeakageReason
from finance.models import ClosureConfirmation, ConfirmationEvidence, ConfirmedYear, Leakage
from finance.queries import measure_figures
from measures.choices import DoI
from measures.models import Measure
from portfolio.actions.files import store_file
from portfolio.errors import Refused
from portfolio.models import CostCentre, StoredFile
from tests.cast import Cast
from tests.finance.builders import E1_PLAN, act, cells, decide, saving

IN_JANUARY = date(2027, 1, 20)
SNAPSHOT_HASH = "a" * 64


@pytest.fixture
def proven(cast: Cast) -> Measure:
    """An implemented measure with three months of 96, 94 and 97 thousand against 100."""
    measure = cast.measure()
    effect = saving(cast, measure, E1_PLAN)
    measure = decide(cast, measure, stage=DoI.IMPLEMENTED)
    for month, amount in cells({"2026-10": 96_000, "2026-11": 94_000, "2026-12": 97_000}).items():
        act(cast, record_validated, effect, month, amount, by=cast.controller, on=IN_JANUARY, source="GL")
    return measure


def _confirm(
    cast: Cast, measure: Measure, *, evidence: tuple[StoredFile, ...] = (), **terms: Any
) -> ClosureConfirmation:
    values = {"outcome": ClosureOutcome.CONFIRM, "run_rate": Decimal(1_148_000), "statement": "GL against budget"}
    return act(
        cast,
        record_confirmation,
        measure,
        by=cast.controller,
        on=IN_JANUARY,
        terms=ConfirmationTerms(**values | terms),
        snapshot={"gate": "closed"},
        sha256=SNAPSHOT_HASH,
        reauthenticated_at=timezone.now(),
        evidence=evidence,
    )


def test_confirmation_holds_figures_years_and_evidence(cast: Cast, proven: Measure) -> None:
    with cast.acting(cast.controller):
        file = store_file("ledger.csv", b"account;amount\n4711;96000\n", by=cast.controller)
    confirmation = _confirm(cast, proven, evidence=(file,))
    assert (confirmation.committed, confirmation.run_rate) == (1_200_000, 1_148_000)
    assert (confirmation.sha256, confirmation.snapshot) == (SNAPSHOT_HASH, {"gate": "closed"})
    years = dict(ConfirmedYear.objects.values_list("fiscal_year", "amount"))
    assert years[2027] == 1_200_000
    assert confirmation.carry_over == years[2028] - years[2027]
    assert ConfirmationEvidence.objects.get().sha256 == file.sha256
    assert measure_figures(proven, on=IN_JANUARY).confirmed == 1_148_000


def test_shortfall_is_explained_to_the_cent(cast: Cast, proven: Measure) -> None:
    reasons = ((LeakageReason.SPECIFICATION, Decimal(50_000), "New resin"), (LeakageReason.PRICE, Decimal(2_000), ""))
    confirmation = _confirm(cast, proven, outcome=ClosureOutcome.CONFIRM_WITH_SHORTFALL, leakages=reasons)
    parts = Leakage.objects.filter(confirmation=confirmation).order_by("pk").values_list("reason", "amount", "note")
    assert list(parts) == list(reasons)


def test_shortfall_that_does_not_add_up_is_refused_with_both_amounts(cast: Cast, proven: Measure) -> None:
    with pytest.raises(Refused) as refusal:
        _confirm(
            cast,
            proven,
            outcome=ClosureOutcome.CONFIRM_WITH_SHORTFALL,
            leakages=((LeakageReason.PRICE, Decimal("51999.99"), ""),),
        )
    assert refusal.value.codes == ["leakage_differs"]
    assert refusal.value.objections[0].params == {"explained": "51999.99", "leakage": "52000.00"}


def test_overrun_asks_for_a_sentence(cast: Cast, proven: Measure) -> None:
    with pytest.raises(Refused) as refusal:
        _confirm(cast, proven, run_rate=Decimal("1260000.01"))
    assert refusal.value.codes == ["overrun_unexplained"]
    assert _confirm(cast, proven, run_rate=Decimal("1260000.01"), overrun_reason="A second plant joined").pk


def test_everything_that_is_wrong_is_said_at_once(cast: Cast, proven: Measure) -> None:
    with pytest.raises(Refused) as refusal:
        _confirm(
            cast,
            proven,
            outcome=ClosureOutcome.CONFIRM_AVOIDANCE,
            run_rate=Decimal("1e15"),
            statement=" ",
            embedded=True,
            budget_amount=Decimal(5),
            hardness="steel",
        )
    assert refusal.value.codes == [
        "avoidance_only",
        "overrun_unexplained",
        "amount_invalid_here",
        "terms_unknown",
        "statement_missing",
        "budget_incomplete",
    ]
    assert not ClosureConfirmation.objects.exists()


def test_rejection_confirms_nothing(cast: Cast, proven: Measure) -> None:
    with pytest.raises(Refused) as refusal:
        _confirm(cast, proven, outcome=ClosureOutcome.REJECT)
    assert refusal.value.codes == ["nothing_confirmed"]


def test_embedded_value_names_the_next_budget(cast: Cast, proven: Measure) -> None:
    centre = CostCentre.objects.create(code="CC1", name="Molding")
    budget = {"budget_amount": Decimal(1_000_000), "budget_cost_centre": centre, "budget_year": 2028}
    confirmation = _confirm(cast, proven, embedded=True, **budget)
    assert (confirmation.budget_amount, confirmation.budget_cost_centre) == (1_000_000, centre)


def test_second_controller_consents_and_the_first_does_not(cast: Cast, proven: Measure) -> None:
    consent = act(cast, give_consent, proven, by=cast.second_controller, sha256=SNAPSHOT_HASH)
    assert consent.given_by == cast.second_controller
    with pytest.raises(Refused) as refusal:
        act(cast, give_consent, proven, by=cast.controller, sha256=SNAPSHOT_HASH)
    assert refusal.value.codes == ["second_involved"]


def test_every_objection_of_the_figures_is_a_sentence(cast, proven):
    with pytest.raises(Refused) as refused:
        _confirm(cast, proven, outcome=ClosureOutcome.CONFIRM, run_rate=Decimal(9_000_000), overrun_reason="")
    assert any("105 %" in sentence for sentence in refused.value.sentences)
