"""Who may put a gate before its deciders."""

from __future__ import annotations

from datetime import date

from finance.rules.working_days import add_working_days
from governance.choices import DecisionKind
from governance.gates import Gate
from governance.models import GateDecision
from governance.sentences import objection
from measures.choices import DoI
from measures.models import Measure
from measures.queries import offices_of
from portfolio.choices import Office
from portfolio.errors import Objection
from portfolio.models import Holiday, User
from portfolio.templatetags.formats import day


def submitter_objections(measure: Measure, gate: Gate, by: User, *, on: date) -> list[Objection]:
    """Why this person may not submit this gate (domain §2).

    The owner submits. A closure may be submitted by the transformation office once the owner has not answered for
    10 working days, counted from the day the closure fell due or was returned; never by the controller.
    """
    held = offices_of(by, measure)
    if gate.to == DoI.CLOSED and measure.controller_id == by.pk:
        return [objection("controller_never_submits")]
    if Office.OWNER in held:
        return []
    if gate.office_submits_after is None or Office.TRANSFORMATION_OFFICE not in held:
        return [objection("only_owner_submits")]
    until = owner_asked_until(measure, gate.office_submits_after)
    return [objection("owner_still_asked", until=day(until))] if on <= until else []


def owner_asked_until(measure: Measure, working_days: int) -> date:
    """The last day on which only the owner may submit the closure."""
    returned = GateDecision.objects.filter(measure=measure, kind=DecisionKind.RETURN, from_stage=DoI.IMPLEMENTED)
    last_return = returned.order_by("-on").values_list("on", flat=True).first()
    asked_on = max(day for day in (measure.stage_since, measure.due_closed, last_return) if day is not None)
    holidays = frozenset(Holiday.objects.filter(day__gte=asked_on).values_list("day", flat=True))
    return add_working_days(asked_on, working_days, holidays)
