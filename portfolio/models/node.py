"""The hierarchy: one table for all levels and one for who stands above whom."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from portfolio.choices import NodeKind, Right
from portfolio.fields import TenantForeignKey

from .base import GovernedModel, TenantModel, governed_history, sort_key
from .master_data import BusinessUnit, Function, LegalEntity
from .people import SteeringCommittee, User


class Node(GovernedModel):
    """A place in the hierarchy. What is named here is inherited by what stands below."""

    kind = models.CharField(max_length=20, choices=NodeKind.choices)
    parent = TenantForeignKey("self", on_delete=models.PROTECT, related_name="children", null=True, blank=True)
    code = models.CharField(_("code"), max_length=40)
    name = models.CharField(_("name"), max_length=200)
    sort_key = models.CharField(max_length=200, editable=False, default="")
    archived = models.BooleanField(_("archived"), default=False)
    controller = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    sponsor = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    committee = TenantForeignKey(SteeringCommittee, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    business_unit = TenantForeignKey(BusinessUnit, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    function = TenantForeignKey(Function, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    legal_entity = TenantForeignKey(LegalEntity, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    history = governed_history()

    class Meta:
        default_permissions = ()
        permissions = [(right.value, right.label) for right in Right]
        constraints = [
            models.UniqueConstraint(fields=["organization", "code"], name="node_code"),
            models.UniqueConstraint(
                fields=["organization"], condition=models.Q(kind="organization"), name="node_one_root"
            ),
            models.CheckConstraint(
                condition=models.Q(kind="organization", parent__isnull=True)
                | (~models.Q(kind="organization") & models.Q(parent__isnull=False)),
                name="node_root_alone_has_no_parent",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.sort_key = sort_key(self.name)
        super().save(*args, **kwargs)


class NodeClosure(TenantModel):
    """Ancestor and descendant with their distance, each node its own ancestor at depth 0."""

    ancestor = TenantForeignKey(Node, on_delete=models.CASCADE, related_name="below")
    descendant = TenantForeignKey(Node, on_delete=models.CASCADE, related_name="above")
    depth = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "ancestor", "descendant"], name="closure_pair"),
        ]
        indexes = [models.Index(fields=["organization", "descendant", "depth"], name="closure_upwards")]

    def __str__(self) -> str:
        return f"{self.ancestor_id}>{self.descendant_id}"
