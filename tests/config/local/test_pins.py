from __future__ import annotations

from pathlib import Path

import pytest

from config.local import pins
from config.local.places import ROOT

PROJECT = """
[project]
requires-python = ">=3.11"
dependencies = ["django>=5.2"{more}]
[project.optional-dependencies]
dev = ["pytest"]
"""


def project(folder: Path, more: str = "") -> Path:
    path = folder / "pyproject.toml"
    path.write_text(PROJECT.replace("{more}", more), encoding="utf-8")
    return path


def test_a_new_dependency_is_out_of_step(tmp_path: Path) -> None:
    header = pins.HEADER + pins.fingerprint(project(tmp_path))
    for name in pins.FILES:
        (tmp_path / name).write_text(f"{header}\ndjango==5.2\n", encoding="utf-8")
    assert pins.out_of_step(project(tmp_path), tmp_path) == []
    assert pins.out_of_step(project(tmp_path, ', "babel"'), tmp_path) == list(pins.FILES)


def test_a_comment_changes_nothing(tmp_path: Path) -> None:
    before = pins.fingerprint(project(tmp_path))
    assert pins.fingerprint(project(tmp_path, ", # why\n")) == before


@pytest.mark.parametrize("name", pins.FILES)
def test_pins_hold_hashes_and_no_addresses(name: str) -> None:
    text = (ROOT / "requirements" / name).read_text(encoding="utf-8")
    assert "--hash=sha256:" in text
    assert "://" not in text
    assert "--index" not in text
    assert "--find-links" not in text
