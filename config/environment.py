"""Reads database and broker addresses, so that every settings module means the same by them."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote, urlsplit


def database(url: str, *, pool: bool = False) -> dict[str, Any]:
    """Returns Django's settings for a `postgresql://user:password@host:port/name` address.

    Any other scheme is refused with `ValueError`: there is one dialect everywhere.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("postgres", "postgresql"):
        raise ValueError("DATABASE_URL must start with postgresql:// because Countersign runs on PostgreSQL only.")
    options: dict[str, Any] = {"application_name": "countersign"}
    if pool:
        # More than a process has threads, so whoever waits for a connection waits for an absent server: not long,
        # and each later request asks the server anew instead of waiting for the pool's next attempt.
        options["pool"] = {"min_size": 1, "max_size": 12, "timeout": 3, "reconnect_timeout": 3}
    return {
        "ENGINE": "config.database",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or 5432),
        "CONN_MAX_AGE": 0 if pool else 60,
        # Of a pool too: after a restart of the server every connection in it is dead.
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options,
    }
