"""An empty view without any middleware: the floor under the floor page."""

from __future__ import annotations

from config.settings.local import *  # noqa: F403

ROOT_URLCONF = "benchmarks.urls_bare"
MIDDLEWARE = []
LOGGING = {"version": 1, "disable_existing_loggers": True}
