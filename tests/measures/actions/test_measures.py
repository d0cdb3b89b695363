from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from measures.actions.measures import change_controller, change_owner, create_measure, edit_measure
from measures.models import Measure, RoleHolding
from portfolio.choices import Right
from portfolio.errors import Conflict, NotAllowed, Refused
from portfolio.models import Deed, Membership, RoleGrant
from tests.cast import TODAY, Cast
from tests.finance.builders import E1_PLAN, act, decide, saving


def test_measure_has_every_office_from_its_creation(cast: Cast) -> None:
    measure = cast.measure()
    assert (measure.controller, measure.sponsor, measure.committee) == (cast.controller, cast.sponsor, cast.committee)
    assert (measure.currency, measure.milestones_kept_on) == ("EUR", TODAY)


def test_create_refuses_everything_at_once(cast: Cast) -> None:
    with pytest.raises(Refused) as refusal:
        act(
            cast,
            create_measure,
            cast.root,
            name=" ",
            owner=cast.controller,
            controller=cast.controller,
            sponsor=cast.controller,
            currency="eur",
            by=cast.office,
            on=TODAY,
        )
    assert refusal.value.codes == [
        "owner_is_controller",
        "controller_is_sponsor",
        "not_a_package",
        "name_missing",
        "currency_invalid",
    ]


def test_edit_describes_and_counts_the_version(cast: Cast) -> None:
    measure = cast.measure()
    edited = act(cast, edit_measure, measure, by=cast.owner, expected_version=1, problem="Two suppliers, one price")
    assert (edited.problem, edited.version) == ("Two suppliers, one price", 2)
    history = Measure.history.filter(id=measure.pk).latest("history_id")
    assert history.deed_id == Deed.objects.latest("pk").pk
    assert history.history_user_id == cast.owner.pk


def test_edit_without_a_difference_writes_nothing(cast: Cast) -> None:
    measure = cast.measure()
    assert act(cast, edit_measure, measure, by=cast.owner, name=measure.name).version == 1


def test_edit_from_a_stale_form_is_a_conflict(cast: Cast) -> None:
    measure = cast.measure()
    act(cast, edit_measure, measure, by=cast.owner, expected_version=1, name="Newer")
    with pytest.raises(Conflict):
        act(cast, edit_measure, measure, by=cast.owner, expected_version=1, name="Older")


@pytest.mark.parametrize("person", ["controller", "sponsor", "chair", "auditor", "admin", "member"])
def test_edit_is_not_for(cast: Cast, person: str) -> None:
    with pytest.raises(NotAllowed):
        act(cast, edit_measure, cast.measure(), by=getattr(cast, person), name="Mine")


def test_edit_refuses_what_was_decided_and_keeps_the_rest_open(cast: Cast) -> None:
    measure = cast.measure()
    saving(cast, measure, E1_PLAN)
    measure = decide(cast, measure)
    frozen = {"reference_base": Decimal(5), "reference_source": "Other", "likely_potential": Decimal(1)}
    with pytest.raises(Refused) as refusal:
        act(cast, edit_measure, measure, by=cast.owner, **frozen)
    assert refusal.value.codes == ["field_frozen"] * 3
    assert act(cast, edit_measure, measure, by=cast.owner, lessons_learned="Ask early").lessons_learned


def test_edit_refuses_impossible_values_at_once(cast: Cast) -> None:
    with pytest.raises(Refused) as refusal:
        act(
            cast,
            edit_measure,
            cast.measure(),
            by=cast.owner,
            name="x" * 201,
            reference_period="y" * 51,
            low_potential=Decimal(3),
            high_potential=Decimal(2),
        )
    assert set(refusal.value.codes) == {"name_too_long", "field_invalid", "potential_order"}


def test_edit_never_takes_stage_or_offices(cast: Cast) -> None:
    for field in ("stage", "owner", "controller", "code", "currency"):
        with pytest.raises(TypeError):
            act(cast, edit_measure, cast.measure(), by=cast.owner, **{field: 5})


def test_sponsor_is_named_by_the_sponsor_not_by_the_owner(cast: Cast) -> None:
    measure = cast.measure()
    with pytest.raises(NotAllowed):
        act(cast, edit_measure, measure, by=cast.owner, sponsor=cast.member)
    assert act(cast, edit_measure, measure, by=cast.sponsor, sponsor=cast.member).sponsor == cast.member


def test_sponsor_who_is_the_controller_is_refused(cast: Cast) -> None:
    with pytest.raises(Refused) as refusal:
        act(cast, edit_measure, cast.measure(), by=cast.sponsor, sponsor=cast.controller)
    assert refusal.value.codes == ["controller_is_sponsor"]


def test_owner_changes_by_the_sponsor_with_a_reason(cast: Cast) -> None:
    measure = act(cast, change_owner, cast.measure(), to=cast.member, by=cast.sponsor, reason="Moved", on=TODAY)
    deed = Deed.objects.get(kind="owner_changed")
    assert (measure.owner, deed.actor, deed.reason) == (cast.member, cast.sponsor, "Moved")
    holders = RoleHolding.objects.filter(measure=measure, office="owner").values_list("user_id", flat=True)
    assert list(holders) == [cast.owner.pk, cast.member.pk]


@pytest.mark.parametrize("person", ["owner", "controller", "office", "admin", "chair", "member"])
def test_owner_is_not_changed_by(cast: Cast, person: str) -> None:
    with pytest.raises(NotAllowed):
        act(cast, change_owner, cast.measure(), to=cast.member, by=getattr(cast, person), reason="Because", on=TODAY)


def test_owner_who_is_the_controller_and_no_reason_are_both_refused(cast: Cast) -> None:
    with pytest.raises(Refused) as refusal:
        act(cast, change_owner, cast.measure(), to=cast.controller, by=cast.sponsor, reason=" ", on=TODAY)
    assert refusal.value.codes == ["owner_is_controller", "reason_missing"]


def test_controller_who_owns_or_sponsors_is_refused(cast: Cast) -> None:
    for person, code in ((cast.owner, "owner_is_controller"), (cast.sponsor, "controller_is_sponsor")):
        with pytest.raises(Refused) as refusal:
            act(cast, change_controller, cast.measure(), to=person, by=cast.sponsor, reason="Why not", on=TODAY)
        assert refusal.value.codes == [code]


def test_inactive_member_takes_no_office(cast: Cast) -> None:
    Membership.objects.filter(user=cast.member).update(is_active=False)
    with pytest.raises(Refused) as refusal:
        act(cast, change_owner, cast.measure(), to=cast.member, by=cast.sponsor, reason="Moved", on=TODAY)
    assert refusal.value.codes == ["not_a_member"]


def test_vacant_office_is_filled_by_those_who_build_the_structure(cast: Cast) -> None:
    measure = cast.measure()
    Measure.objects.filter(pk=measure.pk).update(controller=None)
    measure = Measure.objects.get(pk=measure.pk)
    with pytest.raises(NotAllowed):
        act(cast, change_controller, measure, to=cast.controller, by=cast.owner, reason="First", on=TODAY)
    named = act(cast, change_controller, measure, to=cast.controller, by=cast.office, reason="First", on=TODAY)
    assert named.controller == cast.controller


def test_withdrawn_role_no_longer_edits(cast: Cast) -> None:
    measure = cast.measure()
    RoleGrant.objects.filter(user=cast.office).delete()
    cast.root.permission_rows.filter(user=cast.office, permission__codename=Right.EDIT_WORK).delete()
    with pytest.raises(NotAllowed):
        act(cast, edit_measure, measure, by=cast.office, due_closed=date(2027, 1, 1))
