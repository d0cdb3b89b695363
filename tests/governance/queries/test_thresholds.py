"""The tenant's numbers over the defaults."""

from __future__ import annotations

from decimal import Decimal

from governance.actions.reconciliation import reconcile
from governance.queries.thresholds import thresholds_of
from measures.choices import DoI, Light
from measures.models import Measure
from portfolio.models import OrganizationSettings
from tests.cast import Cast
from tests.governance.actions.test_reconciliation import ON, judged, stubborn, world_of


def changed(**numbers: object) -> OrganizationSettings:
    OrganizationSettings.objects.update(thresholds=numbers)
    return OrganizationSettings.objects.get()


def test_thresholds_untouched_are_the_defaults(cast: Cast) -> None:
    found = thresholds_of(OrganizationSettings.objects.get())
    assert found.implementation.small_slip_days == 7
    assert found.potential.run_rate_red == Decimal("0.80")
    assert found.roll_up.risk.probabilities[DoI.DECIDED] == Decimal("0.75")


def test_thresholds_named_in_the_settings_count(cast: Cast) -> None:
    found = thresholds_of(
        changed(small_slip_days=10, run_rate_red="0.7", probabilities={"decided": "0.8"}, risk_red="0.5")
    )
    assert found.implementation.small_slip_days == 10
    assert found.potential.run_rate_red == Decimal("0.7")
    assert found.roll_up.risk.probabilities[DoI.DECIDED] == Decimal("0.8")
    assert found.roll_up.risk.red == Decimal("0.5")


def test_number_known_to_two_rules_holds_in_both(cast: Cast) -> None:
    found = thresholds_of(changed(forecast_stale_months=6))
    assert (found.potential.forecast_stale_months, found.divergence.forecast_stale_months) == (6, 6)


def test_materiality_of_the_organization_reaches_every_rule(cast: Cast) -> None:
    OrganizationSettings.objects.update(materiality=Decimal(90_000))
    found = thresholds_of(OrganizationSettings.objects.get())
    assert {found.potential.materiality, found.divergence.materiality, found.roll_up.materiality} == {Decimal(90_000)}


def test_other_materiality_changes_the_light(cast: Cast) -> None:
    world = world_of(cast, stubborn())
    assert judged(world).potential_status == Light.RED
    OrganizationSettings.objects.update(materiality=Decimal(90_000))
    reconcile(cast.organization.pk, on=ON)
    assert Measure.objects.get(pk=world.measures[0].pk).potential_status == Light.AMBER
