"""The chair's one confirmation: what each item becomes, and what happens to the others."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from governance.actions.gates import veto
from governance.actions.votes import ItemTerms, cast_vote
from governance.models import AgendaItem, GateDecision, ImportBatch, Meeting, TakeOver, Vote
from measures.actions.measures import edit_measure
from measures.choices import DoI
from measures.models import Measure
from portfolio.errors import Conflict, NotAllowed, Refused
from portfolio.models import Deed, SteeringCommittee
from tests.cast import TODAY, Cast
from tests.governance.meetings import (
    LATER,
    NOW,
    confirm,
    fresh,
    items,
    plan,
    record,
    seat_all,
    submitted,
    vote_outside,
)
from tests.governance.steps import idea, put
from tests.governance.views.desk import on_the_day

__all__ = ["on_the_day"]
pytestmark = pytest.mark.usefixtures("on_the_day")


@pytest.fixture(autouse=True)
def committee(cast: Cast) -> SteeringCommittee:
    return seat_all(cast)


def outcomes(meeting: Meeting) -> list[str]:
    return [item.outcome for item in items(meeting)]


def test_every_item_becomes_one_decision_with_its_vote(cast: Cast) -> None:
    one, two = submitted(cast), submitted(cast, name="Second measure")
    meeting = plan(cast)
    first, second = items(meeting)
    said = {cast.chair.pk: "against", cast.deputy.pk: "for", cast.second_controller.pk: "against"}
    words = {(first.pk, user): "for" for user in said} | {(second.pk, user): word for user, word in said.items()}
    record(cast, meeting, words=words, terms={second.pk: ItemTerms(note="The base is doubtful.")})
    done = confirm(cast, meeting)
    assert done.state == "confirmed"
    assert outcomes(meeting) == ["advanced", "returned"]
    assert fresh(one.measure).stage == DoI.DECIDED
    assert fresh(two.measure).stage == DoI.DETAILED
    advance = GateDecision.objects.get(submission=one)
    back = GateDecision.objects.get(submission=two)
    assert (advance.kind, back.kind, back.reason) == ("advance", "return", "The base is doubtful.")
    everybody = [cast.chair.pk, cast.deputy.pk, cast.second_controller.pk]
    assert advance.snapshot["committee"]["votes"] == {str(pk): "for" for pk in everybody}
    assert advance.snapshot["committee"]["meeting_id"] == meeting.pk
    assert back.snapshot["committee"]["carried"] is False
    assert Deed.objects.get(pk=advance.deed_id).kind == "gate_decided"


def test_a_stale_and_a_refused_item_stay_open_while_the_others_are_decided(cast: Cast) -> None:
    good, stale = submitted(cast), submitted(cast, name="Changed meanwhile")
    vetoed = submitted(cast, name="Vetoed")
    with cast.acting(cast.controller):
        veto(vetoed, by=cast.controller, on=TODAY, reason="No")
    meeting = plan(cast)
    record(cast, meeting)
    with cast.acting(cast.owner):
        edit_measure(fresh(stale.measure), by=cast.owner, problem="Another problem")
    confirm(cast, meeting)
    by_name = {item.measure.name: item for item in items(meeting)}
    assert by_name[good.measure.name].outcome == "advanced"
    assert by_name["Changed meanwhile"].outcome == "stale"
    assert by_name["Vetoed"].outcome == "refused"
    assert [one["code"] for one in by_name["Vetoed"].objections] == ["vetoed"]
    vetoed.refresh_from_db()
    stale.refresh_from_db()
    assert (vetoed.state, stale.state) == ("open", "stale")
    assert GateDecision.objects.filter(submission__in=[vetoed, stale]).count() == 0


def test_a_veto_is_overruled_with_a_reason_that_stays(cast: Cast) -> None:
    submission = submitted(cast)
    with cast.acting(cast.controller):
        veto(submission, by=cast.controller, on=TODAY, reason="No")
    meeting = plan(cast)
    (item,) = items(meeting)
    record(cast, meeting, terms={item.pk: ItemTerms(overrule_reason="The market moved.")})
    confirm(cast, meeting)
    assert GateDecision.objects.get(submission=submission).overrule_reason == "The market moved."


def test_without_a_quorum_the_item_stays_open(cast: Cast) -> None:
    submission = submitted(cast)
    meeting = plan(cast)
    record(cast, meeting, present=[cast.chair])
    confirm(cast, meeting)
    (item,) = items(meeting)
    assert (item.outcome, item.objections[0]["code"]) == ("refused", "quorum_of_item")
    submission.refresh_from_db()
    assert submission.state == "open"


def test_consent_items_are_carried_by_all_present(cast: Cast) -> None:
    submission = submitted(cast)
    meeting = plan(cast)
    (item,) = items(meeting)
    record(cast, meeting, words={}, terms={item.pk: ItemTerms(consent=True)})
    confirm(cast, meeting)
    held = GateDecision.objects.get(submission=submission).snapshot["committee"]
    assert set(held["votes"].values()) == {"for"}
    assert not Vote.objects.filter(item=item).exists()


def test_deferred_items_wait_for_the_next_meeting(cast: Cast) -> None:
    submission = submitted(cast)
    meeting = plan(cast)
    (item,) = items(meeting)
    record(cast, meeting, terms={item.pk: ItemTerms(deferred=True)})
    confirm(cast, meeting)
    assert outcomes(meeting) == ["deferred"]
    again = plan(cast)
    assert [one.submission_id for one in items(again)] == [submission.pk]


def test_what_the_chair_sponsors_waits_for_the_deputy(cast: Cast) -> None:
    submission, plain = submitted(cast, sponsor=cast.chair), submitted(cast, name="Plain")
    meeting = plan(cast)
    words = {
        (item.pk, user.pk): "for"
        for item in items(meeting)
        for user in (cast.chair, cast.deputy, cast.second_controller)
        if not (item.submission_id == submission.pk and user == cast.chair)
    }
    record(cast, meeting, words=words)
    confirm(cast, meeting)
    assert fresh(plain.measure).stage == DoI.DECIDED
    assert fresh(submission.measure).stage == DoI.DETAILED
    assert Meeting.objects.get(pk=meeting.pk).state == "held"
    done = confirm(cast, meeting, by=cast.deputy)
    assert done.state == "confirmed"
    decision = GateDecision.objects.get(submission=submission)
    assert (decision.decided_by, decision.snapshot["committee"]["recused"]) == (cast.deputy, [cast.chair.pk])


def test_who_declares_to_take_no_part_leaves_vote_and_quorum(cast: Cast) -> None:
    submission = submitted(cast)
    meeting = plan(cast)
    (item,) = items(meeting)
    words = {
        (item.pk, cast.chair.pk): "recused",
        (item.pk, cast.deputy.pk): "for",
        (item.pk, cast.second_controller.pk): "against",
    }
    record(cast, meeting, words=words)
    with pytest.raises(Conflict):
        confirm(cast, meeting)
    confirm(cast, meeting, by=cast.deputy)
    held = GateDecision.objects.get(submission=submission).snapshot["committee"]
    assert (held["recused"], held["chair_id"], held["carried"]) == ([cast.chair.pk], cast.deputy.pk, True)


def test_take_overs_are_ratified_or_go_on_waiting(cast: Cast) -> None:
    batch = ImportBatch.objects.create(name="w", sha256="0" * 64, imported_by=cast.office, on=TODAY, at=timezone.now())
    rows = [
        TakeOver.objects.create(measure=cast.measure(name=name), batch=batch, stage=DoI.DECIDED) for name in ("A", "B")
    ]
    meeting = plan(cast)
    first, second = items(meeting)
    people = [cast.chair.pk, cast.deputy.pk]
    record(cast, meeting, words={(first.pk, p): "for" for p in people} | {(second.pk, p): "against" for p in people})
    confirm(cast, meeting)
    assert outcomes(meeting) == ["ratified", "declined"]
    assert [TakeOver.objects.get(pk=row.pk).ratified_by for row in rows] == [cast.chair, None]
    deed = Deed.objects.get(kind="take_over_ratified")
    assert deed.details["committee"]["carried"] is True


def test_of_two_confirmations_the_second_finds_it_done(cast: Cast) -> None:
    submitted(cast)
    meeting = plan(cast)
    record(cast, meeting)
    confirm(cast, meeting)
    with pytest.raises(Conflict) as refused:
        confirm(cast, meeting, expected_version=meeting.version)
    assert refused.value.codes == ["meeting_confirmed"]
    with pytest.raises(Conflict):
        confirm(cast, meeting, by=cast.deputy)
    assert GateDecision.objects.filter(kind="advance", to_stage=DoI.DECIDED).count() == 1


def test_confirming_needs_the_password_and_the_secretarys_record(cast: Cast) -> None:
    submitted(cast)
    meeting = plan(cast)
    with pytest.raises(Refused) as refused:
        confirm(cast, meeting, reauthenticated_at=timezone.now() - timedelta(minutes=6))
    assert refused.value.codes == ["not_held", "reauthentication_missing"]
    with pytest.raises(Refused) as refused:
        confirm(cast, meeting, reauthenticated_at=None)
    assert "reauthentication_missing" in refused.value.codes


@pytest.mark.parametrize("who", ["deputy", "member", "office", "second_controller", "owner"])
def test_nobody_but_who_presides_confirms(cast: Cast, who: str) -> None:
    submitted(cast)
    meeting = plan(cast)
    record(cast, meeting)
    with pytest.raises(Conflict) as refused:
        confirm(cast, meeting, by=getattr(cast, who))
    assert refused.value.codes == ["nothing_to_confirm"]


def test_a_record_that_changed_since_the_chair_read_it_is_a_conflict(cast: Cast) -> None:
    submitted(cast)
    meeting = plan(cast)
    read = record(cast, meeting).version
    record(cast, meeting, {cast.chair.pk: "against"})
    with pytest.raises(Conflict) as refused:
        confirm(cast, meeting, expected_version=read)
    assert refused.value.codes == ["stale_edit"]


def test_an_agenda_without_items_is_confirmed_by_the_chair(cast: Cast) -> None:
    meeting = plan(cast)
    record(cast, meeting)
    assert confirm(cast, meeting).state == "confirmed"


# Outside a meeting


def cast_word(cast: Cast, meeting: Meeting, person, choice: str = "for", *, now=NOW) -> Vote:
    with cast.acting(person):
        return cast_vote(meeting, choice=choice, by=person, on=TODAY, now=now)


def test_a_circular_vote_is_confirmed_once_everybody_has_voted(cast: Cast) -> None:
    submission = submitted(cast)
    meeting = vote_outside(cast, submission)
    cast_word(cast, meeting, cast.chair)
    cast_word(cast, meeting, cast.deputy, "against")
    with pytest.raises(Refused) as refused:
        confirm(cast, meeting)
    assert refused.value.codes == ["voting_open"]
    cast_word(cast, meeting, cast.second_controller, "against")
    cast_word(cast, meeting, cast.second_controller, "for")
    confirm(cast, meeting)
    held = GateDecision.objects.get(submission=submission).snapshot["committee"]
    assert held["votes"] == {
        str(cast.chair.pk): "for",
        str(cast.deputy.pk): "against",
        str(cast.second_controller.pk): "for",
    }


def test_a_circular_vote_that_failed_returns_the_submission(cast: Cast) -> None:
    submission = submitted(cast)
    meeting = vote_outside(cast, submission)
    for person in (cast.deputy, cast.second_controller):
        cast_word(cast, meeting, person, "against")
    confirm(cast, meeting, now=LATER + timedelta(minutes=1), reason="Two against.")
    assert GateDecision.objects.get(submission=submission).kind == "return"


def test_a_vote_after_the_end_or_the_decision_is_refused(cast: Cast) -> None:
    meeting = vote_outside(cast, submitted(cast))
    with pytest.raises(Conflict) as refused:
        cast_word(cast, meeting, cast.chair, now=LATER)
    assert refused.value.codes == ["vote_is_over"]
    for person in (cast.chair, cast.deputy, cast.second_controller):
        cast_word(cast, meeting, person)
    confirm(cast, meeting)
    with pytest.raises(Conflict) as refused:
        cast_word(cast, meeting, cast.deputy)
    assert refused.value.codes == ["vote_after_decision"]
    assert AgendaItem.objects.get(meeting=meeting).outcome == "advanced"


def test_only_members_who_are_not_involved_vote_outside_a_meeting(cast: Cast) -> None:
    meeting = vote_outside(cast, submitted(cast, sponsor=cast.deputy))
    for person in (cast.member, cast.office, cast.deputy):
        with pytest.raises(NotAllowed):
            cast_word(cast, meeting, person)


def test_two_votes_on_one_submission_are_not_open_at_once(cast: Cast) -> None:
    submission = submitted(cast)
    vote_outside(cast, submission)
    with pytest.raises(Refused) as refused:
        vote_outside(cast, submission, closes_at=NOW)
    assert refused.value.codes == ["vote_end_early", "vote_running"]
    assert items(plan(cast)) == []


def test_only_who_keeps_the_record_opens_a_vote(cast: Cast) -> None:
    submission = submitted(cast)
    for person in (cast.second_controller, cast.office, cast.owner, cast.auditor):
        with pytest.raises(NotAllowed):
            vote_outside(cast, submission, by=person)


def test_a_gate_no_committee_decides_is_not_voted_on(cast: Cast) -> None:
    submission = put(cast, idea(cast))
    with pytest.raises(Refused) as refused:
        vote_outside(cast, submission)
    assert refused.value.codes == ["no_committee_gate"]
    assert Measure.objects.get(pk=submission.measure_id).stage == DoI.DEFINED
