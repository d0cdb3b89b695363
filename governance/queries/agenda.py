"""What waits for a committee, and so belongs on its next agenda."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from governance.choices import DivergenceState, ItemKind, ItemOutcome, MeetingState, Severity, SubmissionState
from governance.gates import GATES
from governance.models import AgendaItem, Divergence, GateSubmission, Meeting, TakeOver
from measures.models import Measure
from portfolio.choices import Office
from portfolio.models import SteeringCommittee


@dataclass(frozen=True)
class Waiting:
    """One thing that waits for the committee, and since when; `ref` tells it from others of its kind."""

    kind: ItemKind
    measure: Measure
    ref: str
    since: date
    due_on: date | None = None
    submission: GateSubmission | None = None
    proposal_id: int | None = None

    @property
    def identity(self) -> tuple[str, int, str]:
        return (self.kind.value, self.measure.pk, self.ref)


Source = Callable[[SteeringCommittee, date], Iterable[Waiting]]


def _submissions(committee: SteeringCommittee, _on: date) -> Iterable[Waiting]:
    """Gates that this committee decides."""
    asked = [gate.to for gate in GATES.values() if Office.COMMITTEE in gate.deciders]
    rows = GateSubmission.objects.filter(
        state=SubmissionState.OPEN, to_stage__in=asked, measure__committee=committee
    ).select_related("measure__owner")
    for row in rows.order_by("due_on", "pk"):
        yield Waiting(ItemKind.SUBMISSION, row.measure, str(row.pk), row.on, row.due_on, submission=row)


def _ratifications(committee: SteeringCommittee, _on: date) -> Iterable[Waiting]:
    """Taken-over measures that this committee has not ratified."""
    rows = TakeOver.objects.filter(ratified_at__isnull=True, measure__committee=committee)
    for row in rows.select_related("measure__owner", "batch").order_by("measure__code"):
        yield Waiting(ItemKind.RATIFICATION, row.measure, str(row.pk), row.batch.on)


def _divergences(committee: SteeringCommittee, _on: date) -> Iterable[Waiting]:
    """Critical contradictions that nobody has answered."""
    rows = Divergence.objects.filter(
        state=DivergenceState.OPEN, severity=Severity.CRITICAL, measure__committee=committee
    )
    for row in rows.select_related("measure__owner").order_by("opened_on", "pk"):
        yield Waiting(ItemKind.DIVERGENCE, row.measure, row.code, row.opened_on)


# In the order of the agenda. Another kind of thing that waits is one function and one line here, and, where the
# committee decides it, one line in `governance/actions/settling.py`.
SOURCES: tuple[Source, ...] = (_submissions, _ratifications, _divergences)


def waiting_for(committee: SteeringCommittee, *, on: date) -> list[Waiting]:
    """Everything that waits for the committee and stands on no agenda of a meeting still to come."""
    taken = _on_agendas(committee)
    found = (one for source in SOURCES for one in source(committee, on))
    return [one for one in found if one.identity not in taken]


def _on_agendas(committee: SteeringCommittee) -> set[tuple[str, int | None, str]]:
    rows = open_items().filter(meeting__committee=committee)
    return set(rows.values_list("kind", "measure_id", "ref"))


def open_items() -> QuerySet[AgendaItem, AgendaItem]:
    """Items without an outcome, of meetings that are not over."""
    live = Meeting.objects.exclude(state__in=(MeetingState.CONFIRMED, MeetingState.CANCELLED))
    return AgendaItem.objects.filter(outcome="", meeting__in=live)


def on_paper(meeting: Meeting) -> QuerySet[AgendaItem, AgendaItem]:
    """The agenda in its order, without what was taken off it."""
    rows = AgendaItem.objects.filter(meeting=meeting).exclude(outcome=ItemOutcome.REMOVED)
    related = ("measure__owner", "measure__sponsor", "measure__controller", "submission", "decision", "settled_by")
    return rows.select_related(*related).order_by("position", "pk")
