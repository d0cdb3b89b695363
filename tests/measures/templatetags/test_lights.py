"""A light is a shape, a word and a colour; its reasons are one step away."""

from __future__ import annotations

import re

import pytest

from measures.choices import DoI, Light
from measures.templatetags import lights


def test_light_says_kind_and_colour() -> None:
    html = lights.light("red", "potential")
    assert "Potential: red" in html
    assert 'class="light red"' in html
    assert "popover" not in html


def test_light_is_hollow_before_decided() -> None:
    html = lights.light(Light.AMBER, "implementation", hollow=True)
    assert 'class="light amber hollow"' in html
    assert "Implementation: amber, before Decided" in html


def test_each_colour_has_a_shape_of_its_own() -> None:
    shapes = {re.search(r"<svg.*</svg>", lights.light(colour, "potential")).group() for colour in Light}
    assert len(shapes) == len(Light)


def test_light_opens_its_reasons_as_escaped_sentences() -> None:
    html = lights.light("red", "potential", reasons=["No actual for July.", "<b>Price</b>"])
    target = re.search(r'popovertarget="(why-[0-9a-f]+)"', html)
    assert target is not None
    assert f'id="{target.group(1)}" popover' in html
    assert "No actual for July." in html
    assert "&lt;b&gt;Price&lt;/b&gt;" in html


def test_two_lights_with_the_same_reasons_have_ids_of_their_own() -> None:
    one, other = (lights.light("red", "potential", reasons=["Late."]) for _ in range(2))
    assert one != other


def test_light_without_a_colour_is_grey() -> None:
    assert 'class="light grey"' in lights.light("", "potential")


def test_worded_light_shows_the_word() -> None:
    assert '<span class="word" aria-hidden="true">Green</span>' in lights.light("green", worded=True)


@pytest.mark.parametrize("stage", list(DoI))
def test_pill_shows_number_and_word(stage: DoI) -> None:
    html = lights.doi_pill(stage)
    assert f"doi-{stage.value}" in html
    assert str(stage.label) in html


def test_stepper_marks_what_is_done_and_what_is_now() -> None:
    steps = lights.doi_stepper(DoI.DECIDED)["steps"]
    assert [step.state for step in steps] == ["done", "done", "done", "now", "next", "next"]


def test_stepper_says_a_hold() -> None:
    assert lights.doi_stepper(2, "on_hold")["paused"] == "On hold"
    assert lights.doi_stepper(2, "active")["paused"] == ""
