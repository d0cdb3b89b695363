"""Submissions, approvals, waivers and decisions: how a measure came to its stage."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from governance.choices import DecisionKind, SubmissionState, Verdict
from governance.models.proposal import Proposal
from measures.choices import DoI, Lifecycle
from measures.models import Measure
from portfolio.choices import Office
from portfolio.fields import TenantForeignKey
from portfolio.models import TenantModel, User
from portfolio.models.base import current_deed_id


class GateSubmission(TenantModel):
    """A frozen picture of the measure, put before the deciders of its next gate.

    `state` is the only thing that changes. A gate-relevant change makes it stale; approvals of an earlier round
    never count, because they hang on their submission.
    """

    measure = TenantForeignKey(Measure, on_delete=models.PROTECT, related_name="submissions")
    from_stage = models.PositiveSmallIntegerField(choices=DoI.choices)
    to_stage = models.PositiveSmallIntegerField(choices=DoI.choices)
    submitted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    on_behalf_of = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    note = models.TextField(blank=True)
    on = models.DateField()
    at = models.DateTimeField()
    due_on = models.DateField()
    snapshot = models.JSONField()
    sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=SubmissionState.choices, default=SubmissionState.OPEN)
    stale_fields = models.JSONField(default=list)
    deed_id = models.BigIntegerField(null=True, default=current_deed_id)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "measure"],
                condition=models.Q(state="open"),
                name="submission_one_open",
            ),
        ]
        indexes = [models.Index(fields=["organization", "state", "due_on"], name="submission_waiting")]

    def __str__(self) -> str:
        return f"{self.measure_id}: {self.from_stage} → {self.to_stage}"


class GateApproval(TenantModel):
    """One office's word on a submission. A gate with two offices moves when both have approved."""

    submission = TenantForeignKey(GateSubmission, on_delete=models.PROTECT, related_name="approvals")
    office = models.CharField(max_length=30, choices=Office.choices)
    verdict = models.CharField(max_length=10, choices=Verdict.choices)
    given_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    on_behalf_of = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    reason = models.TextField(blank=True)
    # The condition the office attaches: text, owner (id) and due date; none without one.
    condition = models.JSONField(null=True)
    at = models.DateTimeField()
    deed_id = models.BigIntegerField(null=True, default=current_deed_id)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "submission", "office"], name="approval_once"),
        ]

    def __str__(self) -> str:
        return f"{self.office}: {self.verdict}"


class Waiver(TenantModel):
    """A written reason for passing a gate without an expected criterion; part of the submission it came with."""

    submission = TenantForeignKey(GateSubmission, on_delete=models.PROTECT, related_name="waivers")
    criterion = models.CharField(max_length=60)
    reason = models.TextField(_("reason"))
    written_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    deed_id = models.BigIntegerField(null=True, default=current_deed_id)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "submission", "criterion"], name="waiver_once"),
        ]

    def __str__(self) -> str:
        return self.criterion


class GateDecision(TenantModel):
    """The one reason why a stage or lifecycle ever changes; the database asks for it. Never changed.

    `transaction` is the database's own transaction number, filled by default, so that the trigger can tell that
    decision and change belong together.
    """

    measure = TenantForeignKey(Measure, on_delete=models.PROTECT, related_name="decisions")
    submission = TenantForeignKey(
        GateSubmission, on_delete=models.PROTECT, related_name="decisions", null=True, blank=True
    )
    # What was proposed, where the decision is not about a gate.
    proposal = TenantForeignKey(Proposal, on_delete=models.PROTECT, related_name="decisions", null=True, blank=True)
    kind = models.CharField(max_length=20, choices=DecisionKind.choices)
    from_stage = models.PositiveSmallIntegerField(choices=DoI.choices)
    to_stage = models.PositiveSmallIntegerField(choices=DoI.choices)
    from_lifecycle = models.CharField(max_length=10, choices=Lifecycle.choices, default=Lifecycle.ACTIVE)
    to_lifecycle = models.CharField(max_length=10, choices=Lifecycle.choices, default=Lifecycle.ACTIVE)
    office = models.CharField(max_length=30, choices=Office.choices)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    on_behalf_of = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    reason = models.TextField(blank=True)
    # Why the committee decided against a controller's veto; stays visible for ever.
    overrule_reason = models.TextField(blank=True)
    on = models.DateField()
    at = models.DateTimeField()
    snapshot = models.JSONField()
    sha256 = models.CharField(max_length=64)
    deed_id = models.BigIntegerField(null=True, default=current_deed_id)

    class Meta:
        indexes = [models.Index(fields=["organization", "measure", "at"], name="decision_by_measure")]

    def __str__(self) -> str:
        return f"{self.measure_id}: {self.kind}"
