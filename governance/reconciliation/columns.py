"""Columns that roll-ups add up, in the order of `governance.models.RollUp`."""

from __future__ import annotations

KEPT_SUMS = (
    "committed",
    "committed_abs",
    "original_commitment",
    "forecast",
    "exposed",
    "confirmed",
    "one_off_committed",
    "one_off_committed_abs",
    "one_off_forecast",
    "one_off_exposed",
    "avoidance_committed",
    "avoidance_forecast",
    "pipeline",
    "held",
    "cancelled",
    "weighted",
    "one_off_cost_plan",
    "one_off_cost_forecast",
    "weight",
    "weight_red",
    "weight_amber",
    "fresh_weight",
    "measures",
)
# How many measures show which colour; kept together as one value.
COUNTS = tuple(f"{light}_{colour}" for light in ("work", "money") for colour in ("green", "amber", "red", "grey"))
