"""Naming a committee: with its right, its refusals and what it leaves behind."""

from __future__ import annotations

import pytest

from portfolio.actions.committees import create_committee
from portfolio.errors import NotAllowed, Refused
from portfolio.models import CommitteeMember, Deed
from tests.cast import TODAY


def create(cast, **fields):
    terms = {"name": "Cash council", "chair": cast.chair, "deputy": cast.deputy, "by": cast.admin, "on": TODAY}
    terms |= fields
    with cast.acting(terms["by"]):
        return create_committee(terms.pop("name"), **terms)


def test_create_committee_with_chair_deputy_and_members(cast):
    committee = create(cast, members=[cast.sponsor, cast.chair], secretary=cast.office)
    assert (committee.chair, committee.deputy_chair, committee.secretary) == (cast.chair, cast.deputy, cast.office)
    serving = CommitteeMember.objects.filter(committee=committee).order_by("pk").values_list("user_id", "since")
    assert list(serving) == [(person.pk, TODAY) for person in (cast.chair, cast.deputy, cast.sponsor)]
    assert Deed.objects.get(pk=committee.history.get().deed_id).kind == "committee_created"


@pytest.mark.parametrize("person", ["office", "owner", "chair", "auditor"])
def test_create_committee_without_the_right(cast, person):
    with pytest.raises(NotAllowed):
        create(cast, by=getattr(cast, person))


def test_create_committee_lists_every_objection(cast):
    with pytest.raises(Refused) as refused:
        create(cast, name=" ", deputy=cast.chair, members=[cast.outsider], quorum=9)
    assert refused.value.codes == ["name_missing", "deputy_is_chair", "quorum_unreachable", "not_a_member"]


def test_create_committee_with_a_taken_name(cast):
    with pytest.raises(Refused) as refused:
        create(cast, name="SteerCo")
    assert refused.value.codes == ["name_taken"]
