"""Ratifying take-overs: the chair's list, in bulk, once."""

from __future__ import annotations

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from governance.models import ImportBatch, TakeOver, TakeOverGap
from measures.choices import DoI
from measures.models import Measure
from portfolio.models import Deed
from tests.cast import TODAY, Cast
from tests.governance.views.desk import address, on_the_day, post, sign_in

__all__ = ["on_the_day"]
pytestmark = pytest.mark.usefixtures("on_the_day")


def taken_over(cast: Cast, *names: str) -> list[Measure]:
    batch = ImportBatch.objects.create(name="w", sha256="0" * 64, imported_by=cast.office, on=TODAY, at=timezone.now())
    measures = [cast.measure(name=name) for name in names]
    for measure in measures:
        TakeOver.objects.create(measure=measure, batch=batch, stage=DoI.DECIDED)
        TakeOverGap.objects.create(measure=measure, criterion="problem_described")
    return measures


def waiting() -> set[str]:
    return set(TakeOver.objects.filter(ratified_at__isnull=True).values_list("measure__name", flat=True))


def test_the_chair_sees_what_was_taken_over_with_its_gaps(cast: Cast) -> None:
    (measure,) = taken_over(cast, "Old program")
    html = sign_in(cast.chair).get(address(cast, "ratification")).content.decode()
    assert measure.code in html
    assert "Name, problem and intended outcome are written down." in html


@pytest.mark.parametrize("who", ["owner", "controller", "sponsor", "deputy", "office", "auditor", "member"])
def test_others_have_nothing_to_ratify_and_may_not(cast: Cast, who: str) -> None:
    (measure,) = taken_over(cast, "Old program")
    person = getattr(cast, who)
    html = sign_in(person).get(address(cast, "ratification")).content.decode()
    assert "Nothing to ratify" in html
    assert measure.code not in html
    assert post(cast, person, "ratification", measure=[measure.code], reason="Yes").status_code == 403
    assert waiting() == {"Old program"}


def test_the_page_does_not_exist_for_a_foreign_tenant(cast: Cast) -> None:
    assert sign_in(cast.outsider).get(address(cast, "ratification")).status_code == 404


def test_the_chair_ratifies_the_chosen_in_bulk(cast: Cast) -> None:
    one, two, _three = taken_over(cast, "One", "Two", "Three")
    answer = post(cast, cast.chair, "ratification", measure=[one.code, two.code], reason="As in the minutes")
    assert answer.status_code == 302
    assert waiting() == {"Three"}
    assert set(Deed.objects.filter(kind="take_over_ratified").values_list("reason", flat=True)) == {"As in the minutes"}


def test_ratify_twice_with_one_key_is_done_once(cast: Cast) -> None:
    (measure,) = taken_over(cast, "One")
    key = str(uuid.uuid4())
    for _click in range(2):
        answer = post(cast, cast.chair, "ratification", measure=[measure.code], reason="Yes", key=key)
        assert answer.status_code == 302
    assert Deed.objects.filter(kind="take_over_ratified").count() == 1


def test_ratify_needs_a_choice_and_a_reason(cast: Cast) -> None:
    (measure,) = taken_over(cast, "One")
    none = post(cast, cast.chair, "ratification", reason="Yes")
    silent = post(cast, cast.chair, "ratification", measure=[measure.code], reason="")
    assert (none.status_code, silent.status_code) == (422, 422)
    assert "Choose at least one measure." in none.content.decode()
    assert "Give a reason." in silent.content.decode()
    assert "checked" in silent.content.decode()
    assert waiting() == {"One"}


def _statements(cast: Cast) -> int:
    client = sign_in(cast.chair)
    client.get(address(cast, "ratification"))
    with CaptureQueriesContext(connection) as queries:
        client.get(address(cast, "ratification"))
    return len(queries)


def test_the_list_takes_as_many_statements_for_three_rows_as_for_one(cast: Cast) -> None:
    taken_over(cast, "One")
    one = _statements(cast)
    taken_over(cast, "Two", "Three")
    assert _statements(cast) == one


def test_a_code_tells_nothing_about_a_measure_the_person_may_not_see(cast: Cast) -> None:
    (measure,) = taken_over(cast, "Old program")
    unseen = post(cast, cast.member, "ratification", measure=[measure.code], reason="Yes")
    unknown = post(cast, cast.member, "ratification", measure=["M-4711"], reason="Yes")
    assert (unseen.status_code, unknown.status_code) == (403, 403)
    assert cast.chair.name not in unseen.content.decode()
    assert waiting() == {"Old program"}
