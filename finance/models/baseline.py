"""The frozen promise: an immutable copy of plan, terms and milestones per version."""

from __future__ import annotations

from django.db import models

from finance.choices import Hardness, Nature, Recurrence
from measures.models import Measure, Milestone
from portfolio.fields import TenantForeignKey, amount_field
from portfolio.models import TenantModel, User
from portfolio.models.base import current_deed_id

from .effect import Effect
from .period import FiscalPeriod


class BaselineVersion(TenantModel):
    """Frozen at Decided; a later version supersedes it and overwrites nothing.

    `plan_rate` is the rate of the fiscal year of the decision, used for run-rate, committed, forecast run-rate and
    the lights. `original_commitment` and `committed` are stored in the organization's currency as frozen.
    """

    measure = TenantForeignKey(Measure, on_delete=models.PROTECT, related_name="baselines")
    number = models.PositiveSmallIntegerField()
    is_current = models.BooleanField(default=True)
    frozen_on = models.DateField()
    fiscal_year = models.PositiveSmallIntegerField()
    currency = models.CharField(max_length=3)
    plan_rate = models.DecimalField(max_digits=18, decimal_places=8)
    reference_base = amount_field(null=True)
    reference_source = models.CharField(max_length=200, blank=True)
    reference_period = models.CharField(max_length=50, blank=True)
    committed = amount_field()
    # Versions of the planning assumptions it rests on; ids and version numbers.
    assumptions = models.JSONField(default=list)
    sha256 = models.CharField(max_length=64)
    deed_id = models.BigIntegerField(null=True, default=current_deed_id)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "measure", "number"], name="baseline_number"),
            models.UniqueConstraint(
                fields=["organization", "measure"],
                condition=models.Q(is_current=True),
                name="baseline_one_current",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.measure_id} v{self.number}"


class BaselineEffect(TenantModel):
    """Terms of an effect as they were frozen."""

    baseline = TenantForeignKey(BaselineVersion, on_delete=models.PROTECT, related_name="effects")
    effect = TenantForeignKey(Effect, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    nature = models.CharField(max_length=20, choices=Nature.choices)
    recurrence = models.CharField(max_length=10, choices=Recurrence.choices)
    hardness = models.CharField(max_length=12, choices=Hardness.choices, blank=True)
    ends_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "baseline", "effect"], name="baseline_effect_once"),
        ]

    def __str__(self) -> str:
        return self.name


class BaselineAmount(TenantModel):
    baseline = TenantForeignKey(BaselineVersion, on_delete=models.PROTECT, related_name="amounts", db_index=False)
    effect = TenantForeignKey(Effect, on_delete=models.PROTECT, related_name="+", db_index=False)
    period = TenantForeignKey(FiscalPeriod, on_delete=models.PROTECT, related_name="+", db_index=False)
    amount = amount_field()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "baseline", "effect", "period"], name="baseline_amount_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.baseline_id} {self.effect_id} {self.period_id}: {self.amount}"


class BaselineMilestone(TenantModel):
    baseline = TenantForeignKey(BaselineVersion, on_delete=models.PROTECT, related_name="milestones")
    milestone = TenantForeignKey(Milestone, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    baseline_on = models.DateField()
    weight = models.DecimalField(max_digits=9, decimal_places=4)
    is_critical = models.BooleanField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "baseline", "milestone"], name="baseline_milestone_once"),
        ]

    def __str__(self) -> str:
        return self.name


class PlanValidation(TenantModel):
    """That the controller stands behind the plan as it was on that day; a changed plan needs a new one."""

    measure = TenantForeignKey(Measure, on_delete=models.PROTECT, related_name="plan_validations")
    validated_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    second_reviewer = models.BooleanField(default=False)
    on = models.DateField()
    sha256 = models.CharField(max_length=64)
    note = models.TextField(blank=True)
    at = models.DateTimeField()
    deed_id = models.BigIntegerField(null=True, default=current_deed_id)

    def __str__(self) -> str:
        return f"{self.measure_id} validated on {self.on}"
