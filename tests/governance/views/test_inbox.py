"""The inbox: what was told, why, put off and read; and how a person wants to be told."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from governance.actions.notices import tell
from governance.events import EVENTS
from governance.models import MailRequest, Notice, Subscription
from governance.queries.notices import notices_of, unread_count, wants_mail
from measures.models import Measure
from portfolio.models import User
from tests.cast import TODAY, Cast
from tests.governance.views.desk import address, on_the_day, post, sign_in

__all__ = ["on_the_day"]
pytestmark = pytest.mark.usefixtures("on_the_day")
TOMORROW = TODAY + timedelta(days=1)


def notice(person: User, number: int = 1, code: str = "dispute_closed", measure: Measure | None = None) -> Notice:
    params = {"effect": "Resin", "reason": f"Reason {number}"}
    fact = {"code": code, "fact_kind": "test", "fact_id": number, "measure": measure, "params": params}
    tell([person], **fact, at=timezone.now())
    return Notice.objects.get(user=person, fact_id=number)


def shown(cast: Cast, person: User, query: str = "") -> str:
    return sign_in(person).get(address(cast, "inbox") + query).content.decode()


def test_inbox_says_what_happened_where_and_why(cast: Cast) -> None:
    measure = cast.measure()
    notice(cast.owner, measure=measure)
    Notice.objects.update(params={"effect": "Resin", "reason": "Agreed", "by": cast.controller.pk})
    html = shown(cast, cast.owner)
    assert "The dispute about “Resin” is closed: Agreed" in html
    assert "You are told because you own the measure." in html
    assert f"Done by {cast.controller.name}." in html
    assert address(cast, "measure", measure.code) in html


def test_inbox_is_empty_and_friendly(cast: Cast) -> None:
    notice(cast.owner)
    assert "Nothing new" in shown(cast, cast.sponsor)


def test_inbox_of_a_foreign_tenant_does_not_exist(cast: Cast) -> None:
    for name in ("inbox", "inbox_settings"):
        assert sign_in(cast.outsider).get(address(cast, name)).status_code == 404


def test_navigation_counts_what_is_not_read(cast: Cast) -> None:
    for number in range(3):
        notice(cast.owner, number)
    html = shown(cast, cast.owner)
    assert '<span class="cut">Inbox</span><span class="count">3</span>' in html
    assert '<span class="cut">Inbox</span><span class="count">' not in shown(cast, cast.sponsor)


def test_count_costs_no_statement_for_a_minute_and_is_anew_after_reading(cast: Cast) -> None:
    one, client = notice(cast.owner), sign_in(cast.owner)
    counted = '<span class="cut">Inbox</span><span class="count">1</span>'
    assert counted in client.get(address(cast, "my_update")).content.decode()
    with CaptureQueriesContext(connection) as queries:
        client.get(address(cast, "my_update"))
    assert not [one for one in queries if "governance_notice" in one["sql"]]
    client.post(address(cast, "inbox_read"), {"notice": one.pk})
    assert counted not in client.get(address(cast, "my_update")).content.decode()
    with time_machine.travel(timezone.now() + timedelta(seconds=61)):
        notice(cast.owner, 2)
        assert counted in client.get(address(cast, "my_update")).content.decode()


def test_refusal_inside_an_organization_still_has_its_frame(cast: Cast) -> None:
    answer = sign_in(cast.owner).get(address(cast, "measure", "M-nowhere"))
    assert answer.status_code == 404


def test_read_and_not_read(cast: Cast) -> None:
    one, other = notice(cast.owner, 1), notice(cast.owner, 2)
    post(cast, cast.owner, "inbox_read", notice=one.pk)
    assert list(notices_of(cast.owner, on=TODAY)) == [other]
    post(cast, cast.owner, "inbox_read", notice=one.pk, unread="1")
    assert unread_count(cast.owner, on=TODAY) == 2


def test_nobody_reads_for_another(cast: Cast) -> None:
    one = notice(cast.owner)
    post(cast, cast.sponsor, "inbox_read", notice=one.pk)
    post(cast, cast.sponsor, "inbox_read", all="1")
    post(cast, cast.sponsor, "inbox_snooze", notice=one.pk, until=TOMORROW.isoformat())
    row = Notice.objects.get(pk=one.pk)
    assert (row.read_at, row.snoozed_until) == (None, None)


def test_all_read_leaves_what_is_put_off(cast: Cast) -> None:
    one, _other = notice(cast.owner, 1), notice(cast.owner, 2)
    Notice.objects.filter(pk=one.pk).update(snoozed_until=TOMORROW)
    post(cast, cast.owner, "inbox_read", all="1")
    assert Notice.objects.filter(read_at=None).get() == one


def test_put_off_is_out_of_sight_until_its_day(cast: Cast) -> None:
    one = notice(cast.owner)
    post(cast, cast.owner, "inbox_snooze", notice=one.pk, until=TOMORROW.isoformat())
    assert unread_count(cast.owner, on=TODAY) == 0
    assert unread_count(cast.owner, on=TOMORROW) == 1
    assert "Put off until 16 Oct 2026." in shown(cast, cast.owner, "?state=snoozed")
    assert "Reason 1" not in shown(cast, cast.owner)


@pytest.mark.parametrize("until", ["", "tomorrow", "2026-02-30"])
def test_what_is_no_day_puts_nothing_off(cast: Cast, until: str) -> None:
    one = notice(cast.owner)
    assert post(cast, cast.owner, "inbox_snooze", notice=one.pk, until=until).status_code == 302
    assert Notice.objects.get().snoozed_until is None


def test_a_day_gone_by_is_refused_with_a_sentence(cast: Cast) -> None:
    one = notice(cast.owner)
    answer = post(cast, cast.owner, "inbox_snooze", notice=one.pk, until=TODAY.isoformat())
    assert answer.status_code == 422
    assert "A notice comes back on a day to come." in answer.content.decode()


def test_filters_by_state_and_event(cast: Cast) -> None:
    read = notice(cast.owner, 1)
    notice(cast.owner, 2, code="dispute_opened")
    Notice.objects.filter(pk=read.pk).update(read_at=timezone.now())
    assert "Reason 1" not in shown(cast, cast.owner)
    assert "Reason 1" in shown(cast, cast.owner, "?state=all")
    only = shown(cast, cast.owner, "?state=all&event=dispute_opened")
    assert "Reason 2" in only
    assert "Reason 1" not in only
    assert "Reason 2" in shown(cast, cast.owner, "?state=nonsense&event=nothing&page=9")


def test_way_back_leads_nowhere_else(cast: Cast) -> None:
    one = notice(cast.owner)
    answer = post(cast, cast.owner, "inbox_read", notice=one.pk, back="https://evil.example/?state=all")
    assert answer["Location"] == address(cast, "inbox") + "?state=all"


def test_inbox_takes_as_many_statements_for_three_as_for_one(cast: Cast) -> None:
    client = sign_in(cast.owner)
    counts = []
    for number in (1, 2, 3):
        one = notice(cast.owner, number, measure=cast.measure(name=f"M {number}"))
        Notice.objects.filter(pk=one.pk).update(params={"by": cast.controller.pk})
        client.get(address(cast, "inbox"))
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get(address(cast, "inbox"))
        counts.append(len(queries))
    assert counts[0] == counts[2]


# How a person wants to be told


def choices(**changed: str) -> dict[str, Any]:
    ways = {code: event.way.value for code, event in EVENTS.items() if not event.mandatory}
    return {**ways, **changed}


def test_settings_offer_every_optional_event_and_say_what_is_mandatory(cast: Cast) -> None:
    html = sign_in(cast.owner).get(address(cast, "inbox_settings")).content.decode()
    mandatory = sum(event.mandatory for event in EVENTS.values())
    assert html.count("Mail at once, always") == mandatory
    assert "Gate notices come by mail at once; nobody can unsubscribe from them." in html
    for code, event in EVENTS.items():
        assert (f'name="{code}"' in html) is not event.mandatory


def test_choice_is_kept_for_the_person_alone(cast: Cast) -> None:
    post(cast, cast.owner, "inbox_settings", **choices(role_granted="inbox"))
    kept = list(Subscription.objects.values_list("user_id", "event", "way"))
    assert kept == [(cast.owner.pk, "role_granted", "inbox")]
    tell([cast.owner, cast.sponsor], code="role_granted", fact_kind="test", fact_id=1, at=timezone.now())
    assert dict(Notice.objects.values_list("user_id", "way")) == {cast.owner.pk: "inbox", cast.sponsor.pk: "now"}
    assert list(MailRequest.objects.values_list("user_id", flat=True)) == [cast.sponsor.pk]


def test_mandatory_event_cannot_be_unsubscribed_by_a_forged_form(cast: Cast) -> None:
    post(cast, cast.owner, "inbox_settings", **choices(gate_submitted="inbox"))
    assert not Subscription.objects.exists()
    tell([cast.owner], code="gate_submitted", fact_kind="test", fact_id=1, at=timezone.now())
    assert Notice.objects.get().way == "now"


def test_way_that_an_event_does_not_offer_is_refused(cast: Cast) -> None:
    assert post(cast, cast.owner, "inbox_settings", **choices(mail_refused="now")).status_code == 422


def test_choice_against_mail_holds_for_what_was_to_be_mailed(cast: Cast) -> None:
    notice(cast.owner, code="dispute_opened")
    post(cast, cast.owner, "inbox_settings", **choices(dispute_opened="digest"))
    assert Notice.objects.get().way == "digest"


def test_digest_can_be_left(cast: Cast) -> None:
    assert wants_mail(cast.owner, "committee_digest")
    post(cast, cast.owner, "inbox_settings", **choices(committee_digest="inbox"))
    assert not wants_mail(cast.owner, "committee_digest")
    assert wants_mail(cast.sponsor, "committee_digest")
