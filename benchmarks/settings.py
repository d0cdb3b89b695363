"""Local settings with one page more: the floor under every page."""

from __future__ import annotations

from config.settings.local import *  # noqa: F403

ROOT_URLCONF = "benchmarks.urls"
LOGGING = {"version": 1, "disable_existing_loggers": True}
