from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pytest
import redis
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from config import health
from config.celery import HEARTBEAT_KEY, beat_heartbeat
from config.environment import database
from governance.models.queue import MailRequest, ReconcileRequest


@pytest.fixture
def bell(settings: Settings) -> redis.Redis:
    """A corner of the real Redis that no running beat of another test writes to."""
    settings.REDIS_URL = settings.REDIS_URL.removesuffix("/0") + "/9"
    with redis.Redis.from_url(settings.REDIS_URL) as corner:
        corner.delete(HEARTBEAT_KEY)
    return corner


def connect(**changes: Any) -> Any:
    other = connection.copy()
    other.settings_dict = {**connection.settings_dict, **changes}
    return other


def test_healthz_asks_nobody(client: Client) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_healthz_needs_no_known_host(client: Client) -> None:
    assert client.get("/healthz", headers={"host": "10.1.2.3"}).status_code == 200


@pytest.mark.django_db
def test_readyz_after_a_heartbeat(client: Client, bell: redis.Redis) -> None:
    beat_heartbeat()
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok", "troubles": []})


@pytest.mark.django_db
def test_readyz_without_redis_is_degraded(client: Client, settings: Settings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    begun = time.monotonic()
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"status": "degraded", "troubles": ["redis"]})
    assert time.monotonic() - begun < 3


@pytest.mark.django_db
def test_readyz_without_any_beat_is_degraded(client: Client, bell: redis.Redis) -> None:
    assert client.get("/readyz").json() == {"status": "degraded", "troubles": ["beat"]}


@pytest.mark.django_db
def test_readyz_with_a_late_beat_is_degraded(client: Client, bell: redis.Redis) -> None:
    bell.set(HEARTBEAT_KEY, repr(time.time() - 2 * health.BEAT_IS_LATE))
    assert client.get("/readyz").json() == {"status": "degraded", "troubles": ["beat"]}


@pytest.mark.django_db
def test_readyz_with_old_work_is_degraded(client: Client, bell: redis.Redis) -> None:
    beat_heartbeat()
    long_ago = timezone.now() - timedelta(seconds=2 * health.QUEUE_IS_OLD)
    ReconcileRequest.objects.create(organization_id=1, requested_at=long_ago)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"status": "degraded", "troubles": ["queue"]})


@pytest.mark.django_db
def test_readyz_with_old_mail_is_degraded(client: Client, bell: redis.Redis) -> None:
    beat_heartbeat()
    now = timezone.now()
    request = MailRequest.objects.create(organization_id=1, user_id=1, requested_at=now + timedelta(hours=9))
    assert client.get("/readyz").json()["troubles"] == []
    MailRequest.objects.filter(pk=request.pk).update(requested_at=now - timedelta(seconds=2 * health.QUEUE_IS_OLD))
    assert client.get("/readyz").json() == {"status": "degraded", "troubles": ["mail"]}


@pytest.mark.django_db
def test_readyz_of_an_unreachable_database_is_unavailable(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "connection", connect(PORT="1"))
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["troubles"]) == (503, ["database"])


@pytest.mark.django_db
def test_readyz_of_an_empty_database_lacks_migrations(
    client: Client, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    name = database(settings.DATABASE_OWNER_URL)["NAME"]
    empty = connect(NAME=name)
    monkeypatch.setattr(health, "connection", empty)
    try:
        answer = client.get("/readyz")
    finally:
        empty.close()
    assert (answer.status_code, answer.json()["troubles"]) == (503, ["migrations"])


@pytest.mark.django_db
def test_readyz_as_the_owner_has_the_wrong_role(
    client: Client, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    owner = database(settings.DATABASE_OWNER_URL)
    as_owner = connect(USER=owner["USER"], PASSWORD=owner["PASSWORD"])
    monkeypatch.setattr(health, "connection", as_owner)
    try:
        answer = client.get("/readyz")
    finally:
        as_owner.close()
    assert (answer.status_code, answer.json()["troubles"]) == (503, ["role"])
