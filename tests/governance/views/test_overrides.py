"""Pages on which people set a light beside the computed one."""

from __future__ import annotations

from datetime import timedelta

import pytest

from governance.models import StatusOverride
from measures.choices import Light
from measures.models import Measure
from tests.cast import TODAY, Cast
from tests.governance.views.desk import address, on_the_day, post, sign_in

__all__ = ["on_the_day"]
pytestmark = pytest.mark.usefixtures("on_the_day")

SEEN = {"colour": "red", "reason": "The mould is cracked.", "until": (TODAY + timedelta(days=20)).isoformat()}


@pytest.fixture
def measure(cast: Cast) -> Measure:
    found = cast.measure()
    Measure.objects.filter(pk=found.pk).update(implementation_status=Light.GREEN, potential_status=Light.AMBER)
    return found


def test_the_owner_sees_it_worse_and_everybody_reads_so(cast: Cast, measure: Measure) -> None:
    assert post(cast, cast.owner, "light_set", measure.code, "implementation", **SEEN).status_code == 302
    page = sign_in(cast.auditor).get(address(cast, "measure", measure.code)).content.decode()
    assert SEEN["reason"] in page
    assert str(cast.owner) in page
    register = sign_in(cast.auditor).get(address(cast, "measures")).content.decode()
    assert SEEN["reason"] in register
    tree = sign_in(cast.auditor).get(address(cast, "portfolio")).content.decode()
    assert "Lights that persons set beside the computed ones" in tree


def test_without_an_opinion_nothing_is_shown_beside(cast: Cast, measure: Measure) -> None:
    tree = sign_in(cast.auditor).get(address(cast, "portfolio")).content.decode()
    assert "Lights that persons set" not in tree


def test_a_refusal_says_who_may_and_keeps_what_was_typed(cast: Cast, measure: Measure) -> None:
    better = {**SEEN, "colour": "green"}
    answer = post(cast, cast.owner, "light_set", measure.code, "potential", **better)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Only the controller of the measure may call the potential better" in page
    assert SEEN["reason"] in page
    assert not StatusOverride.objects.exists()
    assert post(cast, cast.controller, "light_set", measure.code, "potential", **better).status_code == 302


@pytest.mark.parametrize("who", ["auditor", "admin", "second_controller"])
def test_people_without_an_office_are_refused(cast: Cast, measure: Measure, who: str) -> None:
    person = getattr(cast, who)
    assert sign_in(person).get(address(cast, "light_set", measure.code, "potential")).status_code == 403
    assert post(cast, person, "light_set", measure.code, "potential", **SEEN).status_code == 403
    page = sign_in(person).get(address(cast, "measure", measure.code)).content.decode()
    assert "I see it otherwise" not in page


def test_an_unknown_light_does_not_exist(cast: Cast, measure: Measure) -> None:
    assert sign_in(cast.owner).get(address(cast, "light_set", measure.code, "weather")).status_code == 404
    assert post(cast, cast.owner, "light_withdraw", measure.code, "potential").status_code == 404


def test_the_setter_withdraws_and_the_story_tells_both(cast: Cast, measure: Measure) -> None:
    post(cast, cast.owner, "light_set", measure.code, "implementation", **SEEN)
    assert post(cast, cast.sponsor, "light_withdraw", measure.code, "implementation").status_code == 403
    assert post(cast, cast.owner, "light_withdraw", measure.code, "implementation").status_code == 302
    page = sign_in(cast.owner).get(address(cast, "measure", measure.code)).content.decode()
    assert SEEN["reason"] not in page
    story = sign_in(cast.owner).get(address(cast, "measure_timeline", measure.code)).content.decode()
    assert "set the light Implementation to Red beside the computed one" in story
    assert "withdrew the light" in story


def test_two_clicks_set_one_light(cast: Cast, measure: Measure) -> None:
    key = "0b0cbb9e-7f44-4dc5-b0ff-3f6fd2a0a1aa"
    for _click in range(2):
        assert post(cast, cast.owner, "light_set", measure.code, "implementation", **SEEN, key=key).status_code == 302
    assert StatusOverride.objects.count() == 1
