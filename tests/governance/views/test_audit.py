"""The sealed trail and the whole log in the browser."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from governance.actions.seals import lease_verifications, serve_verification
from governance.models import Seal, Verification, VerificationRequest
from governance.queries.seals import head_of
from governance.sealing.signing import public_key
from portfolio.models import Deed
from tests.cast import Cast
from tests.governance.sealing.trail import seal_all
from tests.governance.views.desk import address, on_the_day, post, sign_in

__all__ = ["on_the_day"]
pytestmark = pytest.mark.usefixtures("on_the_day")


@pytest.fixture(autouse=True)
def storage(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def shown(cast: Cast, name: str = "audit", query: str = "", person: Any = None) -> str:
    return str(sign_in(person or cast.auditor).get(address(cast, name) + query).content.decode())


def serve(cast: Cast) -> None:
    for organization_id, verification_id in lease_verifications(timezone.now()):
        assert organization_id == cast.organization.pk
        serve_verification(organization_id, verification_id, now=timezone.now())


def act(cast: Cast, kind: str, person: Any = None, **fields: Any) -> Deed:
    who = person or cast.office
    with cast.acting(who):
        return Deed.objects.create(kind=kind, actor=who, at=timezone.now(), **fields)


def test_the_page_shows_head_and_public_key(cast: Cast) -> None:
    cast.measure()
    seal_all(cast.organization.pk)
    head = head_of(cast.organization.pk)
    assert head is not None
    html = shown(cast)
    assert head.line in html
    assert str(public_key()) in html
    assert "Not checked yet" in html


def test_the_page_of_an_unsealed_trail_is_friendly(cast: Cast, settings: Settings) -> None:
    settings.AUDIT_SIGNING_KEY = ""
    html = shown(cast)
    assert "Not checked yet" in html
    assert "No signing key is set" in html


@pytest.mark.parametrize("name", ["audit", "audit_log"])
def test_who_may_read_the_whole_log_reads_and_nobody_else(cast: Cast, name: str) -> None:
    for person in (cast.auditor, cast.office, cast.admin):
        assert sign_in(person).get(address(cast, name)).status_code == 200
    for person in (cast.owner, cast.controller, cast.sponsor, cast.chair, cast.member):
        assert sign_in(person).get(address(cast, name)).status_code == 403
    assert sign_in(cast.outsider).get(address(cast, name)).status_code == 404


def test_a_check_is_refused_without_the_right_and_leaves_nothing(cast: Cast) -> None:
    for person in (cast.owner, cast.controller, cast.sponsor, cast.chair, cast.member):
        assert post(cast, person, "audit_verify").status_code == 403
    assert post(cast, cast.outsider, "audit_verify").status_code == 404
    assert sign_in(cast.auditor).get(address(cast, "audit_verify")).status_code == 405
    assert not VerificationRequest.objects.exists()


def test_an_auditor_asks_and_sees_that_all_is_well(cast: Cast) -> None:
    seal_all(cast.organization.pk)
    assert post(cast, cast.auditor, "audit_verify").status_code == 302
    assert "Being checked" in shown(cast)
    seal_all(cast.organization.pk)
    serve(cast)
    html = shown(cast)
    assert "Everything is as it was sealed" in html
    assert "asked for by Auditor" in html
    assert not VerificationRequest.objects.exists()
    assert Deed.objects.filter(kind="trail_verification_asked", actor=cast.auditor).exists()


def test_a_given_head_that_the_chain_lacks_is_told(cast: Cast) -> None:
    seal_all(cast.organization.pk)
    post(cast, cast.auditor, "audit_verify", head="ab" * 32)
    serve(cast)
    html = shown(cast)
    assert "1 finding" in html
    assert "The chain does not contain the given head" in html


def test_a_malformed_head_is_refused_and_kept(cast: Cast) -> None:
    answer = post(cast, cast.auditor, "audit_verify", head="not a hash")
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "A head is a hash of 64 digits" in html
    assert "not a hash" in html
    assert not Verification.objects.exists()
    assert post(cast, cast.auditor, "audit_verify", head="x" * 101).status_code == 422


def test_two_clicks_with_one_key_ask_once(cast: Cast) -> None:
    key = str(uuid.uuid4())
    for _click in range(2):
        assert post(cast, cast.auditor, "audit_verify", key=key).status_code == 302
    assert Verification.objects.count() == 1


def test_the_log_says_who_did_what_and_why(cast: Cast) -> None:
    measure = cast.measure()
    act(cast, "owner_changed", subject_kind="measure", subject_id=measure.pk, reason="She <moved>.")
    act(cast, "plan_validated", cast.controller, on_behalf_of=cast.second_controller)
    html = shown(cast, "audit_log")
    assert "She &lt;moved&gt;." in html
    assert measure.code in html
    assert "Validated the plan" in html
    assert "on behalf of Second Controller" in html


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", {"Why one", "Why two"}),
        ("?person=controller", {"Why two"}),
        ("?person=OFFICE", {"Why one"}),
        ("?kind=plan_validated", {"Why two"}),
        ("?since=2026-10-15&until=2026-10-15", {"Why one", "Why two"}),
        ("?since=2026-10-16", set()),
        ("?until=2026-10-14", set()),
        ("?kind=nonsense&since=nonsense", {"Why one", "Why two"}),
        ("?page=99", {"Why one", "Why two"}),
    ],
)
def test_the_log_is_filtered_by_the_address(cast: Cast, query: str, expected: set[str]) -> None:
    act(cast, "forecast_set", reason="Why one")
    act(cast, "plan_validated", cast.controller, reason="Why two")
    html = shown(cast, "audit_log", query)
    assert {why for why in ("Why one", "Why two") if why in html} == expected


def test_the_log_of_another_organization_stays_out(cast: Cast) -> None:
    act(cast, "forecast_set", reason="Ours")
    html = sign_in(cast.outsider).get(f"/o/{cast.foreign.slug}/audit/log/").content.decode()
    assert "Ours" not in html


def _statements(cast: Cast, name: str) -> int:
    client = sign_in(cast.auditor)
    client.get(address(cast, name))
    with CaptureQueriesContext(connection) as queries:
        client.get(address(cast, name))
    return len(queries)


def test_the_log_takes_as_many_statements_for_three_rows_as_for_one(cast: Cast) -> None:
    act(cast, "forecast_set", subject_kind="measure", subject_id=cast.measure().pk)
    one = _statements(cast, "audit_log")
    for _n in range(2):
        act(cast, "forecast_set", cast.controller, subject_kind="measure", subject_id=cast.measure().pk)
    assert _statements(cast, "audit_log") == one


def test_the_page_takes_as_many_statements_for_three_checks_as_for_one(cast: Cast) -> None:
    post(cast, cast.auditor, "audit_verify")
    one = _statements(cast, "audit")
    for person in (cast.office, cast.admin):
        post(cast, person, "audit_verify")
    assert Seal.objects.count() == 0
    assert _statements(cast, "audit") == one
