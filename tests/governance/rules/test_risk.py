from __future__ import annotations

from decimal import Decimal

import pytest

from finance.choices import Basis
from governance.rules import RiskWeights, probability, risk_weighted
from measures.choices import DoI, Lifecycle, Light

D = Decimal


@pytest.mark.parametrize(("doi", "expected"), list(zip(DoI, ["0", "0.25", "0.50", "0.75", "0.90", "1"], strict=True)))
def test_probability_by_degree_of_implementation(doi: DoI, expected: str) -> None:
    assert probability(doi, Lifecycle.ACTIVE, Light.GREEN) == D(expected)
    assert probability(doi, Lifecycle.ACTIVE, Light.GREY) == D(expected)


@pytest.mark.parametrize(("light", "expected"), [(Light.AMBER, "0.675"), (Light.RED, "0.45")])
def test_probability_is_discounted_by_the_potential(light: Light, expected: str) -> None:
    assert probability(DoI.DECIDED, Lifecycle.ACTIVE, light) == D(expected)


@pytest.mark.parametrize("lifecycle", [Lifecycle.ON_HOLD, Lifecycle.CANCELLED])
def test_what_rests_weighs_nothing(lifecycle: Lifecycle) -> None:
    assert probability(DoI.IMPLEMENTED, lifecycle, Light.GREEN) == 0


def test_weighted_value_is_rounded_to_cents() -> None:
    found = risk_weighted(DoI.DECIDED, Lifecycle.ACTIVE, Light.AMBER, basis=Basis.RUN_RATE, forecast=D("33.33"))
    assert found.value == D("22.50")


@pytest.mark.parametrize("basis", [Basis.ONE_OFF, Basis.AVOIDANCE, Basis.NONE])
def test_only_run_rates_are_weighted_and_costs_never(basis: Basis) -> None:
    found = risk_weighted(
        DoI.DECIDED, Lifecycle.ACTIVE, Light.GREEN, basis=basis, forecast=D(100), one_off_costs=D(-50)
    )
    assert (found.value, found.one_off_costs) == (0, -50)


def test_weights_of_the_tenant_are_used() -> None:
    careful = RiskWeights(red=D("0.1"))
    assert probability(DoI.CLOSED, Lifecycle.ACTIVE, Light.RED, careful) == D("0.1")
