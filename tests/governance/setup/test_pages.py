"""The console as its people meet it."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from governance.models import Blueprint
from governance.queries.blueprints import stamp_of, standing_sections
from portfolio.actions.members import write_grant
from portfolio.models import Deed, OrganizationSettings, User
from tests.cast import Cast

TABS = (
    "client",
    "blueprint",
    "labels",
    "numbers",
    "gates",
    "money",
    "categories",
    "committees",
    "digests",
    "published",
    "blueprint_export",
)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def at(cast: Cast, name: str) -> str:
    return reverse(f"setup:{name}", args=[cast.organization.slug])


@pytest.fixture
def consultant(cast: Cast) -> User:
    """The member without any other role, as consultant for a month."""
    write_grant(cast.member, role_code="consultant", node=cast.root, ends_on=_today() + timedelta(days=30))
    return cast.member


def _today() -> Any:
    return timezone.now().date()


def filled(html: str) -> dict[str, Any]:
    """What the browser would send of the form with the one-time key, as it was filled."""
    values: dict[str, Any] = {}
    for tag in re.findall(r"<input [^>]*>", html):
        found = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if found.get("type") in ("checkbox", "radio") and " checked" not in tag:
            continue
        if "name" in found:
            values.setdefault(found["name"], []).append(found.get("value", ""))
    for name, body in re.findall(r'<textarea name="([^"]+)"[^>]*>\n?(.*?)</textarea>', html, re.S):
        values[name] = body
    for name, body in re.findall(r'<select name="([^"]+)"[^>]*>(.*?)</select>', html, re.S):
        chosen = re.search(r'value="([^"]*)" selected', body)
        values[name] = chosen[1] if chosen else ""
    return values


@pytest.mark.parametrize("name", TABS)
def test_set_up_opens_for_consultant_and_administrator_and_for_nobody_else(
    cast: Cast, consultant: User, name: str
) -> None:
    for person, status in ((consultant, 200), (cast.admin, 200), (cast.office, 403), (cast.outsider, 404)):
        assert signed_in(person).get(at(cast, name)).status_code == status, person
    assert Client().get(at(cast, name)).status_code == 302


@pytest.mark.parametrize("name", ["labels", "numbers", "gates", "money", "categories", "committees", "digests"])
def test_a_form_saved_as_it_was_filled_changes_nothing_and_says_so(cast: Cast, name: str) -> None:
    client = signed_in(cast.admin)
    html = client.get(at(cast, name)).content.decode()
    response = client.post(at(cast, name), filled(html))
    assert response.status_code == 422
    assert "The organization already stands as the document says." in response.content.decode()
    assert not Blueprint.objects.exists()


def standing_stamp() -> str:
    return stamp_of(standing_sections(OrganizationSettings.objects.get()))


def test_a_threshold_is_set_once_with_deed_and_history(cast: Cast) -> None:
    client = signed_in(cast.admin)
    values = filled(client.get(at(cast, "numbers")).content.decode()) | {"numbers__run_rate_red": "0,85"}
    assert client.post(at(cast, "numbers"), values).status_code == 302
    assert client.post(at(cast, "numbers"), values).status_code == 302
    settings = OrganizationSettings.objects.get()
    assert settings.thresholds == {"run_rate_red": "0.85"}
    assert Deed.objects.filter(kind="blueprint_applied").count() == 1
    assert OrganizationSettings.history.filter(version=settings.version).count() == 1


def test_a_number_out_of_bounds_is_refused_at_its_field(cast: Cast) -> None:
    client = signed_in(cast.admin)
    values = filled(client.get(at(cast, "numbers")).content.decode()) | {
        "numbers__four_eyes_limit": "2000000",
        "numbers__stale_days": "x",
    }
    response = client.post(at(cast, "numbers"), values)
    html = response.content.decode()
    assert response.status_code == 422
    assert "Closure may be made stricter, never looser: at most 1000000." in html
    assert "expected is a number" in html
    assert 'value="2000000"' in html


def test_a_form_filled_before_somebody_else_saved_is_refused(cast: Cast) -> None:
    client = signed_in(cast.admin)
    values = filled(client.get(at(cast, "digests")).content.decode()) | {"digests__hour": "9"}
    OrganizationSettings.objects.update(closing_working_day=9)
    response = client.post(at(cast, "digests"), values)
    assert response.status_code == 409
    assert "Somebody else changed this meanwhile." in response.content.decode()
    assert OrganizationSettings.objects.get().digests == {}


def test_own_words_stand_on_pages(cast: Cast) -> None:
    client = signed_in(cast.admin)
    values = filled(client.get(at(cast, "labels")).content.decode())
    values |= {"labels__levels__program": "Workstream", "labels__offices__owner": "Lead"}
    assert client.post(at(cast, "labels"), values).status_code == 302
    measure = cast.measure()
    tree = signed_in(cast.office).get(f"/o/{cast.organization.slug}/portfolio/").content.decode()
    assert '<span class="kind">Workstream</span>' in tree
    gates = signed_in(cast.office).get(f"/o/{cast.organization.slug}/measures/{measure.code}/gates/").content.decode()
    assert "<b>Lead</b>" in gates
    assert '<span class="kind">PRG</span>' not in tree
