"""Consultants: founding, the list of clients, what they read, what they may not, and leaving."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from finance.models import FiscalPeriod
from governance.actions.clients import found_client, hand_over
from governance.actions.publishing import choose_published, write_published
from governance.models import Blueprint, ConsultantRead, PublishedFigures
from governance.queries.clients import clients_of
from governance.queries.readiness import readiness
from governance.setup.built_in import built_in
from governance.setup.document import check_blueprint
from portfolio import tenancy
from portfolio.access import rights_on
from portfolio.actions.members import write_grant
from portfolio.choices import Right
from portfolio.errors import NotAllowed, Refused, Replayed
from portfolio.middleware import organizations_of
from portfolio.models import Deed, Membership, Organization, OrganizationSettings, RoleGrant, User
from tests.cast import TODAY, Cast, found

NOW = datetime(2026, 10, 15, 9, 0, tzinfo=UTC)


def founded(by: User, **terms: Any) -> Organization:
    values = {"slug": "kunde", "name": "Kunde AG", "currency": "EUR", "time_zone": "Europe/Berlin", "days": 90}
    values |= {"blueprint": built_in()["strict"]} | terms
    with tenancy.acting_as(organization_id=None, user_id=by.pk):
        return found_client(by=by, now=NOW, **values)


@pytest.fixture
def founder(cast: Cast) -> User:
    cast.outsider.may_found = True
    cast.outsider.save()
    return cast.outsider


@pytest.fixture
def consultant(cast: Cast) -> User:
    write_grant(cast.member, role_code="consultant", node=cast.root, ends_on=timezone.now().date() + timedelta(days=30))
    return cast.member


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


# Founding


def test_who_may_found_becomes_consultant_for_a_time_and_nothing_else(cast: Cast, founder: User) -> None:
    organization = founded(founder)
    with tenancy.acting_as(organization_id=organization.pk):
        grant = RoleGrant.objects.get()
        assert (grant.role.code, grant.user, grant.ends_on) == ("consultant", founder, TODAY + timedelta(days=90))
        assert Right.CONFIRM_CLOSURE not in rights_on(founder, grant.node_id)
        assert Blueprint.objects.get().sha256 == built_in()["strict"].sha256
        assert list(Deed.objects.order_by("pk").values_list("kind", flat=True)) == [
            "organization_founded",
            "blueprint_applied",
        ]


def test_the_fiscal_year_of_the_blueprint_holds_from_the_start(cast: Cast, founder: User) -> None:
    document = check_blueprint({"blueprint": 1, "name": "April", "fiscal_year": {"start": 4}, "digests": {"hour": 5}})
    organization = founded(founder, blueprint=document)
    with tenancy.acting_as(organization_id=organization.pk):
        assert FiscalPeriod.objects.get(name="2027-04").number == 1


@pytest.mark.parametrize("flag", ["is_staff", "is_superuser"])
def test_staff_and_superuser_found_nothing(cast: Cast, flag: str) -> None:
    setattr(cast.outsider, flag, True)
    cast.outsider.save()
    with pytest.raises(NotAllowed) as refused:
        founded(cast.outsider)
    assert refused.value.codes == ["may_not_found"]
    assert signed_in(cast.outsider).get(reverse("setup:client_found")).status_code == 403


@pytest.mark.parametrize(
    ("terms", "code"),
    [
        ({"days": 181}, "consulting_too_long"),
        ({"days": 0}, "consulting_too_long"),
        ({"slug": "nordlicht"}, "slug_taken"),
        ({"slug": "Kunde AG"}, "slug_invalid"),
        ({"currency": "Euro"}, "currency_invalid"),
        ({"time_zone": "../../etc/passwd"}, "time_zone_unknown"),
    ],
)
def test_a_client_that_cannot_be_founded_leaves_nothing(
    cast: Cast, founder: User, terms: dict[str, Any], code: str
) -> None:
    with pytest.raises(Refused) as refused:
        founded(founder, **terms)
    assert code in refused.value.codes
    assert not Organization.objects.filter(name="Kunde AG").exists()


def test_a_blueprint_for_another_currency_founds_nothing(cast: Cast, founder: User) -> None:
    document = check_blueprint({"blueprint": 1, "name": "x", "currencies": {"organization": "USD"}})
    with pytest.raises(Refused) as refused, transaction.atomic():
        founded(founder, blueprint=document)
    assert "currency_fixed" in refused.value.codes


def test_the_page_founds_and_leads_to_what_is_missing(cast: Cast, founder: User) -> None:
    values = {
        "name": "Kunde AG",
        "slug": "kunde",
        "currency": "eur",
        "time_zone": "UTC",
        "days": 60,
        "built_in": "strict",
    }
    client = signed_in(founder)
    response = client.post(reverse("setup:client_found"), values)
    assert response["Location"] == "/setup/clients/kunde/"
    html = client.get(response["Location"]).content.decode()
    assert "Nobody holds the role “Tenant administrator”." in html
    assert "has no chair (Chief restructuring officer)." in html
    twice = client.post(reverse("setup:client_found"), values)
    assert twice.status_code == 422
    assert "The address “kunde” is already taken." in twice.content.decode()


def test_the_leave_to_found_is_given_by_command(cast: Cast) -> None:
    call_command("allow_founding", cast.outsider.email.upper())
    assert User.objects.get(pk=cast.outsider.pk).may_found
    call_command("allow_founding", cast.outsider.email, "--withdraw")
    assert not User.objects.get(pk=cast.outsider.pk).may_found
    with pytest.raises(CommandError):
        call_command("allow_founding", "nobody@example.org")


# The list


def figures(cast: Cast, *chosen: str) -> None:
    with cast.acting(cast.admin):
        choose_published(chosen, by=cast.admin, on=TODAY)


def test_the_list_shows_what_each_client_agrees_to(cast: Cast, consultant: User) -> None:
    cast.measure(due_identified=TODAY - timedelta(days=1))
    (client,) = clients_of(consultant, organizations_of(consultant.pk), now=NOW)
    assert client.is_consultant
    assert client.figures is None
    figures(cast, "overdue_gates", "open_d1")
    (client,) = clients_of(consultant, organizations_of(consultant.pk), now=NOW)
    assert client.figures is not None
    assert (client.figures.overdue_gates, client.figures.open_d1) == (1, 0)
    assert (client.figures.freshness, client.figures.confirmed_share) == (None, None)
    figures(cast)
    assert PublishedFigures.objects.get().overdue_gates is None


def test_nothing_is_kept_of_a_tenant_that_never_agreed(cast: Cast) -> None:
    write_published(on=TODAY)
    assert not PublishedFigures.objects.exists()


def test_a_consultant_does_not_say_what_is_published(cast: Cast, consultant: User) -> None:
    with cast.acting(consultant), pytest.raises(Refused) as refused:
        choose_published(["open_d1"], by=consultant, on=TODAY)
    assert refused.value.codes == ["consultant_publishes"]
    with cast.acting(cast.admin), pytest.raises(Refused) as unknown:
        choose_published(["names"], by=cast.admin, on=TODAY)
    assert unknown.value.codes == ["figure_unknown"]
    with cast.acting(cast.office), pytest.raises(NotAllowed):
        choose_published(["open_d1"], by=cast.office, on=TODAY)


def test_who_is_neither_consultant_nor_administrator_has_no_clients(cast: Cast) -> None:
    assert clients_of(cast.office, organizations_of(cast.office.pk), now=NOW) == []
    html = signed_in(cast.office).get(reverse("setup:clients")).content.decode()
    assert "You look after no organization" in html


def test_no_statement_of_the_list_sees_two_clients(cast: Cast, consultant: User) -> None:
    """Every statement runs in the name of one organization, and reads tables of a tenant in no other way."""
    other, root = found("zweitkunde")
    with tenancy.acting_as(organization_id=other.pk):
        Membership.objects.create(organization=other, user=consultant, since=TODAY)
        write_grant(consultant, role_code="consultant", node=root, ends_on=timezone.now().date())
    seen: list[tuple[str, int | None]] = []

    def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        seen.append((sql, tenancy.current().organization_id))
        return execute(sql, params, many, context)

    with tenancy.acting_as(organization_id=None, user_id=consultant.pk), connection.execute_wrapper(watch):
        listed = clients_of(consultant, organizations_of(consultant.pk), now=NOW)
    assert [one.organization.slug for one in listed] == ["nordlicht", "zweitkunde"]
    tenants = [(sql, organization) for sql, organization in seen if "rolegrant" in sql or "publishedfigures" in sql]
    assert {organization for _sql, organization in tenants} == {cast.organization.pk, other.pk}
    per_client = [
        sum(organization == one for _sql, organization in tenants) for one in (cast.organization.pk, other.pk)
    ]
    assert per_client == [2, 2]


# Reading is recorded


def test_every_page_a_consultant_opens_leaves_a_row(cast: Cast, consultant: User) -> None:
    measure = cast.measure()
    client, here = signed_in(consultant), f"/o/{cast.organization.slug}"
    assert client.get(f"{here}/measures/{measure.code}/?q=secret").status_code == 200
    assert client.get(f"{here}/month-end/").status_code in (200, 403)
    assert client.get(f"/setup/clients/{cast.organization.slug}/numbers/").status_code == 200
    rows = list(ConsultantRead.objects.order_by("pk").values_list("user_id", "method", "view", "code"))
    assert rows == [
        (consultant.pk, "GET", "governance:measure", measure.code),
        (consultant.pk, "GET", "governance:month_end", ""),
        (consultant.pk, "GET", "setup:numbers", ""),
    ]


def test_a_refused_form_that_shows_data_is_recorded_too(cast: Cast, consultant: User) -> None:
    response = signed_in(consultant).post(f"/setup/clients/{cast.organization.slug}/digests/", {"digests__hour": "99"})
    assert response.status_code == 422
    assert ConsultantRead.objects.get().status == 422


def test_nobody_else_is_recorded(cast: Cast) -> None:
    signed_in(cast.admin).get(f"/o/{cast.organization.slug}/portfolio/")
    signed_in(cast.outsider).get(f"/o/{cast.organization.slug}/portfolio/")
    assert not ConsultantRead.objects.exists()


def test_what_was_read_stays_on_record(cast: Cast, consultant: User) -> None:
    signed_in(consultant).get(f"/o/{cast.organization.slug}/portfolio/")
    for change in (ConsultantRead.objects.all().delete, lambda: ConsultantRead.objects.update(view="")):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


# Leaving


def handed(cast: Cast, by: User, **terms: Any) -> None:
    with cast.acting(by):
        hand_over(by=by, on=timezone.now().date(), **terms)


def test_handing_over_now_ends_role_and_membership(cast: Cast, consultant: User) -> None:
    handed(cast, consultant)
    assert not RoleGrant.objects.filter(user=consultant).exists()
    assert not rights_on(consultant, cast.root.pk)
    assert Deed.objects.get(kind="handed_over").actor == consultant
    assert signed_in(consultant).get(f"/o/{cast.organization.slug}/").status_code == 404


def test_handing_over_on_a_day_shortens_the_role(cast: Cast, consultant: User) -> None:
    day = timezone.now().date() + timedelta(days=5)
    handed(cast, consultant, ends_on=day)
    assert RoleGrant.objects.get(user=consultant).ends_on == day
    for wrong in (day + timedelta(days=1), date(2020, 1, 1)):
        with pytest.raises(Refused) as refused:
            handed(cast, consultant, ends_on=wrong)
        assert refused.value.codes == ["end_not_earlier"]


def test_only_a_consultant_hands_over(cast: Cast) -> None:
    with pytest.raises(NotAllowed) as refused:
        handed(cast, cast.admin)
    assert refused.value.codes == ["not_a_consultant"]
    assert signed_in(cast.admin).get(f"/setup/clients/{cast.organization.slug}/hand-over/").status_code == 403


def test_an_organization_without_administrator_is_not_handed_over(cast: Cast, consultant: User) -> None:
    RoleGrant.objects.filter(user=cast.admin).delete()
    with pytest.raises(Refused) as refused:
        handed(cast, consultant)
    assert refused.value.codes == ["administrator_missing"]


def test_a_consultant_cannot_shed_the_bar_and_keep_an_office(cast: Cast, consultant: User) -> None:
    write_grant(consultant, role_code="controller", node=cast.root)
    with pytest.raises(Refused) as refused:
        handed(cast, consultant)
    assert refused.value.codes == ["roles_remain"]
    RoleGrant.objects.filter(user=consultant, role__code="controller").delete()
    cast.measure(owner=consultant)
    with pytest.raises(Refused) as office:
        handed(cast, consultant)
    assert office.value.codes == ["roles_remain"]


def test_a_second_click_hands_over_once(cast: Cast, consultant: User) -> None:
    key, day = uuid4(), timezone.now().date() + timedelta(days=5)
    handed(cast, consultant, key=key, ends_on=day)
    with pytest.raises(Replayed):
        handed(cast, consultant, key=key, ends_on=day)


# Readiness


def test_readiness_names_everything_that_is_missing(cast: Cast) -> None:
    cast.measure(currency="USD", controller=None)
    OrganizationSettings.objects.update(version=2)
    lacks = [str(gap.lack.value) for gap in readiness(on=TODAY, now=NOW)]
    assert "secretary_missing" in lacks
    assert "plan_rate_missing" in lacks
    RoleGrant.objects.filter(role__code="transformation_office").delete()
    sentences = [gap.sentence for gap in readiness(on=TODAY, now=NOW)]
    assert "Nobody holds the role “Transformation office”." in sentences
    assert "No plan rate of USD for 2026." in sentences
