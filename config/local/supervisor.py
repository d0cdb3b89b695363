"""`python -m config.local.supervisor`: the whole product in the foreground, and nothing left after Ctrl-C."""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psycopg

from config.local.children import STOP_ORDER, Child, children, spawn, stop_orphans
from config.local.environment import local_urls
from config.local.errors import LocalError
from config.local.places import ROOT, data_dir, log, record, tail
from config.local.postgres import stop_postgres
from config.local.processes import process_of, recall_alive, remember, this_process, write_json
from config.local.redis import stop_redis
from config.local.stop import forget, stop_servers

PAUSE = 0.25
READY_WITHIN = 60.0


class Stopped(Exception):
    """A person asked for the end while something was being prepared."""


class Supervisor:
    """Prepares the product, runs it, keeps it running and ends it; one for each folder."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self.port = port
        self.address = f"http://127.0.0.1:{port}/"
        self.children = children(folder, port=port)
        self.server_deaths = 0
        self.urls: dict[str, str] = {}
        self.asked_to_stop = False

    @property
    def environment(self) -> dict[str, str]:
        """What every child gets to know."""
        return {
            **self.urls,
            "DATA_DIR": str(self.folder),
            "PORT": str(self.port),
            "DJANGO_SETTINGS_MODULE": "config.settings.local",
            "PYTHONUNBUFFERED": "1",
        }

    @property
    def _loading(self) -> Path:
        return self.folder / "run" / "demo.loading"

    def run(self) -> None:
        """Runs the product until somebody asks for the end or a part keeps dying; then all is stopped."""
        self._listen_for_signals()
        self._forget_half_a_demo()
        remember(record(self.folder, "supervisor"), this_process())
        write_json(self.folder / "run" / "address.json", self.address)
        orphans = stop_orphans(self.folder)
        if orphans:
            say(f"Stopped what an earlier run had left behind: {', '.join(orphans)}.")
        require_free_port(self.port)
        try:
            self._prepare()
            self._start()
            self._watch()
        except Stopped:
            pass
        finally:
            self._stop()

    def _listen_for_signals(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._note_signal)

    def _note_signal(self, *_: object) -> None:
        self.asked_to_stop = True

    def _forget_half_a_demo(self) -> None:
        # The mark stands only while nobody could yet sign in, so no work of a person is lost.
        if self._loading.exists() and not os.environ.get("DATABASE_URL"):
            say("The demo data were cut off half-way last time; starting afresh.")
            stop_orphans(self.folder)
            stop_servers(self.folder)
            forget(self.folder)

    def _prepare(self) -> None:
        with progress("PostgreSQL and Redis"):
            self.urls = local_urls(self.folder)
        self._step("Tables", "migrate", "--noinput")
        self._step("Static files", "collectstatic", "--noinput")
        if has_command("load_demo") and self._is_empty():
            self._loading.touch()
            self._step("Demo data", "load_demo", aloud=True)
            self._loading.unlink()

    def _step(self, title: str, *command: str, aloud: bool = False) -> None:
        journal = log(self.folder, "setup")
        before = journal.stat().st_size if journal.exists() else 0
        with progress(title), open(journal, "ab") as output:
            step = spawn(
                (sys.executable, "manage.py", *command),
                self.environment,
                output=None if aloud else output.fileno(),
            )
            code = self._wait_for(step)
        if code:
            raise LocalError(f"{title}: manage.py {command[0]} failed.\n{tail(journal, since=before)}".rstrip())

    def _wait_for(self, step: subprocess.Popen[bytes]) -> int:
        process = process_of(step.pid, command=this_process().command)
        if process is not None:
            remember(record(self.folder, "step"), process)
        while True:
            with contextlib.suppress(subprocess.TimeoutExpired):
                code = step.wait(timeout=PAUSE)
                record(self.folder, "step").unlink(missing_ok=True)
                return code
            if self.asked_to_stop:
                step.terminate()
                step.wait()
                raise Stopped

    def _is_empty(self) -> bool:
        with psycopg.connect(self.urls["DATABASE_OWNER_URL"]) as connection:
            row = connection.execute("SELECT EXISTS (SELECT 1 FROM portfolio_organization)").fetchone()
        return row == (False,)

    def _start(self) -> None:
        with progress("Web, worker and beat"):
            for child in self.children:
                child.launch(self.environment)
            self._wait_for_web()
        say(f"\nCountersign runs at {self.address}")
        if has_command("demo_signins"):
            step = spawn((sys.executable, "manage.py", "demo_signins"), self.environment, output=None)
            self._wait_for(step)
        say(f"Mails are not sent but kept, to be read at {self.address}mail/")
        say(f"Logs are in {self.folder / 'logs'}. Ctrl-C stops everything.\n")

    def _wait_for_web(self) -> None:
        deadline = time.monotonic() + READY_WITHIN
        while not answers(self.address + "healthz"):
            self._check_children()
            if self.asked_to_stop:
                raise Stopped
            if time.monotonic() > deadline:
                web = self.children[0]
                raise LocalError(f"The web server does not answer. Its last words in {web.log}:\n{tail(web.log)}")
            time.sleep(PAUSE)

    def _watch(self) -> None:
        while not self.asked_to_stop:
            self._check_servers()
            self._check_children()
            time.sleep(PAUSE)

    def _check_servers(self) -> None:
        ours = {"postgres": "DATABASE_URL", "redis": "REDIS_URL"}
        dead = [
            name
            for name, variable in ours.items()
            if not os.environ.get(variable) and recall_alive(record(self.folder, name)) is None
        ]
        if not dead:
            return
        self.server_deaths += 1
        if self.server_deaths > 3:
            last = "\n".join(tail(log(self.folder, name)) for name in dead)
            raise LocalError(f"{' and '.join(dead)} died four times, so everything is stopped.\n{last}")
        say(f"{' and '.join(dead)} died; starting again.")
        urls = local_urls(self.folder)
        if urls != self.urls:
            self.urls = urls
            self._restart_children()

    def _restart_children(self) -> None:
        for child in self.children:
            child.stop()
            child.launch(self.environment)

    def _check_children(self) -> None:
        for child in self.children:
            if child.has_died():
                self._revive(child)

    def _revive(self, child: Child) -> None:
        if not child.revive(self.environment):
            raise LocalError(
                f"{child.name} died {child.deaths} times, so everything is stopped. "
                f"Its last words in {child.log}:\n{tail(child.log)}"
            )
        say(f"{child.name} died and was started again ({child.deaths} of 3).")

    def _stop(self) -> None:
        say("Stopping …")
        by_name = {child.name: child for child in self.children}
        for name in STOP_ORDER:
            if name in by_name:
                by_name[name].stop()
        stop_redis(self.folder)
        stop_postgres(self.folder)
        record(self.folder, "supervisor").unlink(missing_ok=True)
        say("Stopped; the data are kept.")


def say(sentence: str) -> None:
    """One line for the person at the terminal, who may have closed it."""
    with contextlib.suppress(OSError):
        sys.stdout.write(sentence + "\n")
        sys.stdout.flush()


@contextlib.contextmanager
def progress(title: str) -> Iterator[None]:
    """Says what is being done and, when it is done, how long it took."""
    begun = time.monotonic()
    say(f"· {title} …")
    yield
    say(f"  {title}: {time.monotonic() - begun:.1f} s")


def has_command(name: str) -> bool:
    """True when one of the apps brings this manage.py command."""
    return any(ROOT.glob(f"*/management/commands/{name}.py"))


def answers(address: str) -> bool:
    """True when this address answers a GET with success."""
    try:
        with urllib.request.urlopen(address, timeout=5) as response:
            return bool(response.status == 200)
    except (OSError, urllib.error.URLError):
        return False


def require_free_port(port: int) -> None:
    """Refuses with a sentence when another program listens on the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise LocalError(
                f"Port {port} is taken by another program: stop it, or choose another port, "
                f"for example PORT={port + 1} make demo."
            ) from error


def wanted_port() -> int:
    """The port named by PORT, or 8000; refused with a sentence when it is no port number."""
    named = os.environ.get("PORT") or "8000"
    if not (named.isdecimal() and 0 < int(named) < 65536):
        raise LocalError(f"PORT must be a number from 1 to 65535, not {named!r}.")
    return int(named)


@contextlib.contextmanager
def only_supervisor(folder: Path) -> Iterator[None]:
    """Holds the folder for this supervisor; refused with a sentence that says who runs already."""
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "lock", "a", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise LocalError(who_runs(folder)) from error
        yield


def who_runs(folder: Path) -> str:
    """The sentence about the supervisor that holds this folder."""
    other = recall_alive(record(folder, "supervisor"))
    number = "" if other is None else f" (process {other.pid})"
    address = tail(folder / "run" / "address.json").strip('"')
    return (
        f"Countersign runs already in {folder}{number}, at {address or 'an address not yet known'}. "
        "Stop it with make stop, or choose another DATA_DIR and PORT."
    )


def main() -> int:
    """Runs the product in the foreground; 0 after an orderly end, 1 with a sentence otherwise."""
    try:
        port, folder = wanted_port(), data_dir()
        with only_supervisor(folder):
            Supervisor(folder, port).run()
    except LocalError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
