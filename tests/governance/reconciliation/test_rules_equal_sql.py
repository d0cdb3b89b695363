"""The set-based statements say exactly what the pure rules say, for any organization."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, given, settings

from governance.reconciliation.judging import forget, judge
from governance.rules import MeasureShare, NodeRollUp
from measures.rules import Judgement
from portfolio.models import Node
from tests.cast import Cast
from tests.governance.reconciliation.expected import Expected, expect, expect_node
from tests.governance.reconciliation.world import World, WorldSpec, build, worlds

# An example is a whole organization in the database: shrinking one would take minutes.
in_one_cast = settings(
    max_examples=40,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def table(name: str, key: str, where: str = "true") -> dict[Any, dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {name} WHERE {where}")
        names = [column.name for column in cursor.description]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return {row[key]: row for row in rows}


def within(cast: Cast, spec: WorldSpec, check: Callable[[World, date], None]) -> None:
    """Builds the organization, judges it, checks, and takes everything back."""
    with transaction.atomic():
        world = build(cast, spec)
        judge(spec.on)
        check(world, spec.on)
        forget()
        transaction.set_rollback(True)


def read(value: Any) -> Any:
    """JSON comes as text from a bare cursor."""
    return json.loads(value) if isinstance(value, str) and value[:1] in "[{" else value


def assert_judged(found: dict[str, Any], light: str, expected: Judgement) -> None:
    reasons = read(found[f"{light}_reasons"])
    assert reasons == [reason.as_json() for reason in expected.reasons]
    assert found[light] == expected.light


def assert_figures(found: dict[str, Any], expected: Expected) -> None:
    assert found["basis"] == expected.basis
    assert found["hollow"] == expected.hollow
    assert found["committed"] == expected.committed
    assert (found["planned"], found["forecast"]) == (expected.planned, expected.forecast)


def assert_measures(measures: dict[int, Expected]) -> None:
    statuses = table("judged_status", "measure_id")
    patterns = table("(SELECT measure_id, array_agg(code) AS codes FROM judged_pattern GROUP BY 1) p", "measure_id")
    for pk, expected in measures.items():
        found = statuses[pk]
        assert_figures(found, expected)
        assert_judged(found, "implementation", expected.implementation)
        assert_judged(found, "potential", expected.potential)
        assert sorted(patterns.get(pk, {}).get("codes", [])) == expected.codes


def flat(node: NodeRollUp) -> dict[str, Any]:
    """A roll-up of the rules under the names of the table."""
    sums, year, once, beside = node.sums, node.sums.run_rate, node.sums.one_off, node.sums.avoidance
    return {
        "implementation": node.implementation,
        "potential": node.potential,
        "committed": year.committed,
        "committed_abs": year.size,
        "original_commitment": year.original_commitment,
        "forecast": year.forecast,
        "exposed": year.exposed,
        "confirmed": year.confirmed,
        "one_off_committed": once.committed,
        "one_off_committed_abs": once.size,
        "one_off_forecast": once.forecast,
        "one_off_exposed": once.exposed,
        "avoidance_committed": beside.committed,
        "avoidance_forecast": beside.forecast,
        "pipeline": year.pipeline,
        "held": year.held,
        "cancelled": year.cancelled,
        "weighted": sums.weighted,
        "one_off_cost_plan": sums.cost_plan,
        "one_off_cost_forecast": sums.cost_forecast,
        "weight": sums.weights.total,
        "weight_red": sums.weights.red,
        "weight_amber": sums.weights.amber,
        "fresh_weight": sums.weights.fresh,
        "measures": sums.measures,
        "counts": {
            "implementation": asdict(sums.implementation_counts),
            "potential": asdict(sums.potential_counts),
        },
    }


def assert_roll_ups(world: World, shares: dict[int, MeasureShare]) -> None:
    found = table("judged_rollup", "key_id", "cut = 'node'")
    assert set(found) == set(Node.objects.values_list("pk", flat=True))
    for node_id, row in found.items():
        expected = flat(expect_node(world, shares, node_id))
        assert {name: read(row[name]) for name in expected} == expected


def assert_cuts(world: World) -> None:
    root = table("judged_rollup", "key_id", "cut = 'node'")[world.cast.root.pk]
    for cut in ("business_unit", "legal_entity", "function", "controller"):
        parts = table("judged_rollup", "key_id", f"cut = '{cut}'").values()
        for name in ("committed", "forecast", "exposed", "pipeline", "weight", "weighted", "measures"):
            assert sum((row[name] for row in parts), Decimal(0)) == root[name]


def assert_all(world: World, on: date) -> None:
    expected = {measure.pk: expect(world, measure, on) for measure in world.measures}
    assert_measures(expected)
    assert_roll_ups(world, {pk: found.share for pk, found in expected.items()})
    assert_cuts(world)


@in_one_cast
@given(spec=worlds())
def test_measures_divergences_nodes_and_cuts_are_those_of_the_rules(cast: Cast, spec: WorldSpec) -> None:
    within(cast, spec, assert_all)
