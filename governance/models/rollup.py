"""What reconciliation found, with validity ranges, so that any past day is one range query.

A row is valid from `valid_from` (inclusive) until `valid_to` (exclusive; null = still). Only changes are written.
All amounts are in the organization's currency at the baseline's plan rate, rounded per (effect, month).
"""

from __future__ import annotations

from django.db import models

from finance.choices import Basis, EvidenceTier
from governance.choices import Cut
from measures.choices import DoI, Lifecycle, Light
from measures.models import Measure
from portfolio.fields import TenantForeignKey, amount_field, cents_of
from portfolio.models import TenantModel


class MeasureStatus(TenantModel):
    """Both lights of a measure with the figures they were judged by."""

    measure = TenantForeignKey(Measure, on_delete=models.PROTECT, related_name="statuses")
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True)
    on = models.DateField()
    stage = models.PositiveSmallIntegerField(choices=DoI.choices)
    lifecycle = models.CharField(max_length=10, choices=Lifecycle.choices)
    basis = models.CharField(max_length=10, choices=Basis.choices)
    tier = models.CharField(max_length=10, choices=EvidenceTier.choices, blank=True)
    implementation = models.CharField(max_length=10, choices=Light.choices)
    implementation_reasons = models.JSONField(default=list)
    potential = models.CharField(max_length=10, choices=Light.choices)
    potential_reasons = models.JSONField(default=list)
    hollow = models.BooleanField()
    # C of the current baseline and of v1; null before Decided.
    committed = amount_field(null=True)
    original_commitment = amount_field(null=True)
    # Run-rate (or sum) of plan and forecast as they stand.
    planned = amount_field()
    forecast = amount_field()
    # F as the roll-up counts it: confirmed once closed, nought when held or cancelled.
    counted_forecast = amount_field()
    confirmed = amount_field(null=True)
    one_off_plan = amount_field(default=0)
    one_off_forecast = amount_field(default=0)
    weight = amount_field()
    # By which the register filters, sorts and adds up.
    committed_cents = cents_of("committed")
    forecast_cents = cents_of("forecast")
    counted_forecast_cents = cents_of("counted_forecast")
    confirmed_cents = cents_of("confirmed")
    # Milestones or forecast updated, confirmed or taken over within the days after which work is stale.
    fresh = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "measure"],
                condition=models.Q(valid_to__isnull=True),
                name="measure_status_current",
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "measure", "valid_from"], name="measure_status_range"),
            models.Index(
                "organization",
                models.F("committed_cents").desc(nulls_last=True),
                models.F("measure").desc(),
                include=["basis", "forecast_cents", "counted_forecast_cents", "confirmed_cents"],
                condition=models.Q(valid_to__isnull=True),
                name="status_by_committed",
            ),
            models.Index(
                "organization",
                models.F("counted_forecast_cents").desc(nulls_last=True),
                models.F("measure").desc(),
                condition=models.Q(valid_to__isnull=True),
                name="status_by_forecast",
            ),
            models.Index(
                "organization",
                models.F("confirmed_cents").desc(nulls_last=True),
                models.F("measure").desc(),
                condition=models.Q(valid_to__isnull=True),
                name="status_by_confirmed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.measure_id} {self.implementation}/{self.potential}"


class RollUp(TenantModel):
    """Both lights and the money of a node, or of an entry of another cut; `key_id` null = not assigned."""

    cut = models.CharField(max_length=20, choices=Cut.choices)
    key_id = models.BigIntegerField(null=True)
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True)
    on = models.DateField()
    implementation = models.CharField(max_length=10, choices=Light.choices)
    potential = models.CharField(max_length=10, choices=Light.choices)
    # The RUN_RATE line is the node's figure; ONE_OFF is a line of its own; AVOIDANCE stands beside.
    committed = amount_field()
    committed_abs = amount_field()
    original_commitment = amount_field()
    forecast = amount_field()
    exposed = amount_field()
    confirmed = amount_field()
    one_off_committed = amount_field()
    one_off_committed_abs = amount_field()
    one_off_forecast = amount_field()
    one_off_exposed = amount_field()
    avoidance_committed = amount_field()
    avoidance_forecast = amount_field()
    pipeline = amount_field()
    held = amount_field()
    cancelled = amount_field()
    weighted = amount_field()
    one_off_cost_plan = amount_field()
    one_off_cost_forecast = amount_field()
    weight = amount_field()
    weight_red = amount_field()
    weight_amber = amount_field()
    fresh_weight = amount_field()
    measures = models.PositiveIntegerField()
    # Counts per colour: {"implementation": {"green": 3, …}, "potential": {…}}
    counts = models.JSONField(default=dict)
    worst_child_kind = models.CharField(max_length=10, blank=True)
    worst_child_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "cut", "key_id"],
                condition=models.Q(valid_to__isnull=True),
                nulls_distinct=False,
                name="roll_up_current",
            ),
        ]
        indexes = [models.Index(fields=["organization", "cut", "key_id", "valid_from"], name="roll_up_range")]

    def __str__(self) -> str:
        return f"{self.cut} {self.key_id}: {self.implementation}/{self.potential}"


class ReconciliationRun(TenantModel):
    """One run of reconciliation: its day, what it looked at and what it changed."""

    on = models.DateField()
    full = models.BooleanField()
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    measures = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.on} full={self.full}"
