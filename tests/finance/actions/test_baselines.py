from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from finance.actions.baselines import baseline_content, freeze_baseline
from finance.actions.rates import set_plan_rate, write_plan_rate
from finance.choices import Hardness, Nature, Recurrence
from finance.models import BaselineEffect, BaselineMilestone, BaselineVersion
from finance.queries import measure_figures, sha256_of
from finance.queries.amounts import baseline_amounts
from measures.actions.milestones import add_milestone
from measures.models import Measure
from portfolio.errors import Refused
from tests.cast import TODAY, Cast
from tests.finance.builders import E1_PLAN, act, cells, decide, saving


def _baseline(measure: Measure) -> BaselineVersion:
    return BaselineVersion.objects.get(measure=measure, is_current=True)


def test_baseline_holds_everything_the_decision_rests_on(cast: Cast) -> None:
    measure = cast.measure(reference_base=Decimal(9_000_000), reference_source="GL 2025", reference_period="2025")
    effect = saving(cast, measure, E1_PLAN)
    terms = {"name": "Signed", "baseline_on": date(2026, 9, 1), "weight": Decimal(3), "is_critical": True}
    act(cast, add_milestone, measure, **terms, by=cast.owner, on=TODAY)
    measure = decide(cast, measure)
    baseline = _baseline(measure)
    assert (baseline.number, baseline.frozen_on, baseline.fiscal_year) == (1, TODAY, 2026)
    assert (baseline.committed, baseline.plan_rate, baseline.currency) == (Decimal("1200000.00"), 1, "EUR")
    assert (baseline.reference_base, baseline.reference_source) == (9_000_000, "GL 2025")
    assert baseline_amounts(baseline)[effect.pk] == E1_PLAN
    assert list(BaselineEffect.objects.values_list("name", "nature", "recurrence", "hardness")) == [
        ("Saving", Nature.EBITDA, Recurrence.RECURRING, Hardness.BOTTOM_LINE)
    ]
    frozen = BaselineMilestone.objects.values_list("name", "baseline_on", "weight", "is_critical")
    assert list(frozen) == [("Signed", date(2026, 9, 1), 3, True)]
    assert baseline.sha256 == sha256_of(baseline_content(measure, baseline.plan_rate))


def test_counter_effects_count_and_avoidance_does_not(cast: Cast) -> None:
    measure = cast.measure()
    saving(cast, measure, E1_PLAN)
    counter = {month: Decimal(-10_000) for month in E1_PLAN if month >= min(E1_PLAN) + 3}
    saving(cast, measure, counter, name="Counter-effect")
    saving(cast, measure, E1_PLAN, name="Avoided", hardness=Hardness.AVOIDANCE)
    assert _baseline(decide(cast, measure)).committed == Decimal("1080000.00")


def test_foreign_currency_is_frozen_at_the_rate_of_the_decision(cast: Cast) -> None:
    with cast.acting(cast.admin):
        write_plan_rate("USD", 2026, Decimal("0.92"))
        write_plan_rate("USD", 2027, Decimal("0.90"))
    measure = cast.measure(currency="USD")
    saving(cast, measure, E1_PLAN)
    measure = decide(cast, measure)
    act(cast, set_plan_rate, "USD", 2026, Decimal("0.50"), by=cast.admin)
    assert (_baseline(measure).committed, _baseline(measure).plan_rate) == (Decimal("1104000.00"), Decimal("0.92"))
    assert measure_figures(measure, on=TODAY).committed == Decimal("1104000.00")


def test_baseline_without_plan_and_rate_is_refused_with_both(cast: Cast) -> None:
    with cast.acting(cast.admin):
        write_plan_rate("USD", 2025, Decimal("0.92"))
    measure = cast.measure(currency="USD")
    saving(cast, measure)
    with pytest.raises(Refused) as refusal:
        act(cast, freeze_baseline, measure, by=cast.office, on=TODAY)
    assert refusal.value.codes == ["plan_rate_missing", "plan_missing"]
    assert refusal.value.objections[0].params == {"currency": "USD", "year": "2026"}


def test_second_version_of_a_draft_is_refused_without_a_decision(cast: Cast) -> None:
    measure = cast.measure()
    saving(cast, measure, cells({"2026-11": 100}))
    act(cast, freeze_baseline, measure, by=cast.office, on=TODAY)
    with pytest.raises(Refused, match="baseline_stays_in_force"):
        act(cast, freeze_baseline, measure, by=cast.office, on=TODAY)
    assert BaselineVersion.objects.get(measure=measure).is_current
