"""The translations that the product ships: whole, certain, and with every placeholder."""

from __future__ import annotations

from django.utils import translation

from config.local import messages
from governance.templatetags.gates import CRITERIA


def test_every_sentence_is_translated_into_every_language() -> None:
    assert messages.untranslated() == {"de": 0}


def test_every_translation_is_certain_and_keeps_its_placeholders() -> None:
    assert messages.mistakes() == []


def test_policy_of_every_criterion_reads_german_to_germans() -> None:
    english = {code: criterion.policy for code, criterion in CRITERIA.items()}
    with translation.override("de"):
        assert [code for code, criterion in CRITERIA.items() if criterion.policy == english[code]] == []
