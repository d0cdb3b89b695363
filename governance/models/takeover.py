"""What came with a running program: the import and the gaps it left."""

from __future__ import annotations

from django.db import models

from governance.choices import DecisionKind
from measures.choices import DoI
from measures.models import Measure
from portfolio.fields import TenantForeignKey
from portfolio.models import TenantModel, User
from portfolio.models.base import current_deed_id


class ImportBatch(TenantModel):
    """One import of a workbook: who, when, as of which day, and what it held."""

    name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    imported_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    on = models.DateField()
    at = models.DateTimeField()
    counts = models.JSONField(default=dict)
    deed_id = models.BigIntegerField(null=True, default=current_deed_id)

    def __str__(self) -> str:
        return f"{self.name} {self.on}"


class TakeOver(TenantModel):
    """That a measure was taken over, and whether the committee has ratified it: no measure closes unratified."""

    measure = TenantForeignKey(Measure, on_delete=models.PROTECT, related_name="take_overs")
    batch = TenantForeignKey(ImportBatch, on_delete=models.PROTECT, related_name="take_overs")
    stage = models.PositiveSmallIntegerField(choices=DoI.choices)
    ratified_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    ratified_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "measure"], name="take_over_once")]

    def __str__(self) -> str:
        return f"{DecisionKind.TAKE_OVER} {self.measure_id}"


class TakeOverGap(TenantModel):
    """A criterion of a passed gate that the taken-over measure does not meet; asked again at the next gate."""

    measure = TenantForeignKey(Measure, on_delete=models.PROTECT, related_name="take_over_gaps")
    criterion = models.CharField(max_length=60)
    params = models.JSONField(default=dict)
    closed_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "measure", "criterion"], name="take_over_gap_once"),
        ]

    def __str__(self) -> str:
        return f"{self.measure_id}: {self.criterion}"
