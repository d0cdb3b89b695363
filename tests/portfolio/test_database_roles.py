from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.core.management import CommandError, call_command

from config.local.places import local_secrets
from config.local.postgres import ensure_postgres, stop_postgres
from portfolio.database_roles import DatabaseRoles, create_roles, role_statements, roles_of_urls

RUNTIME = "postgresql://app_of_shop:s%40crt@db.example/shop"
OWNER = "postgresql://owner_of_shop:other@db.example/shop"


def test_roles_are_read_from_two_addresses() -> None:
    assert roles_of_urls(runtime_url=RUNTIME, owner_url=OWNER) == DatabaseRoles(
        database="shop",
        owner="owner_of_shop",
        owner_password="other",
        runtime="app_of_shop",
        runtime_password="s@crt",
    )


@pytest.mark.parametrize(
    ("runtime", "words"),
    [
        (OWNER, "two different roles"),
        (RUNTIME.replace("/shop", "/stock"), "same database"),
        ("postgresql://app_of_shop@db.example/shop", "a password"),
    ],
)
def test_addresses_that_fit_no_roles_are_refused(runtime: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        roles_of_urls(runtime_url=runtime, owner_url=OWNER)


def test_a_quote_in_a_password_stays_inside_the_literal() -> None:
    roles = DatabaseRoles("shop", "o", "x'; DROP ROLE o; --", "r", "y")
    assert "'x''; DROP ROLE o; --'" in role_statements(roles)[1].as_string(None)


def test_command_prints_the_sql(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("DATABASE_URL", RUNTIME)
    monkeypatch.setenv("DATABASE_OWNER_URL", OWNER)
    call_command("bootstrap_roles")
    said = capsys.readouterr().out
    assert 'CREATE DATABASE "shop" OWNER "owner_of_shop"' in said
    assert 'ALTER ROLE "app_of_shop" WITH LOGIN NOCREATEDB NOSUPERUSER' in said


def test_command_without_addresses_names_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("DATABASE_OWNER_URL", raising=False)
    with pytest.raises(CommandError, match="DATABASE_OWNER_URL"):
        call_command("bootstrap_roles")


def test_roles_made_twice_take_back_what_was_widened(embedded: tuple[str, str]) -> None:
    superuser, place = embedded
    roles = DatabaseRoles("roles_probe", "roles_probe_owner", "one", "roles_probe_app", "two")
    create_roles(superuser, roles)
    with psycopg.connect(superuser, autocommit=True) as connection:
        connection.execute("ALTER ROLE roles_probe_app SUPERUSER BYPASSRLS")
        connection.execute("GRANT roles_probe_owner TO roles_probe_app")
    create_roles(superuser, roles)
    with psycopg.connect(f"postgresql://roles_probe_app:two@{place}/roles_probe") as connection:
        rights = connection.execute(
            "SELECT rolsuper OR rolbypassrls OR pg_has_role(oid, 'roles_probe_owner', 'MEMBER') "
            "FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
    assert rights == (False,)


@pytest.fixture
def embedded(tmp_path: Path) -> Iterator[tuple[str, str]]:
    """Superuser and place of a server of one's own, because roles are shared by a whole server."""
    servers = ensure_postgres(tmp_path, durable=False)
    place = f"127.0.0.1:{servers.port}"
    yield f"postgresql://postgres:{local_secrets(tmp_path)['postgres']}@{place}/postgres", place
    stop_postgres(tmp_path)
