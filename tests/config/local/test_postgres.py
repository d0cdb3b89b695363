from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from config.local.errors import LocalError
from config.local.places import kept_port, local_secrets, record
from config.local.postgres import ensure_postgres, is_in_use, stop_postgres
from config.local.processes import recall, wait_until


@pytest.fixture(scope="module", autouse=True)
def _cluster(shared_folder: Path) -> None:
    ensure_postgres(shared_folder, durable=False)


def value(url: str, query: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(query).fetchone()
    return row[0] if row else None


def kill_hard(folder: Path) -> None:
    process = recall(record(folder, "postgres"))
    assert process is not None
    os.kill(process.pid, signal.SIGKILL)
    assert wait_until(lambda: not process.is_alive(), within=5)


def test_start_makes_roles_and_database(shared_folder: Path) -> None:
    servers = ensure_postgres(shared_folder, durable=False)
    rights = "SELECT rolsuper::text || rolbypassrls || rolcreatedb || rolcreaterole FROM pg_roles WHERE rolname = "
    assert value(servers.database_url, rights + "current_user") == "falsefalsefalsefalse"
    assert value(servers.database_owner_url, rights + "current_user") == "falsefalsetruefalse"
    owner_of = "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()"
    assert value(servers.database_url, owner_of) == "countersign_owner"


def test_runtime_role_is_no_member_of_the_owner(shared_folder: Path) -> None:
    servers = ensure_postgres(shared_folder, durable=False)
    member = "SELECT pg_has_role(current_user, 'countersign_owner', 'MEMBER')"
    assert value(servers.database_url, member) is False


def test_runtime_role_may_not_create_tables(shared_folder: Path) -> None:
    servers = ensure_postgres(shared_folder, durable=False)
    with psycopg.connect(servers.database_url) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("CREATE TABLE of_mine (id int)")


def test_owner_clones_a_template(shared_folder: Path) -> None:
    servers = ensure_postgres(shared_folder, durable=False)
    with psycopg.connect(servers.database_owner_url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE original")
        connection.execute("CREATE DATABASE clone TEMPLATE original")
        connection.execute("DROP DATABASE clone")
        connection.execute("DROP DATABASE original")


def test_wrong_password_is_refused(shared_folder: Path) -> None:
    servers = ensure_postgres(shared_folder, durable=False)
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(f"postgresql://countersign_app:wrong@127.0.0.1:{servers.port}/countersign")


def test_second_start_finds_the_running_one_at_once(shared_folder: Path) -> None:
    first = ensure_postgres(shared_folder, durable=False)
    begun = time.monotonic()
    assert ensure_postgres(shared_folder, durable=False) == first
    assert time.monotonic() - begun < 0.5


def test_start_finds_a_running_one_that_nobody_recorded(shared_folder: Path) -> None:
    first = ensure_postgres(shared_folder, durable=False)
    record(shared_folder, "postgres").unlink()
    assert ensure_postgres(shared_folder, durable=False) == first


def test_secrets_are_readable_by_their_owner_only(shared_folder: Path) -> None:
    assert (shared_folder / "secrets.json").stat().st_mode & 0o777 == 0o600
    assert (shared_folder / "postgres").stat().st_mode & 0o077 == 0


def test_settings_of_tests_sync_nothing(shared_folder: Path) -> None:
    stop_postgres(shared_folder)
    servers = ensure_postgres(shared_folder, durable=False)
    assert value(servers.database_url, "SHOW fsync") == "off"


def test_server_listens_on_the_loopback_only(shared_folder: Path) -> None:
    servers = ensure_postgres(shared_folder, durable=False)
    assert value(servers.database_url, "SHOW listen_addresses") == "127.0.0.1"
    socket_folder = (shared_folder / "postgres" / "postmaster.pid").read_text(encoding="utf-8").splitlines()[4]
    assert socket_folder.strip() == ""


def test_a_connection_counts_as_use(shared_folder: Path) -> None:
    servers = ensure_postgres(shared_folder, durable=False)
    with psycopg.connect(servers.database_url):
        assert is_in_use(shared_folder)


def test_hard_kill_is_survived_with_the_data(shared_folder: Path) -> None:
    stop_postgres(shared_folder)
    servers = ensure_postgres(shared_folder)
    with psycopg.connect(servers.database_owner_url) as connection:
        connection.execute("CREATE TABLE survivor (id int)")
    kill_hard(shared_folder)
    again = ensure_postgres(shared_folder)
    assert again.pid != servers.pid
    assert again.database_url == servers.database_url
    assert value(again.database_owner_url, "SELECT count(*) FROM survivor") == 0


def test_stale_number_of_a_stranger_does_not_stop_the_start(shared_folder: Path) -> None:
    servers = ensure_postgres(shared_folder, durable=False)
    kill_hard(shared_folder)
    pid_file = shared_folder / "postgres" / "postmaster.pid"
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as stranger:
        lines = pid_file.read_text(encoding="utf-8").splitlines()
        pid_file.write_text("\n".join([str(stranger.pid), *lines[1:]]) + "\n", encoding="utf-8")
        again = ensure_postgres(shared_folder, durable=False)
        assert stranger.poll() is None
        stranger.kill()
    assert again.pid not in (servers.pid, stranger.pid)


def test_concurrent_starts_agree_on_one_server(shared_folder: Path) -> None:
    stop_postgres(shared_folder)
    with ThreadPoolExecutor(4) as pool:
        found = set(pool.map(lambda _: ensure_postgres(shared_folder, durable=False), range(4)))
    assert len(found) == 1


def test_a_taken_port_is_given_up_for_another(shared_folder: Path) -> None:
    stop_postgres(shared_folder)
    taken = kept_port(shared_folder, "postgres")
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", taken))
        other.listen()
        servers = ensure_postgres(shared_folder, durable=False)
    assert servers.port != taken
    assert value(servers.database_url, "SELECT 1") == 1


def test_stop_leaves_nothing_running(shared_folder: Path) -> None:
    ensure_postgres(shared_folder, durable=False)
    process = recall(record(shared_folder, "postgres"))
    assert process is not None
    assert stop_postgres(shared_folder)
    assert not process.is_alive()
    assert not stop_postgres(shared_folder)
    assert not is_in_use(shared_folder)


def test_start_of_a_broken_cluster_shows_the_last_words(shared_folder: Path) -> None:
    stop_postgres(shared_folder)
    settings = shared_folder / "postgres" / "postgresql.conf"
    before = settings.read_text(encoding="utf-8")
    settings.write_text(before + "\nno_such_setting = 1\n", encoding="utf-8")
    try:
        with pytest.raises(LocalError, match="no_such_setting"):
            ensure_postgres(shared_folder, durable=False)
    finally:
        settings.write_text(before, encoding="utf-8")


def test_secrets_are_made_once(folder: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = {json.dumps(found) for found in pool.map(lambda _: local_secrets(folder), range(8))}
    assert len(made) == 1
