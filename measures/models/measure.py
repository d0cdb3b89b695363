"""The measure: the atomic governed commitment, and which steps of it are legal.

What a step *requires* stands in `governance/gates.py`, and only `governance/actions/` takes steps. The database
refuses a step without its decision row.
"""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, FSMIntegerField, transition

from measures.choices import DoI, Lifecycle, Light
from portfolio.fields import TenantForeignKey, amount_field
from portfolio.models import (
    BusinessUnit,
    Function,
    GovernedModel,
    LegalEntity,
    SteeringCommittee,
    User,
    governed_history,
    sort_key,
)

from .package import MeasurePackage


def _person(**kwargs: Any) -> models.ForeignKey[Any, Any]:
    return models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", **kwargs)


def _named(to: type[models.Model], words: Any) -> TenantForeignKey:
    return TenantForeignKey(to, on_delete=models.PROTECT, related_name="+", verbose_name=words, null=True, blank=True)


class Measure(GovernedModel):
    """A commitment with an owner, a controller and a steering committee, moved through gates."""

    code = models.CharField(_("code"), max_length=40)
    package = TenantForeignKey(
        MeasurePackage, on_delete=models.PROTECT, related_name="measures", verbose_name=_("package")
    )
    name = models.CharField(_("name"), max_length=200)
    sort_key = models.CharField(max_length=200, editable=False, default="")
    description = models.TextField(_("description"), blank=True)
    problem = models.TextField(_("problem and outcome"), blank=True)

    owner = _person(verbose_name=_("owner"))
    controller = _person(verbose_name=_("controller"), null=True, blank=True)
    sponsor = _person(verbose_name=_("sponsor"), null=True, blank=True)
    line_owner = _person(verbose_name=_("line owner"), null=True, blank=True)
    committee = TenantForeignKey(
        SteeringCommittee,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("steering committee"),
        null=True,
        blank=True,
    )
    business_unit = _named(BusinessUnit, _("business unit"))
    function = _named(Function, _("function"))
    legal_entity = _named(LegalEntity, _("legal entity"))

    currency = models.CharField(_("currency"), max_length=3)
    likely_potential = amount_field(verbose_name=_("likely potential"), null=True, blank=True)
    low_potential = amount_field(verbose_name=_("low potential"), null=True, blank=True)
    high_potential = amount_field(verbose_name=_("high potential"), null=True, blank=True)
    reference_base = amount_field(verbose_name=_("reference base"), null=True, blank=True)
    reference_source = models.CharField(_("source of the reference base"), max_length=200, blank=True)
    reference_period = models.CharField(_("period of the reference base"), max_length=50, blank=True)
    budget_name = models.CharField(_("budget of the one-off cost"), max_length=200, blank=True)
    lessons_learned = models.TextField(_("lessons learned"), blank=True)
    effect_start_confirmed = models.BooleanField(_("start of the effect in the future confirmed"), default=False)

    due_identified = models.DateField(_("Identified by"), null=True, blank=True)
    due_detailed = models.DateField(_("Detailed by"), null=True, blank=True)
    due_decided = models.DateField(_("Decided by"), null=True, blank=True)
    due_implemented = models.DateField(_("Implemented by"), null=True, blank=True)
    due_closed = models.DateField(_("Closed by"), null=True, blank=True)

    stage = FSMIntegerField(_("degree of implementation"), default=DoI.DEFINED, choices=DoI.choices, protected=True)
    lifecycle = FSMField(
        _("lifecycle"), default=Lifecycle.ACTIVE, choices=Lifecycle.choices, max_length=10, protected=True
    )
    stage_since = models.DateField(_("in this stage since"))
    # Once taken over, taken over for ever; the date from which "unproven" counts.
    taken_over_on = models.DateField(_("taken over on"), null=True, blank=True)
    # The last day on which somebody kept milestones up to date, or said that they are.
    milestones_kept_on = models.DateField(_("milestones kept up to date on"), null=True, blank=True)

    implementation_status = models.CharField(max_length=10, choices=Light.choices, default=Light.GREY)
    implementation_reasons = models.JSONField(default=list)
    potential_status = models.CharField(max_length=10, choices=Light.choices, default=Light.GREY)
    potential_reasons = models.JSONField(default=list)
    potential_hollow = models.BooleanField(default=True)

    history = governed_history()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "code"], name="measure_code"),
            models.CheckConstraint(
                condition=models.Q(controller__isnull=True) | ~models.Q(controller=models.F("owner")),
                name="measure_owner_is_not_controller",
            ),
            models.CheckConstraint(
                condition=models.Q(controller__isnull=True)
                | models.Q(sponsor__isnull=True)
                | ~models.Q(controller=models.F("sponsor")),
                name="measure_controller_is_not_sponsor",
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "package"], name="measure_by_package"),
            models.Index(fields=["organization", "owner"], name="measure_by_owner"),
            models.Index(fields=["organization", "controller"], name="measure_by_controller"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.sort_key = sort_key(self.name)
        super().save(*args, **kwargs)

    @property
    def access_node_id(self) -> int:
        """The node whose rights govern this measure."""
        return self.package.node_id

    @transition(field=stage, source=DoI.DEFINED, target=DoI.IDENTIFIED)
    def to_identified(self) -> None: ...

    @transition(field=stage, source=DoI.IDENTIFIED, target=DoI.DETAILED)
    def to_detailed(self) -> None: ...

    @transition(field=stage, source=DoI.DETAILED, target=DoI.DECIDED)
    def to_decided(self) -> None: ...

    @transition(field=stage, source=DoI.DECIDED, target=DoI.IMPLEMENTED)
    def to_implemented(self) -> None: ...

    @transition(field=stage, source=DoI.IMPLEMENTED, target=DoI.CLOSED)
    def to_closed(self) -> None: ...

    # Back by one gate, and in and out of rest: named by `governance/lifecycle.py`.

    @transition(field=stage, source=DoI.IDENTIFIED, target=DoI.DEFINED)
    def back_to_defined(self) -> None: ...

    @transition(field=stage, source=DoI.DETAILED, target=DoI.IDENTIFIED)
    def back_to_identified(self) -> None: ...

    @transition(field=stage, source=DoI.DECIDED, target=DoI.DETAILED)
    def back_to_detailed(self) -> None: ...

    @transition(field=stage, source=DoI.IMPLEMENTED, target=DoI.DECIDED)
    def back_to_decided(self) -> None: ...

    @transition(field=stage, source=DoI.CLOSED, target=DoI.IMPLEMENTED)
    def back_to_implemented(self) -> None: ...

    @transition(field=lifecycle, source=Lifecycle.ACTIVE, target=Lifecycle.ON_HOLD)
    def put_on_hold(self) -> None: ...

    @transition(field=lifecycle, source=Lifecycle.ON_HOLD, target=Lifecycle.ACTIVE)
    def take_up_again(self) -> None: ...

    @transition(field=lifecycle, source=[Lifecycle.ACTIVE, Lifecycle.ON_HOLD], target=Lifecycle.CANCELLED)
    def call_off(self) -> None: ...

    @transition(field=lifecycle, source=Lifecycle.CANCELLED, target=Lifecycle.ACTIVE)
    def bring_back(self) -> None: ...
