"""Where the local machinery keeps its things inside DATA_DIR."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import secrets
import socket
import uuid
from collections.abc import Iterator
from pathlib import Path

from config.local.processes import write_json

ROOT = Path(__file__).resolve().parent.parent.parent
SECRET_NAMES = ("postgres", "owner", "runtime", "redis", "django")


def data_dir() -> Path:
    """The folder named by DATA_DIR, or `.data` beside manage.py."""
    return (ROOT / (os.environ.get("DATA_DIR") or ".data")).resolve()


def record(folder: Path, name: str) -> Path:
    """The file that remembers the process of this name."""
    return folder / "run" / f"{name}.json"


def log(folder: Path, name: str) -> Path:
    """The log file of this name; its folder exists afterwards."""
    path = folder / "logs" / f"{name}.log"
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


@contextlib.contextmanager
def servers_lock(folder: Path) -> Iterator[None]:
    """Only one process at a time starts or stops the servers of this folder; others wait here."""
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "servers.lock", "a", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def local_secrets(folder: Path) -> dict[str, str]:
    """Random secrets of this folder, made once and readable by their owner only."""
    path = folder / "secrets.json"
    with contextlib.suppress(FileNotFoundError):
        return dict(json.loads(path.read_text(encoding="utf-8")))
    made = {name: secrets.token_urlsafe(32) for name in SECRET_NAMES}
    draft = folder / f"secrets.{uuid.uuid4()}"
    write_json(draft, made)
    # A hard link fails when somebody else was first, so two starters agree on one set.
    with contextlib.suppress(FileExistsError):
        os.link(draft, path)
    draft.unlink()
    return dict(json.loads(path.read_text(encoding="utf-8")))


def kept_port(folder: Path, name: str) -> int:
    """The port this server used last, or a free one on the first start."""
    ports = _ports(folder)
    return ports[name] if name in ports else new_port(folder, name)


def new_port(folder: Path, name: str) -> int:
    """A port that is free now; it is kept for the next starts."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    write_json(folder / "ports.json", {**_ports(folder), name: port})
    return port


def _ports(folder: Path) -> dict[str, int]:
    try:
        return dict(json.loads((folder / "ports.json").read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError):
        return {}


def tail(path: Path, *, lines: int = 20, since: int = 0) -> str:
    """The last lines of a log, at most from this byte on; empty when there is no log."""
    with contextlib.suppress(FileNotFoundError), open(path, "rb") as file:
        file.seek(max(since, path.stat().st_size - 65536))
        return "\n".join(file.read().decode("utf-8", "replace").splitlines()[-lines:])
    return ""
