"""Reconciliation of a small organization, end to end."""

from __future__ import annotations

from governance.actions.reconciliation import reconcile
from governance.models import MeasureStatus, RollUp
from tests.cast import TODAY, Cast


def test_reconcile_of_a_fresh_measure_is_grey_and_rolls_up(cast: Cast) -> None:
    measure = cast.measure()
    outcome = reconcile(cast.organization.pk, on=TODAY)
    assert outcome.measures == 1
    status = MeasureStatus.objects.get(measure=measure)
    assert (status.implementation, status.potential) == ("grey", "grey")
    assert RollUp.objects.filter(cut="node").count() == 5
