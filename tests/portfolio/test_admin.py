"""Pages for staff: the flag opens the door, rights say what may be done behind it, and every change is recorded."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from portfolio.actions.members import write_grant
from portfolio.admin import InOrganization
from portfolio.models import Deed, OrganizationSettings, User
from tests.cast import PASSWORD, Cast


def signed_in(cast: Cast, person: User) -> Client:
    """The person as staff, who has visited the organization."""
    person.is_staff = True
    person.save()
    client = Client()
    client.force_login(person)
    client.get(reverse("governance:my_work", args=[cast.organization.slug]))
    return client


def settings_page() -> str:
    return reverse("admin:portfolio_organizationsettings_change", args=[OrganizationSettings.objects.get().pk])


def committee_page(cast: Cast) -> str:
    return reverse("admin:portfolio_steeringcommittee_change", args=[cast.committee.pk])


LIMITS = {
    "closing_working_day": 8,
    "materiality": "10000",
    "de_minimis": "50000",
    "four_eyes_limit": "2000000",
    "thresholds": "{}",
    "hardened_criteria": "[]",
}


def committee(cast: Cast, chair: User) -> dict[str, object]:
    return {
        "name": "SteerCo",
        "chair": chair.pk,
        "deputy_chair": cast.deputy.pk,
        "secretary": "",
        "quorum": 2,
        "voting_rule": "majority",
        "members-TOTAL_FORMS": 0,
        "members-INITIAL_FORMS": 0,
    }


def limit() -> object:
    return OrganizationSettings.objects.get().four_eyes_limit


def test_staff_without_a_right_sees_and_changes_nothing(cast: Cast) -> None:
    client = signed_in(cast, cast.member)
    for page in (settings_page(), committee_page(cast), reverse("admin:measures_measure_changelist")):
        assert client.get(page).status_code == 403
    before = limit()
    assert client.post(settings_page(), LIMITS).status_code == 403
    assert client.post(committee_page(cast), committee(cast, cast.member)).status_code == 403
    cast.committee.refresh_from_db()
    assert (limit(), cast.committee.chair) == (before, cast.chair)


def test_staff_who_may_only_see_changes_nothing(cast: Cast) -> None:
    client = signed_in(cast, cast.auditor)
    assert client.get(settings_page()).status_code == 200
    before = limit()
    assert client.post(settings_page(), LIMITS).status_code == 403
    assert limit() == before


def test_a_superuser_of_no_organization_administers_nothing(cast: Cast) -> None:
    client = Client()
    client.force_login(User.objects.create_superuser("root@example.org", PASSWORD, name="Root"))
    assert client.get("/staff/").status_code == 200
    assert client.get(reverse("admin:measures_measure_changelist")).status_code == 403


def test_settings_are_changed_by_nobody_here(cast: Cast) -> None:
    """Whoever may change them does so in the set-up, whose limits would not hold on this page."""
    client, before = signed_in(cast, cast.admin), limit()
    assert client.get(settings_page()).status_code == 200
    assert client.post(settings_page(), LIMITS).status_code == 403
    assert limit() == before


def test_a_change_of_a_committee_is_a_deed_of_its_person(cast: Cast) -> None:
    client = signed_in(cast, cast.admin)
    assert client.post(committee_page(cast), committee(cast, cast.sponsor)).status_code == 302
    done = Deed.objects.filter(kind="set_up_changed").get()
    assert (done.actor, done.details["kind"]) == (cast.admin, "steeringcommittee")
    assert "chair" in done.details["fields"]
    assert cast.committee.history.first().deed_id == done.pk


def test_seats_are_for_members_of_the_organization(cast: Cast) -> None:
    client = signed_in(cast, cast.admin)
    page = client.get(committee_page(cast)).content.decode()
    assert cast.owner.name in page
    assert cast.outsider.name not in page
    assert client.post(committee_page(cast), committee(cast, cast.outsider)).status_code == 200
    cast.committee.refresh_from_db()
    assert cast.committee.chair == cast.chair
    assert client.post(committee_page(cast), committee(cast, cast.sponsor)).status_code == 302
    cast.committee.refresh_from_db()
    assert cast.committee.chair == cast.sponsor


@pytest.mark.parametrize(
    "table", ["measures/measure", "finance/planamount", "finance/effect", "governance/gatedecision", "portfolio/deed"]
)
def test_governed_rows_are_only_shown(cast: Cast, table: str) -> None:
    write_grant(cast.admin, role_code="transformation_office", node=cast.root)
    client = signed_in(cast, cast.admin)
    assert client.get(f"/staff/{table}/").status_code == 200
    assert client.get(f"/staff/{table}/add/").status_code == 403


def test_nothing_beyond_the_organization_is_administered() -> None:
    # The addresses are what takes some of it away, so they are read first.
    reverse("home")
    assert [model for model, of in admin.site._registry.items() if not isinstance(of, InOrganization)] == []
