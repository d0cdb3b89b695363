from __future__ import annotations

import pytest

from governance.sentences import DEEDS, SENTENCES, deed_sentence, field_labels, objection, sentence


def test_a_code_reads_as_a_sentence_with_its_parameters():
    assert sentence("hardness_set", {"names": "Resin"}).endswith("Resin.")


def test_a_parameter_an_older_row_does_not_have_breaks_no_page():
    assert sentence("hardness_set") == sentence("hardness_set", {"names": "…"})


def test_an_unknown_code_reads_as_itself():
    assert sentence("retired_criterion") == "retired_criterion"
    assert deed_sentence("retired_deed") == "retired deed"


def test_an_objection_carries_code_and_sentence():
    found = objection("quorum_missing", present=1, quorum=2)
    assert (found.code, found.sentence) == ("quorum_missing", "1 present, 2 needed for the quorum.")


def test_changed_fields_are_named_in_words():
    assert field_labels(["effects.plan", "measure.owner"]) == "monthly plan, owner"


@pytest.mark.parametrize("code", sorted(SENTENCES))
def test_every_sentence_can_be_said_with_whatever_parameters_are_there(code):
    assert sentence(code, {})


@pytest.mark.parametrize("kind", sorted(DEEDS))
def test_every_deed_can_be_said(kind):
    assert deed_sentence(kind, {})
