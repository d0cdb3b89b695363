"""Proposals to hold, resume, cancel, revert or reopen a measure, and what each office said to them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from governance.choices import DecisionKind, ProposalReason, ProposalState
from measures.choices import DoI, Lifecycle
from measures.models import Measure
from portfolio.choices import Office
from portfolio.fields import TenantForeignKey
from portfolio.models import TenantModel, User
from portfolio.models.base import current_deed_id


class Proposal(TenantModel):
    """That somebody wants a measure to rest, to end, or to go back; only `state` ever changes.

    It is about the measure in one stage and lifecycle: when a gate is passed meanwhile it is withdrawn. `office` is the
    capacity in which it was proposed, whose word counts as given where two offices decide together. `snapshot` is
    what the proposer saw; a later change of the plan leaves it valid, because the plan is not what it asks about.
    """

    measure = TenantForeignKey(Measure, on_delete=models.PROTECT, related_name="proposals")
    kind = models.CharField(max_length=20, choices=DecisionKind.choices)
    from_stage = models.PositiveSmallIntegerField(choices=DoI.choices)
    from_lifecycle = models.CharField(max_length=10, choices=Lifecycle.choices)
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    on_behalf_of = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    office = models.CharField(max_length=30, choices=Office.choices)
    reason_code = models.CharField(_("reason"), max_length=20, choices=ProposalReason.choices)
    reason = models.TextField(_("explanation"), blank=True)
    review_on = models.DateField(_("review on"), null=True)
    superseded_by = TenantForeignKey(Measure, on_delete=models.PROTECT, related_name="+", null=True)
    on = models.DateField()
    at = models.DateTimeField()
    due_on = models.DateField()
    snapshot = models.JSONField()
    sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=ProposalState.choices, default=ProposalState.OPEN)
    deed_id = models.BigIntegerField(null=True, default=current_deed_id)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "measure"],
                condition=models.Q(state="open"),
                name="proposal_one_open",
            ),
        ]
        indexes = [models.Index(fields=["organization", "state", "due_on"], name="proposal_waiting")]

    def __str__(self) -> str:
        return f"{self.measure_id}: {self.kind}"


class ProposalWord(TenantModel):
    """One office's word on a proposal; where two offices decide together, each says its own."""

    proposal = TenantForeignKey(Proposal, on_delete=models.PROTECT, related_name="words")
    office = models.CharField(max_length=30, choices=Office.choices)
    agreed = models.BooleanField()
    given_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    on_behalf_of = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    reason = models.TextField(blank=True)
    at = models.DateTimeField()
    deed_id = models.BigIntegerField(null=True, default=current_deed_id)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "proposal", "office"], name="proposal_word_once"),
        ]

    def __str__(self) -> str:
        return f"{self.office}: {self.agreed}"
