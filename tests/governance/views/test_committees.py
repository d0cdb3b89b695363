"""Committee pages: who changes them, what is refused, what everybody may know."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portfolio.models import CommitteeMember, SteeringCommittee, User
from tests.cast import TODAY, Cast
from tests.governance.meetings import plan, seat_all, submitted
from tests.governance.views.desk import address, on_the_day, sign_in

__all__ = ["on_the_day"]
pytestmark = pytest.mark.usefixtures("on_the_day")


def get(cast: Cast, person: User, name: str, *args: Any) -> Any:
    return sign_in(person).get(address(cast, name, *args))


def post(cast: Cast, person: User, page: str, *args: Any, **data: Any) -> Any:
    return sign_in(person).post(address(cast, page, *args), {"key": str(uuid.uuid4()), **data})


def terms(cast: Cast, **fields: Any) -> dict[str, Any]:
    people = {"chair": cast.chair.pk, "deputy": cast.deputy.pk, "secretary": cast.member.pk}
    return {"name": "SteerCo", "quorum": "2", "voting_rule": "two_thirds", **people, **fields}


def test_everybody_reads_who_decides_and_only_some_what(cast: Cast) -> None:
    seat_all(cast)
    submission = submitted(cast)
    plan(cast, place="Room 77")
    for person, sees in ((cast.owner, False), (cast.chair, True), (cast.auditor, True), (cast.member, True)):
        assert "SteerCo" in get(cast, person, "committee_list").content.decode()
        html = get(cast, person, "committee", cast.committee.pk).content.decode()
        assert "Deputy chair" in html
        assert ("Room 77" in html) is sees
        assert submission.measure.code not in html
    assert get(cast, cast.outsider, "committee", cast.committee.pk).status_code == 404
    assert get(cast, cast.chair, "committee", cast.committee.pk + 99).status_code == 404


def test_what_waits_stands_on_the_committees_page(cast: Cast) -> None:
    seat_all(cast)
    submission = submitted(cast)
    html = get(cast, cast.member, "committee", cast.committee.pk).content.decode()
    assert submission.measure.code in html
    assert address(cast, "vote_create", submission.measure.code) in html


def test_whoever_manages_settings_changes_officers_and_rule(cast: Cast) -> None:
    answer = post(cast, cast.admin, "committee_edit", cast.committee.pk, version="1", **terms(cast))
    assert answer.status_code == 302
    committee = SteeringCommittee.objects.get(pk=cast.committee.pk)
    assert (committee.secretary, committee.voting_rule) == (cast.member, "two_thirds")
    html = get(cast, cast.admin, "committee", cast.committee.pk).content.decode()
    assert "changed the committee SteerCo" in html
    assert "Two thirds" in html
    stale = post(cast, cast.admin, "committee_edit", cast.committee.pk, version="1", **terms(cast, quorum="1"))
    assert (stale.status_code, "Somebody else changed this" in stale.content.decode()) == (409, True)


@pytest.mark.parametrize("who", ["member", "chair", "office", "auditor", "owner"])
def test_nobody_else_does_not_even_the_secretary(cast: Cast, who: str) -> None:
    seat_all(cast)
    person, pk = getattr(cast, who), cast.committee.pk
    seat = CommitteeMember.objects.get(user=cast.deputy)
    assert post(cast, person, "committee_edit", pk, **terms(cast)).status_code == 403
    assert post(cast, person, "seat_create", pk, user=cast.sponsor.pk, since=TODAY).status_code == 403
    assert post(cast, person, "seat_edit", seat.pk, until=TODAY).status_code == 403
    assert post(cast, person, "committee_create", **terms(cast, name="New")).status_code == 403
    assert not CommitteeMember.objects.filter(user=cast.sponsor).exists()


def test_a_seat_is_taken_and_given_up(cast: Cast) -> None:
    pk = cast.committee.pk
    assert post(cast, cast.admin, "seat_create", pk, user=cast.sponsor.pk, since=TODAY).status_code == 302
    seat = CommitteeMember.objects.get(user=cast.sponsor)
    twice = post(cast, cast.admin, "seat_create", pk, user=cast.sponsor.pk, since=TODAY)
    assert (twice.status_code, "Sponsor serves already." in twice.content.decode()) == (422, True)
    assert post(cast, cast.admin, "seat_edit", seat.pk, until=TODAY).status_code == 302
    assert "changed the term of Sponsor" in get(cast, cast.chair, "committee", pk).content.decode()
    assert "changed the term of Sponsor" not in get(cast, cast.owner, "committee", pk).content.decode()
    assert "left" in get(cast, cast.owner, "committee", pk).content.decode()
    chair = CommitteeMember.objects.get(user=cast.chair)
    answer = post(cast, cast.admin, "seat_edit", chair.pk, until=TODAY)
    assert (answer.status_code, "Name another chair" in answer.content.decode()) == (422, True)


def test_a_committee_is_created_once(cast: Cast) -> None:
    key, new = str(uuid.uuid4()), terms(cast, name="Cash council")
    for _click in range(2):
        assert post(cast, cast.admin, "committee_create", key=key, **new).status_code == 302
    assert SteeringCommittee.objects.filter(name="Cash council").count() == 1
    answer = post(cast, cast.admin, "committee_create", **new)
    assert (answer.status_code, "already a committee" in answer.content.decode()) == (422, True)


def _statements(cast: Cast, name: str, *args: Any) -> int:
    client = sign_in(cast.chair)
    client.get(address(cast, name, *args))
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address(cast, name, *args)).status_code == 200
    return len(queries)


def test_lists_take_as_many_statements_for_three_rows_as_for_one(cast: Cast) -> None:
    seat_all(cast)
    submitted(cast)
    lists = ("committee_list",), ("committee", cast.committee.pk)
    one = [_statements(cast, *page) for page in lists]
    for number in range(2):
        SteeringCommittee.objects.create(name=f"Board {number}", chair=cast.chair)
        submitted(cast, name=f"Measure {number}")
        plan(cast)
    submitted(cast, name="Another")
    submitted(cast, name="Yet another")
    assert [_statements(cast, *page) for page in lists] == one
