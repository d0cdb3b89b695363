"""Answering a divergence."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from governance.actions.divergences import answer_divergence
from governance.actions.reconciliation import reconcile
from governance.choices import DivergenceState
from governance.models import Divergence, DivergenceChange
from portfolio.errors import NotAllowed, Refused
from portfolio.models import Deed
from tests.cast import Cast
from tests.governance.actions.test_reconciliation import ON, better_july, judged, stubborn, world_of

UNTIL = date(2026, 9, 30)


def opened(cast: Cast) -> Divergence:
    judged(world_of(cast, stubborn()))
    return Divergence.objects.select_related("measure").get(code="D1")


def answered(cast: Cast, divergence: Divergence, *, until: date = UNTIL, reason: str = "Booked late") -> Divergence:
    with cast.acting(cast.controller):
        return answer_divergence(divergence, by=cast.controller, reason=reason, until=until, on=ON)


def test_answer_divergence_by_the_controller_is_recorded(cast: Cast) -> None:
    divergence = answered(cast, opened(cast))
    assert (divergence.state, divergence.answered_until) == (DivergenceState.ANSWERED, UNTIL)
    change = DivergenceChange.objects.get(after=DivergenceState.ANSWERED)
    assert (change.before, change.reason, change.user_id) == ("open", "Booked late", cast.controller.pk)
    assert Deed.objects.get(kind="divergence_answered").actor == cast.controller


@pytest.mark.parametrize("office", ["owner", "sponsor", "office", "second_controller", "admin"])
def test_answer_divergence_by_anybody_else_is_not_allowed(cast: Cast, office: str) -> None:
    divergence = opened(cast)
    with cast.acting(getattr(cast, office)), pytest.raises(NotAllowed):
        answer_divergence(divergence, by=getattr(cast, office), reason="Fine", until=UNTIL, on=ON)


def test_answer_divergence_without_reason_for_too_long_names_both(cast: Cast) -> None:
    divergence = opened(cast)
    with pytest.raises(Refused) as refused:
        answered(cast, divergence, reason=" ", until=UNTIL + timedelta(days=1))
    assert refused.value.codes == ["reason_missing", "answer_too_long"]


def test_answer_divergence_into_the_past_is_refused(cast: Cast) -> None:
    divergence = opened(cast)
    with pytest.raises(Refused, match="answer_too_long"):
        answered(cast, divergence, until=ON - timedelta(days=1))


def test_answer_divergence_that_has_closed_is_refused(cast: Cast) -> None:
    world = world_of(cast, stubborn())
    judged(world)
    better_july(world)
    judged(world)
    with pytest.raises(Refused, match="divergence_closed"):
        answered(cast, Divergence.objects.get(code="D1"))


def test_answer_holds_until_its_last_day_and_then_opens_again(cast: Cast) -> None:
    last = date(2026, 9, 5)
    divergence = answered(cast, opened(cast), until=last)
    reconcile(cast.organization.pk, on=last)
    divergence.refresh_from_db()
    assert divergence.state == DivergenceState.ANSWERED
    reconcile(cast.organization.pk, on=last + timedelta(days=1))
    divergence.refresh_from_db()
    assert (divergence.state, divergence.count, divergence.answer) == (DivergenceState.OPEN, 1, "")


def test_answered_divergence_is_not_among_the_open_codes(cast: Cast) -> None:
    answered(cast, opened(cast))
    report = reconcile(cast.organization.pk, on=ON, write=False, report=True).report
    assert report is not None
    assert report["measures"][0]["divergences"] == []
