from __future__ import annotations

import pytest

from governance.criteria import people
from tests.governance.cases import OWNER, case


@pytest.mark.parametrize(
    ("criterion", "fields", "code"),
    [
        (people.owner_named, {"owner_id": None}, "owner_named"),
        (people.sponsor_named, {"sponsor_id": None}, "sponsor_named"),
        (people.controller_named, {"controller_id": None}, "controller_named"),
        (people.controller_named, {"controller_id": OWNER}, "controller_is_owner"),
        (people.committee_named, {"committee_id": None}, "committee_named"),
        (people.line_owner_named, {"line_owner_id": None}, "line_owner_named"),
        (people.take_over_ratified, {"unratified": True}, "take_over_ratified"),
        (people.divergences_answered, {"unanswered_divergences": ("D1", "D6")}, "divergences_answered"),
    ],
)
def test_an_objection_says_who_is_missing(criterion, fields, code):
    found = criterion(case(**fields))
    assert found.code == code
    assert found.sentence
    assert criterion(case()) is None


def test_the_open_divergences_are_named():
    assert "D1, D6" in people.divergences_answered(case(unanswered_divergences=("D1", "D6"))).sentence
