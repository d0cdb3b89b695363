"""The story of domain §9 in its second way, by deeds and rules alone; the browser plays it too."""

from __future__ import annotations

from decimal import Decimal

import pytest

from governance.actions.reconciliation import reconcile
from governance.demo.clock import clock_on
from governance.demo.scene import Names, Scene
from governance.demo.story import (
    Story,
    ask_to_close,
    confirm_as_committed,
    confirm_shortfall,
    prove_the_month,
    set_the_stage,
)
from governance.demo.telling import levels_above, picture_of, record, told
from measures.choices import DoI
from portfolio.errors import Refused
from tests.cast import TODAY, Cast

OFFICES = {"owner": "owner", "office": "office", "chair": "chair", "deputy": "deputy", "admin": "admin"}
COMMITTED = Decimal(960_000)


def scene_of(cast: Cast) -> Scene:
    people = {name: getattr(cast, name) for name in (*OFFICES, "controller", "sponsor")}
    return Scene(cast.organization.pk, clock_on(TODAY), Names(people=people))


@pytest.fixture
def story(cast: Cast) -> Story:
    return set_the_stage(scene_of(cast), cast.package, **OFFICES)


def judge(story: Story) -> None:
    reconcile(story.scene.organization_id, on=TODAY)


def test_the_stage_is_set_with_both_lights_green(story):
    judge(story)
    picture = picture_of(story.measure)
    assert story.measure.stage == DoI.IMPLEMENTED
    assert (picture.implementation, picture.potential) == ("green", "green")
    assert (picture.committed, picture.forecast) == (COMMITTED, COMMITTED)
    assert picture.divergences == ()
    assert [level.exposed for level in levels_above(story.measure)] == [0] * 5


def test_one_month_turns_the_money_red_while_the_work_stays_green(story):
    judge(story)
    prove_the_month(story)
    judge(story)
    picture = picture_of(story.measure)
    assert (picture.implementation, picture.potential) == ("green", "red")
    assert picture.forecast == COMMITTED
    assert picture.reasons[0] == "2026-09 brought 16,000.00 of 80,000.00 forecast."
    assert picture.divergences[0].startswith("D1")


def test_everybody_concerned_is_told_and_every_level_shows_the_exposure(cast, story):
    prove_the_month(story)
    judge(story)
    assert {cast.owner, cast.controller, cast.chair} <= set(told(story.measure))
    levels = levels_above(story.measure)
    assert [level.name for level in levels][-2:] == ["Fit for Growth", "Nordlicht"]
    assert [(level.exposed, level.potential) for level in levels] == [(COMMITTED, "red")] * 5


def test_the_committed_value_cannot_be_confirmed(story):
    prove_the_month(story)
    judge(story)
    ask_to_close(story)
    with pytest.raises(Refused) as refused:
        confirm_as_committed(story)
    assert set(refused.value.codes) == {"below_baseline", "divergences_answered"}
    assert story.refresh().stage == DoI.IMPLEMENTED


def test_a_shortfall_with_its_reason_closes_the_measure(story):
    prove_the_month(story)
    judge(story)
    ask_to_close(story)
    confirm_shortfall(story)
    assert story.refresh().stage == DoI.CLOSED
    confirmation = story.measure.confirmations.get()
    assert confirmation.run_rate == Decimal(704_000)
    assert [(part.reason, part.amount) for part in confirmation.leakages.all()] == [("specification", Decimal(256_000))]


def test_the_record_says_who_when_and_why(cast, story):
    prove_the_month(story)
    judge(story)
    lines = list(record(story.measure, 6))
    assert any(str(cast.controller) in line and "validated" in line for line in lines)
    assert any("2026-09 brought" in line for line in lines)


def test_a_second_run_has_a_measure_of_its_own_and_leaves_the_first_alone(cast, story):
    prove_the_month(story)
    second = set_the_stage(scene_of(cast), cast.package, **OFFICES)
    judge(story)
    assert (story.number, second.number) == (1, 2)
    assert picture_of(second.measure).potential == "green"
    assert picture_of(story.measure).potential == "red"
