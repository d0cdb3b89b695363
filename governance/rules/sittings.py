"""How a committee comes to a result: quorum, voting rule, tie (domain §1 and §2, meeting mode)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from portfolio.choices import VotingRule

Word = Literal["for", "against", "abstain"]


@dataclass(frozen=True)
class Sitting:
    """One vote of a committee on one item, in ids of people, as it goes into the snapshot of the decision.

    `present` are the eligible who were there, `recused` those who took no part and left the quorum, `chair_id` who
    presided: the chair, recused the deputy chair, else the longest-serving member.
    """

    present: tuple[int, ...]
    recused: tuple[int, ...]
    quorum: int
    votes: dict[int, Word]
    meeting_id: int | None
    chair_id: int | None
    carried: bool

    @property
    def is_quorate(self) -> bool:
        """Enough of the eligible were there, and somebody was."""
        return len(self.present) >= max(self.quorum, 1)

    def count(self, word: Word) -> int:
        """How many of the eligible present said so; silence is an abstention."""
        if word == "abstain":
            return len(self.present) - self.count("for") - self.count("against")
        return sum(self.votes.get(person) == word for person in self.present)

    def as_record(self) -> dict[str, Any]:
        """As stored: canonical JSON knows no numbers as names."""
        return {
            "present": list(self.present),
            "recused": list(self.recused),
            "quorum": self.quorum,
            "votes": {str(person): word for person, word in sorted(self.votes.items())},
            "meeting_id": self.meeting_id,
            "chair_id": self.chair_id,
            "carried": self.carried,
        }


def hold_vote(
    eligible: Sequence[int],
    recused: Iterable[int],
    *,
    rule: str,
    quorum: int,
    present: Iterable[int],
    votes: Mapping[int, Word],
    meeting_id: int | None = None,
) -> Sitting:
    """The result of a vote; `eligible` stand in the order in which they preside, without the recused.

    The recused leave the quorum, which is never more than the number of the eligible. Votes of people who were not
    there, or are not eligible, do not count.
    """
    there = tuple(person for person in eligible if person in set(present))
    said = {person: word for person, word in votes.items() if person in there}
    needed = min(quorum, len(eligible))
    chair = eligible[0] if eligible else None
    quorate = len(there) >= max(needed, 1)
    in_favour = sum(word == "for" for word in said.values())
    won = _carries(rule, in_favour, len(there), chair_for=chair is not None and said.get(chair) == "for")
    return Sitting(there, tuple(sorted(recused)), needed, said, meeting_id, chair, quorate and won)


def by_consent(present: Iterable[int]) -> dict[int, Word]:
    """The votes on an item of the consent agenda: nobody present wished to speak against it."""
    return dict.fromkeys(present, "for")


def _carries(rule: str, in_favour: int, present: int, *, chair_for: bool) -> bool:
    """Whether so many of the eligible present carry it; an abstention is no vote in favour.

    MAJORITY: more than half, or exactly half and the chair among them. TWO_THIRDS: at least two thirds.
    UNANIMOUS: everybody.
    """
    if rule == VotingRule.UNANIMOUS:
        return in_favour == present
    if rule == VotingRule.TWO_THIRDS:
        return 3 * in_favour >= 2 * present
    return 2 * in_favour > present or (2 * in_favour == present and chair_for)
