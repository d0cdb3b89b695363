"""Digests: once for each committee, period and reader; filtered by rights; figures frozen; when clocks change too."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.utils import timezone
from structlog.testing import capture_logs

from governance.actions.digests import send_digests, set_digest
from governance.actions.notices import tell
from governance.actions.outbox import lease_outbox, send_mails
from governance.actions.reconciliation import reconcile
from governance.actions.subscriptions import subscribe
from governance.choices import Way
from governance.models import CommitteeDigest, DigestIssue, Notice, OutgoingMail
from governance.queries.digests import CommitteeContent, committee_content, committee_measures
from measures.choices import DoI
from measures.models import Measure, StatusChange
from portfolio.errors import Conflict, NotAllowed, Refused
from portfolio.models import SteeringCommittee, User
from tests.cast import TODAY, Cast
from tests.governance.steps import measure_at, put

WEEKLY = {"weekday": 0, "day": None, "hour": 7, "time_zone": "Europe/Berlin", "language": "", "active": True}
# Monday, 19 October 2026, seven in the morning in Berlin.
DUE = datetime(2026, 10, 19, 5, tzinfo=UTC)


def at_digest_time(moment: datetime) -> Any:
    return time_machine.travel(moment, tick=False)


def set_weekly(cast: Cast, by: User | None = None, **terms: Any) -> CommitteeDigest:
    person = by or cast.office
    with cast.acting(person):
        return set_digest(cast.committee, by=person, at=DUE - timedelta(days=3), terms={**WEEKLY, **terms})


def send(cast: Cast, now: datetime) -> list[str]:
    """Who is mailed the committee's digest at this moment."""
    before = set(OutgoingMail.objects.values_list("pk", flat=True))
    send_digests(cast.organization.pk, now=now)
    found = OutgoingMail.objects.filter(kind="committee_digest").exclude(pk__in=before)
    return sorted(found.values_list("user__name", flat=True))


def content_of(cast: Cast, *, since: datetime, at: datetime, on: date = TODAY) -> CommitteeContent:
    return committee_content(cast.committee, committee_measures(cast.committee, cast.chair), since=since, at=at, on=on)


# Once


def test_digest_is_sent_from_its_hour_on_once_to_each_member(cast: Cast) -> None:
    set_weekly(cast)
    assert send(cast, DUE - timedelta(seconds=1)) == []
    assert send(cast, DUE) == ["Chair", "Deputy"]
    assert send(cast, DUE + timedelta(minutes=5)) == []
    assert send(cast, DUE + timedelta(days=6)) == []
    # Meanwhile the clocks went back: seven in the morning comes an hour later.
    assert send(cast, DUE + timedelta(days=7)) == []
    assert send(cast, DUE + timedelta(days=7, hours=1)) == ["Chair", "Deputy"]
    assert DigestIssue.objects.filter(kind="committee_digest").count() == 4


def test_run_that_breaks_after_one_reader_sends_the_others_later(cast: Cast) -> None:
    set_weekly(cast)
    subscribe({"committee_digest": Way.INBOX}, by=cast.deputy, at=DUE)
    assert send(cast, DUE) == ["Chair"]
    subscribe({"committee_digest": Way.NOW}, by=cast.deputy, at=DUE)
    assert send(cast, DUE + timedelta(hours=1)) == ["Deputy"]


def test_of_what_was_missed_only_the_latest_is_sent_and_tells_all_since_the_last(cast: Cast) -> None:
    set_weekly(cast)
    send(cast, DUE)
    late = DUE + timedelta(days=23)
    assert send(cast, late) == ["Chair", "Deputy"]
    issue = DigestIssue.objects.filter(user=cast.chair, kind="committee_digest").latest("pk")
    assert (issue.period, issue.since, issue.at) == (date(2026, 11, 9), DUE, late)


def test_digest_due_in_the_hour_that_is_left_out_is_sent_once(cast: Cast) -> None:
    set_weekly(cast, weekday=6, hour=2)
    CommitteeDigest.objects.update(since=datetime(2026, 3, 25, tzinfo=UTC))
    night = [datetime(2026, 3, 28, 22, tzinfo=UTC) + timedelta(minutes=5 * step) for step in range(12 * 6)]
    sent = [now for now in night if send(cast, now)]
    assert sent == [datetime(2026, 3, 29, 1, tzinfo=UTC)]


def test_digest_due_in_the_hour_that_comes_twice_is_sent_once(cast: Cast) -> None:
    set_weekly(cast, weekday=6, hour=2)
    CommitteeDigest.objects.update(since=datetime(2026, 10, 20, tzinfo=UTC))
    night = [datetime(2026, 10, 24, 22, tzinfo=UTC) + timedelta(minutes=5 * step) for step in range(12 * 6)]
    sent = [now for now in night if send(cast, now)]
    assert sent == [datetime(2026, 10, 25, 0, tzinfo=UTC)]


def test_digest_that_cannot_be_drawn_holds_up_no_other_one(cast: Cast) -> None:
    set_weekly(cast)
    other = SteeringCommittee.objects.create(name="Other", chair=cast.member, quorum=1)
    with cast.acting(cast.office):
        set_digest(other, by=cast.office, at=DUE - timedelta(days=3), terms=WEEKLY)
    CommitteeDigest.objects.filter(committee=cast.committee).update(time_zone="Atlantis/Deep")
    with capture_logs() as logs:
        assert send(cast, DUE) == ["Member"]
    assert [entry["event"] for entry in logs] == ["digest_not_drawn"]
    CommitteeDigest.objects.update(time_zone="Europe/Berlin")
    assert send(cast, DUE + timedelta(minutes=5)) == ["Chair", "Deputy"]


def test_digest_switched_off_is_not_sent(cast: Cast) -> None:
    set_weekly(cast, active=False)
    assert send(cast, DUE) == []


def test_another_organization_sends_none_of_it(cast: Cast) -> None:
    set_weekly(cast)
    assert send_digests(cast.foreign.pk, now=DUE) == 0


# What stands in it


def test_nothing_to_decide_is_one_line(cast: Cast) -> None:
    set_weekly(cast)
    send(cast, DUE)
    text = OutgoingMail.objects.filter(kind="committee_digest").earliest("pk").text
    assert "Nothing to decide." in text
    assert "Decisions needed" not in text


def test_decisions_stand_first_with_age_and_money_per_day(cast: Cast) -> None:
    measure = measure_at(cast, DoI.DETAILED)
    reconcile(cast.organization.pk, on=TODAY)
    put(cast, measure)
    now = timezone.now()
    content = content_of(cast, since=now - timedelta(days=7), at=now, on=TODAY + timedelta(days=4))
    [line] = content.decisions
    assert (line.code, line.days, line.money) == (measure.code, 2, Decimal(480_000))
    assert line.per_day == Decimal("1315.07")
    assert not content.nothing_to_decide


def test_order_is_that_of_the_meeting(cast: Cast) -> None:
    set_weekly(cast)
    put(cast, measure_at(cast, DoI.DETAILED))
    put(cast, measure_at(cast, DoI.IMPLEMENTED, name="To be closed"))
    send(cast, timezone.now() + timedelta(days=8))
    text = OutgoingMail.objects.filter(kind="committee_digest").earliest("pk").text
    heads = ["Decisions needed", "Value, run-rate", "Closures waiting for a controller"]
    assert [text.index(head) for head in heads] == sorted(text.index(head) for head in heads)
    assert "To be closed" in text


def test_value_tells_what_changed_since_the_last_one(cast: Cast) -> None:
    early = timezone.now() - timedelta(days=1)
    measure_at(cast, DoI.DECIDED)
    reconcile(cast.organization.pk, on=TODAY)
    content = content_of(cast, since=early, at=timezone.now() + timedelta(seconds=1))
    assert (content.committed.now, content.committed.before, content.committed.change) == (
        Decimal(480_000),
        Decimal(0),
        Decimal(480_000),
    )
    assert content.forecast.now == Decimal(480_000)
    assert content.weighted.now < content.forecast.now
    assert content.confirmed.now == 0


def test_movers_tell_first_and_last_colour_and_not_who_came_back(cast: Cast) -> None:
    stays, moves = (measure_at(cast, DoI.DECIDED, name=name) for name in ("Stays", "Moves"))
    start = timezone.now()
    for measure, colours in ((stays, ("green", "red", "green")), (moves, ("green", "amber", "red"))):
        for step, (before, after) in enumerate(zip(colours, colours[1:], strict=False)):
            StatusChange.objects.create(
                measure=measure,
                light="potential",
                before=before,
                after=after,
                on=TODAY,
                at=start + timedelta(minutes=step + 1),
            )
    content = content_of(cast, since=start, at=start + timedelta(hours=1))
    assert [(row.name, row.before, row.after) for row in content.movers] == [("Moves", "green", "red")]


def test_overdue_milestones_of_running_measures_are_listed(cast: Cast) -> None:
    measure = measure_at(cast, DoI.DETAILED)
    now = timezone.now()
    content = content_of(cast, since=now - timedelta(days=7), at=now)
    assert {line.code for line in content.milestones} == {measure.code}
    assert all(line.days > 7 for line in content.milestones)


def test_reader_sees_only_measures_the_rights_reach(cast: Cast) -> None:
    measure = measure_at(cast, DoI.DETAILED)
    other = SteeringCommittee.objects.create(name="Other", chair=cast.member, quorum=1)
    assert committee_measures(cast.committee, cast.chair) == {measure.pk}
    assert committee_measures(cast.committee, cast.chair, cast.member) == frozenset()
    assert committee_measures(other, cast.chair) == frozenset()


def test_figures_are_frozen_under_a_hash_that_the_mail_names(cast: Cast) -> None:
    set_weekly(cast)
    send(cast, DUE)
    issue = DigestIssue.objects.filter(kind="committee_digest").earliest("pk")
    letter = OutgoingMail.objects.get(kind="committee_digest", user=issue.user)
    assert f"Snapshot {issue.sha256[:12]}" in letter.text
    assert issue.content["committee"] == "SteerCo"


def test_digest_speaks_the_language_of_the_committee(cast: Cast) -> None:
    set_weekly(cast, language="de")
    send(cast, DUE)
    assert 'lang="de"' in OutgoingMail.objects.filter(kind="committee_digest").earliest("pk").html


def test_digest_can_be_left_with_one_click(cast: Cast) -> None:
    set_weekly(cast)
    with at_digest_time(DUE):
        send(cast, DUE)
        for organization_id, mails in lease_outbox(DUE):
            send_mails(organization_id, mails, now=DUE)
    letter = next(one for one in mail.outbox if "SteerCo" in one.subject)
    message = letter.message()
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    [chart] = [part for part in message.walk() if part["Content-ID"] == "<value>"]
    assert chart.get_payload(decode=True).startswith(b"\x89PNG")
    assert 'src="cid:value"' in OutgoingMail.objects.earliest("pk").html


# Setting it


def test_secretary_sets_it_and_members_do_not(cast: Cast) -> None:
    SteeringCommittee.objects.filter(pk=cast.committee.pk).update(secretary=cast.member)
    cast.committee.refresh_from_db()
    assert set_weekly(cast, cast.member).committee_id == cast.committee.pk
    for person in (cast.chair, cast.owner, cast.auditor):
        with pytest.raises(NotAllowed):
            set_weekly(cast, person)


@pytest.mark.parametrize("terms", [{"weekday": None}, {"day": 5}])
def test_it_comes_on_a_weekday_or_on_a_day_of_the_month(cast: Cast, terms: dict[str, int]) -> None:
    with pytest.raises(Refused) as refused:
        set_weekly(cast, **terms)
    assert refused.value.codes == ["digest_one_day"]


def test_stale_form_is_refused(cast: Cast) -> None:
    set_weekly(cast)
    set_weekly(cast, hour=8)
    with cast.acting(cast.office), pytest.raises(Conflict):
        set_digest(cast.committee, by=cast.office, at=DUE, terms=WEEKLY, expected_version=1)


# A person's own


def own(kind: str) -> dict[int, str]:
    return dict(OutgoingMail.objects.filter(kind=kind).values_list("user_id", "text"))


def test_weekly_mail_tells_the_owner_what_waits_and_what_happened_once(cast: Cast) -> None:
    measure_at(cast, DoI.IDENTIFIED, name="Late gate")
    tell([cast.owner], code="dispute_answered", fact_kind="t", fact_id=1, params={"effect": "Resin"}, at=DUE)
    monday = datetime(2026, 10, 19, 7, tzinfo=UTC)
    for _run in range(2):
        send_digests(cast.organization.pk, now=monday)
    text = own("weekly_digest")[cast.owner.pk]
    assert "Late gate" in text
    assert "The dispute about “Resin” was answered." in text
    assert cast.outsider.pk not in own("weekly_digest")
    assert Notice.objects.get(code="dispute_answered").mailed_at == monday
    assert OutgoingMail.objects.filter(kind="weekly_digest", user=cast.owner).count() == 1


def test_nobody_is_mailed_that_nothing_waits(cast: Cast) -> None:
    send_digests(cast.organization.pk, now=datetime(2026, 10, 19, 7, tzinfo=UTC))
    assert own("weekly_digest") == {}


def test_controller_is_reminded_of_the_month_end(cast: Cast) -> None:
    put(cast, measure_at(cast, DoI.IMPLEMENTED))
    assert Measure.objects.get().controller_id == cast.controller.pk
    send_digests(cast.organization.pk, now=datetime(2026, 11, 3, 8, tzinfo=UTC))
    assert set(own("month_end_reminder")) == {cast.controller.pk}
    send_digests(cast.organization.pk, now=datetime(2026, 11, 5, 8, tzinfo=UTC))
    assert OutgoingMail.objects.filter(kind="month_end_reminder").count() == 1
