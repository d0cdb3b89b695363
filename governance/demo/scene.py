"""Who acts, and when: what every builder of the demo works with."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from random import Random
from typing import Any, TypeVar

from governance.demo.clock import Clock
from portfolio import tenancy
from portfolio.models import (
    BusinessUnit,
    CostCentre,
    Function,
    GLAccount,
    LegalEntity,
    PnlLine,
    SteeringCommittee,
    User,
)

SEED = 1897

Result = TypeVar("Result")
Say = Callable[[str], None]


@dataclass
class Names:
    """What the structure has named, by the keys of the data."""

    people: dict[str, User] = field(default_factory=dict)
    committees: dict[str, SteeringCommittee] = field(default_factory=dict)
    legal_entities: dict[str, LegalEntity] = field(default_factory=dict)
    business_units: dict[str, BusinessUnit] = field(default_factory=dict)
    functions: dict[str, Function] = field(default_factory=dict)
    pnl_lines: dict[str, PnlLine] = field(default_factory=dict)
    gl_accounts: dict[str, list[GLAccount]] = field(default_factory=dict)
    cost_centres: dict[str, CostCentre] = field(default_factory=dict)


@dataclass
class Scene:
    """One organization with its people and its clock."""

    organization_id: int
    clock: Clock
    names: Names

    def person(self, key: str) -> User:
        return self.names.people[key]

    def opened(self) -> AbstractContextManager[None]:
        """One transaction in the organization's name."""
        return tenancy.tenant(self.organization_id)

    def act(self, action: Callable[..., Result], *subject: Any, by: User, **terms: Any) -> Result:
        """The person does the deed; the database knows who acts."""
        with tenancy.acting_as(organization_id=self.organization_id, user_id=by.pk):
            return action(*subject, by=by, **terms)


def dice(name: str) -> Random:
    """The same numbers for the same name in every run, whatever came before."""
    return Random(f"{SEED}:{name}")
