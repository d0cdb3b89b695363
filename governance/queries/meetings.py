"""Meetings as people see them: who may do what, the agenda with its votes, and who presides over each item."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property, reduce
from operator import or_

from django.db.models import Count, Q, QuerySet

from governance.choices import ItemKind, MeetingState, Presence, Verdict, VoteChoice
from governance.gates import GATES
from governance.models import AgendaItem, Attendance, GateApproval, MeasureStatus, Meeting, PreRead, TakeOver, Vote
from governance.queries.agenda import on_paper
from governance.queries.deciders import Bench, Seats, seats_of
from governance.rules.sittings import Sitting, Word, by_consent, hold_vote
from governance.sentences import objection
from measures.choices import DoI
from portfolio.access import rights_on
from portfolio.choices import NodeKind, Right
from portfolio.errors import NotAllowed
from portfolio.models import CommitteeMember, Node, SteeringCommittee, User

# Items that a committee votes on; all others are spoken of and noted.
VOTED = (ItemKind.SUBMISSION, ItemKind.PROPOSAL, ItemKind.RATIFICATION)
WORDS: tuple[Word, ...] = ("for", "against", "abstain")


@dataclass(frozen=True)
class Standing:
    """What a person may do with the meetings of a committee.

    Members, officers, the transformation office and auditors see; secretary and chairs keep agenda and record; these
    and the transformation office plan.
    """

    member: bool = False
    keeps: bool = False
    plans: bool = False
    sees: bool = False
    settings: bool = False

    def require_sight(self) -> None:
        if not self.sees:
            raise NotAllowed(objection("only_members_see"))

    def require_keeping(self) -> None:
        if not self.keeps:
            raise NotAllowed(objection("only_secretary_edits"))

    def require_planning(self) -> None:
        if not self.plans:
            raise NotAllowed(objection("only_planners_plan"))


def standing(user: User, committee: SteeringCommittee, *, on: date) -> Standing:
    """What the person may do with this committee on this day."""
    rights = rights_on(user, Node.objects.get(kind=NodeKind.ORGANIZATION).pk)
    seats = CommitteeMember.objects.filter(committee=committee, user=user, since__lte=on)
    serves = seats.filter(Q(until__isnull=True) | Q(until__gt=on)).exists()
    chairs = user.pk in (committee.chair_id, committee.deputy_chair_id)
    keeps = chairs or user.pk == committee.secretary_id
    office = Right.DECIDE_AS_OFFICE in rights
    return Standing(
        member=serves or chairs,
        keeps=keeps,
        plans=keeps or office,
        sees=keeps or serves or office or Right.VIEW_AUDIT in rights,
        settings=Right.MANAGE_SETTINGS in rights,
    )


@dataclass(frozen=True)
class Line:
    """One item with those who may vote on it, what they said, and what comes of it as it stands."""

    item: AgendaItem
    bench: Bench
    votes: Mapping[int, Vote]
    sitting: Sitting | None
    veto: GateApproval | None
    money: Decimal | None
    # Who else may not vote by the rules, whatever they declare: whoever brought a take-over.
    barred: frozenset[int] = frozenset()

    def voters(self, seats: Seats) -> tuple[User, ...]:
        """Those whom the rules let vote, also when they have declared that they take no part."""
        return bench_of(self.item, seats, without=self.barred).eligible

    @property
    def is_voted(self) -> bool:
        return self.item.kind in VOTED

    @property
    def is_open(self) -> bool:
        return not self.item.outcome

    @property
    def declared(self) -> list[Vote]:
        """Those who said of themselves that they take no part."""
        return [vote for vote in self.votes.values() if vote.choice == VoteChoice.RECUSED]

    @property
    def needs_overrule(self) -> bool:
        return self.veto is not None and not self.item.overrule_reason.strip()


@dataclass(frozen=True)
class MeetingPage:
    """A meeting with all that was said in it so far."""

    meeting: Meeting
    seats: Seats
    lines: tuple[Line, ...]
    attendance: Mapping[int, Attendance]
    names: Mapping[int, User]

    @property
    def present(self) -> list[User]:
        return self._who(Presence.PRESENT)

    @property
    def excused(self) -> list[User]:
        return self._who(Presence.EXCUSED)

    @property
    def absent(self) -> list[User]:
        there = {*self.present, *self.excused}
        return [user for user in self.names.values() if user not in there]

    def _who(self, presence: Presence) -> list[User]:
        said = ((user, self.attendance.get(pk)) for pk, user in self.names.items())
        return [user for user, row in said if row is not None and row.presence == presence]

    @cached_property
    def chair(self) -> User | None:
        """Who confirms what needs no vote: the first in the order of the chairs."""
        return self.seats.members[0] if self.seats.members else None

    def presiding(self, line: Line) -> User | None:
        """Who confirms this item: the chair, recused the deputy, else the longest-serving member."""
        asked = line.bench.speaker if line.is_voted and not line.item.deferred else None
        return asked or self.chair

    def waiting_for(self, user: User) -> list[Line]:
        """Open items over which the person presides."""
        return [line for line in self.lines if line.is_open and self.presiding(line) == user]

    @property
    def elsewhere(self) -> list[tuple[Line, User | None]]:
        """Open items over which somebody else than the chair presides."""
        found = ((line, self.presiding(line)) for line in self.lines if line.is_open)
        return [(line, person) for line, person in found if person != self.chair]

    @property
    def is_settled(self) -> bool:
        return all(not line.is_open for line in self.lines)

    def not_voted(self, line: Line) -> list[User]:
        """Those who may still vote outside a meeting and have not."""
        return [user for user in line.bench.eligible if user.pk not in line.votes]


def meeting_page(meeting: Meeting, *, on: date) -> MeetingPage:
    """The meeting as it stands, in a number of statements that does not depend on the length of its agenda."""
    items = list(on_paper(meeting))
    seats = seats_of(meeting.committee, on=on)
    recorded = Attendance.objects.filter(meeting=meeting).select_related("user").order_by("pk")
    attendance = {row.user_id: row for row in recorded}
    votes = _votes(meeting)
    vetoes = _vetoes(items)
    importers = _importers(items)
    money = _money(items)
    lines = []
    for item in items:
        said = votes.get(item.pk, {})
        barred = _barred(item, importers)
        declared = {vote.member_id for vote in said.values() if vote.choice == VoteChoice.RECUSED}
        bench = bench_of(item, seats, without=barred | declared)
        present = _present(meeting, attendance, said)
        sitting = _sitting(meeting, item, bench, said, present) if item.kind in VOTED else None
        veto = vetoes.get(item.submission_id or 0)
        lines.append(Line(item, bench, said, sitting, veto, money.get(item.measure_id or 0), frozenset(barred)))
    names = {user.pk: user for user in [*seats.members, *(row.user for row in attendance.values())]}
    return MeetingPage(meeting, seats, tuple(lines), attendance, names)


def bench_of(item: AgendaItem, seats: Seats, *, without: Iterable[int | None] = ()) -> Bench:
    """Those who may vote on the item by the rules of the step to Decided; on a mere topic everybody may speak."""
    if item.kind not in VOTED or item.measure is None:
        return Bench(seats.members, (), min(seats.quorum, len(seats.members)))
    return seats.bench(item.measure, GATES[DoI.DETAILED], item.submission, without=without)


def _barred(item: AgendaItem, importers: Mapping[int, int]) -> set[int]:
    """Who takes no part beside owner, sponsor and submitter: nobody decides what they brought."""
    importer = importers.get(item.measure_id or 0)
    return {importer} if item.kind == ItemKind.RATIFICATION and importer is not None else set()


def _importers(items: Sequence[AgendaItem]) -> dict[int, int]:
    brought = [item.measure_id or 0 for item in items if item.kind == ItemKind.RATIFICATION]
    rows = TakeOver.objects.filter(measure_id__in=brought)
    return dict(rows.values_list("measure_id", "batch__imported_by_id"))


def _votes(meeting: Meeting) -> dict[int, dict[int, Vote]]:
    """The latest word of each member on each item."""
    found: dict[int, dict[int, Vote]] = {}
    rows = Vote.objects.filter(item__meeting=meeting).select_related("member", "recorded_by").order_by("pk")
    for vote in rows:
        found.setdefault(vote.item_id, {})[vote.member_id] = vote
    return found


def _vetoes(items: Sequence[AgendaItem]) -> dict[int, GateApproval]:
    submissions = [item.submission_id for item in items if item.submission_id]
    rows = GateApproval.objects.filter(submission_id__in=submissions, verdict=Verdict.VETO)
    return {row.submission_id: row for row in rows.select_related("given_by")}


def _money(items: Sequence[AgendaItem]) -> dict[int, Decimal]:
    """What is at stake: the commitment, before Decided the plan; in the organization's currency."""
    rows = MeasureStatus.objects.filter(measure_id__in=[i.measure_id for i in items], valid_to__isnull=True)
    return {
        row.measure_id: row.planned if row.committed is None else row.committed
        for row in rows.only("measure_id", "planned", "committed")
    }


def _present(meeting: Meeting, attendance: Mapping[int, Attendance], said: Mapping[int, Vote]) -> set[int]:
    """In a meeting who was there, outside one who has voted."""
    if meeting.is_circular:
        return {member for member, vote in said.items() if vote.choice in WORDS}
    return {user for user, row in attendance.items() if row.presence == Presence.PRESENT}


def _sitting(
    meeting: Meeting, item: AgendaItem, bench: Bench, said: Mapping[int, Vote], present: Iterable[int]
) -> Sitting:
    there = set(present)
    eligible = [user.pk for user in bench.eligible]
    words: dict[int, Word] = {v.member_id: word for v in said.values() for word in WORDS if v.choice == word}
    return hold_vote(
        eligible,
        bench.recused,
        rule=meeting.committee.voting_rule,
        quorum=meeting.committee.quorum,
        present=there,
        votes=by_consent(there) if item.consent else words,
        meeting_id=meeting.pk,
    )


def meetings_of(committee: SteeringCommittee) -> QuerySet[Meeting, Meeting]:
    """All meetings of the committee, the latest first, with the length of their agenda."""
    rows = Meeting.objects.filter(committee=committee).select_related("planned_by", "confirmed_by")
    listed = ~Q(items__outcome="removed") & Q(items__isnull=False)
    return rows.annotate(number=Count("items", filter=listed)).order_by("-starts_at", "-pk")


def committees() -> QuerySet[SteeringCommittee, SteeringCommittee]:
    """All committees by name, with their officers."""
    return SteeringCommittee.objects.select_related("chair", "deputy_chair", "secretary").order_by("sort_key", "pk")


def committees_of(user: User, *, on: date, seated: bool = False) -> QuerySet[SteeringCommittee, SteeringCommittee]:
    """Committees whose meetings concern the person: as a member or officer, and unless `seated` as the secretary."""
    seats = CommitteeMember.objects.filter(user=user, since__lte=on).filter(Q(until__isnull=True) | Q(until__gt=on))
    officer = Q(chair=user) | Q(deputy_chair=user) if seated else kept_by(user)
    return SteeringCommittee.objects.filter(officer | Q(pk__in=seats.values("committee_id")))


def kept_by(user: User, committee: str = "") -> Q:
    """That the person keeps the record of the committee."""
    officers = ("chair", "deputy_chair", "secretary")
    return reduce(or_, (Q(**{f"{committee}{name}_id": user.pk}) for name in officers))


def seats_held(committee: SteeringCommittee) -> QuerySet[CommitteeMember, CommitteeMember]:
    """Everybody who serves or has served, by length of service."""
    return committee.members.select_related("user").order_by("since", "pk")


def latest_pre_read(meeting: Meeting) -> PreRead | None:
    return PreRead.objects.filter(meeting=meeting).select_related("frozen_by").order_by("-number").first()


def is_vote_open(meeting: Meeting, now: datetime) -> bool:
    """A vote outside a meeting that members may still take part in."""
    return meeting.state == MeetingState.PLANNED and meeting.closes_at is not None and now < meeting.closes_at
