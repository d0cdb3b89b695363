"""Schema editor that gives every tenant-to-tenant key its composite constraint."""

from __future__ import annotations

from typing import Any

from django.db.backends.postgresql import schema
from django.db.models import Model

from portfolio.fields import TenantForeignKey


class DatabaseSchemaEditor(schema.DatabaseSchemaEditor):
    """Foreign-key checks bypass row policies, so a key between tenant tables carries the tenant itself."""

    def create_model(self, model: type[Model]) -> None:
        super().create_model(model)
        for field in model._meta.local_fields:
            self._complete(model, field)

    def add_field(self, model: type[Model], field: Any) -> None:
        super().add_field(model, field)
        self._complete(model, field)

    def effective_default(self, field: Any) -> Any:
        """A migration works for all tenants at once, so the active one is no default for existing rows."""
        return None if field.name == "organization" else super().effective_default(field)

    def _complete(self, model: type[Model], field: Any) -> None:
        if isinstance(field, TenantForeignKey) and field.composite:
            self._add_composite_key(model._meta.db_table, field)

    def _add_composite_key(self, table: str, field: TenantForeignKey) -> None:
        target = field.related_model._meta.db_table
        self.deferred_sql.append(
            f"CREATE UNIQUE INDEX IF NOT EXISTS {self.quote_name(_short(target) + '_tenant_id')} "
            f"ON {self.quote_name(target)} (organization_id, id)"
        )
        self.deferred_sql.append(
            f"ALTER TABLE {self.quote_name(table)} ADD CONSTRAINT "
            f"{self.quote_name(_short(f'{table}_{field.column}') + '_tenant_fk')} "
            f"FOREIGN KEY (organization_id, {self.quote_name(field.column)}) "
            f"REFERENCES {self.quote_name(target)} (organization_id, id) DEFERRABLE INITIALLY DEFERRED"
        )


def _short(name: str) -> str:
    """PostgreSQL cuts identifiers at 63 bytes; cut earlier, so that the suffix stays readable."""
    return name[:50]
