"""The two database roles of Countersign, as SQL: one owns the tables, the other runs the product.

The runtime role never owns anything, cannot step around row-level security and is no member of the owner,
so a mistake in the product cannot reach the rows of another organization or lift an append-only table.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

import psycopg
from psycopg import sql

OWNER_ATTRIBUTES = "LOGIN CREATEDB NOSUPERUSER NOCREATEROLE NOREPLICATION NOBYPASSRLS"
RUNTIME_ATTRIBUTES = "LOGIN NOCREATEDB NOSUPERUSER NOCREATEROLE NOREPLICATION NOBYPASSRLS"


@dataclass(frozen=True)
class DatabaseRoles:
    """Names and passwords of the two roles and of the database that the owner owns."""

    database: str
    owner: str
    owner_password: str
    runtime: str
    runtime_password: str


def roles_of_urls(*, runtime_url: str, owner_url: str) -> DatabaseRoles:
    """The roles that two addresses speak of; both must name a user, a password and the same database."""
    runtime, owner = urlsplit(runtime_url), urlsplit(owner_url)
    database = unquote(owner.path.lstrip("/"))
    if not (database and runtime.username and runtime.password and owner.username and owner.password):
        raise ValueError("Both addresses must name a user, a password and a database.")
    if runtime.username == owner.username:
        raise ValueError("The runtime role and the owner must be two different roles.")
    if unquote(runtime.path.lstrip("/")) != database:
        raise ValueError("Both addresses must name the same database.")
    return DatabaseRoles(
        database=database,
        owner=unquote(owner.username),
        owner_password=unquote(owner.password),
        runtime=unquote(runtime.username),
        runtime_password=unquote(runtime.password),
    )


def role_statements(roles: DatabaseRoles) -> list[sql.Composed]:
    """Statements that create both roles or bring them back to their attributes; they can be repeated."""
    return [
        *_role(roles.owner, roles.owner_password, OWNER_ATTRIBUTES),
        *_role(roles.runtime, roles.runtime_password, RUNTIME_ATTRIBUTES),
        sql.SQL("REVOKE {owner} FROM {runtime}").format(
            owner=sql.Identifier(roles.owner), runtime=sql.Identifier(roles.runtime)
        ),
    ]


def database_statement(roles: DatabaseRoles) -> sql.Composed:
    """The statement that creates the database; to be run once, outside a transaction."""
    return sql.SQL("CREATE DATABASE {database} OWNER {owner} ENCODING 'UTF8' TEMPLATE template0").format(
        database=sql.Identifier(roles.database), owner=sql.Identifier(roles.owner)
    )


def grant_statements(roles: DatabaseRoles) -> list[sql.Composed]:
    """Statements that let nobody but the two roles connect; table rights come with each migration."""
    database, runtime = sql.Identifier(roles.database), sql.Identifier(roles.runtime)
    return [
        sql.SQL("REVOKE ALL ON DATABASE {database} FROM PUBLIC").format(database=database),
        sql.SQL("GRANT CONNECT, TEMPORARY ON DATABASE {database} TO {runtime}").format(
            database=database, runtime=runtime
        ),
    ]


def create_roles(superuser_url: str, roles: DatabaseRoles) -> None:
    """Both roles and the database exist afterwards with the attributes above; may be repeated."""
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        for statement in role_statements(roles):
            connection.execute(statement)
        known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [roles.database])
        if known.fetchone() is None:
            connection.execute(database_statement(roles))
        for statement in grant_statements(roles):
            connection.execute(statement)


def _role(name: str, password: str, attributes: str) -> list[sql.Composed]:
    create = sql.SQL(
        "DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = {literal}) "
        "THEN CREATE ROLE {name}; END IF; END $$"
    ).format(literal=sql.Literal(name), name=sql.Identifier(name))
    alter = sql.SQL("ALTER ROLE {name} WITH {attributes} PASSWORD {password}").format(
        name=sql.Identifier(name),
        attributes=sql.SQL(attributes),
        password=sql.Literal(password),
    )
    return [create, alter]
