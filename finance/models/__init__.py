from .baseline import BaselineAmount, BaselineEffect, BaselineMilestone, BaselineVersion, PlanValidation
from .confirmation import (
    ClosureConfirmation,
    ClosureConsent,
    ConfirmationEvidence,
    ConfirmedYear,
    Dispute,
    Leakage,
)
from .effect import ActualEntry, AmountChange, Effect, ForecastAmount, ForecastUpkeep, PlanAmount
from .period import FiscalPeriod, PlanRate, Target

__all__ = [
    "ActualEntry",
    "AmountChange",
    "BaselineAmount",
    "BaselineEffect",
    "BaselineMilestone",
    "BaselineVersion",
    "ClosureConfirmation",
    "ClosureConsent",
    "ConfirmationEvidence",
    "ConfirmedYear",
    "Dispute",
    "Effect",
    "FiscalPeriod",
    "ForecastAmount",
    "ForecastUpkeep",
    "Leakage",
    "PlanAmount",
    "PlanRate",
    "PlanValidation",
    "Target",
]
