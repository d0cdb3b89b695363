"""History of rows that were written set by set, where no row is saved one by one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection, models
from django.utils import timezone

from portfolio import tenancy

_OWN = frozenset({"history_id", "history_date", "history_change_reason", "history_type", "history_user_id", "deed_id"})


def record_created(model: type[models.Model], ids: Sequence[int]) -> None:
    """The history says of each of these rows that it was created by the acting person in the present deed."""
    _record(model, "+", "t.id = ANY(%(ids)s)", {"ids": list(ids)})


def record_created_in(model: type[models.Model], table: str) -> None:
    """The same for all rows whose id stands in a (temporary) table."""
    _record(model, "+", f"t.id IN (SELECT id FROM {table})", {})


def record_changed_in(model: type[models.Model], table: str) -> None:
    """The history says of each row whose id stands in a (temporary) table that it was changed to what it is now."""
    _record(model, "~", f"t.id IN (SELECT id FROM {table})", {})


def _record(model: type[models.Model], kind: str, condition: str, params: dict[str, Any]) -> None:
    history = model.history.model._meta  # type: ignore[attr-defined]
    columns = [field.column for field in history.concrete_fields if field.column not in _OWN]
    context = tenancy.current()
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {history.db_table} "
            f"({', '.join(_quoted(columns))}, history_date, history_type, history_user_id, deed_id) "
            f"SELECT {', '.join(f't.{column}' for column in _quoted(columns))}, "
            "%(at)s, %(kind)s, %(user)s::bigint, %(deed)s::bigint "
            f"FROM {model._meta.db_table} t WHERE {condition}",
            {**params, "at": timezone.now(), "kind": kind, "user": context.user_id, "deed": context.deed_id},
        )


def _quoted(columns: Sequence[str]) -> list[str]:
    return [f'"{column}"' for column in columns]
