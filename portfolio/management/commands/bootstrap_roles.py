"""`manage.py bootstrap_roles`: the two database roles of a new server."""

from __future__ import annotations

import os
from typing import Any

import psycopg
from django.core.management.base import BaseCommand, CommandError, CommandParser

from portfolio.database_roles import (
    DatabaseRoles,
    create_roles,
    database_statement,
    grant_statements,
    role_statements,
    roles_of_urls,
)


class Command(BaseCommand):
    """Prints the SQL for a database administrator, or runs it as a superuser; may be repeated."""

    help = (
        "Prints the SQL that creates the runtime role, the owner and the database named in DATABASE_URL and "
        "DATABASE_OWNER_URL. With --run it is executed through --superuser-url."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--run", action="store_true", help="execute instead of printing")
        parser.add_argument(
            "--superuser-url",
            default=os.environ.get("DATABASE_SUPERUSER_URL", ""),
            help="address of a superuser; default: DATABASE_SUPERUSER_URL",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        roles = _roles()
        if not options["run"]:
            self.stdout.write(_as_text(roles))
            return
        if not options["superuser_url"]:
            raise CommandError("Name a superuser of the server in --superuser-url or DATABASE_SUPERUSER_URL.")
        try:
            create_roles(options["superuser_url"], roles)
        except psycopg.Error as error:
            raise CommandError(f"The server refused: {error}") from error
        self.stdout.write(f"Roles {roles.owner} and {roles.runtime} and database {roles.database} are ready.")


def _roles() -> DatabaseRoles:
    runtime, owner = os.environ.get("DATABASE_URL", ""), os.environ.get("DATABASE_OWNER_URL", "")
    if not (runtime and owner):
        raise CommandError("Set DATABASE_URL (the runtime role) and DATABASE_OWNER_URL (the owner) first.")
    try:
        return roles_of_urls(runtime_url=runtime, owner_url=owner)
    except ValueError as error:
        raise CommandError(str(error)) from error


def _as_text(roles: DatabaseRoles) -> str:
    statements = [*role_statements(roles), database_statement(roles), *grant_statements(roles)]
    return "\n".join(f"{statement.as_string(None)};" for statement in statements)
