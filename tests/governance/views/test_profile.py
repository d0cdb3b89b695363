"""Language and theme are a person's own."""

from __future__ import annotations

from django.test import Client
from django.urls import reverse

from portfolio.models import User
from tests.cast import Cast
from tests.governance.views.desk import address, sign_in

PAGE = reverse("profile")


def test_choices_hold_on_every_page_from_then_on(cast: Cast) -> None:
    client = sign_in(cast.owner)
    assert client.post(PAGE, {"language": "de", "theme": "dark"}).status_code == 302
    html = client.get(address(cast, "my_work")).content.decode()
    assert 'lang="de"' in html
    assert 'data-theme="dark"' in html
    assert PAGE in html


def test_unknown_choices_are_refused(cast: Cast) -> None:
    answer = sign_in(cast.owner).post(PAGE, {"language": "tlh", "theme": "neon"})
    assert answer.status_code == 422
    assert User.objects.get(pk=cast.owner.pk).language == "en"


def test_nothing_but_the_choices_is_taken_from_the_form(cast: Cast) -> None:
    sign_in(cast.owner).post(PAGE, {"language": "de", "theme": "dark", "email": "x@example.org", "is_staff": "1"})
    person = User.objects.get(pk=cast.owner.pk)
    assert (person.email, person.is_staff) == (cast.owner.email, False)


def test_nobody_else_is_asked(cast: Cast) -> None:
    assert Client().get(PAGE).status_code == 302
