"""Pure rules of governance: divergences, roll-up of both lights, risk weights."""

from __future__ import annotations

from governance.rules.divergences import (
    DEFAULT_DIVERGENCE_THRESHOLDS,
    SEVERITIES,
    DivergenceInputs,
    DivergenceThresholds,
    divergence_codes,
)
from governance.rules.risk import (
    DEFAULT_PROBABILITIES,
    DEFAULT_RISK_WEIGHTS,
    RiskWeighted,
    RiskWeights,
    probability,
    risk_weighted,
)
from governance.rules.rollup import (
    DEFAULT_ROLL_UP_THRESHOLDS,
    LightCounts,
    Line,
    MeasureShare,
    NodeRollUp,
    NodeSums,
    RollUpThresholds,
    Weights,
    implementation_of,
    line_light,
    node_of,
    roll_up,
    sums_of,
)

__all__ = [
    "DEFAULT_DIVERGENCE_THRESHOLDS",
    "DEFAULT_PROBABILITIES",
    "DEFAULT_RISK_WEIGHTS",
    "DEFAULT_ROLL_UP_THRESHOLDS",
    "SEVERITIES",
    "DivergenceInputs",
    "DivergenceThresholds",
    "LightCounts",
    "Line",
    "MeasureShare",
    "NodeRollUp",
    "NodeSums",
    "RiskWeighted",
    "RiskWeights",
    "RollUpThresholds",
    "Weights",
    "divergence_codes",
    "implementation_of",
    "line_light",
    "node_of",
    "probability",
    "risk_weighted",
    "roll_up",
    "sums_of",
]
