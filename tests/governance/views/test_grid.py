"""The month grid: who writes which line, all cells or none, nothing typed lost."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest

from finance.actions.actuals import claim_actual
from finance.models import ActualEntry, ForecastAmount, ForecastUpkeep, PlanAmount
from finance.rules.periods import parse_period
from measures.models import Measure
from portfolio.models import Deed, User
from tests.cast import TODAY, Cast
from tests.finance.builders import act, saving
from tests.governance.views.desk import address, on_the_day, sign_in
from tests.governance.views.measure_pages import cell, decided, draft, effect_of, send, statements, text_of

__all__ = ["decided", "draft", "on_the_day"]
pytestmark = pytest.mark.usefixtures("on_the_day")


def stamp(cast: Cast, person: User, measure: Measure) -> str:
    page = text_of(sign_in(person).get(address(cast, "measure_months", measure.code)))
    found = re.search(r'name="stamp" value="(\w+)"', page)
    assert found is not None
    return found[1]


def fill(cast: Cast, person: User, measure: Measure, **cells: str) -> Any:
    """The person fills cells of a page just opened and saves."""
    data = {"stamp": stamp(cast, person, measure), **cells}
    return send(cast, person, "measure_months", measure.code, data=data)


def amount(model: Any, measure: Measure, month: str) -> Decimal:
    found: Decimal = model.objects.get(effect__measure=measure, period__name=month).amount
    return found


def test_owner_plans_a_draft_in_the_numbers_of_the_language(cast: Cast, draft: Measure) -> None:
    name = cell("plan", effect_of(draft), "2026-11")
    assert fill(cast, cast.owner, draft, **{name: "1.234,50"}).status_code == 302
    assert amount(PlanAmount, draft, "2026-11") == Decimal("1234.50")


def test_all_cells_or_none_and_every_bad_one_named(cast: Cast, decided: Measure) -> None:
    effect = effect_of(decided)
    cells = {
        cell("forecast", effect, "2026-11"): "abc",
        cell("forecast", effect, "2026-12"): "80,000.00",
        cell("forecast", effect, "2027-01"): "1.234",
        "reason": "Volume",
    }
    answer = fill(cast, cast.owner, decided, **cells)
    text = text_of(answer)
    assert answer.status_code == 422
    assert "Forecast, 2026-11: “abc” is no number." in text
    assert "Forecast, 2027-01: “1.234” can be read in two ways" in text
    assert 'value="abc"' in text
    assert 'value="80,000.00"' in text
    assert amount(ForecastAmount, decided, "2026-12") == 90_000


def test_forecast_changes_with_its_reason_in_one_deed(cast: Cast, decided: Measure) -> None:
    effect = effect_of(decided)
    cells = {cell("forecast", effect, "2026-11"): "70,000", cell("forecast", effect, "2026-12"): "75,000"}
    before = Deed.objects.count()
    assert fill(cast, cast.owner, decided, **cells, reason="Line stands still").status_code == 302
    assert amount(ForecastAmount, decided, "2026-12") == 75_000
    assert Deed.objects.count() == before + 1
    assert Deed.objects.latest("pk").reason == "Line stands still"


def test_forecast_from_decided_on_asks_for_a_reason(cast: Cast, decided: Measure) -> None:
    answer = fill(cast, cast.owner, decided, **{cell("forecast", effect_of(decided), "2026-11"): "70,000"})
    assert answer.status_code == 422
    assert "Say why the forecast changes" in text_of(answer)


def test_forged_change_of_a_frozen_month_is_refused(cast: Cast, decided: Measure) -> None:
    name = cell("forecast", effect_of(decided), "2026-09")
    answer = fill(cast, cast.owner, decided, **{name: "1"}, reason="No")
    assert answer.status_code == 422
    assert "These months have passed" in text_of(answer)


def test_forged_change_of_a_decided_plan_is_refused(cast: Cast, decided: Measure) -> None:
    PlanAmount.objects.get(effect__measure=decided, period__name="2026-11")
    page = text_of(sign_in(cast.owner).get(address(cast, "measure_months", decided.code)))
    assert "plan-" not in page


def test_frozen_cells_say_why(cast: Cast, decided: Measure) -> None:
    page = text_of(sign_in(cast.owner).get(address(cast, "measure_months", decided.code)))
    assert "The baseline never changes." in page
    assert "The month has passed; its forecast stays." in page
    assert "The controller validates." in page


def test_owner_claims_and_controller_validates(cast: Cast, decided: Measure) -> None:
    effect = effect_of(decided)
    assert fill(cast, cast.owner, decided, **{cell("claimed", effect, "2026-09"): "90,000"}).status_code == 302
    proof = {cell("validated", effect, "2026-09"): "88,000", "source": "SAP 5100"}
    assert fill(cast, cast.controller, decided, **proof).status_code == 302
    tiers = dict(ActualEntry.objects.values_list("tier", "amount"))
    assert tiers == {"claimed": Decimal(90_000), "validated": Decimal(88_000)}


def test_validating_without_a_source_is_refused(cast: Cast, decided: Measure) -> None:
    answer = fill(cast, cast.controller, decided, **{cell("validated", effect_of(decided), "2026-09"): "5"})
    assert answer.status_code == 422
    assert "Name the source" in text_of(answer)


def test_reader_sees_no_cell_to_fill(cast: Cast, decided: Measure) -> None:
    page = text_of(sign_in(cast.auditor).get(address(cast, "measure_months", decided.code)))
    assert 'class="cell' not in page
    assert "There is nothing here for you to fill" in page


def test_forged_claim_of_a_reader_is_refused(cast: Cast, decided: Measure) -> None:
    name = cell("claimed", effect_of(decided), "2026-09")
    assert fill(cast, cast.auditor, decided, **{name: "5"}).status_code == 403


def test_amounts_changed_meanwhile_are_a_conflict_that_keeps_what_was_typed(cast: Cast, decided: Measure) -> None:
    effect = effect_of(decided)
    seen = stamp(cast, cast.owner, decided)
    act(cast, claim_actual, effect, parse_period("2026-08"), Decimal(5), by=cast.owner, on=TODAY)
    data = {"stamp": seen, cell("forecast", effect, "2026-11"): "70,000", "reason": "Volume"}
    answer = send(cast, cast.owner, "measure_months", decided.code, data=data)
    assert answer.status_code == 409
    assert 'value="70,000"' in text_of(answer)
    assert "stored: 90,000.00" in text_of(answer)
    assert amount(ForecastAmount, decided, "2026-11") == 90_000


def test_one_fiscal_year_alone_can_be_shown_and_saved(cast: Cast, draft: Measure) -> None:
    address_of_year = address(cast, "measure_months", draft.code) + "?year=2028"
    page = text_of(sign_in(cast.owner).get(address_of_year))
    found = re.search(r'name="stamp" value="(\w+)"', page)
    assert found is not None
    assert cell("plan", effect_of(draft), "2026-11") not in page
    name = cell("plan", effect_of(draft), "2028-03")
    answer = sign_in(cast.owner).post(address_of_year, {"stamp": found[1], name: "500"})
    assert answer.status_code == 302
    assert amount(PlanAmount, draft, "2028-03") == 500


def test_confirming_the_forecast_counts_as_an_update(cast: Cast, decided: Measure) -> None:
    assert send(cast, cast.owner, "forecast_confirm", decided.code).status_code == 302
    assert ForecastUpkeep.objects.get(measure=decided).confirmed_on == TODAY


def test_confirming_without_the_right_is_refused(cast: Cast, decided: Measure) -> None:
    assert send(cast, cast.controller, "forecast_confirm", decided.code).status_code == 403


def test_months_of_another_organization_are_not_found(cast: Cast, draft: Measure) -> None:
    assert sign_in(cast.outsider).get(address(cast, "measure_months", draft.code)).status_code == 404


def test_months_without_an_effect_name_the_next_step(cast: Cast) -> None:
    measure = cast.measure()
    page = text_of(sign_in(cast.owner).get(address(cast, "measure_months", measure.code)))
    assert "No effect yet" in page
    assert address(cast, "effect_create", measure.code) in page


def test_statements_do_not_grow_with_effects(cast: Cast, draft: Measure) -> None:
    owner = sign_in(cast.owner)
    one = statements(owner, address(cast, "measure_months", draft.code))
    for name in ("Freight", "Scrap"):
        saving(cast, draft, {parse_period("2026-11"): Decimal(5)}, name=name)
    assert statements(owner, address(cast, "measure_months", draft.code)) == one <= 10
