"""What every row of a tenant has in common."""

from __future__ import annotations

import unicodedata
from typing import Any

from django.db import models
from simple_history.models import HistoricalRecords

from portfolio import tenancy


def current_organization_id() -> int:
    return tenancy.current_organization_id()


def current_user_id() -> int | None:
    return tenancy.current().user_id


def current_deed_id() -> int | None:
    return tenancy.current().deed_id


def sort_key(text: str) -> str:
    """Casefolded and without accents, because the database sorts by code point only."""
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()[:200]


class TenantModel(models.Model):
    """A row that belongs to one organization and is seen by no other."""

    organization = models.ForeignKey(
        "portfolio.Organization",
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
        # Every other index starts with the organization, so one on it alone would only cost.
        db_index=False,
        default=current_organization_id,
    )

    class Meta:
        abstract = True


class DeedHistory(models.Model):
    """Added to each history row: the deed in which the change happened."""

    deed_id = models.BigIntegerField(null=True, editable=False, default=current_deed_id, db_index=True)

    class Meta:
        abstract = True


def _acting_user(**_: Any) -> int | None:
    return current_user_id()


def _read_user(row: Any) -> int | None:
    user_id: int | None = row.history_user_id
    return user_id


def _write_user(row: Any, user_id: int | None) -> None:
    row.history_user_id = user_id


class GovernedHistory(HistoricalRecords):
    """History whose copied keys carry no index of their own: it is read by row or by deed."""

    def copy_fields(self, model: type[models.Model]) -> dict[str, Any]:
        fields: dict[str, Any] = super().copy_fields(model)
        for field in fields.values():
            if isinstance(field, models.ForeignKey):
                field.db_index = False  # type: ignore[attr-defined]
        return fields


def governed_history() -> HistoricalRecords:
    """Field history with the acting person's id and the deed; names never enter it."""
    return GovernedHistory(
        bases=[DeedHistory],
        history_id_field=models.BigAutoField(),
        get_user=_acting_user,
        history_user_id_field=models.BigIntegerField(null=True),
        history_user_getter=_read_user,
        history_user_setter=_write_user,
        cascade_delete_history=False,
    )


class GovernedModel(TenantModel):
    """A row whose edits carry the version they started from, so that a stale one is refused."""

    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        abstract = True
