from __future__ import annotations

import dataclasses
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.local.processes import (
    kill_session,
    process_of,
    recall,
    recall_alive,
    remember,
    session_members,
    stop,
    this_process,
    wait_until,
)

SLEEPER = [sys.executable, "-c", "import time; time.sleep(60)"]
DEAF = [
    sys.executable,
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)",
]
PARENT = [
    sys.executable,
    "-c",
    "import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']);"
    "print('ready', flush=True); time.sleep(60)",
]


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(SLEEPER, start_new_session=True) as process:
        yield process
        process.kill()


def test_remember_and_recall_the_same_process(tmp_path: Path) -> None:
    remember(tmp_path / "run" / "me.json", this_process())
    assert recall_alive(tmp_path / "run" / "me.json") == this_process()


def test_recall_without_a_record(tmp_path: Path) -> None:
    assert recall(tmp_path / "none.json") is None


def test_recall_of_a_torn_record(tmp_path: Path) -> None:
    (tmp_path / "torn.json").write_text('{"pid": 1', encoding="utf-8")
    assert recall(tmp_path / "torn.json") is None


def test_a_record_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    remember(tmp_path / "me.json", this_process())
    assert (tmp_path / "me.json").stat().st_mode & 0o077 == 0


def test_a_recycled_number_is_not_trusted(tmp_path: Path) -> None:
    earlier = dataclasses.replace(this_process(), started="another-boot/123")
    remember(tmp_path / "me.json", earlier)
    assert recall_alive(tmp_path / "me.json") is None


def test_a_number_with_another_command_is_not_trusted() -> None:
    assert not dataclasses.replace(this_process(), command="postgres").is_alive()


def test_a_zombie_is_not_alive(sleeper: subprocess.Popen[bytes]) -> None:
    process = process_of(sleeper.pid, command=this_process().command)
    assert process is not None
    assert process.is_alive()
    os.kill(sleeper.pid, signal.SIGKILL)
    assert wait_until(lambda: not process.is_alive(), within=5)
    assert sleeper.returncode is None  # nobody has collected it yet


def test_stop_by_a_polite_signal(sleeper: subprocess.Popen[bytes]) -> None:
    process = process_of(sleeper.pid, command=this_process().command)
    assert process is not None
    assert stop(process, by=signal.SIGTERM, within=5)
    assert not process.is_alive()


def test_stop_kills_what_does_not_listen() -> None:
    with subprocess.Popen(DEAF, stdout=subprocess.PIPE, start_new_session=True) as deaf:
        assert deaf.stdout is not None
        deaf.stdout.readline()
        process = process_of(deaf.pid, command=this_process().command)
        assert process is not None
        assert not stop(process, by=signal.SIGTERM, within=0.2)
        assert not process.is_alive()


def test_stop_never_touches_a_stranger(sleeper: subprocess.Popen[bytes]) -> None:
    process = process_of(sleeper.pid, command=this_process().command)
    assert process is not None
    stop(dataclasses.replace(process, started="another-boot/123"), by=signal.SIGTERM, within=1)
    assert process.is_alive()


def test_kill_session_reaches_grandchildren_of_a_dead_leader() -> None:
    with subprocess.Popen(PARENT, stdout=subprocess.PIPE, start_new_session=True) as parent:
        assert parent.stdout is not None
        parent.stdout.readline()
        process = process_of(parent.pid, command=this_process().command)
        assert process is not None
        assert len(session_members(process)) == 2
        parent.kill()
        parent.wait()
        assert len(session_members(process)) == 1
        kill_session(process)
        assert session_members(process) == []


def test_session_of_a_recycled_leader_is_left_alone(sleeper: subprocess.Popen[bytes]) -> None:
    process = process_of(sleeper.pid, command=this_process().command)
    assert process is not None
    assert session_members(dataclasses.replace(process, started="another-boot/123")) == []
