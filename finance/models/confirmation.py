"""The controller's word: confirmations with their figures, and disputes."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from finance.choices import ClosureOutcome, ConfirmationMethod, Hardness, LeakageReason
from measures.models import Measure
from portfolio.fields import TenantForeignKey, amount_field
from portfolio.models import CostCentre, GovernedModel, StoredFile, TenantModel, User, governed_history
from portfolio.models.base import current_deed_id

from .effect import Effect


class ClosureConfirmation(TenantModel):
    """What the controller confirmed at closure, bound to the snapshot by its hash. Figures never change.

    Revoking it (when a closed measure is reopened) is the one edit the database allows, once.
    All amounts in the organization's currency at the baseline's plan rate; `in_year` uses each year's own.
    """

    measure = TenantForeignKey(Measure, on_delete=models.PROTECT, related_name="confirmations")
    outcome = models.CharField(max_length=30, choices=ClosureOutcome.choices)
    confirmed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    on_behalf_of = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    # Above the four-eyes limit a second controller confirms the same figures.
    second_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    committed = amount_field()
    run_rate = amount_field(verbose_name=_("confirmed run-rate"))
    carry_over = amount_field()
    final_one_off_cost = amount_field()
    hardness = models.CharField(max_length=12, choices=Hardness.choices)
    method = models.CharField(max_length=20, choices=ConfirmationMethod.choices)
    statement = models.TextField()
    overrun_reason = models.TextField(blank=True)
    embedded = models.BooleanField()
    budget_amount = amount_field(null=True)
    budget_cost_centre = TenantForeignKey(CostCentre, on_delete=models.PROTECT, related_name="+", null=True)
    budget_year = models.PositiveSmallIntegerField(null=True)
    reauthenticated_at = models.DateTimeField()
    snapshot = models.JSONField()
    sha256 = models.CharField(max_length=64)
    on = models.DateField()
    at = models.DateTimeField()
    deed_id = models.BigIntegerField(null=True, default=current_deed_id)
    revoked_at = models.DateTimeField(null=True)
    revoked_deed_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "measure"],
                condition=models.Q(revoked_at__isnull=True),
                name="confirmation_one_in_force",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.measure_id}: {self.outcome} {self.run_rate}"


class ConfirmedYear(TenantModel):
    """In-year value of one fiscal year as confirmed."""

    confirmation = TenantForeignKey(ClosureConfirmation, on_delete=models.PROTECT, related_name="years")
    fiscal_year = models.PositiveSmallIntegerField()
    amount = amount_field()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "confirmation", "fiscal_year"], name="confirmed_year_once"),
        ]

    def __str__(self) -> str:
        return f"{self.fiscal_year}: {self.amount}"


class Leakage(TenantModel):
    """Part of committed minus confirmed with its reason; the parts add up to the whole."""

    confirmation = TenantForeignKey(ClosureConfirmation, on_delete=models.PROTECT, related_name="leakages")
    reason = models.CharField(max_length=20, choices=LeakageReason.choices)
    amount = amount_field()
    note = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"{self.reason}: {self.amount}"


class ConfirmationEvidence(TenantModel):
    confirmation = TenantForeignKey(ClosureConfirmation, on_delete=models.PROTECT, related_name="evidence")
    file = TenantForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64)

    def __str__(self) -> str:
        return self.sha256


class ClosureConsent(TenantModel):
    """The first of two controllers' consent above the four-eyes limit, bound to the same figures by hash."""

    measure = TenantForeignKey(Measure, on_delete=models.PROTECT, related_name="closure_consents")
    given_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64)
    at = models.DateTimeField()
    deed_id = models.BigIntegerField(null=True, default=current_deed_id)

    def __str__(self) -> str:
        return f"{self.measure_id} by {self.given_by_id}"


class Dispute(GovernedModel):
    """A controller doubts an effect; while it is open the potential is red."""

    effect = TenantForeignKey(Effect, on_delete=models.PROTECT, related_name="disputes")
    measure = TenantForeignKey(Measure, on_delete=models.PROTECT, related_name="disputes")
    amount = amount_field(verbose_name=_("amount"))
    reason = models.TextField(_("reason"))
    opened_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    opened_on = models.DateField()
    answer = models.TextField(_("answer"), blank=True)
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    closed_on = models.DateField(null=True)
    closed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    outcome = models.TextField(_("outcome"), blank=True)
    history = governed_history()

    def __str__(self) -> str:
        return f"{self.measure_id}: {self.amount}"
