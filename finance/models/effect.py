"""Effects and their monthly amounts per scenario."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from finance.choices import EvidenceTier, Hardness, Nature, Recurrence
from measures.models import Measure
from portfolio.fields import TenantForeignKey, amount_field
from portfolio.models import (
    CostCentre,
    GLAccount,
    GovernedModel,
    PnlLine,
    StoredFile,
    TenantModel,
    User,
    governed_history,
)
from portfolio.models.base import current_deed_id

from .period import FiscalPeriod


def _address(to: type[models.Model], words: Any) -> TenantForeignKey:
    return TenantForeignKey(to, on_delete=models.PROTECT, related_name="+", verbose_name=words, null=True, blank=True)


class Effect(GovernedModel):
    """A series of monthly amounts of one nature, in the currency of its measure. Improvement is positive.

    Its terms are frozen with the plan from Decided on.
    """

    measure = TenantForeignKey(Measure, on_delete=models.PROTECT, related_name="effects", verbose_name=_("measure"))
    name = models.CharField(_("name"), max_length=200)
    position = models.PositiveIntegerField(_("place"), default=0)
    nature = models.CharField(_("nature"), max_length=20, choices=Nature.choices)
    recurrence = models.CharField(_("recurrence"), max_length=10, choices=Recurrence.choices)
    # Blank until somebody says how hard the effect is: a criterion of Detailed.
    hardness = models.CharField(_("hardness"), max_length=12, choices=Hardness.choices, blank=True)
    pnl_line = _address(PnlLine, _("P&L line"))
    gl_account = _address(GLAccount, _("GL account"))
    cost_centre = _address(CostCentre, _("cost centre"))
    # With an end the effect is nought beyond its last month; without one it goes on (domain §1).
    ends_on = models.DateField(_("ends on"), null=True, blank=True)
    history = governed_history()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "measure", "name"], name="effect_name"),
        ]

    def __str__(self) -> str:
        return self.name


class PlanAmount(TenantModel):
    effect = TenantForeignKey(Effect, on_delete=models.PROTECT, related_name="plan_amounts", db_index=False)
    period = TenantForeignKey(FiscalPeriod, on_delete=models.PROTECT, related_name="+", db_index=False)
    amount = amount_field()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "effect", "period"], name="plan_amount_once"),
        ]

    def __str__(self) -> str:
        return f"{self.effect_id} {self.period_id}: {self.amount}"


class ForecastAmount(TenantModel):
    effect = TenantForeignKey(Effect, on_delete=models.PROTECT, related_name="forecast_amounts", db_index=False)
    period = TenantForeignKey(FiscalPeriod, on_delete=models.PROTECT, related_name="+", db_index=False)
    amount = amount_field()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "effect", "period"], name="forecast_amount_once"),
        ]

    def __str__(self) -> str:
        return f"{self.effect_id} {self.period_id}: {self.amount}"


class ActualEntry(TenantModel):
    """One booking, never changed: the actual of a month is the sum of its entries that are validated or ledger.

    A correction is a further entry; made after the month closed it is booked in an open month and names the
    month it corrects.
    """

    effect = TenantForeignKey(Effect, on_delete=models.PROTECT, related_name="actual_entries", db_index=False)
    period = TenantForeignKey(FiscalPeriod, on_delete=models.PROTECT, related_name="+", db_index=False)
    amount = amount_field()
    tier = models.CharField(max_length=10, choices=EvidenceTier.choices)
    source = models.CharField(_("source reference"), max_length=200, blank=True)
    corrects = TenantForeignKey(
        FiscalPeriod, on_delete=models.PROTECT, related_name="+", null=True, blank=True, db_index=False
    )
    validates = TenantForeignKey(
        "self", on_delete=models.PROTECT, related_name="validations", null=True, blank=True, db_index=False
    )
    file = TenantForeignKey(
        StoredFile, on_delete=models.PROTECT, related_name="+", null=True, blank=True, db_index=False
    )
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    deed_id = models.BigIntegerField(null=True, default=current_deed_id)

    class Meta:
        indexes = [models.Index(fields=["organization", "effect", "period"], name="actual_by_effect")]

    def __str__(self) -> str:
        return f"{self.effect_id} {self.period_id}: {self.amount} {self.tier}"


class AmountChange(TenantModel):
    """Old and new amount of a plan or forecast cell; written by a trigger, never changed."""

    scenario = models.CharField(max_length=10)
    effect_id = models.BigIntegerField()
    period_id = models.BigIntegerField()
    before = amount_field(null=True)
    after = amount_field(null=True)
    user_id = models.BigIntegerField(null=True)
    deed_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["organization", "effect_id", "at"], name="amount_change_effect")]

    def __str__(self) -> str:
        return f"{self.effect_id} {self.period_id}: {self.before} → {self.after}"


class ForecastUpkeep(TenantModel):
    """When the forecast of a measure was last changed, and when last confirmed as it stands."""

    measure = TenantForeignKey(Measure, on_delete=models.PROTECT, related_name="forecast_upkeep")
    updated_on = models.DateField(null=True)
    confirmed_on = models.DateField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "measure"], name="forecast_upkeep_once")]

    def __str__(self) -> str:
        return f"{self.measure_id}: {self.updated_on} / {self.confirmed_on}"
