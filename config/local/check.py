"""`python -m config.local.check`: everything that can be judged without running the product.

All checks run, also after a first failure, so that one look shows everything there is to mend.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from config.local.places import ROOT, data_dir
from config.local.stop import stop_idle_servers

SOURCES = ("portfolio", "measures", "finance", "governance", "config", "benchmarks")


def checks() -> dict[str, list[str]]:
    """Each check by its title; a check without anything to look at is left out."""
    python, tools = sys.executable, Path(sys.executable).parent
    templates = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "templates").rglob("*.html"))
    sources = [name for name in SOURCES if any((ROOT / name).rglob("*.py"))]
    found = {
        "lint": [str(tools / "ruff"), "check", "."],
        "format": [str(tools / "ruff"), "format", "--check", "."],
        "templates": [str(tools / "djade"), "--check", "--target-version", "5.2", *templates],
        "types": [python, "-m", "mypy", *sources],
        "layers": [str(tools / "lint-imports")],
        "migrations": [python, "manage.py", "makemigrations", "--check", "--dry-run"],
        "translations": [python, "-m", "config.local.messages", "check"],
        "pins": [python, "-m", "config.local.pins", "--check"],
    }
    if not templates:
        del found["templates"]
    return found


def run(title: str, command: list[str]) -> bool:
    """True when the check passes; its output is shown when it does not."""
    begun = time.monotonic()
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings.test"}
    done = subprocess.run(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    passed = done.returncode == 0
    sys.stdout.write(f"{'ok    ' if passed else 'FAILED'} {title} ({time.monotonic() - begun:.1f} s)\n")
    if not passed:
        sys.stdout.write(done.stdout.decode("utf-8", "replace"))
    sys.stdout.flush()
    return passed


def main() -> int:
    """0 when every check passes, else 1."""
    try:
        passed = [run(title, command) for title, command in checks().items()]
    finally:
        stop_idle_servers(data_dir() / "test")
    return 0 if all(passed) else 1


if __name__ == "__main__":
    sys.exit(main())
