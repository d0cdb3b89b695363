from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from measures.actions.milestones import (
    add_milestone,
    complete_milestone,
    confirm_milestones_unchanged,
    edit_milestone,
    remove_milestone,
    reopen_milestone,
)
from measures.actions.risks import add_dependency
from measures.models import Measure, Milestone
from portfolio.errors import Conflict, NotAllowed, Refused
from tests.cast import TODAY, Cast
from tests.finance.builders import E1_PLAN, act, decide, saving

LATER = date(2026, 11, 20)


def _milestone(cast: Cast, measure: Measure, name: str = "Supplier chosen", **fields: object) -> Milestone:
    values = {"name": name, "baseline_on": LATER, "by": cast.owner, "on": TODAY}
    return act(cast, add_milestone, measure, **values | fields)


def _decided(cast: Cast) -> tuple[Measure, Milestone]:
    measure = cast.measure()
    milestone = _milestone(cast, measure, weight=Decimal(2), is_critical=True)
    saving(cast, measure, E1_PLAN)
    measure = decide(cast, measure)
    return measure, Milestone.objects.get(pk=milestone.pk)


def test_milestone_is_added_at_the_end_and_owned_by_the_owner(cast: Cast) -> None:
    measure = cast.measure()
    first, second = _milestone(cast, measure), _milestone(cast, measure, "Contract signed")
    assert (first.position, second.position, second.owner, second.weight) == (1, 2, cast.owner, 1)


def test_milestone_added_after_the_decision_has_no_weight(cast: Cast) -> None:
    measure, _milestone_before = _decided(cast)
    assert _milestone(cast, measure, "Found out later", weight=Decimal(5)).weight == 0


def test_milestone_with_bad_values_is_refused_with_every_reason(cast: Cast) -> None:
    with pytest.raises(Refused) as refusal:
        _milestone(cast, cast.measure(), "  ", weight=Decimal(-1))
    assert refusal.value.codes == ["field_invalid", "weight_negative"]


@pytest.mark.parametrize("person", ["controller", "sponsor", "chair", "auditor", "admin", "member"])
def test_milestone_is_not_added_by(cast: Cast, person: str) -> None:
    with pytest.raises(NotAllowed):
        _milestone(cast, cast.measure(), by=getattr(cast, person))


def test_forecast_date_changes_after_the_decision(cast: Cast) -> None:
    measure, milestone = _decided(cast)
    day = date(2026, 10, 20)
    edited = act(cast, edit_milestone, milestone, forecast_on=date(2026, 12, 1), by=cast.owner, on=day)
    assert (edited.forecast_on, edited.version) == (date(2026, 12, 1), 2)
    assert Measure.objects.get(pk=measure.pk).milestones_kept_on == day


@pytest.mark.parametrize(
    "change", [{"name": "Other"}, {"baseline_on": TODAY}, {"weight": Decimal(9)}, {"is_critical": False}]
)
def test_what_was_decided_about_a_milestone_stays(cast: Cast, change: dict[str, object]) -> None:
    _measure, milestone = _decided(cast)
    with pytest.raises(Refused) as refusal:
        act(cast, edit_milestone, milestone, by=cast.owner, on=TODAY, **change)
    assert refusal.value.codes == ["milestone_frozen"]


def test_stale_edit_of_a_milestone_is_a_conflict(cast: Cast) -> None:
    milestone = _milestone(cast, cast.measure())
    act(cast, edit_milestone, milestone, by=cast.owner, on=TODAY, name="Newer", expected_version=1)
    with pytest.raises(Conflict):
        act(cast, edit_milestone, milestone, by=cast.owner, on=TODAY, name="Older", expected_version=1)


def test_milestone_is_completed_with_evidence(cast: Cast) -> None:
    _measure, milestone = _decided(cast)
    done = act(cast, complete_milestone, milestone, actual_on=TODAY, evidence_note="Signed", by=cast.owner, on=TODAY)
    assert (done.actual_on, done.evidence_note) == (TODAY, "Signed")


def test_milestone_is_not_done_in_the_future(cast: Cast) -> None:
    milestone = _milestone(cast, cast.measure())
    with pytest.raises(Refused) as refusal:
        act(cast, complete_milestone, milestone, actual_on=LATER, by=cast.owner, on=TODAY)
    assert refusal.value.codes == ["actual_in_future"]


def test_done_milestone_takes_no_forecast_until_it_is_open_again(cast: Cast) -> None:
    milestone = _milestone(cast, cast.measure())
    act(cast, complete_milestone, milestone, actual_on=TODAY, by=cast.owner, on=TODAY)
    with pytest.raises(Refused) as refusal:
        act(cast, edit_milestone, milestone, forecast_on=LATER, by=cast.owner, on=TODAY)
    assert refusal.value.codes == ["milestone_done"]
    act(cast, reopen_milestone, milestone, by=cast.owner, on=TODAY, reason="Signature withdrawn")
    assert act(cast, edit_milestone, milestone, forecast_on=LATER, by=cast.owner, on=TODAY).forecast_on == LATER


def test_reopening_asks_why(cast: Cast) -> None:
    milestone = _milestone(cast, cast.measure())
    with pytest.raises(Refused) as refusal:
        act(cast, reopen_milestone, milestone, by=cast.owner, on=TODAY, reason="")
    assert refusal.value.codes == ["reason_missing"]


def test_milestones_of_many_measures_are_confirmed_at_once(cast: Cast) -> None:
    measures = [cast.measure(), cast.measure(name="Second")]
    day = date(2026, 12, 1)
    assert act(cast, confirm_milestones_unchanged, measures, by=cast.owner, on=day) == 2
    assert set(Measure.objects.values_list("milestones_kept_on", flat=True)) == {day}


def test_confirming_somebody_elses_milestones_confirms_none(cast: Cast) -> None:
    measures = [cast.measure(), cast.measure(name="Second", owner=cast.member)]
    with pytest.raises(NotAllowed):
        act(cast, confirm_milestones_unchanged, measures, by=cast.owner, on=LATER)
    assert set(Measure.objects.values_list("milestones_kept_on", flat=True)) == {TODAY}


def test_earlier_confirmation_never_hides_a_later_one(cast: Cast) -> None:
    measure = cast.measure()
    act(cast, confirm_milestones_unchanged, [measure], by=cast.owner, on=date(2026, 9, 1))
    assert Measure.objects.get(pk=measure.pk).milestones_kept_on == TODAY


def test_draft_milestone_is_removed_and_remembered(cast: Cast) -> None:
    milestone = _milestone(cast, cast.measure())
    act(cast, remove_milestone, milestone, by=cast.owner, on=TODAY)
    assert not Milestone.objects.exists()
    assert Milestone.history.filter(id=milestone.pk, history_type="-").exists()


def test_decided_milestone_is_not_removed(cast: Cast) -> None:
    _measure, milestone = _decided(cast)
    with pytest.raises(Refused) as refusal:
        act(cast, remove_milestone, milestone, by=cast.owner, on=TODAY)
    assert refusal.value.codes == ["milestone_frozen"]


def test_awaited_milestone_is_not_removed(cast: Cast) -> None:
    measure, other = cast.measure(), cast.measure(name="Waits")
    milestone = _milestone(cast, measure)
    act(cast, add_dependency, other, on_measure=measure, on_milestone=milestone, by=cast.owner)
    with pytest.raises(Refused) as refusal:
        act(cast, remove_milestone, milestone, by=cast.owner, on=TODAY)
    assert refusal.value.codes == ["milestone_needed"]
