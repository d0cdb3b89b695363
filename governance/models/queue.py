"""Work that waits: rows of ids only, outside the tenants, taken by lease."""

from __future__ import annotations

from django.db import models


class ReconcileRequest(models.Model):
    """That an organization (or one measure of it) must be looked at again.

    Written by triggers in the transaction of the change; a row disappears when the run that served it commits.
    """

    organization_id = models.BigIntegerField()
    # Null asks for a full run.
    measure_id = models.BigIntegerField(null=True)
    requested_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["organization_id", "leased_until"], name="reconcile_request_due")]

    def __str__(self) -> str:
        return f"{self.organization_id}/{self.measure_id}"


class MailRequest(models.Model):
    """That a person has notices of an organization that must be mailed, not before `requested_at`.

    Written in the transaction of the notice; a row disappears when the mail that served it is on its way.
    """

    organization_id = models.BigIntegerField()
    user_id = models.BigIntegerField()
    requested_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["requested_at", "leased_until"], name="mail_request_due")]

    def __str__(self) -> str:
        return f"{self.organization_id}: {self.user_id}"


class NightlyRun(models.Model):
    """The last day for which an organization's nightly run was asked for, so that two clocks ask once."""

    organization_id = models.BigIntegerField(unique=True)
    on = models.DateField()

    def __str__(self) -> str:
        return f"{self.organization_id} {self.on}"
