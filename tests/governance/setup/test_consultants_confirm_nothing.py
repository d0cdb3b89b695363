"""A consultant configures. Whatever offices somebody gives or takes, the consultant decides and confirms nothing."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from finance.models import ClosureConfirmation, ClosureConsent
from governance.actions.clients import hand_over
from governance.models import GateApproval, GateDecision
from measures.choices import DoI
from measures.models import Measure
from portfolio.actions.members import grant_role, withdraw_role, write_grant
from portfolio.errors import DomainError, NotAllowed, Refused
from portfolio.models import RoleGrant, User
from tests.cast import TODAY, Cast
from tests.governance.actions.test_closure import close, consent, submitted_closure
from tests.governance.actions.test_gates import sit
from tests.governance.steps import measure_at, put


def consulting(cast: Cast, person: User) -> RoleGrant:
    return write_grant(person, role_code="consultant", node=cast.root, ends_on=TODAY + timedelta(days=30))


def test_a_controller_who_is_consultant_closes_nothing(cast: Cast) -> None:
    measure = submitted_closure(cast)
    consulting(cast, cast.controller)
    with pytest.raises(DomainError) as refused:
        close(cast, measure)
    assert "never_decides" in refused.value.codes
    assert Measure.objects.get(pk=measure.pk).stage == DoI.IMPLEMENTED
    assert not ClosureConfirmation.objects.exists()


def test_a_second_controller_who_is_consultant_consents_to_nothing(cast: Cast) -> None:
    measure = submitted_closure(cast)
    consulting(cast, cast.second_controller)
    with pytest.raises(DomainError):
        consent(cast, measure)
    assert not ClosureConsent.objects.exists()


def test_a_chair_who_is_consultant_does_not_decide(cast: Cast) -> None:
    consulting(cast, cast.chair)
    submission = put(cast, measure_at(cast, DoI.DETAILED))
    with pytest.raises(NotAllowed):
        sit(cast, submission)
    assert not GateDecision.objects.filter(to_stage=DoI.DECIDED).exists()


def test_the_bar_is_not_shed_to_close_the_same_day(cast: Cast) -> None:
    """Withdrawing the role, ending it, granting over it, handing over: each way out is shut, and so is the close."""
    measure = submitted_closure(cast)
    grant = consulting(cast, cast.controller)
    with cast.acting(cast.controller):
        for way in (
            lambda: withdraw_role(grant, by=cast.controller),
            lambda: grant_role(
                cast.controller,
                role_code="consultant",
                node=cast.root,
                by=cast.controller,
                ends_on=TODAY,
                on=TODAY,
            ),
            lambda: hand_over(by=cast.controller, on=TODAY),
        ):
            with pytest.raises(Refused):
                way()
    with pytest.raises(DomainError):
        close(cast, measure)


def test_an_administrator_does_not_shed_the_bar_either(cast: Cast) -> None:
    measure = submitted_closure(cast)
    write_grant(cast.controller, role_code="tenant_admin", node=cast.root)
    own = RoleGrant.objects.get(user=cast.controller, role__code="tenant_admin")
    with cast.acting(cast.controller), pytest.raises(Refused) as refused:
        withdraw_role(own, by=cast.controller)
    assert refused.value.codes == ["own_roles"]
    with pytest.raises(DomainError):
        close(cast, measure)


def test_a_consultants_forms_decide_nothing(cast: Cast) -> None:
    """The deciding addresses, sent by hand."""
    write_grant(cast.member, role_code="consultant", node=cast.root, ends_on=timezone.now().date() + timedelta(days=30))
    waiting, closing = measure_at(cast, DoI.DETAILED), submitted_closure(cast)
    submission = put(cast, waiting).pk
    decided = GateDecision.objects.count(), GateApproval.objects.count()
    client, here = Client(), f"/o/{cast.organization.slug}"
    client.force_login(cast.member)
    for address, values in (
        (f"{here}/measures/{waiting.code}/gates/decide/", {"deed": "advance", "submission": submission}),
        (f"{here}/measures/{waiting.code}/gates/decide/", {"deed": "approve:controller", "submission": submission}),
        (f"{here}/measures/{closing.code}/closure/", {"outcome": "confirm", "run_rate": "480000", "statement": "x"}),
        (f"{here}/measures/{closing.code}/closure/consent/", {"outcome": "confirm", "run_rate": "480000"}),
        (f"{here}/measures/{closing.code}/closure/reject/", {"reason": "x"}),
        (f"{here}/measures/{closing.code}/plan/validate/", {}),
        (f"{here}/ratification/", {"measure": closing.code, "reason": "x"}),
    ):
        assert client.post(address, {**values, "key": uuid4(), "reason": "x"}).status_code in (403, 409, 422), address
    assert (GateDecision.objects.count(), GateApproval.objects.count()) == decided
    assert not ClosureConfirmation.objects.exists()
