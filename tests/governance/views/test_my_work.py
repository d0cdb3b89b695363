"""My work: what waits for whom, most urgent first, in a constant number of statements."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from finance.actions.actuals import claim_actual
from finance.actions.disputes import open_dispute
from governance.actions.gates import return_submission
from governance.choices import Severity
from governance.models import Divergence, ImportBatch, Notice, TakeOver
from governance.queries.inbox import Item, inbox
from measures.actions.measures import edit_measure
from measures.choices import DoI
from measures.models import Measure
from portfolio.models import Holiday, User
from tests.cast import TODAY, Cast
from tests.governance.steps import APRIL, idea, measure_at, put
from tests.governance.views.desk import address, on_the_day, post, sign_in

__all__ = ["on_the_day"]
pytestmark = pytest.mark.usefixtures("on_the_day")


def items(person: User, on: date = TODAY) -> list[Item]:
    return list(inbox(person, on=on).items)


def kinds(person: User) -> list[str]:
    return [item.kind for item in items(person)]


def notice(person: User, number: int, measure: Measure | None = None) -> Notice:
    return Notice.objects.create(
        user=person,
        fact_kind="divergence",
        fact_id=number,
        measure_id=measure.pk if measure else None,
        code="D1",
        at=timezone.now(),
    )


def taken_over(cast: Cast, measure: Measure) -> TakeOver:
    batch = ImportBatch.objects.create(name="w", sha256="0" * 64, imported_by=cast.office, on=TODAY, at=timezone.now())
    return TakeOver.objects.create(measure=measure, batch=batch, stage=DoI.DEFINED)


def test_my_work_is_empty_and_friendly_when_nothing_waits(cast: Cast) -> None:
    html = sign_in(cast.member).get(address(cast, "my_work")).content.decode()
    assert "Nothing waits for you" in html


def test_my_work_does_not_exist_for_a_foreign_tenant(cast: Cast) -> None:
    assert sign_in(cast.outsider).get(address(cast, "my_work")).status_code == 404


def test_a_submission_waits_for_its_deciders_alone(cast: Cast) -> None:
    put(cast, idea(cast, due_identified=TODAY))
    assert kinds(cast.office) == ["decide"]
    for other in (cast.owner, cast.controller, cast.sponsor, cast.chair, cast.deputy, cast.auditor):
        assert kinds(other) == []


def test_of_two_offices_only_the_silent_one_is_asked(cast: Cast) -> None:
    measure = measure_at(cast, DoI.IDENTIFIED)
    submission = put(cast, measure)
    assert "decide" in kinds(cast.controller)
    post(
        cast,
        cast.controller,
        "gate_decide",
        measure.code,
        deed="approve:controller",
        submission=submission.pk,
    )
    assert "decide" not in kinds(cast.controller)
    assert "decide" in kinds(cast.sponsor)


def test_the_chair_is_asked_to_decide_and_the_deputy_when_the_chair_is_recused(cast: Cast) -> None:
    put(cast, measure_at(cast, DoI.DETAILED))
    assert kinds(cast.chair) == ["decide"]
    assert kinds(cast.deputy) == []
    Measure.objects.update(sponsor=cast.chair)
    assert kinds(cast.deputy) == ["decide"]
    assert "decide" not in kinds(cast.chair)


def test_a_closure_waits_for_the_controller(cast: Cast) -> None:
    put(cast, measure_at(cast, DoI.IMPLEMENTED))
    assert "close" in kinds(cast.controller)
    html = sign_in(cast.controller).get(address(cast, "my_work")).content.decode()
    assert "Confirm the value and close" in html


def test_returned_and_stale_submissions_come_back_to_the_owner(cast: Cast) -> None:
    later = date(2027, 1, 31)
    returned, stale = (idea(cast, name=name, due_identified=later) for name in ("Returned", "Stale"))
    submission = put(cast, returned)
    with cast.acting(cast.office):
        return_submission(submission, by=cast.office, on=TODAY, reason="Say more")
    waiting = put(cast, stale)
    with cast.acting(cast.owner):
        edit_measure(Measure.objects.get(pk=stale.pk), by=cast.owner, problem="Other")
    post(cast, cast.office, "gate_decide", stale.code, deed="return", reason="x", submission=waiting.pk)
    assert sorted(item.name for item in items(cast.owner) if item.kind == "again") == ["Returned", "Stale"]
    put(cast, Measure.objects.get(pk=returned.pk))
    assert [item.name for item in items(cast.owner) if item.kind == "again"] == ["Stale"]


def test_overdue_gates_and_near_milestones_wait_for_the_owner(cast: Cast) -> None:
    measure = measure_at(cast, DoI.IDENTIFIED)
    found = items(cast.owner)
    assert [(item.kind, item.due) for item in found if item.kind == "gate"] == [("gate", measure.due_detailed)]
    assert not [item for item in found if item.kind == "milestone"]
    put(cast, measure)
    assert "gate" not in kinds(cast.owner)


def test_milestones_wait_once_the_measure_is_detailed(cast: Cast) -> None:
    measure = measure_at(cast, DoI.DETAILED)
    measure.milestones.filter(name="Step 3").update(forecast_on=TODAY + timedelta(days=30))
    assert sorted(item.detail for item in items(cast.owner) if item.kind == "milestone") == ["Step 1", "Step 2"]


def test_claims_wait_for_the_controller_month_by_month(cast: Cast) -> None:
    measure = measure_at(cast, DoI.DECIDED)
    effect = measure.effects.get()
    with cast.acting(cast.owner):
        for month in (APRIL, APRIL + 1, APRIL + 1):
            claim_actual(effect, month, Decimal(1000 + month), by=cast.owner, on=TODAY)
    found = [(item.name, item.detail) for item in items(cast.controller) if item.kind == "claims"]
    assert sorted(found) == [("2026-04", "1"), ("2026-05", "1")]
    html = sign_in(cast.controller).get(address(cast, "my_work")).content.decode()
    assert "?month=2026-04" in html
    assert "Validate the actuals claimed for Apr 2026: 1 measure<" in html


def test_disputes_and_divergences_wait_for_those_they_concern(cast: Cast) -> None:
    measure = measure_at(cast, DoI.DECIDED)
    with cast.acting(cast.controller):
        open_dispute(measure.effects.get(), amount=Decimal(1000), reason="Double counted", by=cast.controller, on=TODAY)
    Divergence.objects.create(measure=measure, code="D1", severity=Severity.CRITICAL, opened_on=TODAY)
    assert {"dispute", "divergence", "forecast"} <= set(kinds(cast.owner))
    assert "dispute" not in kinds(cast.controller)
    assert "divergence" in kinds(cast.controller)
    assert kinds(cast.sponsor) == []


def test_the_chair_is_asked_to_ratify(cast: Cast) -> None:
    taken_over(cast, cast.measure())
    found = items(cast.chair)
    assert [(item.kind, item.detail) for item in found] == [("ratify", "1")]
    assert kinds(cast.deputy) == []


def test_overdue_work_comes_first_and_says_how_long(cast: Cast) -> None:
    measure = idea(cast, due_identified=TODAY)
    put(cast, measure)
    later = TODAY + timedelta(days=21)
    (item,) = items(cast.office, on=later)
    assert (item.age, item.overdue) == (15, 5)
    assert inbox(cast.office, on=later).overdue == 1


def test_money_at_stake_is_the_commitment(cast: Cast) -> None:
    measure = idea(cast, due_identified=TODAY)
    put(cast, measure)
    assert items(cast.office)[0].money is None
    assert items(cast.office)[0].code == measure.code


def test_notices_are_read_by_their_person_alone(cast: Cast) -> None:
    measure = cast.measure()
    mine, other = notice(cast.owner, 1, measure), notice(cast.sponsor, 1)
    html = sign_in(cast.owner).get(address(cast, "my_work")).content.decode()
    assert "Silent leakage" in html
    assert measure.code in html
    assert measure.name in html
    assert post(cast, cast.owner, "notices_read", notice=[mine.pk, other.pk]).status_code == 302
    mine.refresh_from_db()
    other.refresh_from_db()
    assert mine.read_at is not None
    assert other.read_at is None


def _statements(cast: Cast, person: User) -> int:
    client = sign_in(person)
    client.get(address(cast, "my_work"))
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address(cast, "my_work")).status_code == 200
    return len(queries)


def _work(cast: Cast, number: int) -> None:
    measure: Any = idea(cast, name=f"Number {number}")
    put(cast, measure)
    for code in ("D1", "D7"):
        Divergence.objects.create(measure=measure, code=code, severity=Severity.HIGH, opened_on=TODAY)
    idea(cast, name=f"Late {number}")
    notice(cast.owner, number, measure)
    taken_over(cast, measure)


def test_my_work_takes_as_many_statements_for_three_rows_as_for_one(cast: Cast) -> None:
    _work(cast, 1)
    people = (cast.owner, cast.controller, cast.office, cast.chair)
    one = [_statements(cast, person) for person in people]
    _work(cast, 2)
    _work(cast, 3)
    assert [_statements(cast, person) for person in people] == one
    assert max(one) <= 10


def test_holidays_do_not_count_as_waiting(cast: Cast) -> None:
    idea(cast, due_identified=date(2026, 10, 1))
    assert items(cast.owner)[0].overdue == 10
    Holiday.objects.create(day=date(2026, 10, 2), name="Unity Day, moved")
    assert items(cast.owner)[0].overdue == 9
