"""Where work and money contradict each other, and where a person has set a light by hand."""

from __future__ import annotations

from django.db import models

from governance.choices import DivergenceState, Severity
from measures.choices import Light, LightKind
from measures.models import Measure
from portfolio.fields import TenantForeignKey
from portfolio.models import TenantModel, User
from portfolio.models.base import current_deed_id


class Divergence(TenantModel):
    """A contradiction, one row per measure and code: opens once, re-opens with a count, closes by itself."""

    measure = TenantForeignKey(Measure, on_delete=models.PROTECT, related_name="divergences")
    code = models.CharField(max_length=4)
    severity = models.CharField(max_length=10, choices=Severity.choices)
    state = models.CharField(max_length=10, choices=DivergenceState.choices, default=DivergenceState.OPEN)
    count = models.PositiveIntegerField(default=1)
    params = models.JSONField(default=dict)
    opened_on = models.DateField()
    closed_on = models.DateField(null=True)
    answer = models.TextField(blank=True)
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    answered_until = models.DateField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "measure", "code"], name="divergence_once")]
        indexes = [models.Index(fields=["organization", "state", "code"], name="divergence_open")]

    def __str__(self) -> str:
        return f"{self.measure_id} {self.code} {self.state}"


class DivergenceChange(TenantModel):
    """One transition of a divergence; never changed."""

    divergence = TenantForeignKey(Divergence, on_delete=models.PROTECT, related_name="changes")
    before = models.CharField(max_length=10, choices=DivergenceState.choices, blank=True)
    after = models.CharField(max_length=10, choices=DivergenceState.choices)
    on = models.DateField()
    at = models.DateTimeField()
    reason = models.TextField(blank=True)
    user_id = models.BigIntegerField(null=True)
    deed_id = models.BigIntegerField(null=True, default=current_deed_id)

    def __str__(self) -> str:
        return f"{self.divergence_id}: {self.before} → {self.after}"


class StatusOverride(TenantModel):
    """A light set by a person, beside the computed one, with reason and end."""

    measure = TenantForeignKey(Measure, on_delete=models.PROTECT, related_name="status_overrides")
    light = models.CharField(max_length=20, choices=LightKind.choices)
    colour = models.CharField(max_length=10, choices=Light.choices)
    reason = models.TextField()
    set_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    on = models.DateField()
    until = models.DateField()
    ended_on = models.DateField(null=True)
    deed_id = models.BigIntegerField(null=True, default=current_deed_id)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "measure", "light"],
                condition=models.Q(ended_on__isnull=True),
                name="status_override_current",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.measure_id} {self.light}: {self.colour}"
