"""Naming the bodies that decide, and who sits on them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portfolio.access import is_active_member, require
from portfolio.choices import NodeKind, Right
from portfolio.deeds import deed, refuse_stale
from portfolio.errors import Objection, Refused
from portfolio.models import CommitteeMember, Node, SteeringCommittee, User


def create_committee(
    name: str,
    *,
    chair: User,
    deputy: User,
    by: User,
    on: date,
    secretary: User | None = None,
    members: Sequence[User] = (),
    quorum: int = 2,
    key: UUID | None = None,
) -> SteeringCommittee:
    """The committee exists with its chair, deputy chair, secretary and members, who all serve from `on`.

    Refused: without the right on the organization, a blank or taken name, one person as chair and deputy, somebody
    who is no active member, a quorum that the committee cannot reach. Recorded: deed and history.
    """
    root = Node.objects.get(kind=NodeKind.ORGANIZATION)
    require(by, Right.MANAGE_SETTINGS, root.pk)
    serving = list(dict.fromkeys([chair, deputy, *members]))
    with deed("committee_created", by=by, subject=root, key=key, details={"name": name}):
        _refuse(name, chair, deputy, serving, quorum)
        committee = SteeringCommittee.objects.create(
            name=name.strip(), chair=chair, deputy_chair=deputy, secretary=secretary, quorum=quorum
        )
        for member in serving:
            CommitteeMember.objects.create(committee=committee, user=member, since=on)
        return committee


def edit_committee(
    committee: SteeringCommittee,
    *,
    name: str,
    chair: User,
    deputy: User,
    secretary: User | None,
    quorum: int,
    voting_rule: str,
    by: User,
    on: date,
    expected_version: int | None = None,
    key: UUID | None = None,
) -> SteeringCommittee:
    """The committee has this name, these officers, this quorum and this voting rule.

    Chair and deputy chair are members who serve; the secretary need not be one. Refused: without the right on the
    organization (the secretary has it not), a stale form, and every objection of the rules at once. Recorded: deed
    and history.
    """
    _require(by)
    with deed("committee_edited", by=by, subject=committee, key=key, details={"name": name}):
        committee = _locked(committee, expected_version)
        serving = serving_ids(committee, on)
        found = _objections(name, chair, deputy, quorum, len(serving), but=committee)
        found += _not_serving([chair, deputy], serving)
        found += _strangers([chair, deputy, *([secretary] if secretary else [])])
        if found:
            raise Refused(*found)
        committee.name, committee.chair, committee.deputy_chair = name.strip(), chair, deputy
        committee.secretary, committee.quorum, committee.voting_rule = secretary, quorum, voting_rule
        return _save(committee)


def seat_member(
    committee: SteeringCommittee,
    user: User,
    *,
    since: date,
    by: User,
    until: date | None = None,
    key: UUID | None = None,
) -> CommitteeMember:
    """The person serves on the committee from `since`, up to and without `until`; whoever left may come back.

    Refused: without the right on the organization, somebody who is no active member, a term that ends before it
    begins, somebody who serves already. Recorded: deed and history.
    """
    _require(by)
    with deed("member_seated", by=by, subject=committee, key=key, details={"name": user.name}):
        committee = _locked(committee)
        seat = CommitteeMember.objects.filter(committee=committee, user=user).first()
        found = _strangers([user])
        if until is not None and until <= since:
            found.append(Objection("term_ends_early", _("A term ends after it begins.")))
        if seat is not None and (seat.until is None or seat.until > since):
            found.append(Objection("seated_already", _("%(name)s serves already."), {"name": user.name}))
        if found:
            raise Refused(*found)
        seat = seat or CommitteeMember(committee=committee, user=user)
        seat.since, seat.until = since, until
        seat.save()
        _save(committee)
        return seat


def end_term(
    seat: CommitteeMember, *, until: date | None, by: User, on: date, key: UUID | None = None
) -> CommitteeMember:
    """The member serves up to `until`, that day not included; without a day, for as long as nobody says otherwise.

    Refused: without the right on the organization, a term that ends before it begins, an officer's term while in
    office, and a quorum that those who stay could not reach. Recorded: deed and history.
    """
    _require(by)
    with deed("term_changed", by=by, subject=seat.committee, key=key, details={"name": seat.user.name}):
        committee = _locked(seat.committee)
        found = []
        if until is not None and until < seat.since:
            found.append(Objection("term_ends_early", _("A term ends after it begins.")))
        if until is not None and seat.user_id in (committee.chair_id, committee.deputy_chair_id):
            found.append(
                Objection("officer_leaves", _("Name another chair or deputy chair first; then the term can end."))
            )
        if until is not None and len(serving_ids(committee, max(on, until)) - {seat.user_id}) < committee.quorum:
            found.append(_UNREACHABLE)
        if found:
            raise Refused(*found)
        seat.until = until
        seat.save(update_fields=["until"])
        _save(committee)
        return seat


def serving_ids(committee: SteeringCommittee, on: date) -> set[int]:
    """Ids of the members who serve on this day."""
    seats = CommitteeMember.objects.filter(committee=committee, since__lte=on)
    return set(seats.filter(Q(until__isnull=True) | Q(until__gt=on)).values_list("user_id", flat=True))


def _require(by: User) -> None:
    require(by, Right.MANAGE_SETTINGS, Node.objects.get(kind=NodeKind.ORGANIZATION).pk)


def _locked(committee: SteeringCommittee, expected_version: int | None = None) -> SteeringCommittee:
    fresh = SteeringCommittee.objects.select_for_update().get(pk=committee.pk)
    refuse_stale(fresh, expected_version)
    return fresh


def _save(committee: SteeringCommittee) -> SteeringCommittee:
    committee.version += 1
    committee.save()
    return committee


_UNREACHABLE = Objection("quorum_unreachable", _("The quorum lies between one and all of the committee."))


def _refuse(name: str, chair: User, deputy: User, serving: Sequence[User], quorum: int) -> None:
    objections = _objections(name, chair, deputy, quorum, len(serving)) + _strangers(serving)
    if objections:
        raise Refused(*objections)


def _objections(
    name: str, chair: User, deputy: User, quorum: int, serving: int, but: SteeringCommittee | None = None
) -> list[Objection]:
    found = []
    if not name.strip():
        found.append(Objection("name_missing", _("A committee needs a name.")))
    taken = SteeringCommittee.objects.filter(name=name.strip())
    if (taken if but is None else taken.exclude(pk=but.pk)).exists():
        found.append(Objection("name_taken", _("There is already a committee “%(name)s”."), {"name": name}))
    if chair == deputy:
        found.append(Objection("deputy_is_chair", _("The deputy chair is somebody else than the chair.")))
    if not 1 <= quorum <= serving:
        found.append(_UNREACHABLE)
    return found


def _not_serving(officers: Sequence[User], serving: set[int]) -> list[Objection]:
    text = _("%(name)s does not serve on the committee; chair and deputy chair are members.")
    return [Objection("officer_not_seated", text, {"name": one.name}) for one in officers if one.pk not in serving]


def _strangers(people: Sequence[User]) -> list[Objection]:
    text = _("%(name)s is no active member of this organization.")
    return [Objection("not_a_member", text, {"name": one.name}) for one in people if not is_active_member(one)]
