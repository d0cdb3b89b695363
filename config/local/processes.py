"""Remembers processes across runs, and tells whether a remembered process is still the one it was."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_LONGEST_COMMAND = 15  # the kernel cuts command names here


@dataclass(frozen=True)
class Process:
    """A process by number, time of start and command, so that a recycled number is not taken for it."""

    pid: int
    started: str
    command: str

    def is_alive(self) -> bool:
        """True while exactly this process runs; a zombie or a stranger with the same number is not alive."""
        return _started(self.pid) == self.started and _command(self.pid).startswith(self.command[:_LONGEST_COMMAND])


def process_of(pid: int, *, command: str) -> Process | None:
    """The running process with this number, or None when there is none; the command is what it will be."""
    started = _started(pid)
    return None if started is None else Process(pid=pid, started=started, command=command)


def this_process() -> Process:
    """The calling process."""
    return Process(pid=os.getpid(), started=_started(os.getpid()) or "", command=_command(os.getpid()))


def remember(path: Path, process: Process) -> None:
    """The file names this process afterwards; readers see the old or the new content, never half of it."""
    write_json(path, asdict(process))


def recall(path: Path) -> Process | None:
    """The process named by the file, alive or not; None when the file is missing or unreadable."""
    try:
        return Process(**json.loads(path.read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError, TypeError):
        return None


def recall_alive(path: Path) -> Process | None:
    """The process named by the file while it is alive."""
    process = recall(path)
    return process if process is not None and process.is_alive() else None


def write_json(path: Path, content: object) -> None:
    """The file holds the content, readable by its owner only."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=f"{path.name}.")
    with open(descriptor, "w", encoding="utf-8") as file:
        json.dump(content, file, indent=1)
    Path(draft).replace(path)


def stop(process: Process, *, by: signal.Signals, within: float) -> bool:
    """The process is gone afterwards; True when it went by itself in time, False when it had to be killed."""
    if not process.is_alive():
        return True
    with contextlib.suppress(ProcessLookupError):
        os.kill(process.pid, by)
    if wait_until(lambda: not process.is_alive(), within=within):
        return True
    with contextlib.suppress(ProcessLookupError):
        os.kill(process.pid, signal.SIGKILL)
    wait_until(lambda: not process.is_alive(), within=5)
    return False


def kill_session(process: Process) -> None:
    """Nothing of the session that this process leads or led is left running."""
    for pid in session_members(process):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not session_members(process), within=5)


def session_members(process: Process) -> list[int]:
    """Living processes of the session of this leader; none when its number now leads another session."""
    leader = _started(process.pid)
    if leader is not None and leader != process.started:
        return []
    members = []
    for pid in psutil.pids():
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if os.getsid(pid) == process.pid and _started(pid) is not None:
                members.append(pid)
    return members


def wait_until(happened: Callable[[], bool], *, within: float, every: float = 0.02) -> bool:
    """True as soon as it has happened; False when it has not within these seconds."""
    deadline = time.monotonic() + within
    while not happened():
        if time.monotonic() > deadline:
            return False
        time.sleep(every)
    return True


def _started(pid: int) -> str | None:
    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return None
        return _ticks(pid) if _BOOT_ID.exists() else str(process.create_time())
    except (psutil.NoSuchProcess, FileNotFoundError, ProcessLookupError):
        return None


def _ticks(pid: int) -> str:
    # Ticks since boot do not move when somebody sets the wall clock; times of day would.
    stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    return f"{_BOOT_ID.read_text(encoding='utf-8').strip()}/{stat.rpartition(')')[2].split()[19]}"


def _command(pid: int) -> str:
    try:
        return str(psutil.Process(pid).name())
    except psutil.NoSuchProcess:
        return ""
