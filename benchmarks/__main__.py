"""`python -m benchmarks [NAME …] [--measures N]`: measures and prints ratios; nothing here ever fails a build."""

from __future__ import annotations

import argparse
import os
import sys
from importlib import import_module
from pathlib import Path

NAMES = ("reconcile", "pages", "takeover")


def main() -> int:
    parser = argparse.ArgumentParser(prog="benchmarks")
    parser.add_argument("names", nargs="*", choices=[[], *NAMES], help="what to measure; all when none is named")
    parser.add_argument("--measures", type=int, default=100_000)
    arguments = parser.parse_args()
    os.environ["DATA_DIR"] = str(Path(os.environ.get("DATA_DIR", ".data")).resolve() / "bench")
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.local"
    import_module("django").setup()
    for name in arguments.names or NAMES:
        for line in import_module(f"benchmarks.{name}").run(arguments.measures):
            sys.stdout.write(f"{name}: {line}\n")
            sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
