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

    Written in the transaction of the notice; a row disappears when the mail that serves it lies in the outbox.
    """

    organization_id = models.BigIntegerField()
    user_id = models.BigIntegerField()
    requested_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["requested_at", "leased_until"], name="mail_request_due")]

    def __str__(self) -> str:
        return f"{self.organization_id}: {self.user_id}"


class OutboxEntry(models.Model):
    """That a mail of an organization waits to be sent, not before `due_at`.

    Written in the transaction of the mail; a row disappears when the mail is sent or will never be.
    """

    organization_id = models.BigIntegerField()
    mail_id = models.BigIntegerField()
    # When it was to leave first, and when it is tried next.
    wanted_at = models.DateTimeField()
    due_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization_id", "mail_id"], name="outbox_entry_once")]
        indexes = [models.Index(fields=["due_at", "leased_until"], name="outbox_entry_due")]

    def __str__(self) -> str:
        return f"{self.organization_id}: {self.mail_id}"


class UntoldFact(models.Model):
    """That something happened of which nobody has been told yet.

    Written by triggers in the transaction of the fact; a row disappears when the notices of the fact commit.
    """

    organization_id = models.BigIntegerField()
    # The table of the fact: a deed, or a submission that became stale.
    kind = models.CharField(max_length=20)
    fact_id = models.BigIntegerField()
    requested_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["organization_id", "leased_until"], name="untold_fact_due")]

    def __str__(self) -> str:
        return f"{self.organization_id}: {self.kind} {self.fact_id}"


class NightlyRun(models.Model):
    """The last day for which an organization's nightly run was asked for, so that two clocks ask once."""

    organization_id = models.BigIntegerField(unique=True)
    on = models.DateField()

    def __str__(self) -> str:
        return f"{self.organization_id} {self.on}"
