"""The demo and the developer's machine: embedded servers unless addresses are given; 127.0.0.1 only."""

from __future__ import annotations

import os
from pathlib import Path

from config.environment import database
from config.local.environment import local_secret_key, local_signing_key, local_urls

from .base import *  # noqa: F403
from .base import BASE_DIR

DATA_DIR = Path(os.environ.get("DATA_DIR", BASE_DIR / ".data")).resolve()
_urls = local_urls(DATA_DIR)
DATABASE_OWNER_URL = _urls["DATABASE_OWNER_URL"]
# Commands that change tables run as the owner; everything else as the role without special rights.
DATABASES = {
    "default": database(DATABASE_OWNER_URL if os.environ.get("COUNTERSIGN_ROLE") == "owner" else _urls["DATABASE_URL"])
}
CELERY_BROKER_URL = _urls["REDIS_URL"]
REDIS_URL = _urls["REDIS_URL"]

SECRET_KEY = local_secret_key(DATA_DIR)
AUDIT_SIGNING_KEY = os.environ.get("AUDIT_SIGNING_KEY") or local_signing_key(DATA_DIR)
DEBUG = os.environ.get("DEBUG", "") == "1"
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]
LOCAL_SIGN_INS = True
# Where links in mails lead.
BASE_URL = os.environ.get("BASE_URL", f"http://127.0.0.1:{os.environ.get('PORT') or 8000}").rstrip("/")

MEDIA_ROOT = DATA_DIR / "files"
STATIC_ROOT = DATA_DIR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = DATA_DIR / "mail"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
