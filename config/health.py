"""`/healthz` says that the process answers, `/readyz` whether it can do its work and what ails it."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from datetime import datetime

import redis
from django.conf import settings
from django.db import Error, ProgrammingError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Min
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from redis.backoff import NoBackoff
from redis.retry import Retry

from config.celery import HEARTBEAT_KEY
from governance.models.queue import MailRequest, OutboxEntry, ReconcileRequest
from portfolio.checks import role_is_privileged

BEAT_IS_LATE = 60.0
QUEUE_IS_OLD = 600.0
BELL_TIMEOUT = 1.0
PATHS = ("/healthz", "/readyz")


class HealthMiddleware:
    """Answers both probes before anything else does: they need no host name, session, tenant or database."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path in PATHS and request.method in ("GET", "HEAD"):
            return healthz(request) if request.path == "/healthz" else readyz(request)
        return self.get_response(request)


def healthz(_request: HttpRequest) -> JsonResponse:
    """200 as long as the process answers; nothing else is asked."""
    return JsonResponse({"status": "ok"})


def readyz(_request: HttpRequest) -> JsonResponse:
    """503 when the database is unreachable, migrations are missing or the role is wrong; else 200.

    An absent Redis, a late beat, work or mail that waits too long is 200 with the status "degraded" and
    the list of troubles: pages still read, and work that is due waits in its tables.
    """
    failures = database_failures()
    if failures:
        return JsonResponse({"status": "unavailable", "troubles": failures}, status=503)
    troubles = [*bell_troubles(), *queue_troubles(timezone.now()), *mail_troubles(timezone.now())]
    return JsonResponse({"status": "degraded" if troubles else "ok", "troubles": troubles})


def database_failures() -> list[str]:
    """Codes of what makes the product unable to work: `database`, `migrations`, `role`."""
    try:
        privileged = role_is_privileged(connection)
        failures = ["migrations"] if migrations_missing() else []
    except (Error, OSError):
        with contextlib.suppress(Error):
            connection.close()
        return ["database"]
    return [*failures, "role"] if privileged else failures


def migrations_missing() -> bool:
    """True when the tables lag behind the program, or were never made for this role."""
    try:
        executor = MigrationExecutor(connection)
    except ProgrammingError:
        return True
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def bell_troubles() -> list[str]:
    """Codes of what makes background work late: `redis`, `beat`."""
    try:
        age = beat_age()
    except (redis.RedisError, OSError):
        return ["redis"]
    return ["beat"] if age is None or age > BEAT_IS_LATE else []


def queue_troubles(now: datetime) -> list[str]:
    """The code `queue` when work has been waiting too long."""
    age = queue_age(now)
    return ["queue"] if age is not None and age > QUEUE_IS_OLD else []


def mail_troubles(now: datetime) -> list[str]:
    """The code `mail` when mail that is due could not be sent for too long."""
    waiting = (
        MailRequest.objects.aggregate(oldest=Min("requested_at"))["oldest"],
        OutboxEntry.objects.aggregate(oldest=Min("wanted_at"))["oldest"],
    )
    late = [since for since in waiting if since is not None and (now - since).total_seconds() > QUEUE_IS_OLD]
    return ["mail"] if late else []


def queue_age(now: datetime) -> float | None:
    """Seconds since the oldest waiting request was written; None when nothing waits."""
    oldest = ReconcileRequest.objects.aggregate(oldest=Min("requested_at"))["oldest"]
    return None if oldest is None else float((now - oldest).total_seconds())


def beat_age() -> float | None:
    """Seconds since a worker last heard beat, waiting in the queue included; None when it never did.

    Raises `redis.RedisError` when Redis is absent.
    """
    with redis.Redis.from_url(
        settings.REDIS_URL,
        socket_connect_timeout=BELL_TIMEOUT,
        socket_timeout=BELL_TIMEOUT,
        retry=Retry(NoBackoff(), 0),
    ) as bell:
        heard = bell.get(HEARTBEAT_KEY)
    return None if heard is None else max(0.0, time.time() - float(heard))
