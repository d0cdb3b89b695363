"""My update: an owner's forecasts and milestones saved together, with nothing lost."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from finance.actions.forecasts import set_forecast
from finance.models import ForecastAmount, ForecastUpkeep
from finance.rules.periods import parse_period
from measures.actions.milestones import add_milestone
from measures.models import Measure, Milestone
from portfolio.models import Deed
from tests.cast import TODAY, Cast
from tests.finance.builders import E1_PLAN, act, decide, saving
from tests.governance.views.desk import address, on_the_day, sign_in
from tests.governance.views.measure_pages import cell, decided, draft, effect_of, send, statements, text_of

__all__ = ["decided", "draft", "on_the_day"]
pytestmark = pytest.mark.usefixtures("on_the_day")


def another(cast: Cast) -> Measure:
    measure = cast.measure(name="Another")
    saving(cast, measure, E1_PLAN)
    return decide(cast, measure)


def milestone(cast: Cast, measure: Measure) -> Milestone:
    values = {"name": "Switch", "baseline_on": date(2026, 11, 30), "by": cast.owner, "on": TODAY}
    return act(cast, add_milestone, measure, **values)


def fill(cast: Cast, **data: Any) -> Any:
    page = text_of(sign_in(cast.owner).get(address(cast, "my_update")))
    found = re.search(r'name="stamp" value="(\w+)"', page)
    assert found is not None
    return send(cast, cast.owner, "my_update", data={"stamp": found[1], **data})


def forecast(measure: Measure, month: str) -> Decimal:
    return ForecastAmount.objects.get(effect__measure=measure, period__name=month).amount


def test_forecasts_and_milestones_are_saved_at_once(cast: Cast, decided: Measure, draft: Measure) -> None:
    switch = milestone(cast, draft)
    data = {
        cell("forecast", effect_of(decided), "2026-11"): "70,000",
        f"reason-{decided.pk}": "Volume",
        f"due-{switch.pk}": "2026-12-24",
    }
    assert fill(cast, **data).status_code == 302
    assert forecast(decided, "2026-11") == 70_000
    assert Milestone.objects.get(pk=switch.pk).forecast_on == date(2026, 12, 24)


def test_the_reason_stands_on_its_own_measure_only(cast: Cast, decided: Measure) -> None:
    other = another(cast)
    data = {
        cell("forecast", effect_of(decided), "2026-11"): "70,000",
        cell("forecast", effect_of(other), "2026-11"): "60,000",
        f"reason-{decided.pk}": "Volume",
        f"reason-{other.pk}": "Price",
    }
    assert fill(cast, **data).status_code == 302
    reasons = dict(Deed.objects.filter(kind="my_update_saved").values_list("subject_id", "reason"))
    assert reasons == {decided.pk: "Volume", other.pk: "Price"}


def test_a_milestone_is_done_by_its_date(cast: Cast, draft: Measure) -> None:
    switch = milestone(cast, draft)
    assert fill(cast, **{f"done-{switch.pk}": "2026-10-10"}).status_code == 302
    assert Milestone.objects.get(pk=switch.pk).actual_on == date(2026, 10, 10)


def test_one_bad_measure_stops_all_and_loses_nothing(cast: Cast, decided: Measure, draft: Measure) -> None:
    switch = milestone(cast, draft)
    data = {
        cell("forecast", effect_of(decided), "2026-11"): "70,000",
        f"reason-{decided.pk}": "Volume",
        f"done-{switch.pk}": "2027-10-10",
    }
    answer = fill(cast, **data)
    text = text_of(answer)
    assert answer.status_code == 422
    assert f"{draft.code}: “Switch” cannot be done before it is." in text
    assert 'value="70,000"' in text
    assert 'value="2027-10-10"' in text
    assert forecast(decided, "2026-11") == 90_000


def test_every_bad_cell_is_named(cast: Cast, decided: Measure) -> None:
    effect = effect_of(decided)
    answer = fill(cast, **{cell("forecast", effect, "2026-11"): "x", cell("forecast", effect, "2026-12"): "y"})
    assert answer.status_code == 422
    assert "Saving, 2026-11: “x” is no number." in text_of(answer)
    assert "Saving, 2026-12: “y” is no number." in text_of(answer)


def test_a_changed_forecast_asks_for_a_reason(cast: Cast, decided: Measure) -> None:
    answer = fill(cast, **{cell("forecast", effect_of(decided), "2026-11"): "70,000"})
    assert answer.status_code == 422
    assert "Say why the forecast changes" in text_of(answer)


def test_ticked_measures_are_confirmed_unchanged(cast: Cast, decided: Measure, draft: Measure) -> None:
    Measure.objects.filter(pk=decided.pk).update(milestones_kept_on=date(2026, 1, 1))
    assert fill(cast, confirm=[decided.pk]).status_code == 302
    assert ForecastUpkeep.objects.get(measure=decided).confirmed_on == TODAY
    assert Measure.objects.get(pk=decided.pk).milestones_kept_on == TODAY
    assert not ForecastUpkeep.objects.filter(measure=draft, confirmed_on__isnull=False).exists()


def test_everything_else_is_confirmed_with_one_button(cast: Cast, decided: Measure) -> None:
    other = another(cast)
    data = {cell("forecast", effect_of(decided), "2026-11"): "70,000", f"reason-{decided.pk}": "V", "everything": "1"}
    assert fill(cast, **data).status_code == 302
    assert ForecastUpkeep.objects.get(measure=decided).confirmed_on is None
    assert ForecastUpkeep.objects.get(measure=other).confirmed_on == TODAY


def test_nothing_at_all_is_said(cast: Cast, decided: Measure) -> None:
    answer = fill(cast)
    assert answer.status_code == 422
    assert "Nothing was changed" in text_of(answer)


def test_a_forecast_changed_meanwhile_is_a_conflict(cast: Cast, decided: Measure) -> None:
    effect = effect_of(decided)
    page = text_of(sign_in(cast.owner).get(address(cast, "my_update")))
    found = re.search(r'name="stamp" value="(\w+)"', page)
    assert found is not None
    act(cast, set_forecast, effect, {parse_period("2026-12"): Decimal(1)}, by=cast.owner, on=TODAY, reason="Other tab")
    data = {"stamp": found[1], cell("forecast", effect, "2026-11"): "70,000", f"reason-{decided.pk}": "Volume"}
    answer = send(cast, cast.owner, "my_update", data=data)
    assert answer.status_code == 409
    assert 'value="70,000"' in text_of(answer)
    assert forecast(decided, "2026-11") == 90_000


def test_other_peoples_measures_are_not_shown(cast: Cast, decided: Measure) -> None:
    text = text_of(sign_in(cast.controller).get(address(cast, "my_update")))
    assert "You own no running measure" in text
    assert decided.code not in text


def test_outsiders_find_nothing(cast: Cast) -> None:
    assert sign_in(cast.outsider).get(address(cast, "my_update")).status_code == 404


def test_statements_do_not_grow_with_measures(cast: Cast, decided: Measure) -> None:
    owner, here = sign_in(cast.owner), address(cast, "my_update")
    one = statements(owner, here)
    another(cast)
    another(cast)
    assert statements(owner, here) == one
