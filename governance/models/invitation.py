"""Who was asked in, by a link that works once."""

from __future__ import annotations

from django.db import models

from portfolio.fields import TenantForeignKey
from portfolio.models import Node, Role, TenantModel, User


class Invitation(TenantModel):
    """That somebody may come in by a link, once and until a day; only the hash of its secret is kept."""

    email = models.EmailField()
    name = models.CharField(max_length=200)
    role = TenantForeignKey(Role, on_delete=models.PROTECT, related_name="+")
    node = TenantForeignKey(Node, on_delete=models.PROTECT, related_name="+")
    # The last day of the role, for those who come for a time.
    ends_on = models.DateField(null=True)
    secret_sha256 = models.CharField(max_length=64)
    invited_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    invited_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "secret_sha256"], name="invitation_secret"),
            models.UniqueConstraint(
                fields=["organization", "email", "role", "node"],
                condition=models.Q(accepted_at__isnull=True, revoked_at__isnull=True),
                name="invitation_one_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role_id} for {self.pk}"
