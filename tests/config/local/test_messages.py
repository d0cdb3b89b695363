from __future__ import annotations

import gettext
from pathlib import Path

import pytest

from config.local import messages

CODE = 'from django.utils.translation import gettext as _\nTITLE = _("Close the measure")\n'
TEMPLATE = '{% load i18n %}{% translate "Month end" %}{% blocktranslate %}{{ name }} closed{% endblocktranslate %}'
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
        "templates/page.html": TEMPLATE,
        "locale/de/LC_MESSAGES/django.po": GERMAN,
    }.items():
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.setattr(messages, "ROOT", tmp_path)
    return tmp_path


def test_sentences_of_code_and_templates_are_collected(house: Path) -> None:
    found = {message.id for message in messages.collect() if message.id}
    assert found == {"Close the measure", "Month end", "%(name)s closed"}


def test_update_keeps_what_is_translated_and_drops_what_is_gone(house: Path) -> None:
    messages.update()
    text = (house / "locale/de/LC_MESSAGES/django.po").read_text(encoding="utf-8")
    assert 'msgstr "Monatsabschluss"' in text
    assert "%(name)s closed" in text
    assert "An old sentence" not in text
    assert messages.untranslated() == {"de": 2}


def test_compiled_translation_is_read_by_gettext(house: Path) -> None:
    messages.compile_all()
    with open(house / "locale/de/LC_MESSAGES/django.mo", "rb") as file:
        assert gettext.GNUTranslations(file).gettext("Month end") == "Monatsabschluss"


def test_wrong_placeholder_is_a_mistake(house: Path) -> None:
    path = house / "locale/de/LC_MESSAGES/django.po"
    path.write_text(
        GERMAN + '\n#, python-format\nmsgid "%(name)s closed"\nmsgstr "%(nome)s ist zu"\n', encoding="utf-8"
    )
    assert "%(name)s closed" in messages.mistakes()[0]
