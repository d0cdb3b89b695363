"""Milestones, risks and what a measure waits for."""

from __future__ import annotations

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from portfolio.fields import TenantForeignKey
from portfolio.models import GovernedModel, StoredFile, User, governed_history

from .measure import Measure


class Milestone(GovernedModel):
    """A dated piece of work. Name, baseline date, weight and criticality are frozen from Decided on."""

    measure = TenantForeignKey(Measure, on_delete=models.PROTECT, related_name="milestones", verbose_name=_("measure"))
    name = models.CharField(_("name"), max_length=200)
    position = models.PositiveIntegerField(_("place"), default=0)
    weight = models.DecimalField(_("weight"), max_digits=9, decimal_places=4, default=Decimal(1))
    is_critical = models.BooleanField(_("critical"), default=False)
    owner = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", verbose_name=_("owner"), null=True, blank=True
    )
    baseline_on = models.DateField(_("baseline date"))
    forecast_on = models.DateField(_("forecast date"), null=True, blank=True)
    actual_on = models.DateField(_("actual date"), null=True, blank=True)
    evidence_note = models.TextField(_("evidence"), blank=True)
    evidence_file = TenantForeignKey(
        StoredFile, on_delete=models.PROTECT, related_name="+", verbose_name=_("evidence file"), null=True, blank=True
    )
    history = governed_history()

    class Meta:
        indexes = [models.Index(fields=["organization", "measure"], name="milestone_by_measure")]
        constraints = [
            models.CheckConstraint(condition=models.Q(weight__gte=0), name="milestone_weight_not_negative"),
        ]

    def __str__(self) -> str:
        return self.name


class Risk(GovernedModel):
    """Something that may go wrong; its score is probability times impact."""

    measure = TenantForeignKey(Measure, on_delete=models.PROTECT, related_name="risks", verbose_name=_("measure"))
    text = models.TextField(_("risk"))
    probability = models.PositiveSmallIntegerField(
        _("probability"), validators=[MinValueValidator(1), MaxValueValidator(5)]
    )
    impact = models.PositiveSmallIntegerField(_("impact"), validators=[MinValueValidator(1), MaxValueValidator(5)])
    response = models.TextField(_("response"), blank=True)
    owner = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", verbose_name=_("owner"), null=True, blank=True
    )
    closed = models.BooleanField(_("closed"), default=False)
    history = governed_history()

    def __str__(self) -> str:
        return self.text[:60]

    @property
    def score(self) -> int:
        return self.probability * self.impact


class Dependency(GovernedModel):
    """That a measure waits for another measure, or for one milestone of it."""

    measure = TenantForeignKey(Measure, on_delete=models.PROTECT, related_name="waits_for", verbose_name=_("measure"))
    on_measure = TenantForeignKey(
        Measure, on_delete=models.PROTECT, related_name="awaited_by", verbose_name=_("it waits for")
    )
    on_milestone = TenantForeignKey(
        Milestone,
        on_delete=models.PROTECT,
        related_name="awaited_by",
        verbose_name=_("milestone it waits for"),
        null=True,
        blank=True,
    )
    note = models.TextField(_("note"), blank=True)
    history = governed_history()

    class Meta:
        verbose_name_plural = "dependencies"

    def __str__(self) -> str:
        return f"{self.measure_id} waits for {self.on_measure_id}"
