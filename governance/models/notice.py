"""What was told to whom."""

from __future__ import annotations

from django.db import models

from governance.choices import Way
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
    # Why this person: a `Reader`, or blank where the sentence says it.
    because = models.CharField(max_length=20, blank=True, default="")
    # How the person wanted to hear of such an event when it happened.
    way = models.CharField(max_length=10, choices=Way.choices, default=Way.NOW)
    read_at = models.DateTimeField(null=True)
    # Out of sight before this day.
    snoozed_until = models.DateField(null=True)
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
            models.Index(
                fields=["organization", "user"], condition=models.Q(read_at__isnull=True), name="notice_not_read"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} to {self.user_id}"


class Subscription(TenantModel):
    """That a person wants to hear of an event in another way than the table says."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    event = models.CharField(max_length=60)
    way = models.CharField(max_length=10, choices=Way.choices)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "user", "event"], name="subscription_once")]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.event} {self.way}"
