from __future__ import annotations

import pytest

from measures.actions.risks import add_dependency, add_risk, edit_risk, remove_dependency
from measures.models import Dependency, Milestone, Risk
from portfolio.errors import Conflict, NotAllowed, Refused
from tests.cast import TODAY, Cast
from tests.finance.builders import act


def _risk(cast: Cast, **fields: object) -> Risk:
    values = {"text": "Supplier fails the audit", "probability": 3, "impact": 4, "by": cast.owner}
    return act(cast, add_risk, cast.measure(), **values | fields)


def test_risk_is_scored(cast: Cast) -> None:
    risk = _risk(cast)
    assert (risk.score, risk.owner) == (12, cast.owner)


def test_risk_outside_the_scale_or_without_words_is_refused(cast: Cast) -> None:
    with pytest.raises(Refused) as refusal:
        _risk(cast, text="", probability=0, impact=6)
    assert refusal.value.codes == ["field_invalid"] * 3
    assert not Risk.objects.exists()


def test_risk_is_not_added_by_the_controller(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        _risk(cast, by=cast.controller)


def test_risk_is_closed_once_per_form(cast: Cast) -> None:
    risk = _risk(cast)
    assert act(cast, edit_risk, risk, by=cast.owner, expected_version=1, closed=True).closed
    with pytest.raises(Conflict):
        act(cast, edit_risk, risk, by=cast.owner, expected_version=1, closed=False)


def test_dependency_is_entered_and_removed(cast: Cast) -> None:
    measure, other = cast.measure(), cast.measure(name="Other")
    dependency = act(cast, add_dependency, measure, on_measure=other, by=cast.owner, note="Needs the contract")
    act(cast, remove_dependency, dependency, by=cast.owner)
    assert not Dependency.objects.exists()


def test_dependency_on_itself_or_on_a_foreign_milestone_is_refused(cast: Cast) -> None:
    measure, other = cast.measure(), cast.measure(name="Other")
    milestone = Milestone.objects.create(measure=other, name="A", baseline_on=TODAY)
    with pytest.raises(Refused) as refusal:
        act(cast, add_dependency, measure, on_measure=measure, on_milestone=milestone, by=cast.owner)
    assert refusal.value.codes == ["waits_for_itself", "foreign_milestone"]


def test_dependency_is_entered_once(cast: Cast) -> None:
    measure, other = cast.measure(), cast.measure(name="Other")
    act(cast, add_dependency, measure, on_measure=other, by=cast.owner)
    with pytest.raises(Refused) as refusal:
        act(cast, add_dependency, measure, on_measure=other, by=cast.owner)
    assert refusal.value.codes == ["dependency_known"]
