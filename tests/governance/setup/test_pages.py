"""The console as its people meet it."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal
from html import unescape
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from finance.models import PlanRate
from governance.models import Blueprint
from governance.queries.blueprints import stamp_of, standing_sections
from governance.setup_urls import urlpatterns
from portfolio.actions.members import write_grant
from portfolio.models import Deed, Function, OrganizationSettings, SteeringCommittee, User
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


# A blueprint: choose, see, apply


def uploaded(text: str) -> dict[str, Any]:
    return {"built_in": "", "file": SimpleUploadedFile("mine.json", text.encode(), "application/json")}


def test_a_blueprint_is_seen_first_and_applied_once(cast: Cast) -> None:
    client = signed_in(cast.admin)
    html = client.post(at(cast, "blueprint"), {"built_in": "strict"}).content.decode()
    assert "numbers.four_eyes_limit" in html
    assert not Blueprint.objects.exists()
    values = filled(html)
    values["document"] = unescape(values["document"])
    assert "fields changed" in client.post(at(cast, "blueprint_apply"), values, follow=True).content.decode()
    again = client.post(at(cast, "blueprint_apply"), values, follow=True).content.decode()
    assert "it was not done twice" in again
    assert Blueprint.objects.count() == 1
    assert "Nothing would change" in client.post(at(cast, "blueprint"), {"built_in": "strict"}).content.decode()


def test_a_malformed_file_is_refused_with_every_fault(cast: Cast) -> None:
    client = signed_in(cast.admin)
    faulty = '{"blueprint": 1, "name": "x", "closure": {}, "gates": {"decided": false}, "numbers": {"stale_days": "a"}}'
    response = client.post(at(cast, "blueprint"), uploaded(faulty))
    html = response.content.decode()
    assert response.status_code == 422
    for sentence in ("How a measure is closed", "No gate is skipped", "numbers.stale_days"):
        assert sentence in html
    for text, sentence in (("{", "This is no JSON document"), ('"' + "x" * 300_000 + '"', "at most 256 kB")):
        assert sentence in client.post(at(cast, "blueprint"), uploaded(text)).content.decode()
    assert "Choose a blueprint or a file." in client.post(at(cast, "blueprint"), {}).content.decode()


def test_a_document_that_was_tampered_with_after_the_preview_is_judged_again(cast: Cast) -> None:
    client = signed_in(cast.admin)
    faulty = '{"blueprint": 1, "name": "x", "numbers": {"four_eyes_limit": 5000000}}'
    values = {"document": faulty, "stamp": standing_stamp(), "key": str(uuid4())}
    html = client.post(at(cast, "blueprint_apply"), values, follow=True).content.decode()
    assert "Closure may be made stricter, never looser" in html
    assert not Blueprint.objects.exists()


@pytest.mark.parametrize("name", ["blueprint_apply", "labels", "money", "published", "hand_over", "blueprint"])
def test_nothing_is_sent_by_who_may_not(cast: Cast, name: str) -> None:
    for person, status in ((cast.office, 403), (cast.controller, 403), (cast.outsider, 404)):
        assert signed_in(person).post(at(cast, name), {"key": str(uuid4())}).status_code == status


def test_every_address_of_an_organization_is_guarded() -> None:
    inside = [pattern for pattern in urlpatterns if str(pattern.pattern).startswith("clients/<slug:slug>/")]
    assert len(inside) == len(urlpatterns) - 2
    assert all(getattr(pattern.callback, "guarded", False) for pattern in inside)


def test_the_set_up_of_nowhere_is_not_found(cast: Cast) -> None:
    assert signed_in(cast.admin).get("/setup/clients/nowhere/").status_code == 404


def test_published_figures_are_chosen_on_the_page_by_the_tenant_alone(cast: Cast, consultant: User) -> None:
    values = {"figures": ["open_d1"], "key": str(uuid4())}
    refused = signed_in(consultant).post(at(cast, "published"), values)
    assert refused.status_code == 422
    assert "The organization itself says what consultants see of it." in refused.content.decode()
    assert signed_in(cast.admin).post(at(cast, "published"), values).status_code == 302
    assert OrganizationSettings.objects.get().published == ["open_d1"]
    assert "Open D1" in signed_in(consultant).get("/setup/").content.decode()


def test_rates_and_categories_are_pasted_as_lines(cast: Cast) -> None:
    client = signed_in(cast.admin)
    values = filled(client.get(at(cast, "money")).content.decode()) | {"rates": "USD 2027 0,92\nGBP;2027;1.2"}
    assert client.post(at(cast, "money"), values).status_code == 302
    assert PlanRate.objects.get(currency="USD").rate == Decimal("0.92")
    values = filled(client.get(at(cast, "categories")).content.decode()) | {"function": "PRO\tProcurement\nFIN;Finance"}
    assert client.post(at(cast, "categories"), values).status_code == 302
    assert Function.objects.get(code="FIN").name == "Finance"
    values = filled(client.get(at(cast, "money")).content.decode()) | {"rates": "USD"}
    assert "is not: currency, fiscal year, rate." in client.post(at(cast, "money"), values).content.decode()


def test_a_committee_is_set_up_and_named_again(cast: Cast) -> None:
    client = signed_in(cast.admin)
    values = filled(client.get(at(cast, "committees")).content.decode())
    values |= {"1__name": "Operations", "1__quorum": "99", "0__quorum": "1"}
    assert "The number lies between 1 and 50." in client.post(at(cast, "committees"), values).content.decode()
    values = filled(client.get(at(cast, "committees")).content.decode())
    values |= {"1__name": "Operations", "1__quorum": "3", "0__quorum": "1"}
    assert client.post(at(cast, "committees"), values).status_code == 302
    quorums = dict(SteeringCommittee.objects.values_list("name", "quorum"))
    assert quorums == {"Operations": 3, "SteerCo": 1}
