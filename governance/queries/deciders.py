"""Who may speak for which office on a measure, and who is kept from it (domain §2, segregation of duties)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from governance.gates import Gate
from governance.models import GateSubmission
from measures.models import Measure
from measures.queries import offices_of
from portfolio.choices import Office
from portfolio.models import CommitteeMember, Membership, RoleGrant, SteeringCommittee, User
from portfolio.tenancy import current_organization_id

# Roles that configure the product and therefore never decide Decided or Closed.
BARRED_ROLES = ("consultant", "tenant_admin")


@dataclass(frozen=True)
class Bench:
    """Those of a committee who may decide a submission; the first speaks for it.

    The chair comes first, then the deputy chair, then members by length of service. `quorum` is at most the number
    of the eligible, because the recused leave it.
    """

    eligible: tuple[User, ...]
    recused: tuple[int, ...]
    quorum: int

    @property
    def speaker(self) -> User | None:
        return self.eligible[0] if self.eligible else None


def bench_for(
    measure: Measure, gate: Gate, submission: GateSubmission | None, *, on: date, without: Iterable[int | None] = ()
) -> Bench:
    """The committee of the measure without those who own or sponsor it, submitted it, or never decide this gate.

    `without` are others who take no part, such as whoever proposed what is decided, or declared so in a meeting.
    """
    if measure.committee is None:
        return Bench((), (), 0)
    return seats_of(measure.committee, on=on).bench(measure, gate, submission, without=without)


@dataclass(frozen=True)
class Seats:
    """Who sits on a committee on a day, in the order in which they preside, and who of them never decides."""

    members: tuple[User, ...]
    barred: frozenset[int]
    quorum: int

    def bench(
        self, measure: Measure, gate: Gate, submission: GateSubmission | None, *, without: Iterable[int | None] = ()
    ) -> Bench:
        """Those who may decide this; asks the database for nothing more."""
        kept_out = {measure.owner_id, measure.sponsor_id, *_submitters(submission), *without}
        if gate.barred:
            kept_out |= self.barred
        eligible = tuple(member for member in self.members if member.pk not in kept_out)
        recused = tuple(member.pk for member in self.members if member.pk in kept_out)
        return Bench(eligible, recused, min(self.quorum, len(eligible)))


def seats_of(committee: SteeringCommittee, *, on: date) -> Seats:
    """The committee as it sits on this day."""
    members = _members(committee, on)
    return Seats(tuple(members), frozenset(barred_among(members, on)), committee.quorum)


def _members(committee: SteeringCommittee, on: date) -> list[User]:
    serving = CommitteeMember.objects.filter(committee=committee, since__lte=on).filter(
        Q(until__isnull=True) | Q(until__gt=on)
    )
    officers = [user for user in (committee.chair, committee.deputy_chair) if user is not None]
    ordered = [*officers, *(row.user for row in serving.select_related("user").order_by("since", "pk"))]
    active = set(
        Membership.objects.filter(
            organization_id=current_organization_id(), user__in=ordered, is_active=True, user__is_active=True
        ).values_list("user_id", flat=True)
    )
    return list({user.pk: user for user in ordered if user.pk in active}.values())


def _submitters(submission: GateSubmission | None) -> set[int | None]:
    return set() if submission is None else {submission.submitted_by_id, submission.on_behalf_of_id}


def barred_among(users: Iterable[User], on: date) -> set[int]:
    """Ids of those who never decide Decided or Closed: consultants, tenant administrators and superusers."""
    known = list(users)
    grants = RoleGrant.objects.filter(user__in=known, role__code__in=BARRED_ROLES).filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=on)
    )
    return {user.pk for user in known if user.is_superuser} | set(grants.values_list("user_id", flat=True))


def is_barred(user: User, on: date) -> bool:
    return bool(barred_among([user], on))


def submitted(user: User, submission: GateSubmission) -> bool:
    """Whether the person submitted it, or somebody did on the person's behalf."""
    return user.pk in _submitters(submission)


def deciding_offices(
    user: User, measure: Measure, gate: Gate, submission: GateSubmission | None, *, on: date
) -> tuple[Office, ...]:
    """The offices of the gate for which the person may speak; the committee's only as its speaker."""
    held = offices_of(user, measure)
    if Office.COMMITTEE in gate.deciders:
        speaker = bench_for(measure, gate, submission, on=on).speaker
        held = (held - {Office.COMMITTEE}) | ({Office.COMMITTEE} if speaker == user else frozenset())
    return tuple(office for office in gate.deciders if office in held)
