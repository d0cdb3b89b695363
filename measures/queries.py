"""Who may see and do what with a measure, and what the implementation light looks at."""

from __future__ import annotations

from datetime import date

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, Now

from measures.choices import DoI, Lifecycle
from measures.models import Measure, MeasurePackage
from measures.rules import ImplementationInputs, MilestoneDates
from portfolio.access import granted_nodes, is_active_member, not_allowed, rights_on
from portfolio.choices import Office, Right
from portfolio.models import CommitteeMember, Membership, SteeringCommittee, User
from portfolio.tenancy import current_organization_id

# What an office on a measure carries by itself; everything else is granted on nodes.
OFFICE_RIGHTS: dict[Office, frozenset[Right]] = {
    Office.OWNER: frozenset(
        {Right.VIEW, Right.EDIT_WORK, Right.EDIT_PLAN, Right.EDIT_FORECAST, Right.CLAIM_ACTUAL, Right.SUBMIT}
    ),
    Office.CONTROLLER: frozenset({Right.VIEW, Right.VALIDATE, Right.CONFIRM_CLOSURE, Right.CLAIM_ACTUAL}),
    Office.SPONSOR: frozenset({Right.VIEW, Right.DECIDE_AS_SPONSOR, Right.CHANGE_ROLES}),
    Office.COMMITTEE: frozenset({Right.VIEW}),
    Office.TRANSFORMATION_OFFICE: frozenset(),
}

# The field that holds the target date of the next gate, by the stage the measure stands in.
NEXT_GATE_DUE = {
    DoI.DEFINED: "due_identified",
    DoI.IDENTIFIED: "due_detailed",
    DoI.DETAILED: "due_decided",
    DoI.DECIDED: "due_implemented",
    DoI.IMPLEMENTED: "due_closed",
}


def measures_with_right(user: User, right: Right) -> QuerySet[Measure, Measure]:
    """All measures on which the person holds the right, by grant on a node above or by office; one statement."""
    member = Membership.objects.filter(
        organization_id=current_organization_id(), user_id=user.pk, is_active=True, user__is_active=True
    )
    packages = MeasurePackage.objects.filter(node_id__in=granted_nodes(user, right)).values("pk")
    reached = Q(package_id__in=packages) | _by_office(user, right)
    return Measure.objects.filter(Exists(member)).filter(reached)


def _by_office(user: User, right: Right) -> Q:
    reached = Q(pk__in=())
    for office, field in ((Office.OWNER, "owner"), (Office.CONTROLLER, "controller"), (Office.SPONSOR, "sponsor")):
        if right in OFFICE_RIGHTS[office]:
            reached |= Q(**{f"{field}_id": user.pk})
    if right == Right.VIEW:
        reached |= Q(line_owner_id=user.pk) | Q(committee_id__in=_committees_of(user))
    if right == Right.DECIDE_AS_COMMITTEE:
        reached |= _presided_by(user)
    return reached


def _serving() -> QuerySet[CommitteeMember, CommitteeMember]:
    """Seats that are held; what a person may see is always asked as of now."""
    return CommitteeMember.objects.filter(Q(until__isnull=True) | Q(until__gt=Now()))


def _committees_of(user: User) -> QuerySet[SteeringCommittee, SteeringCommittee]:
    member = _serving().filter(committee_id=OuterRef("pk"), user_id=user.pk)
    officer = Q(chair_id=user.pk) | Q(deputy_chair_id=user.pk) | Q(secretary_id=user.pk)
    return SteeringCommittee.objects.filter(officer | Q(Exists(member)))


def _presided_by(user: User) -> Q:
    """`presiding_member`, said to the database."""
    chair_recused = _officer_recused("committee__chair")
    deputy_recused = _officer_recused("committee__deputy_chair")
    longest = (
        _serving()
        .filter(committee_id=OuterRef("committee_id"))
        .exclude(user_id=OuterRef("owner_id"))
        .exclude(user_id=Coalesce(OuterRef("sponsor_id"), 0))
        .order_by("since", "pk")
        .values("user_id")[:1]
    )
    third = Q(pk__in=Measure.objects.annotate(longest=Subquery(longest)).filter(longest=user.pk).values("pk"))
    involved = Q(owner_id=user.pk) | Q(sponsor_id=user.pk)
    return ~involved & (
        Q(committee__chair_id=user.pk)
        | (chair_recused & Q(committee__deputy_chair_id=user.pk))
        | (chair_recused & deputy_recused & third)
    )


def _officer_recused(officer: str) -> Q:
    """That there is no such officer, or that the officer owns or sponsors the measure."""
    absent = Q(**{f"{officer}__isnull": True})
    return absent | Q(owner_id=F(f"{officer}_id")) | Q(sponsor_id=F(f"{officer}_id"))


def visible_measures(user: User) -> QuerySet[Measure, Measure]:
    """Measures the person may see; the start of every list."""
    return measures_with_right(user, Right.VIEW)


def offices_of(user: User, measure: Measure) -> frozenset[Office]:
    """The capacities in which the person may act on the measure; none for an inactive member.

    The transformation office is held by whoever may decide for it on the measure's node.
    """
    if not is_active_member(user):
        return frozenset()
    return _offices(user, measure, rights_on(user, measure.access_node_id))


def _offices(user: User, measure: Measure, granted: frozenset[Right]) -> frozenset[Office]:
    held = {
        Office.OWNER: measure.owner_id == user.pk,
        Office.CONTROLLER: measure.controller_id == user.pk,
        Office.SPONSOR: measure.sponsor_id == user.pk,
        Office.COMMITTEE: _sits_on(user, measure.committee),
        Office.TRANSFORMATION_OFFICE: Right.DECIDE_AS_OFFICE in granted,
    }
    return frozenset(office for office, holds in held.items() if holds)


def _sits_on(user: User, committee: SteeringCommittee | None) -> bool:
    if committee is None:
        return False
    if user.pk in (committee.chair_id, committee.deputy_chair_id, committee.secretary_id):
        return True
    return _serving().filter(committee=committee, user_id=user.pk).exists()


def presiding_member(measure: Measure) -> User | None:
    """Who speaks for the committee on this measure (domain §2).

    The chair; recused as owner or sponsor, the deputy chair; recused too, the longest-serving member who is not.
    """
    committee = measure.committee
    if committee is None:
        return None
    for officer in (committee.chair, committee.deputy_chair):
        if officer is not None and not is_recused(officer, measure):
            return officer
    members = _serving().filter(committee=committee).select_related("user")
    serving = (member.user for member in members.order_by("since", "pk"))
    return next((user for user in serving if not is_recused(user, measure)), None)


def is_recused(user: User, measure: Measure) -> bool:
    """Members who own or sponsor a measure take no part in its decision."""
    return user.pk in (measure.owner_id, measure.sponsor_id)


def rights_on_measure(user: User, measure: Measure) -> frozenset[Right]:
    """Rights granted on the measure's node or above, and those its offices carry; none for an inactive member."""
    if not is_active_member(user):
        return frozenset()
    granted = rights_on(user, measure.access_node_id)
    carried = {right for office in _offices(user, measure, granted) for right in OFFICE_RIGHTS[office]}
    if measure.line_owner_id == user.pk:
        carried.add(Right.VIEW)
    presiding = presiding_member(measure)
    if presiding is not None and presiding.pk == user.pk:
        carried.add(Right.DECIDE_AS_COMMITTEE)
    return granted | carried


def require_on_measure(user: User, right: Right, measure: Measure) -> None:
    """Raises `NotAllowed` unless the person holds the right on the measure."""
    if right not in rights_on_measure(user, measure):
        raise not_allowed(right)


def require_on_measures(user: User, right: Right, measures: list[Measure]) -> None:
    """Raises `NotAllowed` unless the person holds the right on every one of them; one statement."""
    wanted = {measure.pk for measure in measures}
    held = measures_with_right(user, right).filter(pk__in=wanted).values_list("pk", flat=True)
    if wanted - set(held):
        raise not_allowed(right)


def implementation_inputs(measure: Measure, *, on: date, condition_unmet: bool = False) -> ImplementationInputs:
    """What the implementation light may see of a measure as of a day; conditions are added from above.

    The readable statement of it: the set-based ones, which judge all measures at once, are proven equal to this.
    """
    milestones = measure.milestones.order_by("position", "pk")
    due_field = NEXT_GATE_DUE.get(DoI(measure.stage))
    updates = [day for day in (measure.milestones_kept_on, measure.taken_over_on) if day is not None]
    return ImplementationInputs(
        on=on,
        doi=DoI(measure.stage),
        lifecycle=Lifecycle(measure.lifecycle),
        milestones=tuple(
            MilestoneDates(m.is_critical, m.baseline_on, m.forecast_on, m.actual_on, m.weight) for m in milestones
        ),
        next_gate_due_on=getattr(measure, due_field) if due_field else None,
        last_update_on=max(updates, default=None),
        condition_unmet=condition_unmet,
    )
