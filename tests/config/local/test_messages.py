from __future__ import annotations

import gettext
import re
from pathlib import Path

import pytest

from config.local import messages

CODE = 'from django.utils.translation import gettext as _\nTITLE = _("Close the measure")\n'
TEMPLATE = """{% load i18n %}{% translate "Month end" %}
    <ul>
      <li>{% blocktranslate %}{{ name }} closed{% endblocktranslate %}
   </li>
"""
CRITERIA = '''"""Criteria about the people."""

def owner_named(case: GateCase) -> Objection | None:
    """The measure has an owner."""

def _is_named(case: GateCase) -> Objection | None:
    """Of no concern to people."""

def missing(case: GateCase) -> list[str]:
    """Nor is this."""
'''
GERMAN = """
msgid ""
msgstr "Content-Type: text/plain; charset=utf-8\\n"

msgid "Month end"
msgstr "Monatsabschluss"

msgid "An old sentence"
msgstr "Ein alter Satz"
"""


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small house with one module, one template and a German translation."""
    for name, text in {
        "governance/views.py": CODE,
        "governance/criteria/people.py": CRITERIA,
        "templates/page.html": TEMPLATE,
        "locale/de/LC_MESSAGES/django.po": GERMAN,
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.setattr(messages, "ROOT", tmp_path)
    return tmp_path


def translate(house: Path, original: str, *strings: str) -> None:
    """The German translation ends with this sentence."""
    forms = [f'msgstr "{strings[0]}"'] if len(strings) == 1 else [f'msgstr[{n}] "{s}"' for n, s in enumerate(strings)]
    path = house / "locale/de/LC_MESSAGES/django.po"
    path.write_text(GERMAN + "\n".join(["", original, *forms, ""]), encoding="utf-8")


def test_sentences_of_code_templates_and_criteria_are_collected(house: Path) -> None:
    found = {message.id for message in messages.collect() if message.id}
    assert found == {"Close the measure", "Month end", "%(name)s closed", "The measure has an owner."}


def test_update_keeps_what_is_translated_and_drops_what_is_gone(house: Path) -> None:
    messages.update()
    text = (house / "locale/de/LC_MESSAGES/django.po").read_text(encoding="utf-8")
    assert 'msgstr "Monatsabschluss"' in text
    assert "%(name)s closed" in text
    assert "An old sentence" not in text
    assert messages.untranslated() == {"de": 3}


def test_update_without_news_leaves_the_file_alone(house: Path) -> None:
    messages.update()
    path = house / "locale/de/LC_MESSAGES/django.po"
    path.write_text(
        re.sub(r"POT-Creation-Date: \S+ \S+\+", "POT-Creation-Date: 2020-01-01 00:00+", path.read_text("utf-8")),
        "utf-8",
    )
    before = path.read_bytes()
    messages.update()
    assert path.read_bytes() == before


def test_compiled_translation_is_read_by_gettext(house: Path) -> None:
    messages.compile_all()
    with open(house / "locale/de/LC_MESSAGES/django.mo", "rb") as file:
        assert gettext.GNUTranslations(file).gettext("Month end") == "Monatsabschluss"


@pytest.mark.parametrize(
    ("original", "strings", "mistake"),
    [
        ('msgid "%(name)s closed"', ["%(nome)s ist zu"], "the placeholders differ"),
        ('msgid "%(name)s closed"', [""], "not translated"),
        ('#, fuzzy\nmsgid "Close"', ["Schließen"], "doubtful"),
        ('msgid "Below 95 %% of %(name)s"', ["Unter 95 % von %(name)s"], "the placeholders differ"),
        ('msgid "%(name)s closed"', ["%(name)s zu 95 % zu"], "a percent sign is not doubled"),
        ('msgid "%(n)s day"\nmsgid_plural "%(n)s days"', ["%(m)s Tag", "%(n)s Tage"], "a placeholder is unknown"),
    ],
)
def test_translation_that_cannot_be_used_is_a_mistake(
    house: Path, original: str, strings: list[str], mistake: str
) -> None:
    translate(house, original, *strings)
    assert any(found.endswith(mistake) for found in messages.mistakes())


@pytest.mark.parametrize(
    ("original", "strings"),
    [
        ('msgid "More than 105 % of it"', ["Mehr als 105 % davon"]),
        ('msgid "%(n)s day"\nmsgid_plural "%(n)s days"', ["Ein Tag", "%(n)s Tage"]),
    ],
)
def test_translation_as_it_should_be_is_no_mistake(house: Path, original: str, strings: list[str]) -> None:
    translate(house, original, *strings)
    assert messages.mistakes() == []
