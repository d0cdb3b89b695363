"""The tenant and its numbers."""

from __future__ import annotations

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from portfolio.fields import amount_field

from .base import GovernedModel, TenantModel, governed_history


class Organization(models.Model):
    """One client, hard isolation. Only what the sign-in page may know stands here."""

    slug = models.SlugField(_("address"), max_length=50, unique=True)
    name = models.CharField(_("name"), max_length=200)
    time_zone = models.CharField(_("time zone"), max_length=50, default="UTC")
    # Which database holds the tenant's rows; one until there are several.
    placement = models.CharField(max_length=50, default="default", editable=False)
    # A sample, or a program that only rests in the archive: time stands still, and every day is this one.
    stands_on = models.DateField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


class OrganizationSettings(GovernedModel):
    """The tenant's numbers: every threshold has a default that works without being touched."""

    currency = models.CharField(
        _("currency"), max_length=3, validators=[RegexValidator(r"^[A-Z]{3}$", _("Three capital letters."))]
    )
    fiscal_year_start = models.PositiveSmallIntegerField(
        _("first month of the fiscal year"),
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(12)],
    )
    closing_working_day = models.PositiveSmallIntegerField(_("working day on which a month closes"), default=8)
    materiality = amount_field(default=Decimal(10_000), verbose_name=_("materiality"))
    de_minimis = amount_field(default=Decimal(50_000), verbose_name=_("de minimis"))
    four_eyes_limit = amount_field(default=Decimal(1_000_000), verbose_name=_("four-eyes limit"))
    # Numbers of the lights and the roll-up that differ from the default, by name.
    thresholds = models.JSONField(default=dict, blank=True)
    # Gate criteria that the tenant has turned from SOFT into HARD.
    hardened_criteria = models.JSONField(default=list, blank=True)
    # Criteria from the list that the tenant asks beyond the policy: {"implemented": ["risks_scored"]}, by the stage
    # the gate leads to.
    added_criteria = models.JSONField(default=dict, blank=True)
    # Words of the tenant for levels and offices: {"levels": {"program": "Workstream"}, "offices": {…}}.
    labels = models.JSONField(default=dict, blank=True)
    # When digests go out unless a committee says otherwise: {"weekday": 1 to 7, "hour": 0 to 23}.
    digests = models.JSONField(default=dict, blank=True)
    # The figures that consultants see of the tenant in their list of clients.
    published = models.JSONField(default=list, blank=True)
    history = governed_history()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization"], name="settings_once")]

    def __str__(self) -> str:
        return f"{self.organization_id}: {self.currency}"


class CodeCounter(TenantModel):
    """The next number of a kind of code; a row, because sequences have gaps and know no tenant."""

    kind = models.CharField(max_length=20)
    next_number = models.PositiveBigIntegerField(default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "kind"], name="code_counter_kind")]

    def __str__(self) -> str:
        return f"{self.kind}-{self.next_number}"
