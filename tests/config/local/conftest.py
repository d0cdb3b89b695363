from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from config.local.stop import stop_everything


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A DATA_DIR of its own, with nothing left running in it."""
    yield tmp_path / "data"
    stop_everything(tmp_path / "data")


@pytest.fixture(scope="module")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A DATA_DIR for all tests of a module, so that one cluster serves them."""
    path = tmp_path_factory.mktemp("servers") / "data"
    yield path
    stop_everything(path)
