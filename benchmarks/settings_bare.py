"""An empty view without any middleware: the floor under the floor page."""

from __future__ import annotations

from config.settings.local import *  # noqa: F403

ROOT_URLCONF = "benchmarks.urls_bare"
MIDDLEWARE = []
# allauth insists on its middleware.
INSTALLED_APPS = [name for name in INSTALLED_APPS if not name.startswith("allauth")]  # noqa: F405
LOGGING = {"version": 1, "disable_existing_loggers": True}
