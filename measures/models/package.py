"""The package: the lowest node, which holds measures."""

from __future__ import annotations

from django.db import models

from portfolio.fields import TenantForeignKey
from portfolio.models import Node, TenantModel


class MeasurePackage(TenantModel):
    node = TenantForeignKey(Node, on_delete=models.PROTECT, related_name="packages")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "node"], name="package_node_once")]

    def __str__(self) -> str:
        return self.node.name
