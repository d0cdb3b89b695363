"""Entering master data: with its right, its refusals and what it leaves behind."""

from __future__ import annotations

import pytest

from portfolio.actions.master_data import enter_master_data
from portfolio.errors import NotAllowed, Refused
from portfolio.models import CostCentre, Deed, GLAccount


def enter(cast, kind=CostCentre, code="2010", name="Assembly", by=None):
    person = by or cast.admin
    with cast.acting(person):
        return enter_master_data(kind, code=code, name=name, by=person)


def test_enter_master_data_by_the_administrator(cast):
    entry = enter(cast, code=" 2010 ", name=" Assembly ")
    assert (entry.code, entry.name) == ("2010", "Assembly")
    assert Deed.objects.get(pk=entry.history.get().deed_id).details == {"kind": "costcentre", "code": " 2010 "}


@pytest.mark.parametrize("person", ["office", "controller", "auditor"])
def test_enter_master_data_without_the_right(cast, person):
    with pytest.raises(NotAllowed):
        enter(cast, by=getattr(cast, person))


def test_enter_master_data_with_a_taken_code(cast):
    enter(cast)
    with pytest.raises(Refused) as refused:
        enter(cast, name=" ")
    assert refused.value.codes == ["name_missing", "code_taken"]


def test_one_code_may_stand_for_two_kinds(cast):
    enter(cast)
    assert enter(cast, GLAccount).code == "2010"
