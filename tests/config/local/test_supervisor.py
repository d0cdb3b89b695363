from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.local.children import Child, stop_orphans
from config.local.errors import LocalError
from config.local.places import ROOT, record
from config.local.processes import recall, remember, session_members, this_process, wait_until, write_json
from config.local.supervisor import only_supervisor, require_free_port, wanted_port

FAMILY = (
    sys.executable,
    "-c",
    "import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']);"
    "print('ready', flush=True); time.sleep(60)",
)
MORTAL = (sys.executable, "-c", "raise SystemExit('gone')")


@pytest.fixture
def child(tmp_path: Path) -> Iterator[Child]:
    made = Child(name="worker", command=FAMILY, folder=tmp_path)
    yield made
    made.stop()


def wait_for_family(child: Child) -> None:
    assert wait_until(lambda: "ready" in child.log.read_text(encoding="utf-8"), within=10)


def test_second_supervisor_says_who_runs(tmp_path: Path) -> None:
    with only_supervisor(tmp_path):
        remember(record(tmp_path, "supervisor"), this_process())
        write_json(tmp_path / "run" / "address.json", "http://127.0.0.1:8123/")
        with pytest.raises(LocalError, match=f"process {os.getpid()}.*8123"), only_supervisor(tmp_path):
            pytest.fail("two supervisors in one folder")


def test_folder_is_free_again_after_the_end(tmp_path: Path) -> None:
    with only_supervisor(tmp_path):
        pass
    with only_supervisor(tmp_path):
        pass


def test_taken_port_is_refused_with_another_proposed() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(LocalError, match=f"Port {port} is taken.*PORT={port + 1}"):
            require_free_port(port)


@pytest.mark.parametrize("named", ["http", "0", "65536", "-1"])
def test_port_that_is_none_is_refused(named: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", named)
    with pytest.raises(LocalError, match="PORT must be a number"):
        wanted_port()


def test_child_runs_in_a_session_of_its_own(child: Child) -> None:
    child.launch({})
    assert child.process is not None
    assert os.getsid(child.process.pid) == child.process.pid
    assert recall(record(child.folder, "worker")) == child.process


def test_stopped_child_takes_its_family_along(child: Child) -> None:
    child.launch({})
    wait_for_family(child)
    assert child.process is not None
    child.stop()
    assert session_members(child.process) == []
    assert recall(record(child.folder, "worker")) is None


def test_dying_child_is_revived_three_times(tmp_path: Path) -> None:
    child = Child(name="worker", command=MORTAL, folder=tmp_path)
    child.launch({})
    revived = []
    for _ in range(4):
        assert wait_until(child.has_died, within=10)
        revived.append(child.revive({}))
    assert revived == [True, True, True, False]
    assert child.log.read_text(encoding="utf-8").count("gone") == 4
    child.stop()


def test_orphans_are_found_and_stopped(child: Child) -> None:
    child.launch({})
    wait_for_family(child)
    assert stop_orphans(child.folder) == ["worker"]
    assert child.process is not None
    assert session_members(child.process) == []
    assert stop_orphans(child.folder) == []


def test_orphans_of_a_dead_leader_are_found_too(child: Child) -> None:
    child.launch({})
    wait_for_family(child)
    assert child.running is not None
    child.running.kill()
    child.running.wait()
    assert stop_orphans(child.folder) == ["worker"]


@contextlib.contextmanager
def running_product(folder: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    environment = {**os.environ, "DATA_DIR": str(folder), "PORT": str(port)}
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE"):
        environment.pop(name, None)
    with subprocess.Popen(
        [sys.executable, "-c", RUN_WITHOUT_DEMO],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        yield process
        process.kill()


# The demo data take longer than all the rest and are proven elsewhere.
RUN_WITHOUT_DEMO = (
    "import sys; from config.local import supervisor; "
    "supervisor.has_command = lambda name: False; sys.exit(supervisor.main())"
)


def read_until(process: subprocess.Popen[str], words: str) -> str:
    assert process.stdout is not None
    said = ""
    for line in process.stdout:
        said += line
        if words in line:
            return said
    raise AssertionError(f"It ended without saying {words!r}:\n{said}")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def get(port: int, path: str) -> dict[str, object]:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(f"GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n".encode())
        with connection.makefile("rb") as answer:
            return dict(json.loads(answer.read().partition(b"\r\n\r\n")[2]))


def is_ready(port: int) -> bool:
    with contextlib.suppress(OSError):
        return get(port, "/readyz") == {"status": "ok", "troubles": []}
    return False


def test_product_runs_survives_a_killed_supervisor_and_leaves_nothing(folder: Path) -> None:
    port = free_port()
    with running_product(folder, port) as first:
        read_until(first, "Ctrl-C stops everything")
        assert get(port, "/healthz") == {"status": "ok"}
        first.send_signal(signal.SIGKILL)
        first.wait()
    with running_product(folder, port) as second:
        said = read_until(second, "Ctrl-C stops everything")
        assert "left behind: beat, worker, web" in said
        assert wait_until(lambda: is_ready(port), within=20, every=0.5), second.poll()
        left = [recall(record(folder, name)) for name in ("beat", "worker", "web", "redis", "postgres")]
        second.send_signal(signal.SIGINT)
        begun = time.monotonic()
        read_until(second, "the data are kept")
        assert second.wait() == 0
        assert time.monotonic() - begun < 25
    assert all(process is not None and not session_members(process) for process in left)
    assert not any((folder / "run").glob("[bprsw]*.json"))
