"""A light set by a person stands beside the computed one, and changes nothing else."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from governance.actions.overrides import set_light, withdraw_light
from governance.actions.reconciliation import reconcile
from governance.models import Divergence, StatusOverride
from governance.queries.overrides import current_overrides, override_counts
from measures.choices import Light, LightKind
from measures.models import Measure
from portfolio.errors import NotAllowed, Refused
from portfolio.models import Deed, User
from tests.cast import Cast
from tests.governance.actions.test_reconciliation import ON, judged, stubborn, world_of

UNTIL = date(2026, 9, 30)


def red_money(cast: Cast) -> Measure:
    """Green milestones, red potential."""
    judged(world_of(cast, stubborn()))
    return Divergence.objects.select_related("measure").get(code="D1").measure


def said(cast: Cast, measure: Measure, by: User, light: LightKind, colour: Light, **terms: object) -> StatusOverride:
    given = {"reason": "Seen at the plant", "until": UNTIL, "on": ON} | terms
    with cast.acting(by):
        return set_light(measure, light=light, colour=colour, by=by, **given)


def test_set_light_stands_beside_and_changes_nothing_else(cast: Cast) -> None:
    measure = red_money(cast)
    said(cast, measure, cast.controller, LightKind.POTENTIAL, Light.GREEN)
    judged_again = reconcile(cast.organization.pk, on=ON)
    assert judged_again.changed == 0
    assert Measure.objects.get(pk=measure.pk).potential_status == Light.RED
    assert Divergence.objects.get(code="D1").state == "open"
    assert Deed.objects.get(kind="light_set").reason == "Seen at the plant"


def test_set_light_again_ends_the_earlier_one(cast: Cast) -> None:
    measure = red_money(cast)
    first = said(cast, measure, cast.owner, LightKind.IMPLEMENTATION, Light.AMBER)
    second = said(cast, measure, cast.sponsor, LightKind.IMPLEMENTATION, Light.RED)
    first.refresh_from_db()
    assert first.ended_on == ON
    assert list(current_overrides(ON)) == [second]


def test_set_light_runs_out_after_its_last_day(cast: Cast) -> None:
    said(cast, red_money(cast), cast.owner, LightKind.IMPLEMENTATION, Light.AMBER)
    assert current_overrides(UNTIL).count() == 1
    assert current_overrides(UNTIL + timedelta(days=1)).count() == 0


def test_set_light_counts_at_every_node_above(cast: Cast) -> None:
    measure = red_money(cast)
    assert override_counts(ON) == {}
    said(cast, measure, cast.owner, LightKind.IMPLEMENTATION, Light.AMBER)
    said(cast, measure, cast.controller, LightKind.POTENTIAL, Light.AMBER)
    counts = override_counts(ON)
    assert counts[cast.package.pk] == counts[cast.root.pk] == 2
    assert len(counts) == 5


@pytest.mark.parametrize("who", ["auditor", "member", "admin", "second_controller", "outsider"])
def test_set_light_without_an_office_is_not_allowed(cast: Cast, who: str) -> None:
    measure = red_money(cast)
    with pytest.raises(NotAllowed):
        said(cast, measure, getattr(cast, who), LightKind.IMPLEMENTATION, Light.RED)
    assert not StatusOverride.objects.exists()


def test_set_light_better_by_the_owner_is_refused_with_who_may(cast: Cast) -> None:
    measure = red_money(cast)
    with pytest.raises(Refused) as refused:
        said(cast, measure, cast.owner, LightKind.POTENTIAL, Light.GREEN)
    assert refused.value.codes == ["better_potential"]
    assert "controller" in refused.value.sentences[0]


@pytest.mark.parametrize(("who", "may"), [("owner", True), ("controller", True), ("sponsor", False), ("office", False)])
def test_withdraw_light_by_the_setter_or_who_may_better_it(cast: Cast, who: str, may: bool) -> None:
    override = said(cast, red_money(cast), cast.owner, LightKind.IMPLEMENTATION, Light.RED)
    override.light = LightKind.POTENTIAL
    override.save()
    person = getattr(cast, who)
    with cast.acting(person):
        if may:
            assert withdraw_light(override, by=person, on=ON).ended_on == ON
            assert Deed.objects.filter(kind="light_withdrawn", actor=person).exists()
        else:
            with pytest.raises(NotAllowed):
                withdraw_light(override, by=person, on=ON)


def test_withdraw_light_twice_is_refused(cast: Cast) -> None:
    override = said(cast, red_money(cast), cast.owner, LightKind.IMPLEMENTATION, Light.RED)
    with cast.acting(cast.owner):
        withdraw_light(override, by=cast.owner, on=ON)
        with pytest.raises(Refused, match="light_has_ended"):
            withdraw_light(override, by=cast.owner, on=ON)
