"""`python -m config.local.chromium`: the system Chromium that the browser tests drive."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PACKAGES = ("chromium", "fonts-liberation")
ADVICE = (
    "The browser tests need Chromium. Install it (Debian, Ubuntu: sudo apt-get install chromium; "
    "Fedora: sudo dnf install chromium), or name its program in CHROMIUM."
)


def chromium_path() -> str | None:
    """The Chromium named by CHROMIUM, else one on the PATH; None when there is none that starts."""
    for name in (os.environ.get("CHROMIUM"), *NAMES):
        path = shutil.which(name) if name else None
        # Some distributions put a stub there that only asks for another installer.
        if path and subprocess.run([path, "--version"], capture_output=True, check=False).returncode == 0:
            return path
    return None


def install() -> bool:
    """True when apt has installed Chromium; only root is served."""
    apt = shutil.which("apt-get")
    if apt is None or os.geteuid() != 0:
        return False
    sys.stdout.write("· Installing Chromium by apt-get …\n")
    sys.stdout.flush()
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (["update", "-qq"], ["install", "-qq", "--no-install-recommends", *PACKAGES]):
        done = subprocess.run([apt, *arguments], env=environment, stdout=subprocess.DEVNULL, check=False)
        if done.returncode:
            return False
    return True


def main() -> int:
    """0 when there is a Chromium afterwards, else 1 with advice."""
    if chromium_path() is None and not (install() and chromium_path()):
        sys.stderr.write(ADVICE + "\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
