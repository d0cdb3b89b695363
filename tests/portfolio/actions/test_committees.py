"""Naming a committee: with its right, its refusals and what it leaves behind."""

from __future__ import annotations

from datetime import date

import pytest

from portfolio.actions.committees import create_committee, edit_committee, end_term, seat_member, serving_ids
from portfolio.errors import Conflict, NotAllowed, Refused
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


# Changing one that exists


def edit(cast, **fields):
    terms = {
        "name": "SteerCo",
        "chair": cast.chair,
        "deputy": cast.deputy,
        "secretary": None,
        "quorum": 2,
        "voting_rule": "majority",
        "by": cast.admin,
        "on": TODAY,
    } | fields
    with cast.acting(terms["by"]):
        return edit_committee(cast.committee, **terms)


def seat(cast, person, **fields):
    terms = {"since": TODAY, "by": cast.admin} | fields
    with cast.acting(terms["by"]):
        return seat_member(cast.committee, person, **terms)


def leave(cast, person, *, until=TODAY, by=None):
    held = CommitteeMember.objects.get(committee=cast.committee, user=person)
    with cast.acting(by or cast.admin):
        return end_term(held, until=until, by=by or cast.admin, on=TODAY)


def test_edit_committee_changes_officers_rule_and_quorum_with_history(cast):
    seat(cast, cast.sponsor)
    committee = edit(cast, deputy=cast.sponsor, secretary=cast.member, quorum=3, voting_rule="unanimous")
    assert (committee.deputy_chair, committee.secretary, committee.quorum) == (cast.sponsor, cast.member, 3)
    latest, before = committee.history.order_by("-history_id")[:2]
    assert (latest.quorum, before.quorum) == (3, 2)
    assert Deed.objects.get(pk=latest.deed_id).kind == "committee_edited"


@pytest.mark.parametrize("person", ["office", "chair", "auditor", "member"])
def test_nobody_without_the_right_changes_a_committee(cast, person):
    """The member is its secretary here: not even the secretary changes who sits."""
    edit(cast, secretary=cast.member)
    who = getattr(cast, person)
    for attempt in (
        lambda: edit(cast, by=who, quorum=1),
        lambda: seat(cast, cast.sponsor, by=who),
        lambda: leave(cast, cast.deputy, by=who),
    ):
        with pytest.raises(NotAllowed):
            attempt()


def test_edit_committee_lists_every_objection(cast):
    with pytest.raises(Refused) as refused:
        edit(cast, name=" ", chair=cast.sponsor, deputy=cast.sponsor, secretary=cast.outsider, quorum=3)
    assert refused.value.codes == [
        "name_missing",
        "deputy_is_chair",
        "quorum_unreachable",
        "officer_not_seated",
        "officer_not_seated",
        "not_a_member",
    ]


def test_edit_committee_from_a_stale_form_is_a_conflict(cast):
    edit(cast)
    with pytest.raises(Conflict):
        edit(cast, expected_version=1)


def test_a_term_ends_and_begins_again_on_the_same_seat(cast):
    seat(cast, cast.sponsor)
    held = leave(cast, cast.sponsor)
    assert cast.sponsor.pk not in serving_ids(cast.committee, TODAY)
    again = seat(cast, cast.sponsor, until=date(2027, 1, 1))
    assert again.pk == held.pk
    assert cast.sponsor.pk in serving_ids(cast.committee, date(2026, 12, 31))
    assert cast.sponsor.pk not in serving_ids(cast.committee, date(2027, 1, 1))
    assert again.history.count() == 3


def test_seat_member_lists_every_objection(cast):
    with pytest.raises(Refused) as refused:
        seat(cast, cast.outsider, until=date(2026, 1, 1))
    assert refused.value.codes == ["not_a_member", "term_ends_early"]
    with pytest.raises(Refused) as refused:
        seat(cast, cast.chair)
    assert refused.value.codes == ["seated_already"]


def test_an_officer_does_not_leave_and_the_quorum_stays_within_reach(cast):
    with pytest.raises(Refused) as refused:
        leave(cast, cast.chair, until=date(2026, 1, 1))
    assert refused.value.codes == ["term_ends_early", "officer_leaves", "quorum_unreachable"]
