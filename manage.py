#!/usr/bin/env python
"""Django's commands. Local settings start the embedded servers when a command needs them."""

from __future__ import annotations

import os
import sys

from django.core.management import execute_from_command_line

from config.local.errors import LocalError

# These change tables, which the runtime role may not.
OWNER_COMMANDS = {"createcachetable", "makemigrations", "migrate", "sqlmigrate"}


def main() -> int:
    """Runs one command; what the machine lacks is said in one sentence instead of a traceback."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.local")
    if OWNER_COMMANDS.intersection(sys.argv[1:2]):
        os.environ.setdefault("COUNTERSIGN_ROLE", "owner")
    try:
        execute_from_command_line(sys.argv)
    except LocalError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
