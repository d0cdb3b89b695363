"""The timeline of a measure, on the page and as CSV."""

from __future__ import annotations

import csv
import io

import pytest

from measures.actions.measures import edit_measure
from measures.models import Measure
from tests.cast import Cast
from tests.finance.builders import act
from tests.governance.views.desk import address, on_the_day, sign_in
from tests.governance.views.measure_pages import decided, draft, statements, text_of

__all__ = ["decided", "draft", "on_the_day"]
pytestmark = pytest.mark.usefixtures("on_the_day")


def rows(cast: Cast, measure: Measure, query: str = "") -> list[dict[str, str]]:
    answer = sign_in(cast.auditor).get(address(cast, "measure_timeline_csv", measure.code) + query)
    assert answer["Content-Type"].startswith("text/csv")
    assert not answer.streaming
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_says_who_did_what_and_why(cast: Cast, decided: Measure) -> None:
    text = text_of(sign_in(cast.auditor).get(address(cast, "measure_timeline", decided.code)))
    assert "changed the forecast" in text
    assert "<blockquote>Volume</blockquote>" in text
    assert str(cast.owner) in text


def test_filter_by_kind(cast: Cast, decided: Measure) -> None:
    text = text_of(sign_in(cast.auditor).get(address(cast, "measure_timeline", decided.code) + "?kind=work"))
    assert "changed the forecast" not in text
    assert "created the measure" in text


def test_csv_has_a_row_for_each_change(cast: Cast, decided: Measure) -> None:
    changed = [row for row in rows(cast, decided) if row["kind"] == "forecast_set"]
    months = {row["field"]: (row["before"], row["after"]) for row in changed}
    assert months["Forecast 2026-11"] == ("100000.0000", "90000.0000")
    assert {row["why"] for row in changed} == {"Volume"}
    assert {row["who"] for row in changed} == {str(cast.owner)}


def test_csv_escapes_what_a_spreadsheet_would_run(cast: Cast, draft: Measure) -> None:
    act(cast, edit_measure, draft, by=cast.owner, problem='=HYPERLINK("https://example.com")')
    after = [row["after"] for row in rows(cast, draft) if row["kind"] == "measure_edited"]
    assert after == ['\'=HYPERLINK("https://example.com")']


def test_csv_honours_the_filter(cast: Cast, decided: Measure) -> None:
    assert {row["kind"] for row in rows(cast, decided, "?kind=people")} == set()
    assert {row["kind"] for row in rows(cast, decided, "?kind=money")} >= {"plan_set", "forecast_set"}


@pytest.mark.parametrize("page", ["measure_timeline", "measure_timeline_csv"])
def test_timeline_is_for_those_who_see_the_measure(cast: Cast, draft: Measure, page: str) -> None:
    assert sign_in(cast.member).get(address(cast, page, draft.code)).status_code == 403
    assert sign_in(cast.outsider).get(address(cast, page, draft.code)).status_code == 404


def test_statements_do_not_grow_with_entries(cast: Cast, draft: Measure) -> None:
    auditor, here = sign_in(cast.auditor), address(cast, "measure_timeline", draft.code)
    act(cast, edit_measure, draft, by=cast.owner, problem="One")
    one = statements(auditor, here)
    for text in ("Two", "Three"):
        act(cast, edit_measure, draft, by=cast.owner, problem=text)
    assert statements(auditor, here) == one
