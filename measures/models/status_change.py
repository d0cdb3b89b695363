"""The fact that a light changed: written with the change, read by those who tell people."""

from __future__ import annotations

from django.db import models

from measures.choices import Light, LightKind
from portfolio.fields import TenantForeignKey
from portfolio.models import TenantModel
from portfolio.models.base import current_deed_id

from .measure import Measure


class StatusChange(TenantModel):
    measure = TenantForeignKey(Measure, on_delete=models.PROTECT, related_name="status_changes")
    light = models.CharField(max_length=20, choices=LightKind.choices)
    before = models.CharField(max_length=10, choices=Light.choices)
    after = models.CharField(max_length=10, choices=Light.choices)
    reasons = models.JSONField(default=list)
    on = models.DateField()
    at = models.DateTimeField()
    deed_id = models.BigIntegerField(null=True, default=current_deed_id)

    class Meta:
        indexes = [models.Index(fields=["organization", "measure", "at"], name="status_change_measure")]

    def __str__(self) -> str:
        return f"{self.measure_id} {self.light}: {self.before} → {self.after}"


class RoleHolding(TenantModel):
    """Who ever held which office on a measure; filled by a trigger, so that no door can forget it."""

    measure = TenantForeignKey(Measure, on_delete=models.PROTECT, related_name="role_holdings")
    office = models.CharField(max_length=20)
    user_id = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["organization", "measure", "user_id"], name="role_holding_measure")]

    def __str__(self) -> str:
        return f"{self.office} {self.user_id} of {self.measure_id}"
