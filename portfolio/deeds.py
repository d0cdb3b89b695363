"""Opening a deed: the row that says who, on whose behalf, why and when, for all that is written inside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portfolio import tenancy
from portfolio.database_errors import database_refusals
from portfolio.errors import Conflict, Objection, Replayed
from portfolio.models import Deed, User

# Set by the door (web, task, command), so that deeds of one request can be found together.
request_id: ContextVar[str] = ContextVar("countersign_request_id", default="")


@contextmanager
def deed(
    kind: str,
    *,
    by: User | None,
    subject: Any = None,
    reason: str = "",
    on_behalf_of: User | None = None,
    key: UUID | None = None,
    details: Mapping[str, Any] | None = None,
) -> Iterator[Deed]:
    """Inside the block every row written names one `Deed`; leaving it runs all deferred checks of the database.

    Recorded: kind, actor (None: the system itself), on whose behalf, reason, subject, time. With a `key` that was
    used before in the organization `Replayed` is raised and nothing is written. A deed inside a deed joins the
    outer one. What the database refuses is raised as a domain error with a sentence.
    """
    with database_refusals(), transaction.atomic():
        if (outer := tenancy.current().deed_id) is not None:
            yield Deed.objects.get(pk=outer)
            return
        _refuse_replay(key)
        row = Deed.objects.create(
            kind=kind,
            actor=by,
            on_behalf_of=on_behalf_of,
            reason=reason,
            subject_kind=subject._meta.model_name if subject is not None else "",
            subject_id=subject.pk if subject is not None else None,
            details=dict(details or {}),
            request_id=request_id.get(),
            key=key,
            at=timezone.now(),
        )
        with tenancy.within_deed(row.pk):
            yield row
            check_now()


def check_now() -> None:
    """Runs the deferred constraint triggers, so that nothing surprises at commit."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def _refuse_replay(key: UUID | None) -> None:
    if key is None:
        return
    with connection.cursor() as cursor:
        # Two clicks at once: the second waits here until the first has committed or rolled back.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [key.hex])
    if (earlier := Deed.objects.filter(key=key).first()) is not None:
        raise Replayed(earlier)


def refuse_stale(row: Any, expected_version: int | None) -> None:
    """Raises `Conflict` when the row is no longer the one the form was filled from."""
    if expected_version is not None and row.version != expected_version:
        raise Conflict(
            Objection("stale_edit", _("Somebody else changed this meanwhile. Look at the difference and decide again."))
        )
