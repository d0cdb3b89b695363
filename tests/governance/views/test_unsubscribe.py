"""One click ends one kind of mail, without a sign-in; a forged, old or foreign link ends none."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from governance.actions.letters import unsubscribe_url
from governance.events import EVENTS
from governance.models import Subscription
from governance.unsubscribing import HOLDS, read_token, unsubscribe_token
from portfolio.models import Membership, User
from tests.cast import Cast

REFUSED = "This link is not valid or too old."


def link(cast: Cast, event: str = "divergence_opened") -> str:
    return reverse("unsubscribe", args=[unsubscribe_token(cast.organization.pk, cast.owner.pk, event)])


def browser() -> Client:
    """A mail program's: nobody is signed in, and CSRF is checked as for anybody."""
    return Client(enforce_csrf_checks=True)


def kept() -> list[tuple[int, str, str]]:
    return list(Subscription.objects.values_list("user_id", "event", "way"))


def test_one_click_of_a_mail_program_ends_this_one_mail(cast: Cast) -> None:
    for _click in range(2):
        answer = browser().post(link(cast), {"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200
        assert "You get no more mail from Nordlicht" in answer.content.decode()
        assert kept() == [(cast.owner.pk, "divergence_opened", "inbox")]


def test_opening_the_link_asks_and_changes_nothing(cast: Cast) -> None:
    answer = browser().get(link(cast))
    assert "Do you want no more mail" in answer.content.decode()
    assert "A critical divergence has opened" in answer.content.decode()
    assert kept() == []


def test_page_speaks_the_language_of_the_person(cast: Cast) -> None:
    User.objects.filter(pk=cast.owner.pk).update(language="de")
    assert browser().get(link(cast)).status_code == 200


@pytest.mark.parametrize("method", ["get", "post"])
def test_forged_link_gets_a_sentence(cast: Cast, method: str) -> None:
    whole = link(cast).rstrip("/")
    for forged in (whole[:-1] + ("A" if whole[-1] != "A" else "B") + "/", reverse("unsubscribe", args=["nonsense"])):
        answer = getattr(browser(), method)(forged)
        assert answer.status_code == 400
        assert REFUSED in answer.content.decode()
    assert kept() == []


def test_old_link_gets_a_sentence(cast: Cast) -> None:
    with time_machine.travel(timezone.now() - HOLDS - timedelta(minutes=1)):
        old = link(cast)
    answer = browser().post(old)
    assert answer.status_code == 400
    assert REFUSED in answer.content.decode()


@pytest.mark.parametrize("event", ["gate_submitted", "no_event"])
def test_nobody_unsubscribes_from_what_is_mandatory_or_unknown(cast: Cast, event: str) -> None:
    assert browser().post(link(cast, event)).status_code == 400
    assert kept() == []


def test_link_of_a_stranger_to_the_organization_ends_nothing(cast: Cast) -> None:
    Membership.objects.filter(user=cast.owner).delete()
    assert browser().post(link(cast)).status_code == 400


def test_other_methods_are_refused(cast: Cast) -> None:
    assert browser().put(link(cast)).status_code == 405


def test_link_names_ids_only_and_reads_back(cast: Cast) -> None:
    address = unsubscribe_url(cast.organization, cast.owner, EVENTS["divergence_opened"])
    assert address.startswith("http://127.0.0.1:8000/unsubscribe/")
    leaving = read_token(address.rstrip("/").rpartition("/")[2])
    assert leaving is not None
    assert (leaving.organization_id, leaving.user_id, leaving.event) == (
        cast.organization.pk,
        cast.owner.pk,
        "divergence_opened",
    )
