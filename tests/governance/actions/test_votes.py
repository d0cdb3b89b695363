"""What a secretary may write down, and what is refused with every objection at once."""

from __future__ import annotations

import pytest
from django.utils import timezone

from governance.actions.gates import veto
from governance.actions.meetings import arrange_agenda, freeze_pre_read
from governance.actions.votes import ItemTerms, Record, record_meeting
from governance.models import Attendance, ImportBatch, Meeting, TakeOver, Vote
from measures.choices import DoI
from portfolio.errors import Conflict, NotAllowed, Refused
from portfolio.models import SteeringCommittee
from tests.cast import TODAY, Cast
from tests.governance.meetings import NOW, items, plan, record, seat_all, submitted, vote_outside
from tests.governance.views.desk import on_the_day

__all__ = ["on_the_day"]
pytestmark = pytest.mark.usefixtures("on_the_day")


@pytest.fixture(autouse=True)
def committee(cast: Cast) -> SteeringCommittee:
    return seat_all(cast)


def codes_of(attempt) -> list[str]:
    with pytest.raises(Refused) as refused:
        attempt()
    return refused.value.codes


def test_the_latest_word_counts_and_every_word_stays(cast: Cast) -> None:
    submitted(cast)
    meeting = plan(cast)
    record(cast, meeting, hand_over=False)
    record(cast, meeting, {cast.chair.pk: "against"}, hand_over=False)
    assert Vote.objects.filter(member=cast.chair).count() == 2
    record(cast, meeting, {cast.chair.pk: "against"}, hand_over=False)
    assert Vote.objects.filter(member=cast.chair).count() == 2
    assert Attendance.objects.count() == 3


@pytest.mark.parametrize("who", ["office", "auditor", "second_controller", "owner", "admin"])
def test_only_secretary_and_chairs_keep_the_record(cast: Cast, who: str) -> None:
    meeting = plan(cast)
    with pytest.raises(NotAllowed):
        record(cast, meeting, by=getattr(cast, who))


def test_every_objection_is_said_at_once(cast: Cast) -> None:
    submitted(cast, sponsor=cast.deputy)
    meeting = plan(cast)
    (item,) = items(meeting)
    words = {(item.pk, cast.deputy.pk): "for", (item.pk, cast.chair.pk): "for", (item.pk, cast.owner.pk): "for"}
    codes = codes_of(lambda: record(cast, meeting, words=words, present=[cast.deputy, cast.sponsor]))
    assert sorted(codes) == ["absent_vote", "not_a_voter", "not_a_voter", "recused_vote"]
    assert not Attendance.objects.exists()


def test_a_record_without_anybody_present_is_not_handed_over(cast: Cast) -> None:
    meeting = plan(cast)
    assert codes_of(lambda: record(cast, meeting, present=[])) == ["nobody_present"]


def test_neither_notes_nor_vetoed_submissions_are_taken_by_consent(cast: Cast) -> None:
    submission = submitted(cast)
    with cast.acting(cast.controller):
        veto(submission, by=cast.controller, on=TODAY, reason="No")
    meeting = plan(cast)
    with cast.acting(cast.member):
        arrange_agenda(meeting, order=[], consent=[], title="Any other business", by=cast.member, on=TODAY)
    everything = [item.pk for item in items(meeting)]
    terms = {pk: ItemTerms(consent=True) for pk in everything}
    expected = ["consent_needs_vote", "vetoed_no_consent"]
    assert codes_of(lambda: record(cast, meeting, words={}, terms=terms)) == expected
    with cast.acting(cast.member):
        arranged = {"order": everything, "consent": everything, "by": cast.member, "on": TODAY}
        assert codes_of(lambda: arrange_agenda(meeting, **arranged)) == expected


def test_whoever_brought_a_take_over_has_no_vote_on_it(cast: Cast) -> None:
    with cast.acting(cast.deputy):
        batch = ImportBatch.objects.create(
            name="w", sha256="0" * 64, imported_by=cast.deputy, on=TODAY, at=timezone.now()
        )
    TakeOver.objects.create(measure=cast.measure(), batch=batch, stage=DoI.DECIDED)
    meeting = plan(cast)
    (item,) = items(meeting)
    assert codes_of(lambda: record(cast, meeting, words={(item.pk, cast.deputy.pk): "for"})) == ["recused_vote"]


def test_a_held_meeting_keeps_time_and_agenda(cast: Cast) -> None:
    submitted(cast)
    meeting = record(cast, plan(cast))
    with cast.acting(cast.member):
        for attempt in (
            lambda: arrange_agenda(meeting, order=[], consent=[], by=cast.member, on=TODAY),
            lambda: freeze_pre_read(meeting, by=cast.member, on=TODAY, now=NOW),
        ):
            with pytest.raises(Conflict) as refused:
                attempt()
            assert refused.value.codes == ["meeting_held"]


def test_nobody_records_the_votes_of_a_vote_outside_a_meeting(cast: Cast) -> None:
    meeting = vote_outside(cast, submitted(cast))
    with cast.acting(cast.member):
        written = Record({}, {}, {(items(meeting)[0].pk, cast.chair.pk): "for"})
        assert codes_of(lambda: record_meeting(meeting, written, by=cast.member, on=TODAY)) == ["vote_own_name"]
    assert Meeting.objects.get().state == "planned"
