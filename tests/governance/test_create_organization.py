"""`manage.py create_organization`: a client that can start at once, or one sentence why not."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from finance.models import FiscalPeriod
from portfolio import tenancy
from portfolio.access import rights_on
from portfolio.choices import NodeKind, Right
from portfolio.models import Node, Organization, OrganizationSettings, User

TERMS = {"slug": "acme", "name": "Acme", "currency": "EUR"}


def create(**terms: str | int) -> list[str]:
    out = StringIO()
    call_command("create_organization", **(TERMS | terms), stdout=out)
    return out.getvalue().splitlines()


@pytest.mark.django_db
def test_organization_stands_with_its_administrator() -> None:
    lines = create(admin="ada@example.org", fiscal_year_start=4, time_zone="Europe/Berlin")
    organization = Organization.objects.get(slug="acme")
    assert (organization.name, organization.time_zone) == ("Acme", "Europe/Berlin")
    with tenancy.acting_as(organization_id=organization.pk):
        settings = OrganizationSettings.objects.get()
        assert (settings.currency, settings.fiscal_year_start) == ("EUR", 4)
        assert FiscalPeriod.objects.filter(number=1).earliest("ordinal").starts_on.month == 4
        root = Node.objects.get(kind=NodeKind.ORGANIZATION)
        assert Right.TAKE_OVER in rights_on(User.objects.get(email="ada@example.org"), root.pk)
    assert lines == [
        "Created Acme at /o/acme/.",
        "ada@example.org is its administrator.",
        "Set a password: manage.py changepassword ada@example.org",
        "Take over a running program: manage.py import_workbook PATH --organization acme --as ada@example.org",
    ]


@pytest.mark.django_db
def test_without_an_administrator_it_says_so() -> None:
    assert create()[-1] == "It has no administrator yet; make somebody one before it can be used."


@pytest.mark.django_db
def test_a_known_person_keeps_the_password() -> None:
    User.objects.create_user("ada@example.org", "correct horse battery")
    assert not any("password" in line for line in create(admin="ADA@example.org"))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("terms", "sentence"),
    [
        ({"slug": "Acme Inc"}, "The address takes small letters, digits and hyphens, at most 40."),
        ({"currency": "euro"}, "A currency has three capital letters, such as EUR."),
        ({"fiscal_year_start": 13}, "The fiscal year starts in a month from 1 to 12."),
        ({"time_zone": "Mars/Base"}, "There is no time zone “Mars/Base”."),
        ({"name": "  "}, "A name has 1 to 200 characters."),
        ({"admin": "ada"}, "“ada” is no e-mail address."),
    ],
)
def test_wrong_terms_are_refused_in_one_sentence(terms: dict[str, str | int], sentence: str) -> None:
    with pytest.raises(CommandError) as caught:
        create(**terms)
    assert (str(caught.value), caught.value.returncode) == (sentence, 1)
    assert not Organization.objects.filter(name="Acme").exists()


@pytest.mark.django_db
def test_a_taken_address_is_refused() -> None:
    create()
    with pytest.raises(CommandError, match="already taken"):
        create()
    assert Organization.objects.filter(slug="acme").count() == 1
