"""Mails by the calendar: what a committee has set, and what each reader was sent, figures frozen."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from portfolio.fields import TenantForeignKey
from portfolio.models import GovernedModel, SteeringCommittee, TenantModel, User, governed_history


class CommitteeDigest(GovernedModel):
    """The digest of a committee: on a weekday or on a day of the month, at an hour of a time zone."""

    committee = TenantForeignKey(SteeringCommittee, on_delete=models.PROTECT, related_name="digests")
    # Monday is 0; null where a day of the month is set.
    weekday = models.PositiveSmallIntegerField(_("weekday"), null=True, blank=True, validators=[MaxValueValidator(6)])
    day = models.PositiveSmallIntegerField(
        _("day of the month"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(31)]
    )
    hour = models.PositiveSmallIntegerField(_("hour"), default=7, validators=[MaxValueValidator(23)])
    time_zone = models.CharField(_("time zone"), max_length=50, default="UTC")
    # Blank: each reader's own.
    language = models.CharField(_("language"), max_length=10, blank=True)
    active = models.BooleanField(_("active"), default=True)
    # What was due before is never sent.
    since = models.DateTimeField()
    history = governed_history()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "committee"], name="committee_digest_once")]

    def __str__(self) -> str:
        return f"digest of {self.committee_id}"


class DigestIssue(TenantModel):
    """What one reader was sent for one period, as it was at that moment; never changed."""

    # `committee_digest`, `weekly_digest` or `month_end_reminder`, and of which committee; 0 for a person's own.
    kind = models.CharField(max_length=40)
    subject_id = models.BigIntegerField(default=0)
    period = models.DateField()
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    # Changes are told from this moment to that one.
    since = models.DateTimeField()
    at = models.DateTimeField()
    content = models.JSONField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "kind", "subject_id", "period", "user"], name="digest_issue_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_id} {self.period} to {self.user_id}"
