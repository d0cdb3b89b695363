"""Divergences: the list, its filters, the controller's answer."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from governance.choices import DivergenceState, Severity
from governance.models import Divergence, DivergenceChange
from measures.models import Measure
from tests.cast import TODAY, Cast
from tests.governance.views.desk import address, on_the_day, post, sign_in

__all__ = ["on_the_day"]
pytestmark = pytest.mark.usefixtures("on_the_day")

ANSWER = {"reason": "The supplier was changed; see the ledger.", "until": (TODAY + timedelta(days=20)).isoformat()}


def diverge(measure: Measure, code: str = "D1", severity: str = Severity.CRITICAL, **fields: object) -> Divergence:
    return Divergence.objects.create(measure=measure, code=code, severity=severity, opened_on=TODAY, **fields)


def listed(cast: Cast, query: str = "", person: object = None) -> str:
    return sign_in(person or cast.auditor).get(address(cast, "divergences") + query).content.decode()


def test_the_list_says_code_meaning_and_measure(cast: Cast) -> None:
    measure = cast.measure()
    diverge(measure)
    html = listed(cast)
    assert "D1" in html
    assert "Silent leakage" in html
    assert measure.code in html
    assert "1 divergence" in html


def test_the_list_is_empty_and_friendly_without_divergences(cast: Cast) -> None:
    assert "No divergence" in listed(cast)


def test_the_list_shows_only_measures_the_person_may_see(cast: Cast) -> None:
    measure = cast.measure()
    diverge(measure)
    assert measure.code not in listed(cast, person=cast.member)
    assert sign_in(cast.outsider).get(address(cast, "divergences")).status_code == 404


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", {"Open one", "Graver one"}),
        ("?code=D7", {"Graver one"}),
        ("?severity=critical", {"Open one"}),
        ("?state=answered", {"Answered one"}),
        ("?state=open&state=answered", {"Open one", "Graver one", "Answered one"}),
        ("?measure=M-1001", {"Open one"}),
    ],
)
def test_filters_stand_in_the_address(cast: Cast, query: str, expected: set[str]) -> None:
    names = ("Open one", "Graver one", "Answered one")
    opened, graver, answered = (cast.measure(name=name) for name in names)
    diverge(opened)
    diverge(graver, "D7", Severity.MEDIUM)
    diverge(answered, "D3", Severity.HIGH, state=DivergenceState.ANSWERED)
    html = listed(cast, query)
    assert {name for name in names if name in html} == expected


def test_the_controller_answers_until_a_day(cast: Cast) -> None:
    row = diverge(cast.measure())
    assert post(cast, cast.controller, "divergence_answer", row.measure.code, "D1", **ANSWER).status_code == 302
    row.refresh_from_db()
    assert (row.state, row.answer) == (DivergenceState.ANSWERED, ANSWER["reason"])
    html = sign_in(cast.auditor).get(address(cast, "divergence_answer", row.measure.code, "D1")).content.decode()
    assert ANSWER["reason"] in html


def test_answer_twice_with_one_key_is_recorded_once(cast: Cast) -> None:
    row, key = diverge(cast.measure()), str(uuid.uuid4())
    for _click in range(2):
        answer = post(cast, cast.controller, "divergence_answer", row.measure.code, "D1", **ANSWER, key=key)
        assert answer.status_code == 302
    assert DivergenceChange.objects.filter(divergence=row).count() == 1


def test_answer_refuses_no_reason_and_more_than_a_month_and_keeps_what_was_typed(cast: Cast) -> None:
    row = diverge(cast.measure())
    long = (TODAY + timedelta(days=40)).isoformat()
    refused = post(cast, cast.controller, "divergence_answer", row.measure.code, "D1", reason="", until=long)
    html = refused.content.decode()
    assert refused.status_code == 422
    assert "Give a reason." in html
    assert long in html
    row.refresh_from_db()
    assert row.state == DivergenceState.OPEN


@pytest.mark.parametrize("who", ["owner", "sponsor", "chair", "office", "auditor", "admin", "second_controller"])
def test_nobody_but_the_controller_answers(cast: Cast, who: str) -> None:
    row, person = diverge(cast.measure()), getattr(cast, who)
    page = address(cast, "divergence_answer", row.measure.code, "D1")
    assert "csrfmiddlewaretoken" not in sign_in(person).get(page).content.decode().split("<main")[1]
    assert post(cast, person, "divergence_answer", row.measure.code, "D1", **ANSWER).status_code == 403


def test_the_answer_page_of_foreign_and_unknown_divergences_does_not_exist(cast: Cast) -> None:
    row = diverge(cast.measure())
    page = address(cast, "divergence_answer", row.measure.code, "D1")
    assert sign_in(cast.outsider).get(page).status_code == 404
    assert sign_in(cast.member).get(page).status_code == 403
    assert sign_in(cast.auditor).get(page.replace("/D1/", "/D2/")).status_code == 404


def _statements(cast: Cast) -> int:
    client = sign_in(cast.auditor)
    client.get(address(cast, "divergences"))
    with CaptureQueriesContext(connection) as queries:
        client.get(address(cast, "divergences"))
    return len(queries)


def test_the_list_takes_as_many_statements_for_three_rows_as_for_one(cast: Cast) -> None:
    diverge(cast.measure())
    one = _statements(cast)
    diverge(cast.measure())
    diverge(cast.measure(), state=DivergenceState.OPEN, answered_by=cast.controller)
    assert _statements(cast) == one
