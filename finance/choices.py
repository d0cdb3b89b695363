"""Words of the money: nature, recurrence, hardness, scenario, evidence."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Nature(models.TextChoices):
    EBITDA = "ebitda", _("EBITDA")
    CASH = "cash", _("Cash")
    WORKING_CAPITAL = "working_capital", _("Working capital")
    CAPEX = "capex", _("Capital expenditure")
    ONE_OFF_COST = "one_off_cost", _("One-off cost")
    HEADCOUNT = "headcount", _("Headcount")


class Recurrence(models.TextChoices):
    RECURRING = "recurring", _("Recurring")
    ONE_OFF = "one_off", _("One-off")


class Hardness(models.TextChoices):
    """Only BOTTOM_LINE enters EBITDA; the others are shown beside and never added in."""

    BOTTOM_LINE = "bottom_line", _("Bottom line")
    AVOIDANCE = "avoidance", _("Avoidance")
    SOFT = "soft", _("Soft")


class Scenario(models.TextChoices):
    PLAN = "plan", _("Plan")
    FORECAST = "forecast", _("Forecast")
    ACTUAL = "actual", _("Actual")


class EvidenceTier(models.TextChoices):
    """How well an actual is evidenced; CLAIMED counts in no ratio."""

    CLAIMED = "claimed", _("Claimed")
    VALIDATED = "validated", _("Validated")
    LEDGER = "ledger", _("Ledger")


class Basis(models.TextChoices):
    """What the potential of a measure is judged by."""

    RUN_RATE = "run_rate", _("Run-rate")
    ONE_OFF = "one_off", _("One-off")
    AVOIDANCE = "avoidance", _("Avoidance")
    NONE = "none", _("None")


class ConfirmationMethod(models.TextChoices):
    GL_VARIANCE = "gl_variance", _("GL variance")
    INVOICE = "invoice", _("Invoice")
    CONTRACT = "contract", _("Contract")
    HEADCOUNT = "headcount", _("Headcount")
    VOLUME_RATE = "volume_rate", _("Volume × rate")
    ESTIMATE = "estimate", _("Estimate")


class ClosureOutcome(models.TextChoices):
    CONFIRM = "confirm", _("Confirm")
    CONFIRM_WITH_SHORTFALL = "confirm_with_shortfall", _("Confirm with shortfall")
    CONFIRM_AVOIDANCE = "confirm_avoidance", _("Confirm avoidance")
    REJECT = "reject", _("Reject")


class LeakageReason(models.TextChoices):
    """Why what was committed is not (expected to be) realised."""

    TIMING = "timing", _("Timing")
    SCOPE = "scope", _("Scope or estimate")
    SPECIFICATION = "specification", _("Specification")
    PRICE = "price", _("Price")
    VOLUME = "volume", _("Volume")
    MIX = "mix", _("Mix")
    FX = "fx", _("Exchange rate")
    COUNTER_EFFECT = "counter_effect", _("Counter-effects")
    UNDER_DELIVERY = "under_delivery", _("Under-delivery")
