"""`python -m config.local.stop`: nothing that was started for DATA_DIR is left running.

With `--forget` the demo's data are removed as well; with `--test` only the servers of the tests are stopped,
unless a run of the tests still uses them.
"""

from __future__ import annotations

import shutil
import signal
import sys
from pathlib import Path

from config.local.children import stop_orphans
from config.local.places import data_dir, record
from config.local.postgres import is_in_use, stop_postgres
from config.local.processes import recall_alive, stop
from config.local.redis import stop_redis

# Only what the product itself put there: DATA_DIR may be a folder that holds other things too.
OURS = ("postgres", "postgres.new", "redis", "run", "logs", "files", "mail", "static")
OUR_FILES = ("secrets.json", "ports.json")
SUPERVISOR_STOPS_WITHIN = 60.0


def stop_everything(folder: Path) -> list[str]:
    """Supervisor, product and both servers of this folder are stopped; the names of what had been running."""
    stopped = []
    supervisor = recall_alive(record(folder, "supervisor"))
    if supervisor is not None:
        stop(supervisor, by=signal.SIGTERM, within=SUPERVISOR_STOPS_WITHIN)
        stopped.append("supervisor")
    stopped += stop_orphans(folder)
    return stopped + stop_servers(folder)


def stop_servers(folder: Path) -> list[str]:
    """Redis and PostgreSQL of this folder are stopped; the names of those that had been running."""
    if not folder.is_dir():
        return []
    stopped = ["Redis"] if stop_redis(folder) else []
    return [*stopped, "PostgreSQL"] if stop_postgres(folder) else stopped


def stop_idle_servers(folder: Path) -> list[str]:
    """Like `stop_servers`, but nothing happens while some program is connected to the database."""
    return [] if is_in_use(folder) else stop_servers(folder)


def forget(folder: Path) -> None:
    """Database, files, mails, logs and secrets of this folder are gone; everything must be stopped first."""
    for name in OURS:
        shutil.rmtree(folder / name, ignore_errors=True)
    for name in OUR_FILES:
        (folder / name).unlink(missing_ok=True)


def main(arguments: list[str]) -> int:
    """Stops, and says what was stopped."""
    folder = data_dir()
    if "--test" in arguments:
        stop_idle_servers(folder / "test")
        return 0
    stopped = stop_everything(folder)
    if "--forget" in arguments:
        forget(folder)
    else:
        stopped += stop_servers(folder / "test")
    sys.stdout.write(f"Stopped: {', '.join(stopped)}.\n" if stopped else "Nothing was running.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
