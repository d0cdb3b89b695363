"""Naming the bodies that decide."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext_lazy as _

from portfolio.access import is_active_member, require
from portfolio.choices import NodeKind, Right
from portfolio.deeds import deed
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
) -> SteeringCommittee:
    """The committee exists with its chair, deputy chair, secretary and members, who all serve from `on`.

    Refused: without the right on the organization, a blank or taken name, one person as chair and deputy, somebody
    who is no active member, a quorum that the committee cannot reach. Recorded: deed and history.
    """
    root = Node.objects.get(kind=NodeKind.ORGANIZATION)
    require(by, Right.MANAGE_SETTINGS, root.pk)
    serving = list(dict.fromkeys([chair, deputy, *members]))
    with deed("committee_created", by=by, subject=root, details={"name": name}):
        _refuse(name, chair, deputy, serving, quorum)
        committee = SteeringCommittee.objects.create(
            name=name.strip(), chair=chair, deputy_chair=deputy, secretary=secretary, quorum=quorum
        )
        for member in serving:
            CommitteeMember.objects.create(committee=committee, user=member, since=on)
        return committee


def _refuse(name: str, chair: User, deputy: User, serving: Sequence[User], quorum: int) -> None:
    objections = []
    if not name.strip():
        objections.append(Objection("name_missing", _("A committee needs a name.")))
    if SteeringCommittee.objects.filter(name=name.strip()).exists():
        objections.append(Objection("name_taken", _("There is already a committee “%(name)s”."), {"name": name}))
    if chair == deputy:
        objections.append(Objection("deputy_is_chair", _("The deputy chair is somebody else than the chair.")))
    if not 1 <= quorum <= len(serving):
        objections.append(Objection("quorum_unreachable", _("The quorum lies between one and all of the committee.")))
    objections += [
        Objection("not_a_member", _("%(name)s is no active member of this organization."), {"name": person.name})
        for person in serving
        if not is_active_member(person)
    ]
    if objections:
        raise Refused(*objections)
