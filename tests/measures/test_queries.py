from __future__ import annotations

from datetime import date

import pytest

from measures.actions.measures import change_controller, create_measure
from measures.choices import DoI, Lifecycle
from measures.models import Measure, Milestone
from measures.queries import (
    implementation_inputs,
    measures_with_right,
    offices_of,
    presiding_member,
    require_on_measure,
    require_on_measures,
    rights_on_measure,
    visible_measures,
)
from portfolio import tenancy
from portfolio.actions.members import write_grant
from portfolio.choices import Office, Right
from portfolio.errors import NotAllowed
from portfolio.models import CommitteeMember, Membership, NodePermission
from tests.cast import TODAY, Cast

PEOPLE = (
    "owner",
    "controller",
    "second_controller",
    "sponsor",
    "chair",
    "deputy",
    "office",
    "auditor",
    "admin",
    "member",
    "outsider",
)


@pytest.mark.parametrize(
    ("person", "office"),
    [
        ("owner", Office.OWNER),
        ("controller", Office.CONTROLLER),
        ("sponsor", Office.SPONSOR),
        ("chair", Office.COMMITTEE),
        ("deputy", Office.COMMITTEE),
        ("office", Office.TRANSFORMATION_OFFICE),
    ],
)
def test_offices_of_each_person(cast: Cast, person: str, office: Office) -> None:
    assert offices_of(getattr(cast, person), cast.measure()) == {office}


@pytest.mark.parametrize("person", ["second_controller", "auditor", "admin", "member", "outsider"])
def test_no_office_for_the_others(cast: Cast, person: str) -> None:
    assert offices_of(getattr(cast, person), cast.measure()) == frozenset()


def test_right_to_validate_on_a_node_makes_nobody_the_controller(cast: Cast) -> None:
    measure = cast.measure()
    assert Right.VALIDATE in rights_on_measure(cast.second_controller, measure)
    assert Office.CONTROLLER not in offices_of(cast.second_controller, measure)


def test_owner_plans_forecasts_claims_and_submits(cast: Cast) -> None:
    rights = rights_on_measure(cast.owner, cast.measure())
    assert {Right.EDIT_WORK, Right.EDIT_PLAN, Right.EDIT_FORECAST, Right.CLAIM_ACTUAL, Right.SUBMIT} <= rights
    assert not {Right.VALIDATE, Right.CONFIRM_CLOSURE, Right.CHANGE_ROLES, Right.DECIDE_AS_SPONSOR} & rights


def test_inactive_member_has_no_rights(cast: Cast) -> None:
    measure = cast.measure()
    Membership.objects.filter(user=cast.owner).update(is_active=False)
    assert rights_on_measure(cast.owner, measure) == frozenset()
    assert offices_of(cast.owner, measure) == frozenset()
    assert not visible_measures(cast.owner).exists()


def test_inactive_person_has_no_rights(cast: Cast) -> None:
    measure = cast.measure()
    cast.controller.is_active = False
    cast.controller.save()
    assert rights_on_measure(cast.controller, measure) == frozenset()


def test_superuser_has_no_rights(cast: Cast) -> None:
    cast.member.is_superuser = True
    cast.member.save()
    assert rights_on_measure(cast.member, cast.measure()) == frozenset()


@pytest.mark.parametrize("right", list(Right))
def test_lists_agree_with_the_rights_on_each_measure(cast: Cast, right: Right) -> None:
    first = cast.measure()
    second = cast.measure(name="Owned by the chair", owner=cast.chair, line_owner=cast.member)
    third = cast.measure(name="Sponsored by the chair", sponsor=cast.chair, owner=cast.deputy)
    for person in (getattr(cast, name) for name in PEOPLE):
        listed = set(measures_with_right(person, right).values_list("pk", flat=True))
        held = {m.pk for m in (first, second, third) if right in rights_on_measure(person, m)}
        assert listed == held, person


def test_visible_measures_take_one_statement(cast: Cast, django_assert_num_queries: object) -> None:
    for number in range(3):
        cast.measure(name=f"Measure {number}")
    with django_assert_num_queries(1):  # type: ignore[operator]
        assert len(visible_measures(cast.auditor)) == 3


def test_line_owner_and_secretary_see_the_measure(cast: Cast) -> None:
    measure = cast.measure(line_owner=cast.member)
    cast.committee.secretary = cast.admin
    cast.committee.save()
    NodePermission.objects.filter(user=cast.admin).delete()
    assert list(visible_measures(cast.member)) == [measure]
    assert list(visible_measures(cast.admin)) == [measure]


def test_chair_presides(cast: Cast) -> None:
    assert presiding_member(cast.measure()) == cast.chair


def test_deputy_presides_when_the_chair_owns_the_measure(cast: Cast) -> None:
    measure = cast.measure(owner=cast.chair)
    assert presiding_member(measure) == cast.deputy
    assert Right.DECIDE_AS_COMMITTEE not in rights_on_measure(cast.chair, measure)
    assert Right.DECIDE_AS_COMMITTEE in rights_on_measure(cast.deputy, measure)


def test_longest_serving_member_presides_when_chair_and_deputy_are_recused(cast: Cast) -> None:
    CommitteeMember.objects.create(committee=cast.committee, user=cast.auditor, since=date(2020, 1, 1))
    CommitteeMember.objects.create(committee=cast.committee, user=cast.member, since=date(2019, 1, 1))
    measure = cast.measure(owner=cast.chair, sponsor=cast.deputy)
    assert presiding_member(measure) == cast.member
    assert list(measures_with_right(cast.member, Right.DECIDE_AS_COMMITTEE)) == [measure]
    assert not measures_with_right(cast.auditor, Right.DECIDE_AS_COMMITTEE).exists()


def test_former_member_of_the_committee_sees_nothing(cast: Cast) -> None:
    measure = cast.measure()
    seat = CommitteeMember.objects.create(committee=cast.committee, user=cast.member, since=date(2019, 1, 1))
    assert list(visible_measures(cast.member)) == [measure]
    seat.until = date(2020, 1, 1)
    seat.save()
    assert not visible_measures(cast.member).exists()
    assert offices_of(cast.member, measure) == frozenset()


def test_nobody_presides_where_all_are_recused_or_no_committee_is_named(cast: Cast) -> None:
    assert presiding_member(cast.measure(owner=cast.chair, sponsor=cast.deputy)) is None
    measure = cast.measure(name="Without")
    measure.committee = None
    assert presiding_member(measure) is None


def test_require_names_the_missing_right(cast: Cast) -> None:
    measure = cast.measure()
    require_on_measure(cast.owner, Right.EDIT_PLAN, measure)
    with pytest.raises(NotAllowed) as refusal:
        require_on_measure(cast.sponsor, Right.EDIT_PLAN, measure)
    assert "plan" in refusal.value.sentences[0]


def test_require_on_several_refuses_for_one_foreign_measure(cast: Cast) -> None:
    own, other = cast.measure(), cast.measure(name="Other", owner=cast.member)
    require_on_measures(cast.owner, Right.EDIT_WORK, [own])
    with pytest.raises(NotAllowed):
        require_on_measures(cast.owner, Right.EDIT_WORK, [own, other])


def test_measure_of_another_organization_does_not_exist(cast: Cast) -> None:
    code = cast.measure().code
    with tenancy.acting_as(organization_id=cast.foreign.pk, user_id=cast.outsider.pk):
        assert not visible_measures(cast.outsider).exists()
        assert not Measure.objects.filter(code=code).exists()


def test_right_granted_above_reaches_the_measure(cast: Cast) -> None:
    measure = cast.measure()
    write_grant(cast.member, role_code="project_lead", node=cast.root)
    assert Right.EDIT_WORK in rights_on_measure(cast.member, measure)
    assert Right.EDIT_PLAN not in rights_on_measure(cast.member, measure)


def test_new_controller_gains_what_the_old_one_loses(cast: Cast) -> None:
    measure = cast.measure()
    with cast.acting(cast.sponsor):
        measure = change_controller(measure, to=cast.second_controller, by=cast.sponsor, reason="Leave", on=TODAY)
    assert Office.CONTROLLER in offices_of(cast.second_controller, measure)
    assert Right.CLAIM_ACTUAL not in rights_on_measure(cast.controller, measure)


def test_implementation_inputs_hold_dates_and_the_next_gate(cast: Cast) -> None:
    measure = create_measure(
        cast.package, name="Dated", owner=cast.owner, by=cast.office, on=TODAY, due_identified=date(2026, 11, 1)
    )
    Milestone.objects.create(measure=measure, name="A", baseline_on=date(2026, 12, 1), is_critical=True, weight=3)
    inputs = implementation_inputs(measure, on=TODAY)
    assert (inputs.doi, inputs.lifecycle, inputs.next_gate_due_on) == (
        DoI.DEFINED,
        Lifecycle.ACTIVE,
        date(2026, 11, 1),
    )
    assert [(m.is_critical, m.baseline_on, m.weight) for m in inputs.milestones] == [(True, date(2026, 12, 1), 3)]
    assert inputs.last_update_on == TODAY


def test_take_over_counts_as_an_update_of_the_milestones(cast: Cast) -> None:
    measure = cast.measure()
    measure.taken_over_on, measure.milestones_kept_on = date(2026, 10, 1), None
    assert implementation_inputs(measure, on=TODAY).last_update_on == date(2026, 10, 1)
    assert Measure.objects.get(pk=measure.pk).milestones_kept_on == TODAY
