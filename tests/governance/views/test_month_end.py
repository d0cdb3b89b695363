"""Month end: a controller's measures of one month, validated together or not at all."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest

from finance.actions.actuals import claim_actual
from finance.actions.rates import set_plan_rate
from finance.models import ActualEntry, Effect
from finance.rules.periods import parse_period
from measures.models import Measure
from portfolio.models import Deed
from tests.cast import TODAY, Cast
from tests.finance.builders import E1_PLAN, act, decide, saving
from tests.governance.views.desk import address, on_the_day, sign_in
from tests.governance.views.measure_pages import decided, effect_of, send, statements, text_of

__all__ = ["decided", "on_the_day"]
pytestmark = pytest.mark.usefixtures("on_the_day")

SEPTEMBER = parse_period("2026-09")


def claimed(cast: Cast, *, amount: int = 90_000, source: str = "", currency: str = "") -> Effect:
    """An effect of a fresh Decided measure with a claim for September."""
    measure = cast.measure(name="Another", currency=currency)
    effect = saving(cast, measure, E1_PLAN)
    decide(cast, measure)
    act(cast, claim_actual, effect, SEPTEMBER, Decimal(amount), by=cast.owner, on=TODAY, source=source)
    return effect


def page(cast: Cast, query: str = "") -> str:
    return text_of(sign_in(cast.controller).get(address(cast, "month_end") + query))


def fill(cast: Cast, **data: Any) -> Any:
    found = re.search(r'name="stamp" value="(\w+)"', page(cast))
    assert found is not None
    return send(cast, cast.controller, "month_end", data={"stamp": found[1], **data})


def proven() -> dict[int, Decimal]:
    return dict(ActualEntry.objects.filter(tier="validated").values_list("effect_id", "amount"))


def test_shows_the_month_that_ended_last(cast: Cast) -> None:
    claimed(cast)
    text = page(cast)
    assert "Sept 2026" in text
    assert "Waiting for validation" in text
    assert "\u221210,000.00" in text


def test_all_claims_are_validated_in_one_deed(cast: Cast) -> None:
    one, two = claimed(cast), claimed(cast, amount=50_000)
    before = Deed.objects.count()
    assert fill(cast, all="1").status_code == 302
    assert proven() == {one.pk: Decimal(90_000), two.pk: Decimal(50_000)}
    assert Deed.objects.count() == before + 1


def test_only_ticked_rows_are_validated(cast: Cast) -> None:
    one, two = claimed(cast), claimed(cast)
    assert fill(cast, row=[one.pk]).status_code == 302
    assert set(proven()) == {one.pk}
    assert two.pk not in proven()


def test_an_amount_is_corrected_with_a_source(cast: Cast) -> None:
    one = claimed(cast)
    data = {"row": [one.pk], f"amount-{one.pk}": "88,000", f"source-{one.pk}": "SAP 5100"}
    assert fill(cast, **data).status_code == 302
    assert proven() == {one.pk: Decimal(88_000)}


def test_a_corrected_amount_without_a_source_stops_all(cast: Cast) -> None:
    one, two = claimed(cast), claimed(cast)
    answer = fill(cast, **{"row": [one.pk, two.pk], f"amount-{one.pk}": "88,000"})
    assert answer.status_code == 422
    assert "Name the source" in text_of(answer)
    assert 'value="88,000"' in text_of(answer)
    assert proven() == {}


def test_a_bad_amount_is_named_with_its_row(cast: Cast) -> None:
    one = claimed(cast)
    answer = fill(cast, **{"row": [one.pk], f"amount-{one.pk}": "much"})
    assert answer.status_code == 422
    assert f"{one.measure.code}, Saving: “much” is no number." in text_of(answer)


def test_nothing_ticked_is_said(cast: Cast) -> None:
    claimed(cast)
    answer = fill(cast)
    assert answer.status_code == 422
    assert "Tick the rows you validate" in text_of(answer)


def test_a_claim_changed_meanwhile_is_a_conflict(cast: Cast) -> None:
    one = claimed(cast)
    found = re.search(r'name="stamp" value="(\w+)"', page(cast))
    assert found is not None
    act(cast, claim_actual, one, SEPTEMBER, Decimal(95_000), by=cast.owner, on=TODAY)
    answer = send(cast, cast.controller, "month_end", data={"stamp": found[1], "all": "1"})
    assert answer.status_code == 409
    assert proven() == {}


def test_totals_are_in_the_organizations_currency(cast: Cast) -> None:
    act(cast, set_plan_rate, "USD", 2026, Decimal("0.5"), by=cast.admin)
    claimed(cast, amount=90_000)
    claimed(cast, amount=50_000, currency="USD")
    assert "115,000.00" in page(cast)


def test_a_month_that_has_not_begun_is_refused(cast: Cast, decided: Measure) -> None:
    answer = sign_in(cast.controller).get(address(cast, "month_end") + "?month=2026-11")
    assert answer.status_code == 422
    assert "has not begun" in text_of(answer)


def test_an_unknown_month_is_not_found(cast: Cast) -> None:
    assert sign_in(cast.controller).get(address(cast, "month_end") + "?month=x").status_code == 404


def test_who_controls_nothing_reads_what_the_page_is_for(cast: Cast, decided: Measure) -> None:
    text = text_of(sign_in(cast.sponsor).get(address(cast, "month_end")))
    assert "You control no measure" in text
    assert decided.code not in text


def test_another_controllers_row_is_not_validated(cast: Cast, decided: Measure) -> None:
    effect = effect_of(decided)
    act(cast, claim_actual, effect, SEPTEMBER, Decimal(5), by=cast.owner, on=TODAY)
    answer = send(cast, cast.second_controller, "month_end", data={"row": [effect.pk], "stamp": ""})
    assert answer.status_code in (409, 422)
    assert proven() == {}


def test_outsiders_find_nothing(cast: Cast) -> None:
    assert sign_in(cast.outsider).get(address(cast, "month_end")).status_code == 404


def test_statements_do_not_grow_with_measures(cast: Cast) -> None:
    controller, here = sign_in(cast.controller), address(cast, "month_end")
    claimed(cast)
    one = statements(controller, here)
    claimed(cast)
    claimed(cast)
    assert statements(controller, here) == one
