"""Milestones of a measure: entered, kept up to date, done with what proves it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from measures.actions.milestones import add_milestone
from measures.models import Measure, Milestone
from tests.cast import TODAY, Cast
from tests.finance.builders import act
from tests.governance.views.desk import address, on_the_day, sign_in
from tests.governance.views.measure_pages import decided, draft, send, statements, text_of

__all__ = ["decided", "draft", "on_the_day"]
pytestmark = pytest.mark.usefixtures("on_the_day")

CONTRACT = {"name": "Contract", "baseline_on": "2026-11-30", "weight": "2", "is_critical": "on"}


def milestone(cast: Cast, measure: Measure, **fields: Any) -> Milestone:
    values = {"name": "Switch", "baseline_on": date(2026, 9, 1), "is_critical": True, "by": cast.owner, "on": TODAY}
    return act(cast, add_milestone, measure, **values | fields)


def test_owner_adds_a_milestone(cast: Cast, draft: Measure) -> None:
    assert send(cast, cast.owner, "milestone_create", draft.code, data=CONTRACT).status_code == 302
    added = draft.milestones.get()
    assert (added.weight, added.is_critical, added.owner) == (Decimal(2), True, cast.owner)


def test_adding_twice_with_one_key_adds_once(cast: Cast, draft: Measure) -> None:
    data = {**CONTRACT, "key": "7a4b1a52-9a0e-4d0c-8a39-0e3d5b3a1f12"}
    for _ in range(2):
        assert send(cast, cast.owner, "milestone_create", draft.code, data=data).status_code == 302
    assert draft.milestones.count() == 1


def test_before_the_decision_every_term_may_change(cast: Cast, draft: Measure) -> None:
    late = milestone(cast, draft)
    from_form = {"name": "Other", "baseline_on": "2027-01-01", "forecast_on": "2026-12-24", "version": late.version}
    answer = send(cast, cast.owner, "milestone_edit", draft.code, late.pk, data={**from_form, "weight": "1"})
    assert answer.status_code == 302
    changed = Milestone.objects.get(pk=late.pk)
    assert (changed.name, changed.forecast_on) == ("Other", date(2026, 12, 24))


def test_edit_of_a_decided_milestone_keeps_its_terms(cast: Cast, decided: Measure) -> None:
    late = milestone(cast, decided)
    data = {"name": "Other", "baseline_on": "2027-01-01", "forecast_on": "2026-12-24", "version": late.version}
    assert send(cast, cast.owner, "milestone_edit", decided.code, late.pk, data=data).status_code == 302
    changed = Milestone.objects.get(pk=late.pk)
    assert (changed.name, changed.baseline_on) == ("Switch", date(2026, 9, 1))
    assert changed.forecast_on == date(2026, 12, 24)


def test_stale_edit_is_a_conflict(cast: Cast, draft: Measure) -> None:
    one = milestone(cast, draft)
    data = {**CONTRACT, "version": one.version + 3}
    assert send(cast, cast.owner, "milestone_edit", draft.code, one.pk, data=data).status_code == 409


def test_done_with_a_file_that_can_be_downloaded(cast: Cast, draft: Measure) -> None:
    one = milestone(cast, draft)
    file = SimpleUploadedFile("minutes.txt", b"Signed on the first of September.")
    data = {"actual_on": "2026-09-03", "evidence_note": "Signed", "evidence_file": file, "version": one.version}
    assert send(cast, cast.owner, "milestone_complete", draft.code, one.pk, data=data).status_code == 302
    done = Milestone.objects.get(pk=one.pk)
    assert (done.actual_on, done.evidence_note) == (date(2026, 9, 3), "Signed")
    answer = sign_in(cast.auditor).get(address(cast, "milestone_evidence", draft.code, one.pk))
    assert answer.content == b"Signed on the first of September."
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_done_in_the_future_is_refused_and_kept(cast: Cast, draft: Measure) -> None:
    one = milestone(cast, draft)
    data = {"actual_on": "2027-01-01", "evidence_note": "Soon"}
    answer = send(cast, cast.owner, "milestone_complete", draft.code, one.pk, data=data)
    assert answer.status_code == 422
    assert "cannot be done before it is" in text_of(answer)
    assert "Soon" in text_of(answer)


def test_evidence_of_a_forbidden_kind_is_refused(cast: Cast, draft: Measure) -> None:
    one = milestone(cast, draft)
    data = {"actual_on": "2026-09-03", "evidence_file": SimpleUploadedFile("run.exe", b"MZ")}
    answer = send(cast, cast.owner, "milestone_complete", draft.code, one.pk, data=data)
    assert answer.status_code == 422
    assert "only these kinds are kept" in text_of(answer)


def test_evidence_is_for_those_who_see_the_measure(cast: Cast, draft: Measure) -> None:
    one = milestone(cast, draft)
    assert sign_in(cast.member).get(address(cast, "milestone_evidence", draft.code, one.pk)).status_code == 403
    assert sign_in(cast.outsider).get(address(cast, "milestone_evidence", draft.code, one.pk)).status_code == 404
    assert sign_in(cast.owner).get(address(cast, "milestone_evidence", draft.code, one.pk)).status_code == 404


def test_open_again_needs_a_reason(cast: Cast, draft: Measure) -> None:
    one = milestone(cast, draft)
    send(cast, cast.owner, "milestone_complete", draft.code, one.pk, data={"actual_on": "2026-09-03"})
    assert send(cast, cast.owner, "milestone_reopen", draft.code, one.pk).status_code == 422
    data = {"reason": "Wrong plant"}
    assert send(cast, cast.owner, "milestone_reopen", draft.code, one.pk, data=data).status_code == 302
    assert Milestone.objects.get(pk=one.pk).actual_on is None


def test_removed_before_the_decision_only(cast: Cast, draft: Measure, decided: Measure) -> None:
    one, two = milestone(cast, draft), milestone(cast, decided)
    assert send(cast, cast.owner, "milestone_remove", draft.code, one.pk).status_code == 302
    assert send(cast, cast.owner, "milestone_remove", decided.code, two.pk).status_code == 422


def test_nothing_changed_counts_as_kept(cast: Cast, draft: Measure) -> None:
    Measure.objects.filter(pk=draft.pk).update(milestones_kept_on=date(2026, 1, 1))
    assert send(cast, cast.owner, "milestones_confirm", draft.code).status_code == 302
    assert Measure.objects.get(pk=draft.pk).milestones_kept_on == TODAY


@pytest.mark.parametrize("page", ["milestone_create", "milestones_confirm"])
def test_without_the_right_is_refused(cast: Cast, draft: Measure, page: str) -> None:
    assert send(cast, cast.controller, page, draft.code, data=CONTRACT).status_code == 403


def test_milestones_of_another_organization_are_not_found(cast: Cast, draft: Measure) -> None:
    assert sign_in(cast.outsider).get(address(cast, "measure_milestones", draft.code)).status_code == 404


def test_slip_counts_from_the_baseline(cast: Cast, draft: Measure) -> None:
    milestone(cast, draft)
    page = text_of(sign_in(cast.auditor).get(address(cast, "measure_milestones", draft.code)))
    assert "+44" in page


def test_statements_do_not_grow_with_milestones(cast: Cast, draft: Measure) -> None:
    owner, here = sign_in(cast.owner), address(cast, "measure_milestones", draft.code)
    milestone(cast, draft)
    one = statements(owner, here)
    milestone(cast, draft, name="Two")
    milestone(cast, draft, name="Three")
    assert statements(owner, here) == one
