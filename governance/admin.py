"""Governed figures and decisions, readable for staff and never editable."""

from __future__ import annotations

from django.contrib import admin

from finance.models import (
    ActualEntry,
    BaselineVersion,
    ClosureConfirmation,
    Effect,
    FiscalPeriod,
    ForecastAmount,
    PlanAmount,
    PlanRate,
    Target,
)
from governance.models import Divergence, GateDecision, GateSubmission, ImportBatch, MeasureStatus, RollUp
from measures.models import Measure, Milestone
from portfolio.admin import ReadOnly

GOVERNED = [
    ActualEntry,
    BaselineVersion,
    ClosureConfirmation,
    Divergence,
    Effect,
    FiscalPeriod,
    ForecastAmount,
    GateDecision,
    GateSubmission,
    ImportBatch,
    Measure,
    MeasureStatus,
    Milestone,
    PlanAmount,
    PlanRate,
    RollUp,
    Target,
]
admin.site.register(GOVERNED, ReadOnly)
