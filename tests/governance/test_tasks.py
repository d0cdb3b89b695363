"""The tick, the nightly request and the run they lead to: nothing lost, nothing doubled."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.core import mail
from django.utils import timezone
from pytest_django import Settings
from structlog.testing import capture_logs

from config.celery import app
from governance import tasks
from governance.actions import requests as subject
from governance.actions.requests import LEASE, lease_due, request_nightly, serve_requests
from governance.models import MailRequest, MeasureStatus, NightlyRun, Notice, ReconcileRequest
from portfolio.access import rights_on
from portfolio.actions.members import write_grant
from portfolio.models import RoleGrant
from tests.cast import TODAY, Cast


@pytest.fixture
def at_once() -> Iterator[None]:
    """Tasks run where they are asked for, without a broker."""
    app.conf.task_always_eager = True
    app.conf.task_eager_propagates = True
    yield
    app.conf.task_always_eager = False
    app.conf.task_eager_propagates = False


def waiting(cast: Cast) -> int:
    return ReconcileRequest.objects.filter(organization_id=cast.organization.pk).count()


def ask(cast: Cast, measure_id: int | None = None) -> None:
    ReconcileRequest.objects.create(
        organization_id=cast.organization.pk, measure_id=measure_id, requested_at=timezone.now()
    )


def test_tick_serves_what_changed(cast: Cast, at_once: None) -> None:
    measure = cast.measure()
    assert waiting(cast)
    tasks.tick()
    assert not waiting(cast)
    assert MeasureStatus.objects.filter(measure=measure).exists()


def test_tick_mails_what_waits_once(cast: Cast, at_once: None) -> None:
    ReconcileRequest.objects.all().delete()
    moment = timezone.now()
    Notice.objects.create(
        user=cast.sponsor, fact_kind="closure", fact_id=1, code="closure_confirmed", params={"code": "M-1"}, at=moment
    )
    MailRequest.objects.create(organization_id=cast.organization.pk, user_id=cast.sponsor.pk, requested_at=moment)
    for _clock in range(2):
        tasks.tick()
    assert [letter.to for letter in mail.outbox] == [[cast.sponsor.email]]
    assert not MailRequest.objects.exists()


def test_mails_do_not_wait_behind_long_runs(settings: Settings) -> None:
    assert tasks.mail_notices.name not in settings.CELERY_TASK_ROUTES
    assert settings.CELERY_TASK_DEFAULT_QUEUE == "interactive"


def test_second_tick_finds_nothing_to_do(cast: Cast, at_once: None) -> None:
    cast.measure()
    tasks.tick()
    rows = MeasureStatus.objects.count()
    tasks.tick()
    assert MeasureStatus.objects.count() == rows


def test_leased_requests_are_not_taken_twice(cast: Cast) -> None:
    ReconcileRequest.objects.all().delete()
    ask(cast)
    now = timezone.now()
    assert lease_due(now) == [cast.organization.pk]
    assert lease_due(now) == []
    assert lease_due(now + LEASE - timedelta(seconds=1)) == []


def test_requests_of_a_killed_worker_are_due_within_a_minute(cast: Cast) -> None:
    ReconcileRequest.objects.all().delete()
    ask(cast)
    now = timezone.now()
    lease_due(now)
    assert timedelta(seconds=60) > LEASE
    assert lease_due(now + LEASE) == [cast.organization.pk]


def test_run_that_breaks_leaves_its_requests_and_writes_nothing(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    measure = cast.measure()
    before = waiting(cast)
    broken = subject.reconcile

    def breaks_at_the_end(*args: object, **kwargs: object) -> None:
        broken(*args, **kwargs)  # type: ignore[arg-type]
        raise RuntimeError("killed")

    monkeypatch.setattr(subject, "reconcile", breaks_at_the_end)
    with pytest.raises(RuntimeError):
        serve_requests(cast.organization.pk, on=TODAY)
    assert waiting(cast) == before
    assert not MeasureStatus.objects.filter(measure=measure).exists()


@contextmanager
def broker_at(url: str) -> Iterator[None]:
    """Inside the block tasks are sent to this address, also when connections to another one are already pooled."""
    was = app.conf.broker_url
    try:
        app.conf.broker_url = url
        app._after_fork()
        yield
    finally:
        app.conf.broker_url = was
        app._after_fork()


def test_unreachable_broker_leaves_the_rows(cast: Cast) -> None:
    cast.measure()
    before = waiting(cast)
    with broker_at("redis://127.0.0.1:1/0"), capture_logs() as logs:
        tasks.tick()
    assert [entry["event"] for entry in logs] == ["bell_unreachable"]
    assert waiting(cast) == before


def test_few_measures_are_looked_at_alone(cast: Cast) -> None:
    measures = [cast.measure(name=f"Saving {n}") for n in range(8)]
    serve_requests(cast.organization.pk, on=TODAY)
    ask(cast, measures[0].pk)
    outcome = serve_requests(cast.organization.pk, on=TODAY)
    assert outcome is not None
    assert outcome.measures == 1


def test_many_measures_are_worth_a_full_run(cast: Cast) -> None:
    measures = [cast.measure(name=f"Saving {n}") for n in range(8)]
    serve_requests(cast.organization.pk, on=TODAY)
    for measure in measures[:2]:
        ask(cast, measure.pk)
    outcome = serve_requests(cast.organization.pk, on=TODAY)
    assert outcome is not None
    assert outcome.measures == 8


def test_nothing_asked_nothing_done(cast: Cast) -> None:
    ReconcileRequest.objects.all().delete()
    assert serve_requests(cast.organization.pk, on=TODAY) is None


def test_nightly_run_is_asked_for_once_a_day(cast: Cast) -> None:
    ReconcileRequest.objects.all().delete()
    now = timezone.now()
    asked = [request_nightly(cast.organization.pk, on=TODAY, now=now) for _clock in range(2)]
    assert asked == [True, False]
    assert waiting(cast) == 1
    assert request_nightly(cast.organization.pk, on=TODAY + timedelta(days=1), now=now)
    assert not request_nightly(cast.organization.pk, on=TODAY, now=now)


def test_nightly_run_begins_with_the_day_of_the_organization(cast: Cast) -> None:
    cast.organization.time_zone = "Asia/Tokyo"
    cast.organization.save()
    with time_machine.travel(datetime(2026, 10, 14, 16, 0, tzinfo=UTC), tick=False):
        tasks.request_nightly_reconciliation()
    days = dict(NightlyRun.objects.values_list("organization_id", "on"))
    assert days[cast.organization.pk] == date(2026, 10, 15)
    assert days[cast.foreign.pk] == date(2026, 10, 14)


def test_an_hour_after_its_last_day_a_role_is_withdrawn(cast: Cast, at_once: None) -> None:
    write_grant(cast.member, role_code="consultant", node=cast.root, ends_on=TODAY)
    with time_machine.travel(datetime(TODAY.year, TODAY.month, TODAY.day, 23, tzinfo=UTC)):
        tasks.request_nightly_reconciliation()
    assert RoleGrant.objects.filter(user=cast.member).exists()
    with time_machine.travel(datetime(TODAY.year, TODAY.month, TODAY.day, 23, tzinfo=UTC) + timedelta(hours=1)):
        tasks.request_nightly_reconciliation()
    assert not RoleGrant.objects.filter(user=cast.member).exists()
    assert not rights_on(cast.member, cast.root.pk)
