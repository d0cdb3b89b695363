"""The door for WSGI servers."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.local")

# Pages are read by many at once: a second worker for one of them costs more than it brings. Jobs keep theirs.
os.environ.setdefault("PGOPTIONS", "-c max_parallel_workers_per_gather=0")

application = get_wsgi_application()
