"""A German at the desk: words, numbers and dates of the main pages in German."""

from __future__ import annotations

from typing import Any

import pytest

from measures.choices import DoI
from tests.cast import Cast
from tests.governance.steps import measure_at
from tests.governance.views.desk import address, on_the_day, sign_in

__all__ = ["on_the_day"]
pytestmark = pytest.mark.usefixtures("on_the_day")


@pytest.fixture
def german(cast: Cast) -> Cast:
    """The transformation office reads German."""
    cast.office.language = "de"
    cast.office.save(update_fields=["language"])
    return cast


def seen(cast: Cast, name: str, *args: Any) -> str:
    """The page as the office sees it, asked for by an English browser."""
    response = sign_in(cast.office).get(address(cast, name, *args), headers={"accept-language": "en"})
    assert response.status_code == 200
    assert response.headers["Content-Language"] == "de"
    html: str = response.content.decode()
    assert '<html lang="de"' in html
    return html


def test_register_is_german_with_german_numbers(german: Cast) -> None:
    measure_at(german, DoI.DECIDED)
    html = seen(german, "measures")
    for words in ("1 Maßnahme", "Verantwortlicher", "Zugesagt", "Lebenszyklus", "Entschieden", "zu Plankursen"):
        assert words in html
    for words in ("Committed", "Lifecycle", "Decided", "plan rates"):
        assert words not in html


def test_measure_is_german_with_german_numbers_and_dates(german: Cast) -> None:
    measure = measure_at(german, DoI.DECIDED)
    html = seen(german, "measure", measure.code)
    for words in ("Überblick", "Härtegrad", "Lenkungsausschuss", "Zugesagt", "Entschieden", ".10.2026"):
        assert words in html
    for words in ("Steering committee", "Committed", "Decided", "Oct"):
        assert words not in html


def test_gates_are_german_down_to_policy_and_objections(german: Cast) -> None:
    html = seen(german, "measure_gates", german.measure().code)
    assert "Name, Problem und angestrebtes Ergebnis sind beschrieben." in html
    assert "Beschreiben Sie das Problem und das angestrebte Ergebnis." in html
    assert "Describe the problem" not in html


def test_timeline_names_every_field_in_german(german: Cast) -> None:
    measure = measure_at(german, DoI.DECIDED)
    html = seen(german, "measure_timeline", measure.code)
    for words in ("hat die Maßnahme angelegt", "Paket:", "Direct materials", "Sachkonto:", "Identifiziert bis:"):
        assert words in html
    for words in ("package", "gl account", "cost centre", "due ", "committee:", "owner:", "position:"):
        assert f'<span class="soft">{words}' not in html
