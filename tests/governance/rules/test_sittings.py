"""Quorum, voting rules, abstentions, tie and recusal, as a table."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.rules.sittings import Sitting, by_consent, hold_vote
from portfolio.choices import VotingRule

MAJORITY, TWO_THIRDS, UNANIMOUS = VotingRule.MAJORITY, VotingRule.TWO_THIRDS, VotingRule.UNANIMOUS
WORDS = {"f": "for", "a": "against", "-": "abstain"}


def vote(rule: str, said: str, *, quorum: int = 1, absent: int = 0, recused: tuple[int, ...] = ()) -> Sitting:
    """One letter per person present, the chair first; `absent` more are eligible and not there."""
    here = list(range(1, len(said) + 1))
    eligible = [*here, *range(100, 100 + absent)]
    votes = {person: WORDS[letter] for person, letter in zip(here, said, strict=True) if letter != "."}
    return hold_vote(eligible, recused, rule=rule, quorum=quorum, present=here, votes=votes)


@pytest.mark.parametrize(
    ("rule", "said", "carried"),
    [
        (MAJORITY, "f", True),
        (MAJORITY, "ffa", True),
        (MAJORITY, "faa", False),
        # A tie is decided by the chair, who comes first.
        (MAJORITY, "fa", True),
        (MAJORITY, "af", False),
        (MAJORITY, "ffaa", True),
        (MAJORITY, "aaff", False),
        (MAJORITY, "-fa", False),
        (MAJORITY, "-ffa", False),
        (MAJORITY, "ff-a", True),
        # Half is counted of those present: an abstention, and silence, are no votes in favour.
        (MAJORITY, "f--", False),
        (MAJORITY, "f..", False),
        (MAJORITY, "ff-", True),
        (TWO_THIRDS, "ffa", True),
        (TWO_THIRDS, "ffaa", False),
        (TWO_THIRDS, "fffa", True),
        (TWO_THIRDS, "fa", False),
        (TWO_THIRDS, "ff-", True),
        (TWO_THIRDS, "f--", False),
        (UNANIMOUS, "fff", True),
        (UNANIMOUS, "ffa", False),
        (UNANIMOUS, "ff-", False),
        (UNANIMOUS, "ff.", False),
    ],
)
def test_the_rule_decides_of_the_eligible_present(rule: str, said: str, carried: bool) -> None:
    assert vote(rule, said).carried is carried


@pytest.mark.parametrize(
    ("said", "quorum", "absent", "quorate"),
    [("ff", 2, 1, True), ("f", 2, 2, False), ("ff", 3, 0, True), ("", 1, 3, False), ("f", 0, 0, True)],
)
def test_the_quorum_is_at_most_all_of_the_eligible(said: str, quorum: int, absent: int, quorate: bool) -> None:
    sitting = vote(MAJORITY, said, quorum=quorum, absent=absent)
    assert (sitting.is_quorate, sitting.carried) == (quorate, quorate)
    assert sitting.quorum == min(quorum, len(said) + absent)


@pytest.mark.parametrize("rule", list(VotingRule))
def test_nobody_eligible_carries_nothing(rule: str) -> None:
    sitting = hold_vote([], [1], rule=rule, quorum=2, present=[1], votes={1: "for"})
    assert not sitting.is_quorate
    assert not sitting.carried
    assert sitting.chair_id is None


def test_the_recused_and_the_absent_have_no_vote() -> None:
    sitting = hold_vote(
        [2, 3, 4], [1], rule=MAJORITY, quorum=3, present=[1, 2, 3], votes={1: "against", 2: "for", 4: "against"}
    )
    assert sitting.present == (2, 3)
    assert sitting.recused == (1,)
    assert sitting.votes == {2: "for"}
    assert (sitting.count("for"), sitting.count("against"), sitting.count("abstain")) == (1, 0, 1)


def test_a_recused_chair_leaves_the_tie_to_who_presides() -> None:
    for word, carried in (("for", True), ("against", False)):
        other = "against" if word == "for" else "for"
        sitting = hold_vote([2, 3], [1], rule=MAJORITY, quorum=2, present=[2, 3], votes={2: word, 3: other})
        assert (sitting.chair_id, sitting.carried) == (2, carried)


def test_consent_is_everybody_present() -> None:
    here = [1, 2, 3]
    sitting = hold_vote(here, [], rule=UNANIMOUS, quorum=2, present=here, votes=by_consent(here))
    assert sitting.carried
    assert sitting.count("for") == 3


def test_the_record_has_text_for_names() -> None:
    sitting = vote(MAJORITY, "fa", quorum=2)
    assert sitting.as_record() == {
        "present": [1, 2],
        "recused": [],
        "quorum": 2,
        "votes": {"1": "for", "2": "against"},
        "meeting_id": None,
        "chair_id": 1,
        "carried": True,
    }


@given(rule=st.sampled_from(list(VotingRule)), said=st.text("fa-", min_size=1, max_size=9), data=st.data())
def test_a_vote_more_in_favour_never_loses_what_was_carried(rule: str, said: str, data: st.DataObject) -> None:
    before = vote(rule, said)
    place = data.draw(st.integers(0, len(said) - 1))
    after = vote(rule, said[:place] + "f" + said[place + 1 :])
    assert after.carried or not before.carried
