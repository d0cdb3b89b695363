"""The sealed trail: which rows were sealed when, chained by hashes, and what a look at it found."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from portfolio.fields import TenantForeignKey
from portfolio.models import TenantModel, User
from portfolio.models.base import current_deed_id


class Seal(TenantModel):
    """One link of an organization's chain; never changed.

    `hash` covers the hash before it and the blocks of this one: see `governance/rules/seals.py`.
    """

    number = models.BigIntegerField()
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "number"], name="seal_number")]
        indexes = [models.Index(fields=["organization", "hash"], name="seal_by_hash")]

    def __str__(self) -> str:
        return f"#{self.number} {self.hash}"


class SealBlock(TenantModel):
    """The rows of one table that one seal covers: their ids, and 32 bytes of hash for each, in the same order."""

    seal = TenantForeignKey(Seal, on_delete=models.PROTECT, related_name="blocks", db_index=False)
    table_name = models.CharField(max_length=63)
    # Kept with the block, so that a column added later does not change what was sealed.
    columns = models.JSONField()
    first_id = models.BigIntegerField()
    last_id = models.BigIntegerField()
    ids = ArrayField(models.BigIntegerField())
    hashes = models.BinaryField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        indexes = [
            models.Index(fields=["organization", "seal"], name="seal_block_seal"),
            models.Index(fields=["organization", "table_name", "last_id"], name="seal_block_rows"),
        ]

    def __str__(self) -> str:
        return f"{self.table_name} {self.first_id}–{self.last_id}"


class SealRequest(models.Model):
    """That rows of a table, somewhere between two ids, wait for their seal.

    Written by a trigger in the transaction of the rows, one for each statement. The range is where to look, not what
    is there: rows of a transaction that commits later bring a request of their own.
    """

    organization_id = models.BigIntegerField()
    table_name = models.CharField(max_length=63)
    first_id = models.BigIntegerField()
    last_id = models.BigIntegerField()
    requested_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["organization_id", "id"], name="seal_request_turn")]

    def __str__(self) -> str:
        return f"{self.organization_id}: {self.table_name} {self.first_id}–{self.last_id}"


class Verification(TenantModel):
    """One look at the whole trail of the organization, asked for by a person, and what it found."""

    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    # A hash known from outside (a digest, an archive) that the chain must contain; blank: none was given.
    head = models.CharField(max_length=64, blank=True)
    finished_at = models.DateTimeField(null=True)
    number = models.BigIntegerField(default=0)
    rows = models.BigIntegerField(default=0)
    # Code and parameters each; none is a clean trail.
    findings = models.JSONField(default=list)
    deed_id = models.BigIntegerField(null=True, default=current_deed_id)

    class Meta:
        indexes = [models.Index(fields=["organization", "asked_at"], name="verification_latest")]

    def __str__(self) -> str:
        return f"{self.asked_at}: {len(self.findings)}"


class VerificationRequest(models.Model):
    """That a verification waits to be done; disappears when it is."""

    organization_id = models.BigIntegerField()
    verification_id = models.BigIntegerField()
    requested_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.organization_id}: {self.verification_id}"
