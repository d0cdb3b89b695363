"""The findings of a run as plain values, for the command and its JSON."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from finance.money import round_cents
from measures.choices import DoI
from portfolio.models import Node, OrganizationSettings

# An answered divergence is open no longer, until its answer expires; a closure's answer never does.
_OPEN = """
SELECT p.measure_id, array_agg(p.code ORDER BY p.code) AS codes
  FROM judged_pattern p
  LEFT JOIN governance_divergence d ON d.measure_id = p.measure_id AND d.code = p.code
       AND d.state = 'answered' AND (d.answered_until IS NULL OR d.answered_until >= %s)
 WHERE d.id IS NULL
 GROUP BY p.measure_id
"""
_MEASURES = f"""
SELECT m.code, s.stage, s.lifecycle, s.basis, s.implementation, s.potential, s.hollow, s.committed,
       s.counted_forecast AS forecast, s.confirmed, coalesce(o.codes, ARRAY[]::text[]) AS divergences
  FROM judged_status s
  JOIN measures_measure m ON m.id = s.measure_id
  LEFT JOIN ({_OPEN}) o ON o.measure_id = s.measure_id
 ORDER BY m.code
"""
_NODES = """
SELECT key_id, implementation, potential, committed, forecast, exposed, pipeline FROM judged_rollup WHERE cut = 'node'
"""


def read_report(on: date) -> dict[str, Any]:
    """Day, currency, measures by code and nodes parents first; amounts as texts with two decimals or None."""
    return {
        "on": on.isoformat(),
        "currency": OrganizationSettings.objects.get().currency,
        "measures": [_measure(row) for row in _rows(_MEASURES, [on])],
        "nodes": _nodes(),
    }


def _rows(sql: str, params: list[Any]) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _measure(row: dict[str, Any]) -> dict[str, Any]:
    amounts = {name: _text(row[name]) for name in ("committed", "forecast", "confirmed")}
    return {**row, "stage": DoI(row["stage"]).name.lower(), **amounts}


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else str(round_cents(amount))


def _nodes() -> list[dict[str, Any]]:
    found = {row.pop("key_id"): row for row in _rows(_NODES, [])}
    names = _names()
    ordered = sorted(names, key=lambda pk: (names[pk], pk))
    return [{"path": " / ".join(names[pk]), **_node(found[pk])} for pk in ordered]


def _node(row: dict[str, Any]) -> dict[str, Any]:
    return {name: _text(value) if isinstance(value, Decimal) else value for name, value in row.items()}


def _names() -> dict[int, tuple[str, ...]]:
    """The names on the way from below the organization to each node."""
    nodes = {node.pk: node for node in Node.objects.all()}

    def way(node: Node) -> tuple[str, ...]:
        return () if node.parent_id is None else (*way(nodes[node.parent_id]), node.name)

    return {pk: way(node) for pk, node in nodes.items()}
