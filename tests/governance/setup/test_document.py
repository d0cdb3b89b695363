"""What a blueprint may say, and every way to say what it may not."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.gates import ADDABLE, GATES
from governance.setup.built_in import built_in
from governance.setup.differences import Change, differences
from governance.setup.document import check_blueprint, read_blueprint
from governance.setup.errors import SENTENCES, bare_sentence
from governance.setup.numbers import NUMBERS, ORDERED, PROBABILITIES
from portfolio.errors import Refused

KEYS = ["blueprint", "name", "labels", "numbers", "gates", "decided", "hard", "added", "committees", "quorum", "levels"]


def document(**sections: Any) -> dict[str, Any]:
    return {"blueprint": 1, "name": "Test", **sections}


def found(value: Any, **known: str) -> list[tuple[str, str]]:
    """Place and code of every finding."""
    try:
        read_blueprint(json.dumps(value), **known)
    except Refused as refused:
        return [(str(one.params["path"]), one.code) for one in refused.objections]
    return []


FAULTS = [
    # The frame
    ([], [("$", "type_wrong"), ("blueprint", "schema_unknown")]),
    ({}, [("blueprint", "schema_unknown"), ("name", "key_missing")]),
    ({"blueprint": 2, "name": "x"}, [("blueprint", "schema_unknown")]),
    ({"blueprint": True, "name": "x"}, [("blueprint", "schema_unknown")]),
    (document(name=" "), [("name", "text_blank")]),
    (document(name=3), [("name", "type_wrong")]),
    (document(colour="red"), [("colour", "key_unknown")]),
    # Gates: none added, none skipped, nobody else decides, nothing softened
    (document(gates={"audit": {}}), [("gates.audit", "gate_unknown")]),
    (document(gates={"decided": None}), [("gates.decided", "gate_skipped")]),
    (document(gates={"decided": False}), [("gates.decided", "gate_skipped")]),
    (document(gates={"decided": {"skip": True}}), [("gates.decided.skip", "gate_skipped")]),
    (document(gates={"decided": {"enabled": False}}), [("gates.decided.enabled", "gate_skipped")]),
    (document(gates={"decided": {"deciders": ["owner"]}}), [("gates.decided.deciders", "gate_fixed")]),
    (document(gates={"closed": {"soft": ["one_off_cost_final"]}}), [("gates.closed.soft", "criterion_softened")]),
    (document(gates={"closed": {"hard": ["value_provn"]}}), [("gates.closed.hard[0]", "criterion_not_soft_here")]),
    (
        document(gates={"detailed": {"hard": ["effect_planned"]}}),
        [("gates.detailed.hard[0]", "criterion_already_hard")],
    ),
    (document(gates={"decided": {"added": ["value_proven"]}}), [("gates.decided.added[0]", "criterion_not_on_list")]),
    (
        document(gates={"decided": {"added": ["risks_scored", "risks_scored"]}}),
        [("gates.decided.added[1]", "entry_twice")],
    ),
    (document(gates={"decided": {"added": "risks_scored"}}), [("gates.decided.added", "type_wrong")]),
    (document(gates=[]), [("gates", "type_wrong")]),
    # Closure
    (document(closure={"share": 0.5}), [("closure", "closure_fixed")]),
    (document(numbers={"four_eyes_limit": 1_000_001}), [("numbers.four_eyes_limit", "closure_loosened")]),
    (document(numbers={"materiality": "10000.01"}), [("numbers.materiality", "closure_loosened")]),
    (document(numbers={"overclaim_share": 1.21}), [("numbers.overclaim_share", "closure_loosened")]),
    (document(numbers={"unproven_days": 61}), [("numbers.unproven_days", "closure_loosened")]),
    # Numbers
    (document(numbers={"run_rate_rd": 0.8}), [("numbers.run_rate_rd", "key_unknown")]),
    (document(numbers={"run_rate_red": 1.5}), [("numbers.run_rate_red", "number_out_of_range")]),
    (document(numbers={"stale_days": 30.5}), [("numbers.stale_days", "number_not_whole")]),
    (document(numbers={"stale_days": True}), [("numbers.stale_days", "type_wrong")]),
    (document(numbers={"stale_days": "NaN"}), [("numbers.stale_days", "type_wrong")]),
    (document(numbers={"stale_days": None}), [("numbers.stale_days", "type_wrong")]),
    (document(numbers={"de_minimis": -1}), [("numbers.de_minimis", "number_out_of_range")]),
    (document(numbers={"run_rate_red": "0.96"}), [("numbers.run_rate_red", "numbers_out_of_order")]),
    (document(numbers={"four_eyes_limit": 40_000}), [("numbers.four_eyes_limit", "numbers_out_of_order")]),
    (document(probabilities={"decided": 0.3}), [("probabilities.decided", "probability_falls")]),
    (document(probabilities={"decided": 2}), [("probabilities.decided", "number_out_of_range")]),
    # Words
    (document(labels={"levels": {"organization": "Group"}}), [("labels.levels.organization", "key_unknown")]),
    (document(labels={"offices": {"owner": "x" * 31}}), [("labels.offices.owner", "text_blank")]),
    (document(labels={"offices": {"owner": "Controller"}}), [("labels.offices.owner", "label_misleading")]),
    (
        document(labels={"offices": {"owner": "Lead", "sponsor": "LEAD"}}),
        [("labels.offices.owner", "label_misleading"), ("labels.offices.sponsor", "label_misleading")],
    ),
    (document(labels={"gates": {"decided": "Approved"}}), [("labels.gates", "key_unknown")]),
    # Calendar and money
    (document(fiscal_year={"start": 13}), [("fiscal_year.start", "number_out_of_range")]),
    (document(fiscal_year={"closing_day": 0}), [("fiscal_year.closing_day", "number_out_of_range")]),
    (document(currencies={"organization": "eur"}), [("currencies.organization", "currency_invalid")]),
    (document(currencies={"plan_rates": {"USD": {"27": 1}}}), [("currencies.plan_rates.USD.27", "year_invalid")]),
    (document(currencies={"plan_rates": {"USD": {"2027": 0}}}), [("currencies.plan_rates.USD.2027", "rate_invalid")]),
    (
        document(currencies={"organization": "EUR", "plan_rates": {"EUR": {"2027": 2}}}),
        [("currencies.plan_rates.EUR", "own_currency")],
    ),
    # Lists
    (document(categories={"colour": []}), [("categories.colour", "key_unknown")]),
    (document(categories={"function": [{"code": "A"}]}), [("categories.function[0].name", "key_missing")]),
    (
        document(categories={"function": [{"code": "A", "name": "a"}, {"code": "A", "name": "b"}]}),
        [("categories.function", "entry_twice")],
    ),
    (document(committees=[{"name": "A", "quorum": 0}]), [("committees[0].quorum", "number_out_of_range")]),
    (document(committees=[{"name": "A", "voting_rule": "dice"}]), [("committees[0].voting_rule", "choice_unknown")]),
    (document(committees=[{"name": "A", "members": []}]), [("committees[0].members", "key_unknown")]),
    (document(committees=["A"]), [("committees[0]", "type_wrong")]),
    (document(digests={"hour": 24}), [("digests.hour", "number_out_of_range")]),
]


@pytest.mark.parametrize(("value", "findings"), FAULTS, ids=lambda value: str(value)[:60])
def test_each_fault_is_found_at_its_place(value: Any, findings: list[tuple[str, str]]) -> None:
    assert found(value) == findings


def test_every_fault_is_told_at_once() -> None:
    faults = document(closure={}, gates={"decided": False}, numbers={"nope": 1, "stale_days": 1}, digests={"hour": 99})
    assert [code for _path, code in found(faults)] == [
        "closure_fixed",
        "key_unknown",
        "number_out_of_range",
        "gate_skipped",
        "number_out_of_range",
    ]


def test_each_finding_is_a_sentence_that_begins_with_its_place() -> None:
    with pytest.raises(Refused) as refused:
        check_blueprint(document(numbers={"materiality": 20_000}))
    (objection,) = refused.value.objections
    assert objection.sentence == "numbers.materiality: Closure may be made stricter, never looser: at most 10000."
    assert bare_sentence(objection) == "Closure may be made stricter, never looser: at most 10000."


def test_a_currency_without_hundredths_has_larger_limits() -> None:
    assert found(document(numbers={"four_eyes_limit": 90_000_000}), currency="JPY") == []
    assert found(document(numbers={"four_eyes_limit": 90_000_000}), currency="EUR") == [
        ("numbers.four_eyes_limit", "closure_loosened")
    ]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "json_invalid"),
        ("{", "json_invalid"),
        ('{"blueprint": NaN}', "json_invalid"),
        ('{"name": "a", "name": "b"}', "key_twice"),
        ("[" * 20 + "]" * 20, "type_wrong"),
        ("[" * 100_000, "json_invalid"),
        ('"' + "x" * 300_000 + '"', "document_too_large"),
        (b"\xff\xfe\x00", "json_invalid"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_what_is_no_document_is_refused_with_a_sentence(text: str | bytes, code: str) -> None:
    with pytest.raises(Refused) as refused:
        read_blueprint(text)
    assert refused.value.codes == [code]
    assert all(refused.value.sentences)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: (
            st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS) | st.text(), inner, max_size=4)
        ),
    )
)
def test_whatever_is_sent_is_read_or_refused(value: Any) -> None:
    sentences = ["read"]
    try:
        read_blueprint(json.dumps(value))
    except Refused as refused:
        sentences = refused.sentences
    assert sentences
    assert all(sentences)


def test_what_is_exported_is_read_again_as_the_same() -> None:
    for one in built_in().values():
        again = read_blueprint(one.text())
        assert (again, again.sha256) == (one, one.sha256)


def test_the_hash_does_not_depend_on_order_or_notation() -> None:
    one = check_blueprint(document(numbers={"run_rate_red": "0.80", "stale_days": 30}))
    other = read_blueprint('{"name": "Test", "numbers": {"stale_days": "30.0", "run_rate_red": 0.8}, "blueprint": 1}')
    assert one.sha256 == other.sha256


def test_the_tables_fit_together() -> None:
    assert {name for pair in ORDERED for name in pair} <= set(NUMBERS)
    assert all(number.least <= number.default <= number.most for number in NUMBERS.values())
    assert list(PROBABILITIES.values()) == sorted(PROBABILITIES.values())
    assert all(str(sentence) for sentence in SENTENCES.values())
    for gate in GATES.values():
        asked = {rule.code for rule in gate.criteria}
        assert not asked & {rule.code for rule in ADDABLE[gate.to]}
    soft = [rule.code for gate in GATES.values() for rule in gate.soft]
    assert len(soft) == len(set(soft))


def test_differences_name_the_field_now_and_then() -> None:
    standing = {"numbers": {"a": "1", "b": "2"}, "categories": {"function": [{"code": "F", "name": "Old"}]}}
    wanted = {
        "numbers": {"b": "3"},
        "categories": {"function": [{"code": "F", "name": "New"}, {"code": "G", "name": "g"}]},
    }
    assert differences(standing, wanted) == [
        Change("numbers.b", "2", "3"),
        Change("categories.function[F].name", "Old", "New"),
        Change("categories.function[G]", None, "G"),
        Change("categories.function[G].name", None, "g"),
    ]
