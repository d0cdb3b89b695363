"""Who may set a light beside the computed one, and how."""

from __future__ import annotations

from datetime import date

import pytest

from governance.rules.overrides import override_refusals
from measures.choices import Light, LightKind
from portfolio.choices import Office

ON = date(2026, 10, 15)
MONTH_LATER = date(2026, 11, 15)
POTENTIAL, IMPLEMENTATION = LightKind.POTENTIAL, LightKind.IMPLEMENTATION
GREEN, AMBER, RED, GREY = Light.GREEN, Light.AMBER, Light.RED, Light.GREY


def refusals(light: LightKind, computed: Light, wanted: Light, *offices: Office, **terms: object) -> list[str]:
    given = {"reason": "The supplier told us", "until": MONTH_LATER, "on": ON} | terms
    return override_refusals(light, computed=computed, wanted=wanted, offices=set(offices), **given)


@pytest.mark.parametrize("office", list(Office))
@pytest.mark.parametrize("light", list(LightKind))
@pytest.mark.parametrize(("computed", "worse"), [(GREEN, AMBER), (GREEN, RED), (AMBER, RED)])
def test_worse_is_open_to_every_office(light: LightKind, computed: Light, worse: Light, office: Office) -> None:
    assert refusals(light, computed, worse, office) == []


@pytest.mark.parametrize("office", list(Office))
@pytest.mark.parametrize(
    ("light", "only"), [(POTENTIAL, Office.CONTROLLER), (IMPLEMENTATION, Office.TRANSFORMATION_OFFICE)]
)
def test_better_is_open_to_one_office_only(light: LightKind, only: Office, office: Office) -> None:
    expected = [] if office == only else [f"better_{light}"]
    assert refusals(light, RED, GREEN, office) == expected
    assert refusals(light, AMBER, GREEN, office) == expected


@pytest.mark.parametrize(
    ("computed", "wanted", "code"),
    [(GREY, RED, "light_not_judged"), (RED, GREY, "light_not_judged"), (RED, RED, "light_is_so")],
)
def test_grey_and_the_same_colour_are_no_opinion(computed: Light, wanted: Light, code: str) -> None:
    assert refusals(POTENTIAL, computed, wanted, Office.CONTROLLER) == [code]


@pytest.mark.parametrize(
    ("until", "held"),
    [(ON, True), (MONTH_LATER, True), (date(2026, 11, 16), False), (date(2026, 10, 14), False)],
)
def test_it_holds_from_today_to_a_month_later(until: date, held: bool) -> None:
    assert (refusals(POTENTIAL, GREEN, RED, Office.OWNER, until=until) == []) is held


def test_everything_that_is_wrong_is_said_at_once() -> None:
    found = refusals(POTENTIAL, RED, GREEN, Office.OWNER, reason=" ", until=date(2027, 1, 1))
    assert found == ["better_potential", "reason_missing", "override_too_long"]
