"""Sealing: every committed row once, in one chain, whatever else happens at the same time."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from governance.actions import seals as subject
from governance.actions.seals import Range, joined, organizations_waiting, seal_waiting
from governance.models import Seal, SealBlock, SealRequest
from governance.queries.seals import head_of
from governance.sealing.verifying import verify
from portfolio import tenancy
from portfolio.models import Deed
from tests.cast import Cast
from tests.governance.sealing.trail import Trail, committed_trail, seal_all
from tests.guarantees.rows import sql, submit

SEAL = """
import sys, django
from django.conf import settings
settings.DATABASES["default"]["NAME"] = sys.argv[1]
django.setup()
from django.utils import timezone
from governance.actions.seals import seal_waiting
seal_waiting(int(sys.argv[2]), now=timezone.now())
"""


@pytest.fixture
def trail(django_db_setup: None, django_db_blocker: Any) -> Iterator[Trail]:
    with django_db_blocker.unblock(), committed_trail("sealing") as made:
        yield made


def write_deed(cast: Cast, kind: str = "noted") -> Deed:
    return Deed.objects.create(kind=kind, actor=cast.office, at=timezone.now())


def sealed_ids(table: str) -> list[int]:
    return [
        row_id for ids in SealBlock.objects.filter(table_name=table).values_list("ids", flat=True) for row_id in ids
    ]


def clean(organization_id: int) -> bool:
    with tenancy.tenant(organization_id):
        return verify(organization_id, now=timezone.now()).findings == ()


def test_what_was_done_is_sealed_once_and_in_order(cast: Cast) -> None:
    cast.measure()
    assert cast.organization.pk in organizations_waiting()
    assert seal_all(cast.organization.pk) > 20
    assert cast.organization.pk not in organizations_waiting()
    ids = sealed_ids("portfolio_deed")
    assert sorted(ids) == sorted(set(ids)) == list(Deed.objects.order_by("pk").values_list("pk", flat=True))
    assert clean(cast.organization.pk)


def test_nothing_waits_nothing_is_written(cast: Cast) -> None:
    seal_all(cast.organization.pk)
    before = head_of(cast.organization.pk)
    assert seal_all(cast.organization.pk) == 0
    assert head_of(cast.organization.pk) == before


def test_seals_follow_each_other(cast: Cast) -> None:
    for turn in range(3):
        write_deed(cast, f"turn {turn}")
        seal_all(cast.organization.pk)
    seals = list(Seal.objects.order_by("number"))
    assert [seal.number for seal in seals] == [1, 2, 3]
    assert [seal.previous for seal in seals] == ["0" * 64, seals[0].hash, seals[1].hash]
    assert head_of(cast.organization.pk) == (3, seals[2].hash, seals[2].at)


def test_one_statement_brings_one_request(cast: Cast) -> None:
    SealRequest.objects.all().delete()
    at = timezone.now()
    Deed.objects.bulk_create(Deed(kind="bulk", actor=cast.office, at=at) for _n in range(50))
    ids = list(Deed.objects.filter(kind="bulk").order_by("pk").values_list("pk", flat=True))
    waiting = list(SealRequest.objects.values_list("table_name", "first_id", "last_id"))
    assert waiting == [("portfolio_deed", ids[0], ids[-1])]


def test_work_is_done_in_bounded_portions(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    seal_all(cast.organization.pk)
    monkeypatch.setattr(subject, "MOST_ROWS", 20)
    at = timezone.now()
    Deed.objects.bulk_create(Deed(kind="bulk", actor=cast.office, at=at) for _n in range(50))
    portions = [seal_waiting(cast.organization.pk, now=at) for _run in range(3)]
    assert [(done.rows, done.more) for done in portions if done] == [(20, True), (20, True), (10, False)]
    assert clean(cast.organization.pk)


def test_rows_from_before_the_seals_are_sealed_by_the_first_runs(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the migration asks for: one range over everything, worked off in portions that may break off."""
    for turn in range(5):
        write_deed(cast, f"turn {turn}")
    SealRequest.objects.all().delete()
    SealRequest.objects.create(
        organization_id=cast.organization.pk,
        table_name="portfolio_deed",
        first_id=0,
        last_id=2**63 - 1,
        requested_at=timezone.now(),
    )
    known = Deed.objects.count()
    monkeypatch.setattr(subject, "MOST_ROWS", 3)
    first = seal_waiting(cast.organization.pk, now=timezone.now())
    assert first is not None
    assert (first.rows, first.more) == (3, True)
    write_deed(cast)
    seal_all(cast.organization.pk)
    assert len(sealed_ids("portfolio_deed")) == known + 1


def test_rows_of_another_organization_stay_out(cast: Cast) -> None:
    write_deed(cast)
    with tenancy.acting_as(organization_id=cast.foreign.pk, user_id=cast.outsider.pk):
        foreign = Deed.objects.create(kind="noted", actor=cast.outsider, at=timezone.now())
    own = write_deed(cast)
    seal_all(cast.organization.pk)
    assert own.pk in sealed_ids("portfolio_deed")
    assert foreign.pk not in sealed_ids("portfolio_deed")
    assert cast.foreign.pk in organizations_waiting()


def test_request_for_a_table_that_nobody_seals_is_dropped(cast: Cast) -> None:
    SealRequest.objects.all().delete()
    SealRequest.objects.create(
        organization_id=cast.organization.pk,
        table_name="portfolio_user",
        first_id=1,
        last_id=9,
        requested_at=timezone.now(),
    )
    assert seal_all(cast.organization.pk) == 0
    assert not SealRequest.objects.exists()


def test_a_column_added_later_changes_no_seal(trail: Trail) -> None:
    seal_all(trail.organization_id)
    with trail.other_connection() as owner:
        owner.execute("ALTER TABLE portfolio_deed ADD COLUMN colour text NOT NULL DEFAULT 'blue'")
    assert clean(trail.organization_id)
    with tenancy.tenant(trail.organization_id):
        write_deed(trail.cast)
    seal_all(trail.organization_id)
    assert clean(trail.organization_id)
    with tenancy.tenant(trail.organization_id):
        newest = SealBlock.objects.filter(table_name="portfolio_deed").order_by("-pk").first()
        assert newest is not None
        assert "colour" in newest.columns


def test_rows_committed_after_later_ones_were_sealed_are_sealed_too(trail: Trail) -> None:
    seal_all(trail.organization_id)
    with trail.other_connection() as slow:
        slow.execute("SELECT set_config('app.organization_id', %s, true)", [str(trail.organization_id)])
        row = slow.execute(
            "INSERT INTO portfolio_deed (organization_id, kind, reason, subject_kind, details, request_id, at)"
            " VALUES (%s, 'slow', '', '', '{}', '', now()) RETURNING id",
            [trail.organization_id],
        ).fetchone()
        assert row is not None
        with tenancy.tenant(trail.organization_id):
            later = write_deed(trail.cast, "quick")
        assert later.pk > row[0]
        assert seal_all(trail.organization_id) == 1
        assert clean(trail.organization_id)
        slow.commit()
    assert clean(trail.organization_id)
    assert seal_all(trail.organization_id) == 1
    assert clean(trail.organization_id)
    with tenancy.tenant(trail.organization_id):
        assert {row[0], later.pk} <= set(sealed_ids("portfolio_deed"))


def test_a_second_sealer_of_the_organization_leaves_the_first_alone(trail: Trail) -> None:
    with trail.other_connection() as other:
        key = f"seal {trail.organization_id}"
        other.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])
        assert seal_waiting(trail.organization_id, now=timezone.now()) is None
        assert seal_waiting(trail.cast.foreign.pk, now=timezone.now()) is not None
    assert seal_all(trail.organization_id)


def test_sealer_killed_in_mid_run_leaves_its_rows_to_the_next(trail: Trail) -> None:
    waiting = SealRequest.objects.count()
    with trail.other_connection() as holder:
        holder.execute("LOCK TABLE governance_seal IN EXCLUSIVE MODE")
        process = _sealer(trail)
        try:
            _wait_until_held(trail, process)
            assert seal_waiting(trail.organization_id, now=timezone.now()) is None
        finally:
            process.kill()
            process.wait()
    assert SealRequest.objects.count() == waiting
    with tenancy.tenant(trail.organization_id):
        assert not Seal.objects.exists()
    _seal_when_the_lock_is_gone(trail)
    assert clean(trail.organization_id)


def test_two_sealers_at_once_make_one_chain(trail: Trail) -> None:
    processes = [_sealer(trail) for _n in range(2)]
    assert [process.wait(timeout=120) for process in processes] == [0, 0]
    _seal_when_the_lock_is_gone(trail)
    with tenancy.tenant(trail.organization_id):
        numbers = list(Seal.objects.order_by("number").values_list("number", flat=True))
        ids = sealed_ids("portfolio_deed")
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(ids) == len(set(ids))
    assert clean(trail.organization_id)


def _sealer(trail: Trail) -> subprocess.Popen[bytes]:
    arguments = [sys.executable, "-c", SEAL, trail.name, str(trail.organization_id)]
    return subprocess.Popen(arguments, env=os.environ)


def _wait_until_held(trail: Trail, process: subprocess.Popen[bytes]) -> None:
    waiting = (
        "SELECT 1 FROM pg_locks l JOIN pg_class c ON c.oid = l.relation"
        " WHERE c.relname = 'governance_seal' AND NOT l.granted"
    )
    until = time.monotonic() + 60
    with trail.other_connection() as observer:
        while observer.execute(waiting).fetchone() is None:
            assert process.poll() is None, "the sealer ended before it was held"
            assert time.monotonic() < until, "the sealer never came to its end"
            time.sleep(0.1)


def _seal_when_the_lock_is_gone(trail: Trail) -> None:
    until = time.monotonic() + 60
    while seal_waiting(trail.organization_id, now=timezone.now()) is None:
        assert time.monotonic() < until, "the killed sealer still holds its turn"
        time.sleep(0.1)
    seal_all(trail.organization_id)


def test_a_run_that_breaks_seals_nothing(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    waiting = SealRequest.objects.filter(organization_id=cast.organization.pk).count()
    monkeypatch.setattr(subject, "_block_row", lambda *_args: 1 / 0)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        seal_waiting(cast.organization.pk, now=timezone.now())
    assert SealRequest.objects.filter(organization_id=cast.organization.pk).count() == waiting
    assert not Seal.objects.exists()


def test_lawful_changes_of_kept_rows_change_no_seal(cast: Cast) -> None:
    submit(cast, cast.measure(), by=cast.owner)
    seal_all(cast.organization.pk)
    sql("UPDATE governance_gatesubmission SET state = 'withdrawn'")
    assert clean(cast.organization.pk)


def test_times_and_places_of_the_reader_change_no_hash(cast: Cast) -> None:
    seal_all(cast.organization.pk)
    sql("SET LOCAL TimeZone = 'Asia/Tokyo'")
    sql("SET LOCAL DateStyle = 'ISO, DMY'")
    assert clean(cast.organization.pk)
    assert connection.in_atomic_block


def test_ranges_that_meet_are_joined() -> None:
    early, late = timezone.now(), timezone.now()
    ranges = [Range("b", 4, 6, late), Range("a", 1, 3, late), Range("a", 4, 4, early), Range("a", 9, 9, late)]
    assert joined(ranges) == [Range("a", 1, 4, early), Range("a", 9, 9, late), Range("b", 4, 6, late)]
