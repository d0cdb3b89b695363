"""The digest's pages: who sets it, how it looks to whom, and a test that goes to nobody else."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from governance.models import CommitteeDigest, OutgoingMail
from measures.choices import DoI
from portfolio.models import CommitteeMember, SteeringCommittee
from tests.cast import TODAY, Cast
from tests.governance.steps import measure_at, put
from tests.governance.views.desk import address, on_the_day, post, sign_in

__all__ = ["on_the_day"]
pytestmark = pytest.mark.usefixtures("on_the_day")
FORM = {"weekday": "0", "day": "", "hour": "7", "time_zone": "Europe/Berlin", "language": "de", "active": "on"}


def test_office_sets_the_digest_and_reads_when_it_comes(cast: Cast) -> None:
    assert post(cast, cast.office, "digest_set", cast.committee.pk, **FORM).status_code == 302
    digest = CommitteeDigest.objects.get()
    assert (digest.weekday, digest.day, digest.hour, digest.language) == (0, None, 7, "de")
    assert "19 Oct 2026" in sign_in(cast.office).get(address(cast, "digests")).content.decode()


def test_same_form_sent_twice_sets_it_once(cast: Cast) -> None:
    key = str(uuid.uuid4())
    for _click in range(2):
        post(cast, cast.office, "digest_set", cast.committee.pk, **FORM, key=key)
    assert CommitteeDigest.objects.get().version == 1


@pytest.mark.parametrize("name", ["digest_set", "digest_preview", "digest_body"])
def test_pages_of_a_digest_are_for_who_may_set_it(cast: Cast, name: str) -> None:
    place = address(cast, name, cast.committee.pk)
    assert sign_in(cast.office).get(place).status_code == 200
    assert sign_in(cast.admin).get(place).status_code == 200
    assert sign_in(cast.owner).get(place).status_code == 403
    assert sign_in(cast.outsider).get(place).status_code == 404
    assert sign_in(cast.office).get(address(cast, name, 10**9)).status_code == 404


def test_list_is_for_who_may_set_one(cast: Cast) -> None:
    assert sign_in(cast.owner).get(address(cast, "digests")).status_code == 403
    SteeringCommittee.objects.update(secretary=cast.owner)
    assert sign_in(cast.owner).get(address(cast, "digests")).status_code == 200
    settings = sign_in(cast.owner).get(address(cast, "inbox_settings")).content.decode()
    assert "Digests of steering committees" in settings


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"weekday": "", "day": ""}, "choose one of both"),
        ({"day": "5"}, "choose one of both"),
        ({"weekday": "", "day": "32"}, "less than or equal to 31"),
        ({"time_zone": "Atlantis/Deep"}, "Select a valid choice"),
    ],
)
def test_what_makes_no_schedule_is_refused_with_a_sentence(cast: Cast, wrong: dict[str, str], sentence: str) -> None:
    answer = post(cast, cast.office, "digest_set", cast.committee.pk, **{**FORM, **wrong})
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not CommitteeDigest.objects.exists()


def test_preview_as_a_reader_on_a_day_shows_what_both_may_see(cast: Cast) -> None:
    put(cast, measure_at(cast, DoI.DETAILED, name="Waits for the chair"))
    place = address(cast, "digest_preview", cast.committee.pk)
    html = sign_in(cast.office).get(f"{place}?reader={cast.chair.pk}").content.decode()
    assert "Waits for the chair" in html
    # A secretary without any rights sees the committee's measures; an administrator none, and learns none here.
    SteeringCommittee.objects.update(secretary=cast.member)
    assert "Waits for the chair" in sign_in(cast.member).get(place).content.decode()
    CommitteeMember.objects.create(committee=cast.committee, user=cast.owner, since=TODAY)
    early = (TODAY - timedelta(days=30)).isoformat()
    assert "Nothing to decide." in sign_in(cast.office).get(f"{place}?on={early}").content.decode()
    assert sign_in(cast.office).get(f"{place}?on=nonsense&reader=nobody").status_code == 200


def test_body_of_the_preview_has_a_policy_of_its_own(cast: Cast) -> None:
    answer = sign_in(cast.office).get(address(cast, "digest_body", cast.committee.pk))
    assert "sandbox" in answer["Content-Security-Policy"]
    assert "script-src" not in answer["Content-Security-Policy"]
    assert 'src="data:image/png;base64,' in answer.content.decode()
    assert answer["X-Frame-Options"] == "SAMEORIGIN"


def test_test_mail_goes_to_who_looks_and_to_nobody_else(cast: Cast) -> None:
    place = address(cast, "digest_preview", cast.committee.pk) + f"?reader={cast.chair.pk}"
    key = str(uuid.uuid4())
    for _click in range(2):
        sign_in(cast.office).post(place, {"key": key})
    mail = OutgoingMail.objects.get()
    assert (mail.user_id, mail.kind) == (cast.office.pk, "digest_test")
    assert "A test: only you have received this." in mail.text


def test_list_takes_as_many_statements_for_three_as_for_one(cast: Cast) -> None:
    client, counts = sign_in(cast.office), []
    for number in (1, 2, 3):
        client.get(address(cast, "digests"))
        with CaptureQueriesContext(connection) as queries:
            client.get(address(cast, "digests"))
        counts.append(len(queries))
        SteeringCommittee.objects.create(name=f"Committee {number}", chair=cast.chair, secretary=cast.member)
    assert counts[0] == counts[2]
