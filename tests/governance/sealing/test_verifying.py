"""What verification says, by command and in the background."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import DatabaseError
from django.utils import timezone
from pytest_django import Settings
from structlog.testing import capture_logs

from config.celery import app
from governance import tasks
from governance.actions.seals import LEASE, lease_verifications, request_verification, serve_verification
from governance.models import SealRequest, Verification, VerificationRequest
from governance.queries.seals import head_of, waiting_since
from governance.sealing.anchors import anchored_heads
from governance.sealing.sentences import FINDINGS, finding_sentence
from governance.sealing.verifying import GRACE, verify
from portfolio import tenancy
from portfolio.errors import NotAllowed
from portfolio.models import Deed
from tests.cast import Cast
from tests.governance.sealing.trail import Trail, committed_trail, default_database, seal_all, superuser_url
from tests.guarantees.rows import sql


@pytest.fixture(autouse=True)
def storage(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def at_once() -> Iterator[None]:
    app.conf.task_always_eager = True
    app.conf.task_eager_propagates = True
    yield
    app.conf.task_always_eager = False
    app.conf.task_eager_propagates = False


@pytest.fixture
def tampered(django_db_setup: None, django_db_blocker: Any) -> Iterator[Trail]:
    """A sealed trail in which the superuser has changed a reason, removed a deed and added one, past everything."""
    with django_db_blocker.unblock(), committed_trail("verified") as made:
        with tenancy.tenant(made.organization_id, user_id=made.cast.office.pk):
            for kind in ("first", "second"):
                Deed.objects.create(kind=kind, actor=made.cast.office, at=timezone.now())
        seal_all(made.organization_id)
        with default_database(made.name, superuser_url()), tenancy.tenant(made.organization_id):
            sql("SET LOCAL session_replication_role = replica")
            sql("UPDATE portfolio_deed SET reason = 'Another one.' WHERE kind = 'first'")
            sql("DELETE FROM portfolio_deed WHERE kind = 'second'")
            sql(
                "INSERT INTO portfolio_deed (organization_id, kind, reason, subject_kind, details, request_id, at)"
                " VALUES (%s, 'third', '', '', '{}', '', now())",
                made.organization_id,
            )
        yield made


def command(slug: str, **options: Any) -> str:
    out = io.StringIO()
    call_command("verify_audit", organization=slug, stdout=out, stderr=out, **options)
    return out.getvalue()


def codes(cast: Cast, **options: Any) -> list[str]:
    report = verify(cast.organization.pk, now=timezone.now(), **options)
    return [finding.code for finding in report.findings]


def test_the_command_finds_and_names_what_was_done_and_ends_with_1(tampered: Trail, tmp_path: Path) -> None:
    out = io.StringIO()
    with pytest.raises(CommandError, match="3 findings") as ended:
        call_command(
            "verify_audit", organization=tampered.cast.organization.slug, json=str(tmp_path / "r.json"), stdout=out
        )
    assert ended.value.returncode == 1
    assert "rows of portfolio_deed are not what was sealed (ids" in out.getvalue()
    assert "sealed rows of portfolio_deed are gone (ids" in out.getvalue()
    assert "rows of portfolio_deed were never sealed and do not wait for it (ids" in out.getvalue()
    found = json.loads((tmp_path / "r.json").read_text())
    assert sorted(one["code"] for one in found["findings"]) == ["rows_changed", "rows_missing", "rows_unsealed"]
    assert all(one["params"]["count"] == 1 for one in found["findings"])


def test_a_clean_trail_is_said_to_be_clean(cast: Cast) -> None:
    cast.measure()
    seal_all(cast.organization.pk)
    head = head_of(cast.organization.pk)
    assert head is not None
    said = command(cast.organization.slug, head=[head.hash])
    assert head.line in said
    assert "No head was given" not in said
    assert "No head was given" in command(cast.organization.slug)


def test_heads_are_read_from_any_text(cast: Cast, tmp_path: Path) -> None:
    seal_all(cast.organization.pk)
    head = head_of(cast.organization.pk)
    assert head is not None
    (tmp_path / "mail.txt").write_text(f"Good day,\nthe trail stands at {head.line}.\nCertificate {'ab' * 32}\n")
    assert "sealed rows compared" in command(cast.organization.slug, head_file=str(tmp_path / "mail.txt"))
    (tmp_path / "mail.txt").write_text(f"the trail stood at #99 {'ab' * 32}.")
    with pytest.raises(CommandError, match="1 findings"):
        command(cast.organization.slug, head_file=str(tmp_path / "mail.txt"))


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"organization": "nowhere"}, "no organization “nowhere”"),
        ({"head": ["nonsense"]}, "“nonsense” is no head"),
        ({"head_file": "/nowhere"}, "cannot be read"),
        ({"head_file": "/dev/null"}, "names no head"),
        ({"json": "/nowhere/report.json"}, "cannot be written"),
    ],
)
def test_the_command_refuses_what_it_cannot_use(cast: Cast, options: dict[str, Any], sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence):
        call_command("verify_audit", **({"organization": cast.organization.slug} | options), stdout=io.StringIO())


def test_the_report_goes_to_standard_output_alone(cast: Cast) -> None:
    seal_all(cast.organization.pk)
    out, told = io.StringIO(), io.StringIO()
    call_command("verify_audit", organization=cast.organization.slug, json="-", stdout=out, stderr=told)
    assert json.loads(out.getvalue())["findings"] == []
    assert "sealed rows compared" in told.getvalue()


def test_rows_that_wait_are_no_finding_until_they_wait_too_long(cast: Cast) -> None:
    cast.measure()
    assert codes(cast) == []
    since = waiting_since(cast.organization.pk)
    assert since is not None
    report = verify(cast.organization.pk, now=since + GRACE + timedelta(seconds=1))
    assert [finding.code for finding in report.findings] == ["seal_late"]


def test_rows_whose_request_was_taken_away_are_found(cast: Cast) -> None:
    cast.measure()
    SealRequest.objects.all().delete()
    assert "rows_unsealed" in codes(cast)


def test_every_finding_can_be_said() -> None:
    params = {"count": 30, "ids": [1, 2], "table": "t", "first": 1, "last": 2, "number": 3, "head": "h", "since": "s"}
    for code in FINDINGS:
        assert "%(" not in finding_sentence(code, params)
    assert "1, 2, …" in finding_sentence("rows_changed", params)


# In the background


def test_the_bell_seals_and_writes_one_anchor_an_hour(cast: Cast, at_once: None) -> None:
    noon = datetime(2027, 1, 5, 12, 10, tzinfo=UTC)
    heads = []
    for minutes in (0, 20, 60):
        with time_machine.travel(noon + timedelta(minutes=minutes)):
            Deed.objects.create(kind="noted", actor=cast.office, at=timezone.now())
            tasks.seal_rows()
        heads.append(head_of(cast.organization.pk))
    assert all(heads)
    assert anchored_heads(cast.organization.pk) == [heads[2].hash, heads[0].hash]  # type: ignore[union-attr]
    assert codes(cast, anchors=anchored_heads(cast.organization.pk)) == []


def test_an_end_cut_off_behind_an_anchor_is_found(cast: Cast, at_once: None) -> None:
    tasks.seal_rows()
    assert codes(cast, anchors=["cd" * 32]) == ["anchor_missing"]


def test_the_log_knows_each_head(cast: Cast, at_once: None) -> None:
    with capture_logs() as logs:
        tasks.seal_rows()
    head = head_of(cast.organization.pk)
    assert head is not None
    assert head.line in [entry.get("seal") for entry in logs]


def test_an_organization_that_cannot_be_sealed_holds_up_no_other(
    cast: Cast, at_once: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = tasks.seal_waiting

    def refuses(organization_id: int, **options: Any) -> Any:
        if organization_id == cast.foreign.pk:
            raise DatabaseError("gone")
        return real(organization_id, **options)

    monkeypatch.setattr(tasks, "seal_waiting", refuses)
    with capture_logs() as logs:
        tasks.seal_rows()
    assert head_of(cast.organization.pk) is not None
    assert "not_sealed" in [entry["event"] for entry in logs]


def test_the_bell_looks_at_the_trail_when_asked(cast: Cast, at_once: None) -> None:
    with cast.acting(cast.auditor):
        row = request_verification(by=cast.auditor, now=timezone.now())
    tasks.seal_rows()
    row.refresh_from_db()
    assert row.finished_at is not None
    assert row.findings == []
    assert row.rows > 0
    assert not VerificationRequest.objects.exists()


def test_a_killed_look_is_due_again_and_a_finished_one_is_not_done_twice(cast: Cast) -> None:
    with cast.acting(cast.auditor):
        row = request_verification(by=cast.auditor, now=timezone.now())
    now = timezone.now()
    wanted = [(cast.organization.pk, row.pk)]
    assert lease_verifications(now) == wanted
    assert lease_verifications(now) == []
    assert lease_verifications(now + LEASE) == wanted
    assert serve_verification(*wanted[0], now=now) is not None
    assert serve_verification(*wanted[0], now=now) is None


def test_nobody_without_the_right_asks_for_a_look(cast: Cast) -> None:
    with cast.acting(cast.owner), pytest.raises(NotAllowed):
        request_verification(by=cast.owner, now=timezone.now())
    assert not Verification.objects.exists()
