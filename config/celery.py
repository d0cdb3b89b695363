"""The Celery application. Tables are the truth; the broker is only the bell that says there is work."""

from __future__ import annotations

import contextlib
import os
import time

import redis
from celery import Celery
from celery.signals import beat_init
from django.conf import settings
from kombu import Queue
from kombu.exceptions import OperationalError

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.local")

HEARTBEAT_KEY = "countersign:beat"

app = Celery("countersign")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.task_queues = [Queue("interactive"), Queue("bulk")]
app.autodiscover_tasks()


@app.task(name="config.celery.beat_heartbeat", ignore_result=True, expires=60)
def beat_heartbeat() -> None:
    """Redis knows afterwards that beat rang and a worker heard it, and forgets it after an hour."""
    with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=5) as bell:
        bell.set(HEARTBEAT_KEY, repr(time.time()), ex=3600)


@beat_init.connect
def ring_at_once(**_: object) -> None:
    """The first heartbeat does not wait for its turn, so a fresh start is ready as soon as it works."""
    with contextlib.suppress(OperationalError):
        beat_heartbeat.apply_async(retry=False)
