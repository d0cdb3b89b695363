"""Meetings of steering committees: agenda, attendance, votes, and what was put before the members."""

from __future__ import annotations

import uuid

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from governance.choices import ItemKind, ItemOutcome, MeetingKind, MeetingState, Presence, VoteChoice
from governance.models.gate import GateDecision, GateSubmission
from measures.models import Measure
from portfolio.fields import TenantForeignKey
from portfolio.models import GovernedModel, SteeringCommittee, TenantModel, User
from portfolio.models.base import current_deed_id, governed_history


class Meeting(GovernedModel):
    """A sitting of a committee, or a vote outside one: then it opens at `starts_at` and ends at `closes_at`.

    Confirmed or cancelled it never changes again. `sequence` counts what invited people must be told of.
    """

    committee = TenantForeignKey(SteeringCommittee, on_delete=models.PROTECT, related_name="meetings")
    kind = models.CharField(max_length=10, choices=MeetingKind.choices, default=MeetingKind.MEETING)
    uid = models.UUIDField(default=uuid.uuid4, editable=False)
    starts_at = models.DateTimeField(_("begins"))
    zone = models.CharField(_("time zone"), max_length=50)
    minutes = models.PositiveSmallIntegerField(
        _("duration in minutes"), default=60, validators=[MinValueValidator(5), MaxValueValidator(1440)]
    )
    place = models.CharField(_("place"), max_length=200, blank=True)
    closes_at = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=MeetingState.choices, default=MeetingState.PLANNED)
    sequence = models.PositiveIntegerField(default=0)
    planned_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    cancel_reason = models.TextField(blank=True)
    confirmed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    confirmed_at = models.DateTimeField(null=True)
    history = governed_history()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "uid"], name="meeting_uid"),
            models.CheckConstraint(
                condition=models.Q(kind="meeting") | models.Q(closes_at__gt=models.F("starts_at")),
                name="circular_vote_has_an_end",
            ),
        ]
        indexes = [models.Index(fields=["organization", "committee", "starts_at"], name="meeting_by_committee")]

    def __str__(self) -> str:
        return f"{self.committee_id} {self.starts_at:%Y-%m-%d %H:%M}"

    @property
    def is_circular(self) -> bool:
        return self.kind == MeetingKind.CIRCULAR

    @property
    def is_over(self) -> bool:
        """Nothing of it changes any more."""
        return self.state in (MeetingState.CONFIRMED, MeetingState.CANCELLED)


class AgendaItem(GovernedModel):
    """One thing a meeting speaks of. What it refers to is named by kind and `ref`, and by the row where there is one.

    `outcome` is written once, by whoever presides over the item; `tally` is the vote as it was counted.
    """

    meeting = TenantForeignKey(Meeting, on_delete=models.PROTECT, related_name="items")
    kind = models.CharField(max_length=15, choices=ItemKind.choices)
    ref = models.CharField(max_length=40, blank=True)
    measure = TenantForeignKey(Measure, on_delete=models.PROTECT, related_name="agenda_items", null=True, blank=True)
    submission = TenantForeignKey(
        GateSubmission, on_delete=models.PROTECT, related_name="agenda_items", null=True, blank=True
    )
    proposal_id = models.BigIntegerField(null=True, blank=True)
    title = models.CharField(_("title"), max_length=200, blank=True)
    position = models.PositiveIntegerField(default=0)
    consent = models.BooleanField(default=False)
    deferred = models.BooleanField(default=False)
    note = models.TextField(_("note"), blank=True)
    overrule_reason = models.TextField(blank=True)
    outcome = models.CharField(max_length=10, choices=ItemOutcome.choices, blank=True)
    # Codes and parameters of what stood in the way, for the reader's own language.
    objections = models.JSONField(default=list)
    tally = models.JSONField(default=dict)
    decision = TenantForeignKey(
        GateDecision, on_delete=models.PROTECT, related_name="agenda_items", null=True, blank=True
    )
    settled_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    settled_at = models.DateTimeField(null=True)
    history = governed_history()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "meeting", "kind", "measure", "ref"],
                condition=~models.Q(kind="note") & ~models.Q(outcome="removed"),
                name="agenda_item_once",
            ),
            models.CheckConstraint(
                condition=~models.Q(outcome__in=("advanced", "returned")) | models.Q(decision__isnull=False),
                name="agenda_item_names_its_decision",
            ),
        ]
        indexes = [models.Index(fields=["organization", "meeting", "position"], name="agenda_in_order")]

    def __str__(self) -> str:
        return f"{self.meeting_id}: {self.kind} {self.ref}"


class Attendance(TenantModel):
    """That somebody was there, excused or absent; a later row corrects an earlier one. Never changed."""

    meeting = TenantForeignKey(Meeting, on_delete=models.PROTECT, related_name="attendances")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    presence = models.CharField(max_length=10, choices=Presence.choices)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    deed_id = models.BigIntegerField(null=True, default=current_deed_id)

    class Meta:
        indexes = [models.Index(fields=["organization", "meeting", "user", "-id"], name="attendance_latest")]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.presence}"


class Vote(TenantModel):
    """A member's word on an item; a later row changes an earlier one. Never changed, none after the decision.

    In a meeting the secretary records it, outside one the member alone.
    """

    item = TenantForeignKey(AgendaItem, on_delete=models.PROTECT, related_name="votes")
    member = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    choice = models.CharField(max_length=10, choices=VoteChoice.choices)
    note = models.TextField(blank=True)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    deed_id = models.BigIntegerField(null=True, default=current_deed_id)

    class Meta:
        indexes = [models.Index(fields=["organization", "item", "member", "-id"], name="vote_latest")]

    def __str__(self) -> str:
        return f"{self.member_id}: {self.choice}"


class PreRead(TenantModel):
    """What the members were given to read: canonical JSON as of a moment, and its SHA-256. Never changed."""

    meeting = TenantForeignKey(Meeting, on_delete=models.PROTECT, related_name="pre_reads")
    number = models.PositiveIntegerField()
    body = models.TextField()
    sha256 = models.CharField(max_length=64)
    frozen_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    as_of = models.DateTimeField()
    deed_id = models.BigIntegerField(null=True, default=current_deed_id)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "meeting", "number"], name="pre_read_number"),
        ]

    def __str__(self) -> str:
        return f"{self.meeting_id} #{self.number}"
