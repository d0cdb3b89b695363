"""The read side of the money: rates, calendar, amounts, figures and screens."""

from __future__ import annotations

from .closing import ClosingFigures, closing_inputs
from .figures import MeasureFigures, MeasureRows, figures_from, measure_figures, potential_inputs, read_measure
from .periods import Calendar, calendar_on, fiscal_year_on
from .plans import canonical_json, plan_content, plan_sha256, sha256_of
from .rates import Rates, plan_rate_for, rates_of
from .years import YearFigures

__all__ = [
    "Calendar",
    "ClosingFigures",
    "MeasureFigures",
    "MeasureRows",
    "Rates",
    "YearFigures",
    "calendar_on",
    "canonical_json",
    "closing_inputs",
    "figures_from",
    "fiscal_year_on",
    "measure_figures",
    "plan_content",
    "plan_rate_for",
    "plan_sha256",
    "potential_inputs",
    "rates_of",
    "read_measure",
    "sha256_of",
]
