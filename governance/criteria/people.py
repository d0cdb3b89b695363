"""Criteria about who is responsible."""

from __future__ import annotations

from governance.criteria.case import GateCase
from governance.sentences import objection
from portfolio.errors import Objection


def owner_named(case: GateCase) -> Objection | None:
    """The measure has an owner."""
    return None if case.owner_id else objection("owner_named")


def sponsor_named(case: GateCase) -> Objection | None:
    """The measure has a sponsor."""
    return None if case.sponsor_id else objection("sponsor_named")


def controller_named(case: GateCase) -> Objection | None:
    """The measure has a controller who is not its owner."""
    if case.controller_id is None:
        return objection("controller_named")
    return objection("controller_is_owner") if case.controller_id == case.owner_id else None


def committee_named(case: GateCase) -> Objection | None:
    """The measure has a steering committee to decide it."""
    return None if case.committee_id else objection("committee_named")


def line_owner_named(case: GateCase) -> Objection | None:
    """A line owner is named who keeps the effect alive."""
    return None if case.line_owner_id else objection("line_owner_named")


def take_over_ratified(case: GateCase) -> Objection | None:
    """A measure that was taken over has been ratified by its steering committee."""
    return objection("take_over_ratified") if case.unratified else None


def divergences_answered(case: GateCase) -> Objection | None:
    """The controller has answered every open D1, D5, D6, D9 and D10."""
    if not case.unanswered_divergences:
        return None
    return objection("divergences_answered", codes=", ".join(case.unanswered_divergences))
