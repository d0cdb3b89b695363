from __future__ import annotations

from pathlib import Path

import pytest

from config.local.environment import local_secret_key, local_urls
from config.local.places import data_dir, record

ADDRESSES = {
    "DATABASE_URL": "postgresql://app@elsewhere/c",
    "DATABASE_OWNER_URL": "postgresql://owner@elsewhere/c",
    "REDIS_URL": "redis://elsewhere",
}


@pytest.fixture(autouse=True)
def _no_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ADDRESSES:
        monkeypatch.delenv(name, raising=False)


def test_given_addresses_start_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, address in ADDRESSES.items():
        monkeypatch.setenv(name, address)
    assert local_urls(folder) == ADDRESSES
    assert not folder.exists()


def test_a_given_database_starts_only_redis(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", ADDRESSES["DATABASE_URL"])
    found = local_urls(folder)
    assert found["DATABASE_OWNER_URL"] == found["DATABASE_URL"] == ADDRESSES["DATABASE_URL"]
    assert found["REDIS_URL"].startswith("redis://:")
    assert not record(folder, "postgres").exists()


def test_without_addresses_both_servers_run(folder: Path) -> None:
    found = local_urls(folder, durable=False)
    assert "countersign_app" in found["DATABASE_URL"]
    assert "countersign_owner" in found["DATABASE_OWNER_URL"]
    assert record(folder, "postgres").exists()
    assert record(folder, "redis").exists()


def test_secret_key_is_kept(folder: Path) -> None:
    assert local_secret_key(folder) == local_secret_key(folder)
    assert len(local_secret_key(folder)) > 40


def test_data_dir_may_be_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    assert data_dir() == tmp_path.resolve()
