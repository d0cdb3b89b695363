"""Why something was not done: one hierarchy, sentences people can act on.

The code and its parameters are what is stored and tested; the sentence is made in the reader's language.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    from portfolio.models import Deed


@dataclass(frozen=True)
class Objection:
    """One reason against a deed. `cleared_by` names the offices that can remove it."""

    code: str
    text: str | _StrPromise
    params: Mapping[str, Any] = field(default_factory=dict)
    cleared_by: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        return str(self.text) % self.params

    def __str__(self) -> str:
        return self.sentence


class DomainError(Exception):
    """Base of all refusals; carries every objection, not only the first."""

    status = 422

    def __init__(self, *objections: Objection) -> None:
        self.objections: Sequence[Objection] = objections
        super().__init__(*(objection.code for objection in objections))

    @property
    def codes(self) -> list[str]:
        return [objection.code for objection in self.objections]

    @property
    def sentences(self) -> list[str]:
        return [objection.sentence for objection in self.objections]


class Refused(DomainError):
    """The rules say no. Nothing was changed."""

    status = 422


class NotAllowed(DomainError):
    """The person lacks the right. Nothing was changed."""

    status = 403


class NotFound(DomainError):
    """There is no such thing in this organization."""

    status = 404


@dataclass(frozen=True)
class Difference:
    """What somebody else changed meanwhile."""

    label: str | _StrPromise
    theirs: Any
    yours: Any


class Conflict(DomainError):
    """Somebody was faster; nothing was overwritten."""

    status = 409

    def __init__(self, *objections: Objection, differences: Sequence[Difference] = ()) -> None:
        super().__init__(*objections)
        self.differences = differences


class Replayed(Exception):
    """The same form arrived twice; the deed was done the first time and is not done again."""

    def __init__(self, deed: Deed) -> None:
        self.deed = deed
        super().__init__(deed.pk)
