"""The demo in its smallest size: one measure for every turn a life can take, built once for all tests here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest
from django.db import transaction

from finance.models import BaselineVersion, PlanRate, Target
from governance.actions.reconciliation import reconcile
from governance.demo.catalogue import Catalogue, one_of_each
from governance.demo.choices import Turn
from governance.demo.loading import load_manufacturer
from governance.demo.people import DOMAIN
from governance.demo.scripts import SCRIPTS
from governance.models import GateSubmission, TakeOver
from measures.choices import DoI
from measures.models import Measure
from portfolio import tenancy
from portfolio.models import Deed

DAY = date(2026, 10, 15)
EVERY_CODE = {"D1", "D2", "D3", "D4", "D5", "D6", "D7", "D8", "D12", "D13"}


@dataclass
class Seen:
    """What the tests ask about, read while the demo stood."""

    report: dict[str, Any]
    names: dict[str, str]
    currencies: set[str]
    rates: set[tuple[str, bool]]
    rate_of_baselines: int
    targets: int
    waiting: dict[int, str]
    stale: int
    taken_over: dict[str, bool]
    actors: set[str]
    said: list[str] = field(default_factory=list)

    def measure(self, turn: Turn) -> dict[str, Any]:
        """The finding of the measure that took this turn."""
        idea = next(idea for ideas in one_of_each().values() for idea in ideas if idea.turn == turn)
        code = next(code for code, name in self.names.items() if name == idea.name)
        return next(row for row in self.report["measures"] if row["code"] == code)


class Undone(Exception):
    """Takes the build back."""


def build(slug: str, on: date, catalogue: Catalogue) -> Seen:
    seen: list[Seen] = []
    said: list[str] = []
    try:
        with transaction.atomic():
            scene = load_manufacturer(on, said.append, slug=slug, catalogue=catalogue)
            found = reconcile(scene.organization_id, on=on, write=False, report=True).report
            assert found is not None
            with tenancy.tenant(scene.organization_id):
                seen.append(look(found, said))
            raise Undone
    except Undone:
        return seen[0]


def look(report: dict[str, Any], said: list[str]) -> Seen:
    waiting = GateSubmission.objects.exclude(state="decided")
    return Seen(
        report=report,
        names=dict(Measure.objects.values_list("code", "name")),
        currencies=set(Measure.objects.values_list("currency", flat=True)),
        rates=set(PlanRate.objects.values_list("currency", "locked")),
        rate_of_baselines=BaselineVersion.objects.values("currency", "plan_rate").distinct().count(),
        targets=Target.objects.count(),
        waiting=dict(waiting.values_list("to_stage", "state")),
        stale=waiting.filter(state="stale").count(),
        taken_over={row.measure.code: row.ratified_at is None for row in TakeOver.objects.select_related("measure")},
        actors=set(Deed.objects.values_list("actor__email", flat=True)),
        said=said,
    )


@pytest.fixture(scope="module")
def seen(django_db_setup: None, django_db_blocker: Any) -> Iterator[Seen]:
    with django_db_blocker.unblock():
        yield build("demo-small", DAY, one_of_each())


def test_every_turn_is_played_once(seen):
    assert len(seen.report["measures"]) == len(SCRIPTS) == len(Turn)


def test_all_stages_and_lifecycles_are_there(seen):
    assert {row["stage"] for row in seen.report["measures"]} == {stage.name.lower() for stage in DoI}
    assert {row["lifecycle"] for row in seen.report["measures"]} == {"active", "on_hold", "cancelled"}


def test_three_currencies_with_rates_locked_to_this_year(seen):
    assert seen.currencies == {"EUR", "USD", "PLN"}
    assert seen.rates == {("USD", True), ("PLN", True), ("USD", False), ("PLN", False)}
    assert seen.rate_of_baselines >= 3


def test_every_divergence_is_there(seen):
    assert {code for row in seen.report["measures"] for code in row["divergences"]} == EVERY_CODE


@pytest.mark.parametrize(
    ("turn", "implementation", "potential", "code"),
    [
        (Turn.RUNNING, "green", "green", None),
        (Turn.AHEAD, "green", "green", None),
        (Turn.DELIVERED, "green", "green", None),
        (Turn.LEAKING, "green", "red", "D1"),
        (Turn.WRITTEN_DOWN, "green", "red", "D1"),
        (Turn.DISPUTED, "green", "red", "D1"),
        (Turn.OVER_BUDGET, "green", "amber", "D2"),
        (Turn.LATE, "red", "green", "D3"),
        (Turn.EARLY, "green", "green", "D4"),
        (Turn.UNPROVEN, "green", "red", "D5"),
        (Turn.OVERCLAIMED, "green", "green", "D6"),
        (Turn.FORGOTTEN, "green", "green", "D7"),
        (Turn.UNKEPT, "green", "amber", "D8"),
        (Turn.CONFLICTED, "green", "green", "D12"),
        (Turn.OVERDUE, "green", "green", "D13"),
        (Turn.SLIPPING, "amber", "green", None),
        (Turn.CONFIRMED, "grey", "green", None),
        (Turn.HELD, "grey", "grey", None),
    ],
)
def test_a_turn_shows_its_lights_and_its_divergence(seen, turn, implementation, potential, code):
    row = seen.measure(turn)
    assert (row["implementation"], row["potential"]) == (implementation, potential)
    assert (code in row["divergences"]) if code else row["divergences"] == []


def test_lights_before_the_decision_are_hollow(seen):
    assert seen.measure(Turn.SHRINKING)["potential"] == "amber"
    assert seen.measure(Turn.SHRINKING)["hollow"]


def test_closed_measures_are_confirmed_in_full_and_in_part(seen):
    full, part = seen.measure(Turn.CONFIRMED), seen.measure(Turn.CONFIRMED_SHORT)
    assert float(full["confirmed"]) >= 0.95 * float(full["committed"])
    assert float(part["confirmed"]) < 0.9 * float(part["committed"])


def test_every_gate_has_somebody_waiting_and_one_submission_is_stale(seen):
    assert set(seen.waiting) == {1, 2, 3, 5}
    assert seen.stale == 1


def test_a_running_program_was_taken_over_and_one_measure_ratified(seen):
    assert set(seen.taken_over.values()) == {True, False}
    assert len(seen.taken_over) == 4


def test_the_deeds_were_done_by_those_whose_deeds_they_are(seen):
    assert {f"{key}@{DOMAIN}" for key in ("owner", "controller", "office", "sponsor", "chair")} <= seen.actors


def test_progress_is_said(seen):
    assert any("Resins and compounds" in line for line in seen.said)


def test_targets_stand_at_the_organization_and_below(seen):
    assert seen.targets == 3 * (1 + 3 + 5)


@pytest.mark.django_db
def test_the_same_day_gives_the_same_codes_and_figures():
    few = {"resins": tuple(idea for idea in one_of_each()["resins"] if idea.turn == Turn.LEAKING)}
    first, second = (build(slug, DAY, few) for slug in ("demo-one", "demo-two"))
    assert first.report == second.report
    assert list(first.names.items()) == list(second.names.items())
