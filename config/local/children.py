"""The processes of the product under the supervisor: started in sessions of their own, restarted, stopped."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from config.local.places import ROOT, log, record
from config.local.processes import (
    Process,
    kill_session,
    process_of,
    recall,
    remember,
    session_members,
    stop,
    this_process,
)

RESTARTS = 3
CALM = 600.0  # seconds a child must have lived for its earlier deaths to be forgotten
# The order of stopping: nobody rings any more, work in hand is finished, then the door closes.
STOP_ORDER = ("beat", "worker", "web", "step")
PATIENCE = {"beat": 5.0, "worker": 10.0, "web": 8.0, "step": 5.0}


@dataclass
class Child:
    """One process of the product, with its log and its count of deaths."""

    name: str
    command: tuple[str, ...]
    folder: Path
    running: subprocess.Popen[bytes] | None = None
    process: Process | None = None
    deaths: int = 0
    since: float = field(default=0.0)

    @property
    def log(self) -> Path:
        """Where this child writes."""
        return log(self.folder, self.name)

    def launch(self, environment: Mapping[str, str]) -> None:
        """The child runs in a session of its own, and the next supervisor can find it by its record."""
        with open(self.log, "ab") as output:
            self.running = spawn(self.command, environment, output=output.fileno())
        self.process = process_of(self.running.pid, command=this_process().command)
        if self.process is not None:
            remember(record(self.folder, self.name), self.process)
        self.since = time.monotonic()

    def has_died(self) -> bool:
        """True when the child was started and has ended."""
        return self.running is not None and self.running.poll() is not None

    def revive(self, environment: Mapping[str, str]) -> bool:
        """A dead child runs again; False, and it stays dead, when it has died too often."""
        if time.monotonic() - self.since > CALM:
            self.deaths = 0
        self.deaths += 1
        if self.process is not None:
            kill_session(self.process)
        if self.deaths > RESTARTS:
            return False
        self.launch(environment)
        return True

    def stop(self) -> None:
        """Neither the child nor anything it started runs afterwards."""
        if self.running is None:
            return
        if self.running.poll() is None:
            self.running.terminate()
            try:
                self.running.wait(timeout=PATIENCE[self.name])
            except subprocess.TimeoutExpired:
                self.running.kill()
        self.running.wait()
        if self.process is not None:
            kill_session(self.process)
        record(self.folder, self.name).unlink(missing_ok=True)


def spawn(command: tuple[str, ...], environment: Mapping[str, str], *, output: int | None) -> subprocess.Popen[bytes]:
    """Starts a command in a session of its own, so that Ctrl-C reaches only the supervisor."""
    return subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=None if output is None else subprocess.STDOUT,
        start_new_session=True,
    )


def children(folder: Path, *, port: int) -> list[Child]:
    """Web, worker and beat, in the order of starting."""
    python = sys.executable
    celery = (python, "-m", "celery", "--app", "config.celery")
    commands = {
        "web": (
            *(python, "-m", "gunicorn", "config.wsgi:application", "--bind", f"127.0.0.1:{port}"),
            *("--worker-class", "gthread", "--workers", "2", "--threads", "4", "--timeout", "120"),
            *("--graceful-timeout", "5", "--access-logfile", "-", "--no-control-socket", "--preload"),
        ),
        "worker": (
            *celery,
            *("worker", "--queues", "interactive,bulk", "--concurrency", "2", "--prefetch-multiplier", "1"),
            *("--without-mingle", "--without-gossip", "--loglevel", "INFO"),
        ),
        "beat": (
            *celery,
            *(
                "beat",
                "--schedule",
                str(folder / "run" / "beat-schedule"),
                "--pidfile=",
                "--loglevel",
                "INFO",
            ),
        ),
    }
    return [Child(name=name, command=command, folder=folder) for name, command in commands.items()]


def stop_orphans(folder: Path) -> list[str]:
    """What an earlier supervisor left running is stopped; the names of what was found."""
    found = []
    for name in STOP_ORDER:
        process = recall(record(folder, name))
        if process is not None and session_members(process):
            found.append(name)
            stop(process, by=signal.SIGTERM, within=PATIENCE[name])
            kill_session(process)
        record(folder, name).unlink(missing_ok=True)
    return found
