"""What was set up by document, what consultants read, and what a tenant lets them see."""

from __future__ import annotations

from django.db import models

from portfolio.models import TenantModel, User
from portfolio.models.base import current_deed_id


class Blueprint(TenantModel):
    """A document as it was applied to the organization, with its hash; never changed."""

    name = models.CharField(max_length=200)
    document = models.JSONField()
    sha256 = models.CharField(max_length=64)
    changes = models.PositiveIntegerField()
    applied_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    on = models.DateField()
    at = models.DateTimeField()
    deed_id = models.BigIntegerField(null=True, default=current_deed_id)

    def __str__(self) -> str:
        return f"{self.name} on {self.on}"


class ConsultantRead(TenantModel):
    """That a page of the organization was opened under a consultant's role: which page and code, never its content."""

    user_id = models.BigIntegerField()
    at = models.DateTimeField()
    method = models.CharField(max_length=7)
    view = models.CharField(max_length=100)
    code = models.CharField(max_length=200, blank=True)
    status = models.PositiveSmallIntegerField()

    class Meta:
        indexes = [models.Index(fields=["organization", "-at"], name="consultant_read_latest")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.view} {self.code}"


class PublishedFigures(TenantModel):
    """What the organization publishes to its consultants, as of a day; null where it does not agree to.

    `freshness` and `confirmed_share` are shares, four decimals.
    """

    on = models.DateField()
    at = models.DateTimeField()
    overdue_gates = models.PositiveIntegerField(null=True)
    open_d1 = models.PositiveIntegerField(null=True)
    freshness = models.DecimalField(max_digits=9, decimal_places=4, null=True)
    confirmed_share = models.DecimalField(max_digits=12, decimal_places=4, null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization"], name="published_once")]

    def __str__(self) -> str:
        return f"{self.organization_id} on {self.on}"
