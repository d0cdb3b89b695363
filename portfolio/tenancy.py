"""Which tenant, person and deed the present work belongs to.

Row-level security answers for one organization at a time. Without one every query on a tenant table raises an
error, because an empty answer would be mistaken for the truth.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace

from django.db import connection, transaction


@dataclass(frozen=True)
class Context:
    """What row policies and triggers may know of the work at hand; ids only."""

    organization_id: int | None = None
    user_id: int | None = None
    deed_id: int | None = None
    # The database of the organization; see config/database/router.py.
    placement: str = "default"


_context: ContextVar[Context] = ContextVar("countersign_context", default=Context())  # noqa: B039 - frozen


def current() -> Context:
    return _context.get()


def current_organization_id() -> int:
    """The active tenant's id; raises `LookupError` when there is none."""
    organization_id = _context.get().organization_id
    if organization_id is None:
        raise LookupError("No organization is active.")
    return organization_id


def context_statement() -> tuple[str, list[str]]:
    """The statement that publishes the context to the running transaction."""
    context = _context.get()
    values = (context.organization_id, context.user_id, context.deed_id)
    return (
        "SELECT set_config('app.organization_id', %s, true), set_config('app.user_id', %s, true), "
        "set_config('app.deed_id', %s, true)",
        ["" if value is None else str(value) for value in values],
    )


def _publish() -> None:
    if connection.in_atomic_block and connection.connection is not None and not connection.needs_rollback:
        with connection.connection.cursor() as cursor:
            cursor.execute(*context_statement())


@contextmanager
def _changed(context: Context) -> Iterator[None]:
    token = _context.set(context)
    try:
        _publish()
        yield
    finally:
        _context.reset(token)
        if not _broken():
            _publish()


def _broken() -> bool:
    raw = connection.connection
    return raw is None or raw.closed or raw.info.transaction_status.name == "INERROR"


@contextmanager
def acting_as(*, organization_id: int | None, user_id: int | None = None, placement: str = "default") -> Iterator[None]:
    """Inside the block the work belongs to this tenant and person; afterwards to whom it belonged before."""
    with _changed(Context(organization_id=organization_id, user_id=user_id, placement=placement)):
        yield


@contextmanager
def tenant(organization_id: int, *, user_id: int | None = None) -> Iterator[None]:
    """One transaction in the name of one tenant: the door of tasks and commands."""
    with acting_as(organization_id=organization_id, user_id=user_id), transaction.atomic():
        yield


@contextmanager
def within_deed(deed_id: int) -> Iterator[None]:
    """Rows written inside the block name this deed."""
    with _changed(replace(_context.get(), deed_id=deed_id)):
        yield
