"""What waits for one person, across all measures, in three statements however much waits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import reduce
from operator import or_
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    Case,
    CharField,
    Count,
    DateField,
    DecimalField,
    Exists,
    F,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextField,
    Value,
    When,
    Window,
)
from django.db.models.functions import Abs, Cast, Coalesce, Greatest, Least, NullIf

from finance.choices import EvidenceTier
from finance.models import ActualEntry, Dispute, FiscalPeriod, ForecastUpkeep
from finance.money import ZERO
from finance.rules.working_days import working_days_between
from governance.choices import (
    ConditionState,
    DecisionKind,
    DivergenceState,
    Severity,
    SubmissionState,
)
from governance.gates import GATES
from governance.models import (
    Condition,
    Divergence,
    GateApproval,
    GateDecision,
    GateSubmission,
    MeasureStatus,
    Notice,
    TakeOver,
)
from governance.queries.meeting_work import meeting_work
from governance.queries.notices import notices_of
from governance.queries.proposals import overdue_reviews, proposals_asking
from measures.choices import DoI, Lifecycle
from measures.models import Measure, Milestone
from measures.queries import NEXT_GATE_DUE, measures_with_right
from portfolio.choices import Office, Right
from portfolio.models import Holiday, OrganizationSettings, User

# Of one kind of work at most this many are listed; how many there are is said beside.
LISTED = 40
MILESTONES_AHEAD = timedelta(days=7)
NOTICES = 8
COLUMNS = ("kind", "code", "name", "detail", "ref", "since", "due", "money", "total")


@dataclass(frozen=True)
class Item:
    """One thing that waits. `since` and `due` are days; `money` in the organization's currency, None where none."""

    kind: str
    code: str
    name: str
    detail: str
    ref: str
    since: date
    due: date | None
    money: Decimal | None
    total: int
    age: int = 0
    overdue: int = 0


@dataclass(frozen=True)
class Inbox:
    """All that waits for the person, most urgent first, and what the person was told and has not read."""

    items: tuple[Item, ...]
    notices: tuple[Notice, ...]
    currency: str

    @property
    def hidden(self) -> int:
        """How many more there are than listed."""
        return sum({item.kind: item.total for item in self.items}.values()) - len(self.items)

    @property
    def decisions(self) -> int:
        return sum(item.kind in DECISIONS for item in self.items)

    @property
    def overdue(self) -> int:
        return sum(item.overdue > 0 for item in self.items)


# Others wait for these; they come before one's own work of the same urgency.
DECISIONS = ("decide", "close", "consent", "dispute", "ratify", "proposal", "fulfilment", "vote", "minutes")


@dataclass(frozen=True)
class _Frame:
    currency: str
    holidays: frozenset[date] = field(default_factory=frozenset)


def inbox(user: User, *, on: date) -> Inbox:
    """Everything that waits for the person on this day."""
    frame = _frame()
    parts = [
        _to_decide(user),
        _to_close(user),
        _to_consent(user),
        _disputes(user),
        _claims(user, on),
        _own_submissions(user),
        _overdue_gates(user, on),
        _milestones(user, on),
        _divergences(user),
        _forecasts(user, on),
        _take_overs(user),
        _proposals(user),
        _reviews(user, on),
        _conditions(user),
        _claimed_conditions(user),
        *(_listed(rows, kind, **columns) for rows, kind, columns in meeting_work(user, on=on)),
    ]
    rows = parts[0].union(*parts[1:], all=True)
    items = (_item(row, frame, on) for row in rows)
    return Inbox(tuple(sorted(items, key=_urgency)), tuple(unread(user, on=on)[:NOTICES]), frame.currency)


def _frame() -> _Frame:
    """Currency and holidays in one statement."""
    days = ArraySubquery(Holiday.objects.values("day"))
    currency, holidays = OrganizationSettings.objects.values_list("currency", days).get()
    return _Frame(currency, frozenset(holidays))


def _item(row: Sequence[Any], frame: _Frame, on: date) -> Item:
    values = dict(zip(COLUMNS, row, strict=True))
    since, due = values["since"], values["due"]
    age = working_days_between(since, on, frame.holidays)
    overdue = working_days_between(due, on, frame.holidays) if due is not None and due < on else 0
    return Item(**values, age=age, overdue=max(overdue, int(due is not None and due < on)))


def _urgency(item: Item) -> tuple[Any, ...]:
    return (_level(item), -item.overdue, item.due or date.max, -item.age, item.code)


def _level(item: Item) -> int:
    """Others who wait too long, and critical contradictions; what is overdue; others who wait; the rest."""
    if item.ref == Severity.CRITICAL or (item.overdue and item.kind in DECISIONS):
        return 0
    return 1 if item.overdue else 2 if item.kind in DECISIONS else 3


def unread(user: User, *, on: date) -> QuerySet[Notice, Notice]:
    """What the person was told and has not read or put off, with code and name of the measure it is about."""
    about = Measure.objects.filter(pk=OuterRef("measure_id"))
    return notices_of(user, on=on).annotate(
        measure_code=Subquery(about.values("code")[:1]), measure_name=Subquery(about.values("name")[:1])
    )


def _listed(rows: QuerySet[Any], kind: str, *, measure: str = "measure__", **columns: Any) -> QuerySet[Any]:
    """Rows of any table in the one shape of the list, with their number; at most `LISTED`, the oldest first."""
    shape: dict[str, Any] = {
        "code": F(f"{measure}code"),
        "name": F(f"{measure}name"),
        "detail": Value(""),
        "ref": Value(""),
        "due": Value(None, output_field=DateField()),
        "money": _money(f"{measure}pk"),
        "total": Window(Count("*")),
        **columns,
    }
    taken = {name: value for name, value in shape.items() if name not in ("code", "name", "detail", "ref")}
    texts = {f"{name}_text": Cast(shape[name], TextField()) for name in ("code", "name", "detail", "ref")}
    named = {f"{name}_of_item": value for name, value in taken.items()}
    marked = rows.annotate(kind_text=Value(kind, output_field=CharField()), **texts, **named)
    order = ("kind_text", "code_text", "name_text", "detail_text", "ref_text") + tuple(
        f"{name}_of_item" for name in ("since", "due", "money", "total")
    )
    listed: QuerySet[Any] = marked.order_by("since_of_item").values_list(*order)[:LISTED]
    return listed


def _money(measure: str) -> Any:
    """What is at stake: the commitment, before Decided the plan."""
    status = MeasureStatus.objects.filter(measure_id=OuterRef(measure), valid_to__isnull=True)
    return Subquery(status.values(value=NullIf(Coalesce("committed", "planned"), ZERO))[:1], output_field=_amount())


def _amount() -> DecimalField[Any, Any]:
    return DecimalField(max_digits=20, decimal_places=4)


def _day(value: Any) -> Any:
    return Cast(value, DateField())


def _to_decide(user: User) -> QuerySet[Any]:
    """Submissions that wait for an office of the person, which has not spoken yet; never the person's own."""
    waiting = GateSubmission.objects.filter(state=SubmissionState.OPEN).exclude(submitted_by=user)
    asked = [
        Q(to_stage=gate.to, **_holding(user, office)) & ~Q(Exists(_spoken(office)))
        for gate in GATES.values()
        for office in gate.deciders
        if gate.to != DoI.CLOSED
    ]
    return _listed(waiting.filter(reduce(or_, asked)), "decide", detail=F("to_stage"), since=F("on"), due=F("due_on"))


def _to_close(user: User) -> QuerySet[Any]:
    """Closures that wait for the person as controller."""
    rows = GateSubmission.objects.filter(state=SubmissionState.OPEN, to_stage=DoI.CLOSED, measure__controller=user)
    return _listed(rows, "close", detail=F("to_stage"), since=F("on"), due=F("due_on"))


def _holding(user: User, office: Office) -> dict[str, Any]:
    if office == Office.TRANSFORMATION_OFFICE:
        return {"measure__in": measures_with_right(user, Right.DECIDE_AS_OFFICE)}
    if office == Office.COMMITTEE:
        return {"measure__in": measures_with_right(user, Right.DECIDE_AS_COMMITTEE)}
    return {f"measure__{office.value}": user}


def _spoken(office: Office) -> QuerySet[GateApproval, GateApproval]:
    return GateApproval.objects.filter(submission=OuterRef("pk"), office=office)


def _to_consent(user: User) -> QuerySet[Any]:
    """Closures above the four-eyes limit for which the person may be the second controller."""
    limit = OrganizationSettings.objects.values("four_eyes_limit")[:1]
    current = MeasureStatus.objects.filter(measure_id=OuterRef("measure_id"), valid_to__isnull=True)
    size = Subquery(current.values(size=Abs("committed"))[:1], output_field=_amount())
    may = measures_with_right(user, Right.CONFIRM_CLOSURE)
    rows = GateSubmission.objects.filter(state=SubmissionState.OPEN, to_stage=DoI.CLOSED, measure__in=may)
    rows = rows.exclude(submitted_by=user).exclude(measure__controller=user)
    rows = rows.exclude(measure__owner=user).exclude(measure__sponsor=user)
    rows = rows.exclude(measure__closure_consents__given_by=user).annotate(size=size)
    above = rows.filter(size__gt=Subquery(limit, output_field=_amount()))
    return _listed(above, "consent", since=F("on"), due=F("due_on"))


def _disputes(user: User) -> QuerySet[Any]:
    """Disputes about effects of the person's measures that have no answer yet."""
    rows = Dispute.objects.filter(closed_on__isnull=True, answered_by__isnull=True, measure__owner=user)
    return _listed(rows, "dispute", detail=F("reason"), ref=Cast("pk", TextField()), since=F("opened_on"))


def _claims(user: User, on: date) -> QuerySet[Any]:
    """Months in which owners claimed actuals that the person, as controller, has not validated; one row a month.

    A month that still runs waits since today, not since a day to come.
    """
    claims = ActualEntry.objects.filter(tier=EvidenceTier.CLAIMED, effect__measure__controller=user)
    claims = claims.exclude(effect__measure__lifecycle=Lifecycle.CANCELLED)
    about = claims.annotate(about=Coalesce("corrects", "period"))
    later = ActualEntry.objects.annotate(about=Coalesce("corrects", "period")).filter(
        tier=EvidenceTier.CLAIMED, effect=OuterRef("effect"), about=OuterRef("about"), pk__gt=OuterRef("pk")
    )
    answered = ActualEntry.objects.filter(validates=OuterRef("pk"))
    pending = about.filter(~Exists(later), ~Exists(answered)).order_by()
    months = pending.values("about").annotate(measures=Count("effect__measure", distinct=True))
    period = FiscalPeriod.objects.filter(pk=OuterRef("about"))
    return _listed(
        months,
        "claims",
        code=Value(""),
        name=Subquery(period.values("name")),
        detail=F("measures"),
        ref=Subquery(period.values("name")),
        since=Least(Subquery(period.values("ends_on")), Value(on)),
        due=Subquery(period.values("closes_on")),
        money=Value(None, output_field=_amount()),
    )


def _own_submissions(user: User) -> QuerySet[Any]:
    """Gates of the person's measures that came back: stale, or returned by a decider, and not submitted again."""
    newer = GateSubmission.objects.filter(measure=OuterRef("measure"), pk__gt=OuterRef("pk"))
    returned = GateDecision.objects.filter(submission=OuterRef("pk"), kind=DecisionKind.RETURN)
    came_back = Q(state=SubmissionState.STALE) | Q(state=SubmissionState.DECIDED) & Q(Exists(returned))
    rows = GateSubmission.objects.filter(came_back, ~Exists(newer), from_stage=F("measure__stage"))
    rows = rows.filter(Q(submitted_by=user) | Q(measure__owner=user), measure__lifecycle=Lifecycle.ACTIVE)
    return _listed(rows, "again", detail=F("to_stage"), ref=F("state"), since=F("on"))


def _overdue_gates(user: User, on: date) -> QuerySet[Any]:
    """The person's measures whose next gate was due and is neither submitted nor come back."""
    due = Case(*(When(stage=stage, then=F(name)) for stage, name in NEXT_GATE_DUE.items()), output_field=DateField())
    waiting = GateSubmission.objects.filter(measure=OuterRef("pk"), from_stage=OuterRef("stage"))
    waiting = waiting.exclude(state=SubmissionState.WITHDRAWN)
    rows = Measure.objects.filter(~Exists(waiting), owner=user, lifecycle=Lifecycle.ACTIVE)
    late = rows.annotate(gate_due=due).filter(gate_due__lt=on)
    return _listed(late, "gate", measure="", detail=F("stage") + 1, since=F("gate_due"), due=F("gate_due"))


def _milestones(user: User, on: date) -> QuerySet[Any]:
    """Open milestones of the person that are due within a week or overdue."""
    mine = Q(owner=user) | Q(owner__isnull=True, measure__owner=user)
    stages = (DoI.DETAILED, DoI.DECIDED, DoI.IMPLEMENTED)
    rows = Milestone.objects.filter(mine, actual_on__isnull=True, measure__stage__in=stages)
    rows = rows.filter(measure__lifecycle=Lifecycle.ACTIVE).annotate(expected=Coalesce("forecast_on", "baseline_on"))
    near = rows.filter(expected__lte=on + MILESTONES_AHEAD)
    return _listed(near, "milestone", detail=F("name"), since=F("expected"), due=F("expected"))


def _divergences(user: User) -> QuerySet[Any]:
    """Open divergences of the measures the person owns or controls."""
    mine = Q(measure__owner=user) | Q(measure__controller=user)
    rows = Divergence.objects.filter(mine, state=DivergenceState.OPEN)
    return _listed(rows, "divergence", detail=F("code"), ref=F("severity"), since=F("opened_on"))


def _forecasts(user: User, on: date) -> QuerySet[Any]:
    """One row for all forecasts of the person that were neither changed nor confirmed in this calendar month."""
    month = on.replace(day=1)
    kept = ForecastUpkeep.objects.filter(measure=OuterRef("pk")).values(
        kept=Greatest("updated_on", "confirmed_on", output_field=DateField())
    )
    rows = Measure.objects.filter(
        owner=user, lifecycle=Lifecycle.ACTIVE, stage__gte=DoI.DECIDED, stage__lt=DoI.CLOSED
    ).annotate(kept=Subquery(kept[:1]))
    open_ones = rows.filter(Q(kept__isnull=True) | Q(kept__lt=month)).order_by()
    return _summed(open_ones, "forecast", since=month)


def _take_overs(user: User) -> QuerySet[Any]:
    """One row for all taken-over measures that wait for the person's ratification as chair."""
    may = measures_with_right(user, Right.DECIDE_AS_COMMITTEE)
    rows = TakeOver.objects.filter(ratified_at__isnull=True, measure__in=may)
    return _summed(rows, "ratify", since=Min("batch__on"))


def _proposals(user: User) -> QuerySet[Any]:
    """Proposals beside the gates that wait for an office of the person; never the person's own."""
    rows = proposals_asking(user, lambda office: Q(**_holding(user, office)))
    return _listed(rows, "proposal", detail=F("kind"), ref=Cast("pk", TextField()), since=F("on"), due=F("due_on"))


def _reviews(user: User, on: date) -> QuerySet[Any]:
    """Holds of the person's measures whose review day has passed."""
    mine = Measure.objects.filter(Q(sponsor=user) | Q(owner=user))
    rows = overdue_reviews(mine, on=on)
    return _listed(rows, "review", measure="", since=F("review_on"), due=F("review_on"))


def _conditions(user: User) -> QuerySet[Any]:
    """Conditions of gates that the person has to fulfil."""
    rows = Condition.objects.filter(state=ConditionState.OPEN, owner=user, measure__lifecycle=Lifecycle.ACTIVE)
    number = Cast("pk", TextField())
    return _listed(rows, "condition", detail=F("text"), ref=number, since=F("decision__on"), due=F("due_on"))


def _claimed_conditions(user: User) -> QuerySet[Any]:
    """Conditions said to be fulfilled that wait to be accepted by the person's office."""
    claimed = Condition.objects.filter(state=ConditionState.CLAIMED).exclude(owner=user)
    offices = {office for gate in GATES.values() for office in gate.deciders}
    asked = [Q(office=office, **_holding(user, office)) for office in sorted(offices)]
    rows = claimed.filter(reduce(or_, asked))
    number = Cast("pk", TextField())
    return _listed(rows, "fulfilment", detail=F("text"), ref=number, since=F("claimed_on"), due=F("due_on"))


def _summed(rows: QuerySet[Any], kind: str, *, since: Any) -> QuerySet[Any]:
    """One row that says how many there are, and none where there are none."""
    grouped = rows.order_by().values(all=Value(kind)).annotate(number=Count("pk"), first=_day(since))
    return _listed(
        grouped,
        kind,
        code=Value(""),
        name=Value(""),
        detail=F("number"),
        since=F("first"),
        money=Value(None, output_field=_amount()),
    )
