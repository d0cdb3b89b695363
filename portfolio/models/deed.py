"""Who did what, when, why and on whose behalf."""

from __future__ import annotations

from django.db import models

from .base import TenantModel
from .people import User


class Deed(TenantModel):
    """One act of one person, or of the system where nobody acts; every row written by it carries its id.

    Never changed, never deleted.
    """

    kind = models.CharField(max_length=60)
    # Null: the system itself, such as reconciliation.
    actor = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    on_behalf_of = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    reason = models.TextField(blank=True)
    # What the deed is about, by word and id; lower floors cannot name the tables of upper ones.
    subject_kind = models.CharField(max_length=40, blank=True)
    subject_id = models.BigIntegerField(null=True)
    # Codes and parameters a reader's sentence is made of.
    details = models.JSONField(default=dict)
    request_id = models.CharField(max_length=64, blank=True)
    key = models.UUIDField(null=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "key"], name="deed_key_once")]
        indexes = [models.Index(fields=["organization", "subject_kind", "subject_id"], name="deed_subject")]

    def __str__(self) -> str:
        return f"{self.kind} #{self.pk}"


class StoredFile(TenantModel):
    """A file kept by the hash of its content; the row is written after the bytes."""

    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    content_type = models.CharField(max_length=100)
    name = models.CharField(max_length=200)
    uploaded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["organization", "sha256"], name="stored_file_hash")]

    def __str__(self) -> str:
        return self.name
