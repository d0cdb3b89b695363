"""The addresses that local settings use: those of the environment, else those of the embedded servers."""

from __future__ import annotations

import hmac
import os
from pathlib import Path

from config.local.places import local_secrets
from config.local.postgres import ensure_postgres
from config.local.redis import ensure_redis


def local_urls(data_dir: Path, *, durable: bool = True) -> dict[str, str]:
    """DATABASE_URL, DATABASE_OWNER_URL and REDIS_URL; what the environment names wins, one by one.

    The embedded PostgreSQL is started when the environment names no database, the embedded Redis when it
    names no REDIS_URL. With only one of the two database addresses the other one equals it.
    """
    runtime, owner = os.environ.get("DATABASE_URL"), os.environ.get("DATABASE_OWNER_URL")
    if not runtime and not owner:
        servers = ensure_postgres(data_dir, durable=durable)
        runtime, owner = servers.database_url, servers.database_owner_url
    return {
        "DATABASE_URL": runtime or owner or "",
        "DATABASE_OWNER_URL": owner or runtime or "",
        "REDIS_URL": os.environ.get("REDIS_URL") or ensure_redis(data_dir).url,
    }


def local_secret_key(data_dir: Path) -> str:
    """Django's secret key of this folder, random and kept; never used by production settings."""
    return local_secrets(data_dir)["django"]


def local_signing_key(data_dir: Path) -> str:
    """The key this folder signs exported trails with, derived from its own secret and never stored."""
    return hmac.digest(local_secrets(data_dir)["django"].encode(), b"audit signing key", "sha256").hex()
