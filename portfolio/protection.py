"""Migration operations that give a table its class: whose rows it holds, and whether they may change.

Every table is of exactly one class; `tests/architecture/test_tables.py` compares the classes with the catalog.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.migrations.operations.base import Operation

TENANT_CONDITION = "organization_id = (SELECT current_setting('app.organization_id')::bigint)"
# Own rows anywhere, or all rows of the active tenant; neither known means nothing is seen.
MEMBERSHIP_CONDITION = (
    "user_id = (SELECT NULLIF(current_setting('app.user_id', true), '')::bigint) "
    "OR organization_id = (SELECT NULLIF(current_setting('app.organization_id', true), '')::bigint)"
)
ACTIVE_CONDITION = "organization_id = (SELECT NULLIF(current_setting('app.organization_id', true), '')::bigint)"


class _Statements(Operation):
    """Runs statements against tables; the state of the models is untouched."""

    reversible = True
    reduces_to_sql = True

    def __init__(self, *tables: str) -> None:
        self.tables = tables

    def deconstruct(self) -> tuple[str, tuple[str, ...], dict[str, Any]]:
        return self.__class__.__name__, self.tables, {}

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Nothing of the models changes."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        # Behind the keys, which wait in the same list: the check of a new key reads the table, and a policy
        # without a tenant would refuse it.
        for table in self.tables:
            schema_editor.deferred_sql.extend(self.statements(table))

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """The tables themselves go when their own operation is undone."""

    def statements(self, table: str) -> list[str]:
        return []

    def describe(self) -> str:
        return f"{type(self).__name__}: {', '.join(self.tables)}"


def _policy(table: str, using: str, check: str) -> list[str]:
    return [
        f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY',
        f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY',
        f'CREATE POLICY tenant ON "{table}" USING ({using}) WITH CHECK ({check})',
    ]


class TenantTables(_Statements):
    """Rows of one organization, which may change."""

    def statements(self, table: str) -> list[str]:
        return _policy(table, TENANT_CONDITION, TENANT_CONDITION)


class AppendOnlyTables(_Statements):
    """Rows of one organization that are never changed and never deleted, by nobody."""

    def statements(self, table: str) -> list[str]:
        return [
            *_policy(table, TENANT_CONDITION, TENANT_CONDITION),
            f'REVOKE UPDATE, DELETE, TRUNCATE ON "{table}" FROM {settings.DATABASE_RUNTIME_ROLE}',
            f'CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON "{table}" '
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()",
            f'CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON "{table}" '
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
        ]


class KeptTables(_Statements):
    """Rows of one organization that may change and are never deleted; triggers say how far they may change."""

    def statements(self, table: str) -> list[str]:
        return [f'REVOKE DELETE, TRUNCATE ON "{table}" FROM {settings.DATABASE_RUNTIME_ROLE}']


class MembershipTables(_Statements):
    """Rows a person may see across organizations because they are the person's own."""

    def statements(self, table: str) -> list[str]:
        return _policy(table, MEMBERSHIP_CONDITION, ACTIVE_CONDITION)


class RuntimeRights(_Statements):
    """The runtime role may read and write rows, of this and of every later table, and nothing more."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        role = settings.DATABASE_RUNTIME_ROLE
        for statement in (
            f"GRANT USAGE ON SCHEMA public TO {role}",
            f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
            f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role}",
            f"REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {role}",
            f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {role}",
            f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO {role}",
        ):
            schema_editor.execute(statement, params=None)


class SqlFile(Operation):
    """Runs a file of statements kept beside the migrations: triggers and functions, by version."""

    reversible = True
    reduces_to_sql = True

    def __init__(self, path: str) -> None:
        self.path = path

    def deconstruct(self) -> tuple[str, tuple[str], dict[str, Any]]:
        return self.__class__.__name__, (self.path,), {}

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Nothing of the models changes."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        text = (Path(settings.BASE_DIR) / app_label / "migrations" / "sql" / self.path).read_text(encoding="utf-8")
        schema_editor.execute(text, params=None)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Functions and triggers go with their tables."""

    def describe(self) -> str:
        return f"SQL file {self.path}"


class SealAppendOnlyTables(_Statements):
    """Rows of every table that is append-only by now wait for their seal from here on, and those already there too.

    Said again by the migration that adds such tables; tables sealed before stay as they are.
    """

    def __init__(self) -> None:
        super().__init__("*")

    def deconstruct(self) -> tuple[str, tuple[str, ...], dict[str, Any]]:
        return self.__class__.__name__, (), {}

    def statements(self, table: str) -> list[str]:
        return ["SELECT seal_append_only_tables()"]
