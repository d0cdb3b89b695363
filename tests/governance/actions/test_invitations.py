"""Coming in by a link: once, in time, and only who is meant."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core import mail, signing
from django.test import Client
from django.utils import timezone

from governance.actions.invitations import SALT, accept, accept_with_password, invite, revoke, send_again
from governance.models import Invitation
from portfolio import tenancy
from portfolio.access import rights_on
from portfolio.actions.members import write_grant
from portfolio.actions.organizations import add_person
from portfolio.choices import Right
from portfolio.errors import Conflict, NotAllowed, Refused, Replayed
from portfolio.models import Deed, Membership, RoleGrant, User
from tests.cast import PASSWORD, TODAY, Cast

NOW = datetime(2026, 10, 15, 9, 0, tzinfo=UTC)
SECRET = "a long and rather new password"


def asked(cast: Cast, callbacks: Any, email: str = "new@nordlicht.example", **terms: Any) -> str:
    """Invites, and returns the secret of the address that was mailed."""
    values = {"name": "New Person", "role_code": "controller", "node": cast.root, "by": cast.admin} | terms
    with cast.acting(values["by"]), callbacks(execute=True):
        invite(email, now=NOW, on=TODAY, **values)
    return newest_token()


def newest_token() -> str:
    found = re.search(r"/join/([^/\s]+)/", str(mail.outbox[-1].body))
    assert found
    return found[1]


def come(token: str, *, at: datetime = NOW, password: str = SECRET) -> User:
    with tenancy.acting_as(organization_id=None):
        user, _organization = accept_with_password(token, password=password, name="New", now=at, on=at.date())
        return user


def test_a_new_person_comes_in_with_a_password_and_the_role(
    cast: Cast, django_capture_on_commit_callbacks: Any
) -> None:
    token = asked(cast, django_capture_on_commit_callbacks)
    (letter,) = mail.outbox
    assert (letter.to, "Nordlicht" in letter.subject) == (["new@nordlicht.example"], True)
    user = come(token)
    assert user.check_password(SECRET)
    assert Right.CONFIRM_CLOSURE in rights_on(user, cast.root.pk)
    assert Membership.objects.get(user=user).is_active
    deed = Deed.objects.get(kind="invitation_accepted")
    assert deed.actor == user
    row = Invitation.objects.get()
    assert (row.accepted_by, row.accepted_at) == (user, NOW)
    assert token not in str(row.__dict__)
    assert signing.loads(token, salt=SALT)[1] != row.secret_sha256


def refused_codes(token: str, **terms: Any) -> list[str]:
    with pytest.raises(Refused) as refused:
        come(token, **terms)
    assert all(refused.value.sentences)
    return refused.value.codes


def test_a_link_works_once(cast: Cast, django_capture_on_commit_callbacks: Any) -> None:
    token = asked(cast, django_capture_on_commit_callbacks)
    come(token)
    assert refused_codes(token) == ["invitation_used"]
    assert RoleGrant.objects.filter(user__email="new@nordlicht.example").count() == 1


def test_a_link_expires_after_14_days(cast: Cast, django_capture_on_commit_callbacks: Any) -> None:
    token = asked(cast, django_capture_on_commit_callbacks)
    assert refused_codes(token, at=NOW + timedelta(days=14)) == ["invitation_expired"]
    assert come(token, at=NOW + timedelta(days=13, hours=23)).email == "new@nordlicht.example"


def test_a_withdrawn_link_opens_nothing(cast: Cast, django_capture_on_commit_callbacks: Any) -> None:
    token = asked(cast, django_capture_on_commit_callbacks)
    with cast.acting(cast.admin):
        revoke(Invitation.objects.get(), by=cast.admin, now=NOW)
    assert refused_codes(token) == ["invitation_revoked"]


@pytest.mark.parametrize("spoil", [lambda t: t[:-1], lambda t: "x" + t, lambda t: "", lambda t: signing.dumps([1, 2])])
def test_a_forged_link_is_not_valid(cast: Cast, django_capture_on_commit_callbacks: Any, spoil: Any) -> None:
    token = asked(cast, django_capture_on_commit_callbacks)
    assert refused_codes(spoil(token)) == ["invitation_unknown"]


def test_a_link_of_another_organization_opens_nothing_here(cast: Cast, django_capture_on_commit_callbacks: Any) -> None:
    """The secret is looked up in the organization that was signed with it."""
    token = asked(cast, django_capture_on_commit_callbacks)
    _organization, secret = signing.loads(token, salt=SALT)
    assert refused_codes(signing.dumps([cast.foreign.pk, secret], salt=SALT)) == ["invitation_unknown"]
    assert refused_codes(signing.dumps([-1, secret], salt=SALT)) == ["invitation_unknown"]


def test_the_link_sent_again_replaces_the_first(cast: Cast, django_capture_on_commit_callbacks: Any) -> None:
    first = asked(cast, django_capture_on_commit_callbacks)
    later = NOW + timedelta(days=20)
    with cast.acting(cast.admin), django_capture_on_commit_callbacks(execute=True):
        send_again(Invitation.objects.get(), by=cast.admin, now=later)
    assert refused_codes(first, at=later) == ["invitation_unknown"]
    assert come(newest_token(), at=later).pk


def test_somebody_else_does_not_use_the_link(cast: Cast, django_capture_on_commit_callbacks: Any) -> None:
    token = asked(cast, django_capture_on_commit_callbacks, email="auditor@nordlicht.example")
    with pytest.raises(NotAllowed) as refused:
        accept(token, user=cast.owner, now=NOW, on=TODAY)
    assert refused.value.codes == ["invitation_of_another"]
    with tenancy.acting_as(organization_id=None), pytest.raises(Conflict) as taken:
        accept_with_password(token, password=SECRET, name="", now=NOW, on=TODAY)
    assert taken.value.codes == ["sign_in_first"]
    cast.auditor.refresh_from_db()
    assert cast.auditor.check_password(PASSWORD)


def test_a_person_whose_sign_in_is_off_stays_out(cast: Cast, django_capture_on_commit_callbacks: Any) -> None:
    add_person("off@nordlicht.example", active=False)
    token = asked(cast, django_capture_on_commit_callbacks, email="off@nordlicht.example")
    with tenancy.acting_as(organization_id=None), pytest.raises(NotAllowed) as refused:
        accept_with_password(token, password=SECRET, name="", now=NOW, on=TODAY)
    assert refused.value.codes == ["sign_in_off"]


def test_a_known_person_of_another_organization_comes_in_too(
    cast: Cast, django_capture_on_commit_callbacks: Any
) -> None:
    token = asked(cast, django_capture_on_commit_callbacks, email=cast.outsider.email, role_code="auditor")
    accept(token, user=cast.outsider, now=NOW, on=TODAY)
    assert Right.VIEW_AUDIT in rights_on(cast.outsider, cast.root.pk)


def why_not(cast: Cast, **terms: Any) -> list[str]:
    values = {"email": "x@nordlicht.example", "role_code": "auditor", "by": cast.admin} | terms
    email = values.pop("email")
    with cast.acting(values["by"]), pytest.raises(Refused) as refused:
        invite(email, name="X", node=cast.root, now=NOW, on=TODAY, **values)
    return refused.value.codes


def test_what_speaks_against_an_invitation(cast: Cast, django_capture_on_commit_callbacks: Any) -> None:
    assert why_not(cast, email="nobody") == ["email_invalid"]
    assert why_not(cast, email=" ADMIN@nordlicht.example") == ["own_roles"]
    assert why_not(cast, role_code="king") == ["role_unknown"]
    assert why_not(cast, role_code="consultant") == ["consulting_too_long"]
    assert why_not(cast, role_code="consultant", ends_on=TODAY + timedelta(days=181)) == ["consulting_too_long"]
    write_grant(cast.member, role_code="consultant", node=cast.root, ends_on=TODAY)
    soon = TODAY + timedelta(days=9)
    assert why_not(cast, by=cast.member, role_code="consultant", ends_on=soon) == ["consultant_by_tenant"]
    asked(cast, django_capture_on_commit_callbacks, email="x@nordlicht.example", role_code="auditor")
    assert why_not(cast) == ["already_invited"]


@pytest.mark.parametrize("person", ["office", "owner", "controller", "auditor"])
def test_only_who_manages_members_invites_sends_and_withdraws(
    cast: Cast, django_capture_on_commit_callbacks: Any, person: str
) -> None:
    asked(cast, django_capture_on_commit_callbacks)
    by, row = getattr(cast, person), Invitation.objects.get()
    with cast.acting(by):
        with pytest.raises(NotAllowed):
            invite("y@nordlicht.example", name="Y", role_code="auditor", node=cast.root, by=by, now=NOW, on=TODAY)
        with pytest.raises(NotAllowed):
            send_again(row, by=by, now=NOW)
        with pytest.raises(NotAllowed):
            revoke(row, by=by, now=NOW)


def test_what_was_accepted_is_neither_sent_again_nor_withdrawn(
    cast: Cast, django_capture_on_commit_callbacks: Any
) -> None:
    come(asked(cast, django_capture_on_commit_callbacks))
    with cast.acting(cast.admin):
        for action in (send_again, revoke):
            with pytest.raises(Refused) as refused:
                action(Invitation.objects.get(), by=cast.admin, now=NOW)
            assert refused.value.codes == ["invitation_used"]


def test_a_second_click_invites_nobody(cast: Cast) -> None:
    key = uuid4()
    terms = {"name": "X", "role_code": "auditor", "node": cast.root, "by": cast.admin, "now": NOW, "on": TODAY}
    with cast.acting(cast.admin):
        invite("x@nordlicht.example", **terms, key=key)
        with pytest.raises(Replayed):
            invite("y@nordlicht.example", **terms, key=key)


def test_a_dead_mail_server_loses_no_invitation(
    cast: Cast, django_capture_on_commit_callbacks: Any, monkeypatch: Any
) -> None:
    def dead(*_args: Any, **_kwargs: Any) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr("django.core.mail.EmailMessage.send", dead)
    with cast.acting(cast.admin), django_capture_on_commit_callbacks(execute=True):
        invite("x@n.example", name="X", role_code="auditor", node=cast.root, by=cast.admin, now=NOW, on=TODAY)
    assert Invitation.objects.count() == 1


# The page behind the link


def now_asked(cast: Cast, callbacks: Any, email: str) -> str:
    """As `asked`, at the present moment, for pages that read the clock."""
    with cast.acting(cast.admin), callbacks(execute=True):
        invite(
            email,
            name="New Person",
            role_code="auditor",
            node=cast.root,
            by=cast.admin,
            now=timezone.now(),
            on=timezone.now().date(),
        )
    return f"/join/{newest_token()}/"


def test_the_page_takes_a_password_and_leads_in(cast: Cast, django_capture_on_commit_callbacks: Any) -> None:
    address, client = now_asked(cast, django_capture_on_commit_callbacks, "new@nordlicht.example"), Client()
    page = client.get(address)
    assert (page.status_code, page["Cache-Control"]) == (200, "no-store")
    assert page["Referrer-Policy"] == "no-referrer"
    weak = client.post(address, {"name": "New", "password": "short", "again": "short"})
    assert weak.status_code == 422
    assert "too short" in weak.content.decode()
    differing = client.post(address, {"name": "New", "password": SECRET, "again": "other"})
    assert "The two passwords differ." in differing.content.decode()
    assert not User.objects.filter(email="new@nordlicht.example").exists()
    done = client.post(address, {"name": "New", "password": SECRET, "again": SECRET})
    assert done["Location"] == f"/o/{cast.organization.slug}/"
    assert client.get(done["Location"]).status_code == 200
    again = Client().get(address)
    assert again.status_code == 422
    assert "already accepted" in again.content.decode()


def test_the_page_asks_a_known_person_to_sign_in_and_refuses_another(
    cast: Cast, django_capture_on_commit_callbacks: Any
) -> None:
    address = now_asked(cast, django_capture_on_commit_callbacks, cast.outsider.email)
    anonymous = Client().get(address).content.decode()
    assert "You have a password already." in anonymous
    assert "/accounts/login/?next=/join/" in anonymous
    for person, status in ((cast.owner, 403), (cast.outsider, 200)):
        client = Client()
        client.force_login(person)
        assert client.get(address).status_code == status
        assert client.post(address).status_code == (403 if status == 403 else 302)
    assert Membership.objects.filter(user=cast.outsider, organization=cast.organization).exists()


def test_a_forged_address_is_a_sentence(cast: Cast) -> None:
    response = Client().get("/join/forged/")
    assert response.status_code == 422
    assert "This link is not valid." in response.content.decode()
