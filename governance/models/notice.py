"""What was told to whom."""

from __future__ import annotations

from django.db import models

from portfolio.models import TenantModel, User


class Notice(TenantModel):
    """A sentence waiting for a person, once per fact and person."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    fact_kind = models.CharField(max_length=40)
    fact_id = models.BigIntegerField()
    measure_id = models.BigIntegerField(null=True)
    code = models.CharField(max_length=60)
    params = models.JSONField(default=dict)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "user", "fact_kind", "fact_id", "code"], name="notice_once"
            ),
        ]
        indexes = [
            models.Index(
                fields=["organization", "user"], condition=models.Q(mailed_at__isnull=True), name="notice_not_mailed"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} to {self.user_id}"
