"""The suite: a cluster of its own, cheap password hashes, no compressed static files."""

from __future__ import annotations

import os
from pathlib import Path

from config.environment import database
from config.local.environment import local_urls

from .base import *  # noqa: F403
from .base import BASE_DIR

DATA_DIR = Path(os.environ.get("DATA_DIR", BASE_DIR / ".data")).resolve() / "test"
_urls = local_urls(DATA_DIR, durable=False)
DATABASE_OWNER_URL = _urls["DATABASE_OWNER_URL"]
# The suite itself keeps one connection; a product under test may be told to pool as production does.
DATABASES = {"default": database(_urls["DATABASE_URL"], pool=os.environ.get("DATABASE_POOL") == "1")}
CELERY_BROKER_URL = _urls["REDIS_URL"]
REDIS_URL = _urls["REDIS_URL"]

SECRET_KEY = "test-only-secret"
AUDIT_SIGNING_KEY = "5e" * 32
DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "testserver"]
LOCAL_SIGN_INS = True
BASE_URL = "http://127.0.0.1:8000"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

MEDIA_ROOT = DATA_DIR / "files"
STATIC_ROOT = DATA_DIR / "static"
# Static files are served from where they lie; nothing is collected for tests.
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
WHITENOISE_USE_FINDERS = True
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
