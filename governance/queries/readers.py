"""Who is to be told: the people who hold an office on a measure, and why each of them is one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date

from governance.choices import Reader
from governance.gates import GATES
from governance.models import GateSubmission, MeasureStatus
from governance.queries.closure import second_objections
from governance.queries.deciders import bench_for, submitted
from measures.choices import DoI
from measures.models import Measure
from measures.queries import presiding_member
from portfolio.access import active_people
from portfolio.choices import NodeKind, Office, Right
from portfolio.models import Node, NodePermission, OrganizationSettings, User

Told = dict[User, Reader]


def readers_of(
    readers: Iterable[Reader], measure: Measure, submission: GateSubmission | None = None, *, on: date
) -> Told:
    """The active people behind these offices of the measure; each once, for the first reason that holds."""
    found: Told = {}
    for reader in readers:
        for person in HOLDERS[reader](measure, submission, on) if reader in HOLDERS else ():
            if person is not None:
                found.setdefault(person, reader)
    return {person: reader for person, reader in found.items() if person.is_active}


def office_held(user_id: int, measure: Measure) -> str:
    """Why a person is told of a measure: the first office held, blank for none."""
    committee = measure.committee
    held = (
        (Reader.OWNER, measure.owner_id),
        (Reader.CONTROLLER, measure.controller_id),
        (Reader.SPONSOR, measure.sponsor_id),
        (Reader.CHAIR, committee.chair_id if committee else None),
        (Reader.SECRETARY, committee.secretary_id if committee else None),
    )
    return next((str(reader.value) for reader, holder in held if holder == user_id), "")


def silent_deciders(measure: Measure, submission: GateSubmission, on: date) -> list[User]:
    """Those who hold an office that the gate asks and that has not spoken; never who submitted it."""
    gate = GATES[DoI(submission.from_stage)]
    spoken = set(submission.approvals.values_list("office", flat=True))
    people: list[User | None] = []
    for office in gate.deciders:
        if office not in spoken:
            people += _holders(office, measure, submission, on)
    return [person for person in dict.fromkeys(people) if person is not None and not submitted(person, submission)]


def _holders(office: Office, measure: Measure, submission: GateSubmission, on: date) -> list[User | None]:
    if office == Office.TRANSFORMATION_OFFICE:
        return list(people_with(Right.DECIDE_AS_OFFICE, measure.access_node_id))
    if office == Office.COMMITTEE:
        return [bench_for(measure, GATES[DoI(submission.from_stage)], submission, on=on).speaker]
    return [getattr(measure, office.value)]


def people_with(right: Right, node_id: int) -> list[User]:
    """Active members who hold the right on the node or above."""
    granted = NodePermission.objects.filter(permission__codename=right.value)
    granted = granted.filter(content_object__below__descendant_id=node_id)
    return list(active_people().filter(pk__in=granted.values("user_id")))


def administrators() -> list[User]:
    """Who looks after the people of the whole organization."""
    return people_with(Right.MANAGE_MEMBERS, Node.objects.get(kind=NodeKind.ORGANIZATION).pk)


def needs_second_controller(measure: Measure) -> bool:
    """Whether the measure's commitment lies above the four-eyes limit."""
    limit = OrganizationSettings.objects.values_list("four_eyes_limit", flat=True).get()
    current = MeasureStatus.objects.filter(measure=measure, valid_to__isnull=True).first()
    return current is not None and current.committed is not None and abs(current.committed) > limit


def _second_controllers(measure: Measure, submission: GateSubmission | None, on: date) -> list[User]:
    if submission is None:
        return []
    able = people_with(Right.CONFIRM_CLOSURE, measure.access_node_id)
    return [person for person in able if not second_objections(measure, submission, person, on=on)]


def _chair(measure: Measure, _submission: GateSubmission | None, _on: date) -> list[User | None]:
    return [presiding_member(measure)]


def _secretary(measure: Measure, _submission: GateSubmission | None, _on: date) -> list[User | None]:
    return [measure.committee.secretary if measure.committee else None]


def _submitter(_measure: Measure, submission: GateSubmission | None, _on: date) -> list[User | None]:
    return [] if submission is None else [submission.submitted_by, submission.on_behalf_of]


def _deciders(measure: Measure, submission: GateSubmission | None, on: date) -> list[User]:
    return [] if submission is None else silent_deciders(measure, submission, on)


HOLDERS: dict[Reader, Callable[[Measure, GateSubmission | None, date], Iterable[User | None]]] = {
    Reader.OWNER: lambda measure, _submission, _on: [measure.owner],
    Reader.CONTROLLER: lambda measure, _submission, _on: [measure.controller],
    Reader.SPONSOR: lambda measure, _submission, _on: [measure.sponsor],
    Reader.CHAIR: _chair,
    Reader.SECRETARY: _secretary,
    Reader.SUBMITTER: _submitter,
    Reader.OFFICE: lambda measure, _submission, _on: people_with(Right.DECIDE_AS_OFFICE, measure.access_node_id),
    Reader.DECIDER: _deciders,
    Reader.SECOND_CONTROLLER: _second_controllers,
}
