"""What must be true of the database role before the product may run."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error
from django.db import connections

# The role that runs the product must be held by the row policies; a superuser or the owner of the tables is not.
_PRIVILEGED = """
SELECT r.rolsuper OR r.rolbypassrls
    OR EXISTS (
        SELECT 1 FROM pg_class c
        JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p') AND pg_has_role(c.relowner, 'MEMBER')
    )
FROM pg_roles r WHERE r.rolname = current_user
"""


def role_is_privileged(connection: Any) -> bool:
    """True when the connected role is superuser, bypasses row policies, or owns tables (membership included)."""
    with connection.cursor() as cursor:
        cursor.execute(_PRIVILEGED)
        row = cursor.fetchone()
    return row != (False,)


def runtime_role_is_plain(databases: Sequence[str] | None = None, **_kwargs: Any) -> list[CheckMessage]:
    """An error for each database that the product would enter as a role with special rights.

    Commands that change tables run as the owner on purpose and are not judged.
    """
    if os.environ.get("COUNTERSIGN_ROLE") == "owner":
        return []
    return [
        Error(
            f"The role of database “{alias}” is a superuser, bypasses row policies or owns the tables.",
            hint="Let DATABASE_URL name a role made by `manage.py bootstrap_roles`.",
            id="portfolio.E001",
        )
        for alias in databases or ()
        if role_is_privileged(connections[alias])
    ]
