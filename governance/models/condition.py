"""Conditions under which a gate was passed."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from governance.choices import ConditionState
from governance.models.gate import GateDecision
from measures.models import Measure
from portfolio.choices import Office
from portfolio.fields import TenantForeignKey
from portfolio.models import TenantModel, User
from portfolio.models.base import current_deed_id


class Condition(TenantModel):
    """What must still be done although the gate was passed; its text, owner and due date never change.

    The owner claims that it is fulfilled, the `office` that set it accepts. It lapses when its gate is reverted.
    """

    decision = TenantForeignKey(GateDecision, on_delete=models.PROTECT, related_name="conditions")
    measure = TenantForeignKey(Measure, on_delete=models.PROTECT, related_name="conditions")
    text = models.TextField(_("condition"))
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("owner"))
    due_on = models.DateField(_("due on"))
    office = models.CharField(max_length=30, choices=Office.choices)
    state = models.CharField(max_length=10, choices=ConditionState.choices, default=ConditionState.OPEN)
    fulfilment_note = models.TextField(_("how it was fulfilled"), blank=True)
    claimed_on = models.DateField(null=True)
    # Why a claim was not accepted; blank again with the next claim.
    refusal = models.TextField(blank=True)
    accepted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    accepted_on = models.DateField(null=True)
    deed_id = models.BigIntegerField(null=True, default=current_deed_id)

    class Meta:
        indexes = [models.Index(fields=["organization", "state", "due_on"], name="condition_waiting")]

    def __str__(self) -> str:
        return f"{self.measure_id}: {self.text}"
