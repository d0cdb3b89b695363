"""Production: every address and secret comes from the environment; nothing has a default that could leak."""

from __future__ import annotations

import os

from config.environment import database

from .base import *  # noqa: F403

SECRET_KEY = os.environ["SECRET_KEY"]
# Signs exported trails; without one exports are refused. Made by “manage.py export_audit --new-key”.
AUDIT_SIGNING_KEY = os.environ.get("AUDIT_SIGNING_KEY", "")
ALLOWED_HOSTS = os.environ["ALLOWED_HOSTS"].split(",")
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS]
# Where links in mails lead: https:// and the host name under which people reach the product.
BASE_URL = os.environ["BASE_URL"].rstrip("/")
DEBUG = False
LOCAL_SIGN_INS = False

_owner = os.environ.get("COUNTERSIGN_ROLE") == "owner"
DATABASE_OWNER_URL = os.environ.get("DATABASE_OWNER_URL", "")
DATABASES = {"default": database(os.environ["DATABASE_OWNER_URL" if _owner else "DATABASE_URL"], pool=not _owner)}
REDIS_URL = os.environ["REDIS_URL"]
CELERY_BROKER_URL = REDIS_URL
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache"}}

MEDIA_ROOT = os.environ.get("MEDIA_ROOT", "/srv/countersign/files")
STATIC_ROOT = os.environ.get("STATIC_ROOT", "/srv/countersign/static")
STORAGES = {
    "default": {"BACKEND": os.environ.get("FILE_STORAGE", "django.core.files.storage.FileSystemStorage")},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = os.environ.get("EMAIL_HOST", "localhost")
EMAIL_PORT = int(os.environ.get("EMAIL_PORT", "25"))
EMAIL_HOST_USER = os.environ.get("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = os.environ.get("EMAIL_USE_TLS", "1") == "1"
DEFAULT_FROM_EMAIL = os.environ.get("DEFAULT_FROM_EMAIL", "countersign@localhost")

SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
SECURE_SSL_REDIRECT = True
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
