"""Attack: closing a measure although its controller has not confirmed the value."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from finance.choices import ClosureOutcome
from finance.models import ClosureConfirmation, ConfirmedYear
from governance.choices import DecisionKind
from governance.models import TakeOver
from measures.choices import DoI
from measures.models import Measure, RoleHolding
from portfolio.choices import Office
from portfolio.database_errors import rule_of
from portfolio.deeds import check_now
from tests.guarantees.rows import (
    OTHER_PICTURE,
    close,
    confirm,
    consent,
    decide,
    measure_at,
    move,
    refused,
    sql,
    submit,
    take_over,
)

MILLIONS = Decimal(2_000_000)


@pytest.fixture
def measure(cast):
    return measure_at(cast, DoI.IMPLEMENTED)


def change_role(measure, **people):
    Measure.objects.filter(pk=measure.pk).update(**people)


def test_controller_confirms_and_closes(cast, measure):
    close(cast, measure, by=cast.controller)
    check_now()
    assert Measure.objects.get(pk=measure.pk).stage == DoI.CLOSED


def test_close_with_a_decision_but_no_confirmation(cast, measure):
    submission = submit(cast, measure, by=cast.owner)
    with refused("close_needs_confirmation"):
        decide(cast, measure, DecisionKind.ADVANCE, by=cast.controller, submission=submission)
        move(measure, DoI.CLOSED)


def test_close_with_a_rejection(cast, measure):
    with refused("close_needs_confirmation"):
        close(cast, measure, by=cast.controller, outcome=ClosureOutcome.REJECT)


def test_close_with_the_confirmation_of_another_measure(cast, measure):
    other = measure_at(cast, DoI.IMPLEMENTED)
    submission = submit(cast, measure, by=cast.owner)
    with refused("close_needs_confirmation"):
        confirm(cast, other, by=cast.controller)
        decide(cast, measure, DecisionKind.ADVANCE, by=cast.controller, submission=submission)
        move(measure, DoI.CLOSED)


def test_close_with_a_revoked_confirmation(cast, measure):
    submission = submit(cast, measure, by=cast.owner)
    confirm(cast, measure, by=cast.controller)
    ClosureConfirmation.objects.update(revoked_at=timezone.now())
    check_now()
    with refused("close_needs_confirmation"):
        decide(cast, measure, DecisionKind.ADVANCE, by=cast.controller, submission=submission)
        move(measure, DoI.CLOSED)


def test_revoking_the_confirmation_of_a_closed_measure(cast, measure):
    close(cast, measure, by=cast.controller)
    check_now()
    with refused("closed_keeps_confirmation"):
        ClosureConfirmation.objects.update(revoked_at=timezone.now())


def test_reopening_revokes_and_closing_needs_a_new_confirmation(cast, measure):
    close(cast, measure, by=cast.controller)
    check_now()
    decide(cast, measure, DecisionKind.REOPEN, by=cast.controller, to_stage=4)
    move(measure, 4)
    ClosureConfirmation.objects.update(revoked_at=timezone.now())
    check_now()
    with refused("close_needs_confirmation"):
        decide(cast, measure, DecisionKind.ADVANCE, by=cast.controller)
        move(measure, DoI.CLOSED)
    close(cast, measure, by=cast.controller)
    check_now()


@pytest.mark.parametrize("office", ["owner", "sponsor", "office", "chair", "second_controller", "admin"])
def test_close_by_somebody_who_is_not_the_controller(cast, measure, office):
    submission = submit(cast, measure, by=cast.auditor)
    person = getattr(cast, office)
    with refused("close_by_controller"):
        confirm(cast, measure, by=person)
        decide(cast, measure, DecisionKind.ADVANCE, by=person, submission=submission)
        move(measure, DoI.CLOSED)


def test_close_in_the_name_of_the_controller_without_a_delegation(cast, measure):
    with refused("close_by_controller"):
        close(cast, measure, by=cast.second_controller, on_behalf_of=cast.controller)


def test_close_by_the_controller_on_behalf_of_somebody(cast, measure):
    with refused("close_by_controller"):
        close(cast, measure, by=cast.controller, on_behalf_of=cast.second_controller)


def test_forged_confirmer(cast, measure):
    """Somebody writes a confirmation that names the controller."""
    with cast.acting(cast.owner), refused("confirmation_actor"):
        copy = {"confirmed_by_id": cast.controller.pk}
        with cast.acting(cast.owner):
            ClosureConfirmation.objects.create(**_figures(cast, measure) | copy)


def test_confirmer_changed_afterwards(cast, measure):
    with refused("confirmation_final"):
        confirm(cast, measure, by=cast.owner)
        ClosureConfirmation.objects.update(confirmed_by=cast.controller)


def test_decision_by_another_than_the_confirmer(cast, measure):
    submission = submit(cast, measure, by=cast.owner)
    with refused("close_on_same_snapshot"):
        confirm(cast, measure, by=cast.controller)
        decide(cast, measure, DecisionKind.ADVANCE, by=cast.office, submission=submission)
        move(measure, DoI.CLOSED)


def test_ex_owner_made_controller(cast, measure):
    change_role(measure, owner=cast.member, controller=cast.owner)
    with refused("close_by_controller"):
        submission = submit(cast, measure, by=cast.member)
        confirm(cast, measure, by=cast.owner)
        decide(cast, measure, DecisionKind.ADVANCE, by=cast.owner, submission=submission)
        move(measure, DoI.CLOSED)


def test_ex_owner_who_confirms_and_then_hands_over(cast, measure):
    with refused("close_by_controller"):
        submission = submit(cast, measure, by=cast.auditor)
        confirm(cast, measure, by=cast.owner)
        decide(cast, measure, DecisionKind.ADVANCE, by=cast.owner, submission=submission)
        move(measure, DoI.CLOSED)
        change_role(measure, owner=cast.member, controller=cast.owner)


def test_ex_sponsor_made_controller(cast, measure):
    change_role(measure, sponsor=cast.member, controller=cast.sponsor)
    with refused("close_by_controller"):
        close(cast, measure, by=cast.sponsor)


def test_controller_who_owned_it_for_a_moment(cast, measure):
    """Once owner, for ever owner: also when the office was held and given back within one transaction."""
    change_role(measure, owner=cast.controller, controller=None)
    change_role(measure, owner=cast.owner, controller=cast.controller)
    with refused("close_by_controller"):
        close(cast, measure, by=cast.controller)


def test_controller_who_hands_over_before_the_end(cast, measure):
    with refused("close_by_controller"):
        close(cast, measure, by=cast.controller)
        change_role(measure, controller=cast.second_controller)


def test_the_log_of_offices_keeps_what_it_knows(cast, measure):
    before = set(RoleHolding.objects.filter(measure=measure).values_list("office", "user_id"))
    assert before == {
        ("owner", cast.owner.pk),
        ("controller", cast.controller.pk),
        ("sponsor", cast.sponsor.pk),
    }
    for statement in ("UPDATE measures_roleholding SET user_id = 1", "DELETE FROM measures_roleholding"):
        with pytest.raises(DatabaseError), transaction.atomic():
            sql(statement)
    change_role(measure, owner=cast.member)
    assert ("owner", cast.member.pk) in set(
        RoleHolding.objects.filter(measure=measure).values_list("office", "user_id")
    )


def test_confirmation_of_another_picture_than_the_decision(cast, measure):
    with refused("close_on_same_snapshot"):
        close(cast, measure, by=cast.controller, sha256=OTHER_PICTURE)


def test_confirmation_of_no_picture(cast, measure):
    submission = submit(cast, measure, by=cast.owner)
    with refused("close_on_same_snapshot"):
        confirm(cast, measure, by=cast.controller, sha256="")
        decide(cast, measure, DecisionKind.ADVANCE, by=cast.controller, submission=submission, sha256="")
        move(measure, DoI.CLOSED)


@pytest.mark.parametrize("figures", [{"committed": MILLIONS}, {"run_rate": MILLIONS}, {"run_rate": -MILLIONS}])
def test_above_the_limit_one_controller_is_not_enough(cast, measure, figures):
    with refused("close_needs_four_eyes"):
        close(cast, measure, by=cast.controller, **figures)


def test_small_figures_in_the_confirmation_do_not_hide_a_large_commitment(cast):
    measure = measure_at(cast, DoI.IMPLEMENTED, committed=MILLIONS)
    with refused("close_needs_four_eyes"):
        close(cast, measure, by=cast.controller, committed=Decimal(1), run_rate=Decimal(1))


def test_above_the_limit_naming_a_second_is_not_enough(cast, measure):
    with refused("close_needs_four_eyes"):
        close(cast, measure, by=cast.controller, run_rate=MILLIONS, second_by=cast.second_controller)


def test_above_the_limit_consent_to_other_figures_is_not_enough(cast, measure):
    consent(cast, measure, by=cast.second_controller, sha256=OTHER_PICTURE)
    with refused("close_needs_four_eyes"):
        close(cast, measure, by=cast.controller, run_rate=MILLIONS, second_by=cast.second_controller)


@pytest.mark.parametrize("office", ["controller", "owner", "sponsor"])
def test_above_the_limit_the_second_is_another_and_independent(cast, measure, office):
    second = getattr(cast, office)
    consent(cast, measure, by=second)
    with refused("close_needs_four_eyes"):
        close(cast, measure, by=cast.controller, run_rate=MILLIONS, second_by=second)


def test_consent_in_another_name_is_refused(cast, measure):
    with pytest.raises(DatabaseError) as caught, transaction.atomic():
        sql(
            "INSERT INTO finance_closureconsent (organization_id, measure_id, given_by_id, sha256, at)"
            " VALUES (%s, %s, %s, '', now())",
            cast.organization.pk,
            measure.pk,
            cast.second_controller.pk,
        )
    assert rule_of(caught.value) == "consent_actor"


def test_above_the_limit_two_controllers_close(cast, measure):
    consent(cast, measure, by=cast.second_controller)
    close(cast, measure, by=cast.controller, run_rate=MILLIONS, second_by=cast.second_controller)
    check_now()


def test_unratified_take_over_does_not_close(cast, measure):
    row = take_over(cast, measure)
    with refused("close_needs_ratification"):
        close(cast, measure, by=cast.controller)
    with cast.acting(cast.chair):
        TakeOver.objects.filter(pk=row.pk).update(ratified_by=cast.chair, ratified_at=timezone.now())
    close(cast, measure, by=cast.controller)
    check_now()


def test_ratification_in_another_name_or_with_the_import(cast, measure):
    row = take_over(cast, measure)
    with refused("ratification_actor"):
        TakeOver.objects.update(ratified_by=cast.chair, ratified_at=timezone.now())
    other = cast.measure()
    with refused("take_over_unratified"):
        TakeOver.objects.create(
            measure=other, batch=row.batch, stage=4, ratified_by=cast.office, ratified_at=timezone.now()
        )


def test_figures_of_a_confirmation_never_change(cast, measure):
    confirm(cast, measure, by=cast.controller)
    for fields in ({"run_rate": Decimal(1)}, {"sha256": OTHER_PICTURE}, {"outcome": "confirm_avoidance"}):
        with refused("confirmation_final"):
            ClosureConfirmation.objects.update(**fields)
    with pytest.raises(DatabaseError), transaction.atomic():
        sql("DELETE FROM finance_closureconfirmation")


def test_a_confirmation_is_revoked_once(cast, measure):
    confirm(cast, measure, by=cast.controller)
    ClosureConfirmation.objects.update(revoked_at=timezone.now(), revoked_deed_id=1)
    with refused("confirmation_revoked_once"):
        ClosureConfirmation.objects.update(revoked_at=None)
    with refused("confirmation_revoked_once"):
        ClosureConfirmation.objects.update(revoked_deed_id=2)


def test_parts_of_a_confirmation_come_with_it(cast, measure):
    confirmation = confirm(cast, measure, by=cast.controller)
    year = ConfirmedYear.objects.create(confirmation=confirmation, fiscal_year=2026, amount=Decimal(1))
    with pytest.raises(DatabaseError), transaction.atomic():
        ConfirmedYear.objects.filter(pk=year.pk).update(amount=Decimal(2))


def _figures(cast, measure):
    with transaction.atomic():
        row = confirm(cast, measure, by=cast.controller)
        figures = ClosureConfirmation.objects.filter(pk=row.pk).values().get()
        transaction.set_rollback(True)
    del figures["id"]
    return figures


def test_no_other_office_closes_with_another_kind_of_decision(cast, measure):
    with refused("decision_legal_step"):
        decide(cast, measure, DecisionKind.ADVANCE_CONDITIONAL, by=cast.controller, office=Office.CONTROLLER)
