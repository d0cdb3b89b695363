"""PostgreSQL engine that tells the database who acts, and for which tenant, at the start of each transaction."""

from __future__ import annotations

from typing import Any

from django.db.backends.postgresql import base, features

from portfolio.tenancy import context_statement

from .schema import DatabaseSchemaEditor


class DatabaseFeatures(features.DatabaseFeatures):
    """One dialect everywhere: an older server is refused with a sentence at the first connection."""

    minimum_database_version = (17,)


class DatabaseWrapper(base.DatabaseWrapper):
    features_class = DatabaseFeatures
    SchemaEditorClass = DatabaseSchemaEditor

    def _set_autocommit(self, autocommit: bool) -> None:
        super()._set_autocommit(autocommit)  # type: ignore[misc]
        if not autocommit:
            self.publish_context()

    def publish_context(self) -> None:
        """Row-level security and triggers see the present tenant, person and deed until the transaction ends."""
        sql, params = context_statement()
        connection: Any = self.connection
        with connection.cursor() as cursor:
            cursor.execute(sql, params)
