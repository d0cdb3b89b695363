from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.utils import timezone

from finance.actions.actuals import claim_actual
from finance.actions.effects import remove_effect
from finance.actions.forecasts import set_forecast
from finance.queries.timeline import LIGHT_CHANGED, measure_timeline
from finance.rules.periods import parse_period
from measures.actions.measures import change_controller, edit_measure
from measures.actions.milestones import add_milestone, confirm_milestones_unchanged, edit_milestone
from measures.models import Measure, StatusChange
from portfolio.queries import TimelineEntry
from tests.cast import TODAY, Cast
from tests.finance.builders import act, cells, saving


def _of(measure: Measure, kind: str) -> TimelineEntry:
    return next(entry for entry in measure_timeline(measure) if entry.kind == kind)


def _changes(entry: TimelineEntry) -> list[tuple[str, object, object]]:
    return [(str(change.label), change.before, change.after) for change in entry.changes]


def test_who_changed_this_forecast_when_and_why(cast: Cast) -> None:
    measure = cast.measure()
    effect = saving(cast, measure, cells({"2026-11": 100}))
    act(cast, set_forecast, effect, cells({"2026-11": 40}), by=cast.owner, on=TODAY, reason="New material")
    entry = _of(measure, "forecast_set")
    assert (entry.actor, entry.reason) == (cast.owner, "New material")
    assert _changes(entry) == [("Forecast 2026-11", 100, 40)]
    assert entry.changes[0].subject == "Saving"


def test_change_of_an_office_names_people(cast: Cast) -> None:
    measure = cast.measure()
    terms = {"to": cast.second_controller, "by": cast.sponsor, "reason": "Leave", "on": TODAY}
    act(cast, change_controller, measure, **terms)
    assert _changes(_of(measure, "controller_changed")) == [("controller", cast.controller, cast.second_controller)]


def test_creation_is_the_first_entry(cast: Cast) -> None:
    measure = cast.measure()
    act(cast, edit_measure, measure, by=cast.owner, problem="Two suppliers")
    newest, oldest = measure_timeline(measure)
    assert (newest.kind, oldest.kind, oldest.actor) == ("measure_edited", "measure_created", cast.office)
    assert ("name", None, "Resin dual sourcing") in _changes(oldest)
    assert ("degree of implementation", None, "Defined") in _changes(oldest)


def test_milestones_speak_in_the_story_of_their_measure(cast: Cast) -> None:
    measure = cast.measure()
    terms = {"by": cast.owner, "on": TODAY}
    milestone = act(cast, add_milestone, measure, name="Signed", baseline_on=TODAY, **terms)
    act(cast, edit_milestone, milestone, forecast_on=date(2026, 12, 1), **terms)
    entry = _of(measure, "milestone_edited")
    assert _changes(entry) == [("forecast date", None, date(2026, 12, 1))]
    assert entry.changes[0].subject == "Signed"


def test_removed_effect_stays_in_the_story(cast: Cast) -> None:
    measure = cast.measure()
    effect = saving(cast, measure, cells({"2026-11": 100}))
    act(cast, remove_effect, effect, by=cast.owner)
    changes = _changes(_of(measure, "effect_removed"))
    assert ("Plan 2026-11", 100, None) in changes
    assert ("name", "Saving", None) in changes


def test_bookings_are_part_of_the_story(cast: Cast) -> None:
    measure = cast.measure()
    effect = saving(cast, measure)
    act(cast, claim_actual, effect, parse_period("2026-10"), Decimal(5), by=cast.owner, on=TODAY)
    assert _changes(_of(measure, "actual_claimed")) == [("Claimed 2026-10", None, 5)]


def test_bulk_deed_tells_each_measure_its_own_part(cast: Cast) -> None:
    first, second = cast.measure(), cast.measure(name="Second")
    later = date(2026, 11, 1)
    act(cast, confirm_milestones_unchanged, [first, second], by=cast.owner, on=later)
    assert _changes(_of(first, "milestones_confirmed")) == [("milestones kept up to date on", TODAY, later)]


def test_changed_light_comes_with_its_reasons_and_no_person(cast: Cast) -> None:
    measure = cast.measure()
    reasons = [{"code": "run_rate", "light": "red", "params": {}}]
    StatusChange.objects.create(
        measure=measure, light="potential", before="green", after="red", reasons=reasons, on=TODAY, at=timezone.now()
    )
    entry = _of(measure, LIGHT_CHANGED)
    assert (entry.actor, entry.details["reasons"]) == (None, reasons)
    assert _changes(entry) == [("Potential light", "Green", "Red")]


def test_change_past_all_actions_is_seen(cast: Cast) -> None:
    measure = cast.measure()
    measure.description = "By hand"
    measure.save()
    entry = _of(measure, "changed")
    assert _changes(entry) == [("description", None, "By hand")] or _changes(entry) == [("description", "", "By hand")]


def test_story_is_cut_at_its_limit_newest_first(cast: Cast) -> None:
    measure = cast.measure()
    for number in range(4):
        act(cast, edit_measure, measure, by=cast.owner, problem=f"Version {number}")
    entries = measure_timeline(measure, limit=2)
    assert [change[2] for entry in entries for change in _changes(entry)] == ["Version 3", "Version 2"]


def test_story_of_another_measure_is_not_mixed_in(cast: Cast) -> None:
    measure, other = cast.measure(), cast.measure(name="Other")
    act(cast, edit_measure, other, by=cast.owner, problem="Elsewhere")
    assert [entry.kind for entry in measure_timeline(measure)] == ["measure_created"]
