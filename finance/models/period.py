"""Fiscal periods, plan rates and targets: the frame of all money."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from portfolio.fields import TenantForeignKey, amount_field
from portfolio.models import GovernedModel, Node, TenantModel, governed_history


class FiscalPeriod(TenantModel):
    """A month of the fiscal calendar with its own dates.

    `ordinal` counts periods without gaps (twelve per fiscal year), so that month arithmetic is integer arithmetic.
    `closes_on` is the working day on which the month closes (domain §1); the month is closed from that day on.
    """

    name = models.CharField(_("month"), max_length=7)
    fiscal_year = models.PositiveSmallIntegerField(_("fiscal year"))
    number = models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(12)])
    ordinal = models.PositiveIntegerField()
    starts_on = models.DateField()
    ends_on = models.DateField()
    closes_on = models.DateField()

    class Meta:
        ordering = ["ordinal"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "name"], name="period_name"),
            models.UniqueConstraint(fields=["organization", "ordinal"], name="period_ordinal"),
            models.UniqueConstraint(fields=["organization", "fiscal_year", "number"], name="period_number"),
        ]

    def __str__(self) -> str:
        return self.name


class PlanRate(GovernedModel):
    """Plan rate of a currency to the organization's currency for one fiscal year."""

    currency = models.CharField(max_length=3)
    fiscal_year = models.PositiveSmallIntegerField()
    rate = models.DecimalField(max_digits=18, decimal_places=8)
    locked = models.BooleanField(default=False)
    history = governed_history()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "currency", "fiscal_year"], name="plan_rate_year"),
            models.CheckConstraint(condition=models.Q(rate__gt=0), name="plan_rate_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.currency} {self.fiscal_year}: {self.rate}"


class Target(GovernedModel):
    """What a node is to reach in a fiscal year, set from above, in the organization's currency."""

    node = TenantForeignKey(Node, on_delete=models.PROTECT, related_name="targets")
    fiscal_year = models.PositiveSmallIntegerField()
    amount = amount_field()
    history = governed_history()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "node", "fiscal_year"], name="target_node_year"),
        ]

    def __str__(self) -> str:
        return f"{self.node_id} {self.fiscal_year}: {self.amount}"
