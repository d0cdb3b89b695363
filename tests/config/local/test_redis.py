from __future__ import annotations

import socket
from pathlib import Path

import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from config.local.errors import LocalError
from config.local.places import kept_port, record
from config.local.processes import recall
from config.local.redis import ensure_redis, redis_binary, stop_redis


def test_start_answers_only_with_the_password(shared_folder: Path) -> None:
    server = ensure_redis(shared_folder)
    with redis.Redis.from_url(server.url) as known:
        assert known.ping()
    once = Retry(NoBackoff(), 0)
    with redis.Redis(port=server.port, retry=once) as stranger, pytest.raises(redis.AuthenticationError):
        stranger.ping()


def test_second_start_finds_the_running_one(shared_folder: Path) -> None:
    assert ensure_redis(shared_folder) == ensure_redis(shared_folder)


def test_configuration_with_the_password_is_private(shared_folder: Path) -> None:
    ensure_redis(shared_folder)
    assert (shared_folder / "redis" / "redis.conf").stat().st_mode & 0o777 == 0o600


def test_stop_leaves_nothing_running_and_the_port_is_kept(shared_folder: Path) -> None:
    first = ensure_redis(shared_folder)
    process = recall(record(shared_folder, "redis"))
    assert process is not None
    assert stop_redis(shared_folder)
    assert not process.is_alive()
    assert ensure_redis(shared_folder).url == first.url


def test_a_taken_port_is_given_up_for_another(shared_folder: Path) -> None:
    stop_redis(shared_folder)
    taken = kept_port(shared_folder, "redis")
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", taken))
        other.listen()
        assert ensure_redis(shared_folder).port != taken


def test_a_machine_without_any_redis_is_told_of_the_variable(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("config.local.redis.importlib.util.find_spec", lambda name: None)
    monkeypatch.setattr("config.local.redis.FETCHED", tmp_path)
    with pytest.raises(LocalError, match="REDIS_URL"):
        redis_binary()
