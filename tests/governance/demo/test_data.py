"""The data of the demo are whole: what they name is there, and a program of this size is varied."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from governance.demo.catalogue import CATALOGUE, one_of_each
from governance.demo.choices import Kind, Turn
from governance.demo.effects import lines_of
from governance.demo.people import IN_BOTH, PEOPLE
from governance.demo.scene import dice
from governance.demo.scripts import SCRIPTS
from governance.demo.structure import COMMITTEES, PNL_LINES, PORTFOLIOS, Place
from governance.demo.words import MILESTONES, PROBLEMS, paper
from portfolio.actions.files import store_file

IDEAS = [idea for ideas in CATALOGUE.values() for idea in ideas]
KEYS = {person.key for person in PEOPLE}


def places(among: tuple[Place, ...] = PORTFOLIOS) -> Iterator[Place]:
    for place in among:
        yield place
        yield from places(place.below)


def test_a_hundred_and_fifty_measures_with_names_of_their_own():
    assert len(IDEAS) == 150
    assert len({idea.name for idea in IDEAS}) == 150


def test_every_package_has_measures_and_every_measure_a_package():
    assert {place.key for place in places() if place.key} == set(CATALOGUE)
    assert len(CATALOGUE) == 30


def test_the_hierarchy_has_the_size_of_a_real_one():
    levels = [PORTFOLIOS]
    while levels[-1]:
        levels.append(tuple(below for place in levels[-1] for below in place.below))
    assert [len(level) for level in levels] == [3, 5, 12, 30, 0]


def test_every_kind_and_every_turn_is_in_use():
    assert {idea.kind for idea in IDEAS} == set(Kind)
    assert {idea.turn for idea in IDEAS} == set(Turn) == set(SCRIPTS)


def test_one_of_each_has_every_turn_once():
    assert Counter(idea.turn for ideas in one_of_each().values() for idea in ideas) == Counter(Turn)


def test_people_that_are_named_exist():
    named = {key for place in places() for field, key in place.named.items() if field in ("controller", "sponsor")}
    named |= {owner for place in places() for owner in place.owners}
    named |= {key for one in COMMITTEES for key in (one.chair, one.deputy, *one.members)}
    assert named | set(IN_BOTH) <= KEYS


def test_one_person_for_every_office_may_sign_in():
    offices = [person.office for person in PEOPLE if person.signs_in]
    assert len(offices) == len(set(offices)) == 8


@pytest.mark.parametrize("idea", IDEAS, ids=lambda idea: idea.name)
def test_every_measure_plans_at_least_one_effect_on_a_known_line(idea):
    lines = lines_of(idea, SCRIPTS[idea.turn], dice(idea.name))
    assert idea.line in PNL_LINES
    assert any(any(line.plan.values()) and not line.is_cost for line in lines)


@pytest.mark.parametrize("kind", Kind, ids=lambda kind: kind.name)
def test_every_kind_has_words(kind):
    assert "{name}" in PROBLEMS[kind]
    assert sum(critical for _name, critical in MILESTONES[kind]) >= 1


def test_a_paper_is_a_file_that_is_taken_as_evidence(cast):
    with cast.acting(cast.owner):
        stored = store_file("record.pdf", paper("Record (1)", ("Łódź – done",)), by=cast.owner)
    assert stored.content_type == "application/pdf"


def test_dice_fall_the_same_way_for_the_same_name():
    assert dice("a").random() == dice("a").random()
    assert dice("a").random() != dice("b").random()
