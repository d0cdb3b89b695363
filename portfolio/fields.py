"""Fields that migrations know."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models.functions import Cast


class TenantForeignKey(models.ForeignKey):
    """A key between two tables of a tenant.

    The plain constraint is left out, because it would accept another tenant's row; the schema editor adds
    `(organization_id, key) → (organization_id, id)` instead. History copies, which pass `db_constraint=False`
    themselves, get neither.
    """

    def __init__(self, to: Any, on_delete: Any, **kwargs: Any) -> None:
        self.composite = kwargs.get("db_constraint") is not False
        kwargs["db_constraint"] = False
        super().__init__(to, on_delete, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        if self.composite:
            kwargs.pop("db_constraint", None)
        return name, path, args, kwargs


def cents_of(amount: str) -> models.GeneratedField:
    """The same amount in whole cents, kept by the database.

    Row policies let no comparison of numerics use an index, and sums of whole numbers are cheaper; amounts in the
    organization's currency are rounded to cents, so nothing is lost.
    """
    cents = models.ExpressionWrapper(models.F(amount) * 100, output_field=models.DecimalField())
    return models.GeneratedField(
        expression=Cast(cents, models.BigIntegerField()), output_field=models.BigIntegerField(), db_persist=True
    )


def amount_field(**kwargs: Any) -> models.DecimalField[Any, Any]:
    """An amount as stored: numeric(20,4)."""
    return models.DecimalField(max_digits=20, decimal_places=4, **kwargs)
