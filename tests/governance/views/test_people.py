"""People and roles: who sees them, who changes them, and that nobody changes their own."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from governance.actions.invitations import invite
from governance.models import ConsultantRead, Invitation
from portfolio.access import rights_on
from portfolio.actions.members import write_grant
from portfolio.choices import Right
from portfolio.models import Deed, Role, RoleGrant, User
from tests.cast import Cast
from tests.governance.views.measure_pages import statements

POSTS = ("grant/", "1/withdraw/", "invite/", "invitations/1/send/", "invitations/1/revoke/")


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def at(cast: Cast, rest: str = "") -> str:
    return f"/o/{cast.organization.slug}/people/{rest}"


def today() -> Any:
    return timezone.now().date()


def test_people_are_seen_by_who_manages_them(cast: Cast) -> None:
    for person, status in ((cast.admin, 200), (cast.office, 403), (cast.auditor, 403), (cast.outsider, 404)):
        assert signed_in(person).get(at(cast)).status_code == status
    html = signed_in(cast.admin).get(at(cast)).content.decode()
    assert cast.controller.email in html
    assert cast.outsider.email not in html


@pytest.mark.parametrize("rest", POSTS)
def test_nothing_is_changed_by_who_may_not(cast: Cast, rest: str) -> None:
    for person, status in ((cast.office, 403), (cast.controller, 403), (cast.outsider, 404)):
        assert signed_in(person).post(at(cast, rest), {"key": uuid4()}).status_code == status
    assert signed_in(cast.admin).get(at(cast, rest)).status_code == 405


def granting(cast: Cast, person: User, role: str, **more: Any) -> dict[str, Any]:
    chosen = Role.objects.get(code=role).pk
    return {"person": person.pk, "role": chosen, "node": cast.root.pk, "key": str(uuid4()), **more}


def test_a_role_is_granted_once_and_withdrawn(cast: Cast) -> None:
    client, values = signed_in(cast.admin), granting(cast, cast.member, "auditor")
    for _click in range(2):
        assert client.post(at(cast, "grant/"), values)["Location"] == at(cast)
    assert Deed.objects.filter(kind="role_granted").count() == 1
    grant = RoleGrant.objects.get(user=cast.member)
    assert client.post(at(cast, f"{grant.pk}/withdraw/"), {"key": uuid4()}).status_code == 302
    assert Right.VIEW not in rights_on(cast.member, cast.root.pk)


def test_refusals_are_sentences_on_the_form(cast: Cast) -> None:
    client = signed_in(cast.admin)
    for values, sentence in (
        (granting(cast, cast.admin, "controller"), "Nobody grants or withdraws roles of their own."),
        (granting(cast, cast.member, "consultant"), "at most 180 days ahead."),
        (granting(cast, cast.member, "auditor", ends_on="2020-01-01"), "does not lie in the past."),
    ):
        response = client.post(at(cast, "grant/"), values)
        assert response.status_code == 422
        assert sentence in response.content.decode()


def test_one_does_not_withdraw_ones_own_role_by_hand(cast: Cast) -> None:
    own = RoleGrant.objects.get(user=cast.admin)
    client = signed_in(cast.admin)
    assert f"/{own.pk}/withdraw/" in client.get(at(cast)).content.decode()
    response = client.post(at(cast, f"{own.pk}/withdraw/"), {"key": uuid4()}, follow=True)
    assert "Nobody grants or withdraws roles of their own." in response.content.decode()
    assert RoleGrant.objects.filter(pk=own.pk).exists()


def test_people_of_another_organization_are_not_offered(cast: Cast) -> None:
    response = signed_in(cast.admin).post(at(cast, "grant/"), granting(cast, cast.outsider, "auditor"))
    assert response.status_code == 422
    assert not RoleGrant.objects.filter(user=cast.outsider).exists()


def test_an_invitation_is_sent_again_and_withdrawn(cast: Cast) -> None:
    client = signed_in(cast.admin)
    values = granting(cast, cast.member, "auditor") | {"email": "guest@example.org", "name": "Guest"}
    assert client.post(at(cast, "invite/"), values)["Location"] == at(cast)
    assert "guest@example.org" in client.get(at(cast)).content.decode()
    row = Invitation.objects.get()
    before = row.secret_sha256
    client.post(at(cast, f"invitations/{row.pk}/send/"), {"key": uuid4()})
    row.refresh_from_db()
    assert row.secret_sha256 != before
    client.post(at(cast, f"invitations/{row.pk}/revoke/"), {"key": uuid4()})
    assert "guest@example.org" not in client.get(at(cast)).content.decode()
    again = client.post(at(cast, f"invitations/{row.pk}/send/"), {"key": uuid4()}, follow=True)
    assert "This invitation was withdrawn." in again.content.decode()


def test_the_list_takes_as_many_statements_for_three_as_for_one(cast: Cast) -> None:
    client = signed_in(cast.admin)

    def ask(number: int) -> None:
        with cast.acting(cast.admin):
            invite(
                f"guest{number}@example.org",
                name=f"Guest {number}",
                role_code="auditor",
                node=cast.root,
                by=cast.admin,
                now=timezone.now(),
                on=today(),
            )

    ask(1)
    write_grant(cast.member, role_code="auditor", node=cast.root)
    one = statements(client, at(cast))
    ask(2)
    ask(3)
    write_grant(cast.member, role_code="sponsor", node=cast.root)
    write_grant(cast.owner, role_code="auditor", node=cast.package)
    assert statements(client, at(cast)) == one


def reads(cast: Cast, count: int) -> None:
    for _read in range(count):
        ConsultantRead.objects.create(
            user_id=cast.member.pk, at=timezone.now(), method="GET", view="governance:measure", code="M-1", status=200
        )


def test_what_consultants_read_is_for_administrators_and_auditors(cast: Cast) -> None:
    write_grant(cast.member, role_code="consultant", node=cast.root, ends_on=today() + timedelta(days=9))
    reads(cast, 1)
    for person, status in (
        (cast.admin, 200),
        (cast.auditor, 200),
        (cast.owner, 403),
        (cast.member, 403),
        (cast.outsider, 404),
    ):
        assert signed_in(person).get(at(cast, "reads/")).status_code == status
    html = signed_in(cast.auditor).get(at(cast, "reads/")).content.decode()
    assert re.search(r"GET governance:measure</span>.*M-1", html)
    assert cast.member.name in html
    one = statements(signed_in(cast.auditor), at(cast, "reads/"))
    reads(cast, 2)
    assert statements(signed_in(cast.auditor), at(cast, "reads/")) == one
