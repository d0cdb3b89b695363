from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from config.local import stop
from config.local.environment import local_urls
from config.local.places import record
from config.local.processes import recall


def test_stop_of_an_untouched_folder_makes_nothing(tmp_path: Path) -> None:
    assert stop.stop_everything(tmp_path / "none") == []
    assert not (tmp_path / "none").exists()


def test_forget_leaves_what_is_not_ours(tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir()
    (tmp_path / "secrets.json").touch()
    (tmp_path / "thesis.odt").touch()
    stop.forget(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.odt"]


def test_make_stop_stops_the_servers_of_demo_and_tests(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DATA_DIR", str(folder))
    local_urls(folder / "test", durable=False)
    process = recall(record(folder / "test", "postgres"))
    assert stop.main([]) == 0
    assert capsys.readouterr().out == "Stopped: Redis, PostgreSQL.\n"
    assert process is not None
    assert not process.is_alive()
    stop.main([])
    assert capsys.readouterr().out == "Nothing was running.\n"


def test_end_of_one_test_run_leaves_the_servers_to_another(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DATA_DIR", str(folder))
    urls = local_urls(folder / "test", durable=False)
    process = recall(record(folder / "test", "postgres"))
    assert process is not None
    with psycopg.connect(urls["DATABASE_URL"]):
        stop.main(["--test"])
        assert process.is_alive()
    stop.main(["--test"])
    assert not process.is_alive()
