"""What stands in the digest of a steering committee: one reader's view of it, in the order in which it is read."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce

from finance.choices import Basis
from finance.money import ZERO, round_cents
from finance.rules.working_days import working_days_between
from governance.choices import SubmissionState
from governance.models import DivergenceChange, GateSubmission, MeasureStatus, TakeOver
from governance.queries.thresholds import thresholds_of
from governance.rules.risk import RiskWeights, probability
from measures.choices import DoI, Lifecycle, Light
from measures.models import Measure, Milestone, StatusChange
from measures.queries import visible_measures
from portfolio.models import Holiday, OrganizationSettings, SteeringCommittee, User

DAYS_OF_A_YEAR = 365
NEW_CODES = ("D1", "D9", "D11")
# Of each list so many stand in the mail; how many there are is said beside.
LISTED = 20


@dataclass(frozen=True)
class Line:
    """One measure in a list. `money` in the organization's currency; `days` are working days."""

    code: str
    name: str
    detail: str = ""
    on: date | None = None
    days: int = 0
    money: Decimal | None = None
    per_day: Decimal | None = None


@dataclass(frozen=True)
class Figure:
    """A total at the end of the period and what it was at the beginning, in the organization's currency."""

    now: Decimal
    before: Decimal

    @property
    def change(self) -> Decimal:
        return self.now - self.before


@dataclass(frozen=True)
class Mover:
    """A light that shows another colour at the end of the period than at its beginning."""

    code: str
    name: str
    light: str
    before: str
    after: str


@dataclass(frozen=True)
class CommitteeContent:
    """All sections of a committee's digest for one reader, from `since` up to `at`."""

    committee: str
    currency: str
    since: datetime
    at: datetime
    decisions: tuple[Line, ...]
    take_overs: int
    divergences: tuple[Line, ...]
    committed: Figure
    forecast: Figure
    weighted: Figure
    confirmed: Figure
    movers: tuple[Mover, ...]
    milestones: tuple[Line, ...]
    closures: tuple[Line, ...]

    @property
    def nothing_to_decide(self) -> bool:
        return not self.decisions and not self.take_overs


@dataclass(frozen=True)
class _Scope:
    """The measures one reader sees of one committee, and the frame they are judged in."""

    ids: Collection[int]
    since: datetime
    at: datetime
    on: date
    holidays: frozenset[date]
    settings: OrganizationSettings


def committee_measures(committee: SteeringCommittee, *readers: User) -> frozenset[int]:
    """The committee's measures that every one of these people may see."""
    found = Measure.objects.filter(committee=committee)
    for reader in readers:
        found = found.filter(pk__in=visible_measures(reader).values("pk"))
    return frozenset(found.values_list("pk", flat=True))


def committee_content(
    committee: SteeringCommittee, measure_ids: Collection[int], *, since: datetime, at: datetime, on: date
) -> CommitteeContent:
    """The digest over these measures. Figures, lights and divergences are those of the moment `at`.

    What waits is what waited then; milestones are as they stand now. Money per day of waiting is the run-rate at
    stake divided by 365, rounded half-up to cents.
    """
    settings = OrganizationSettings.objects.get()
    holidays = frozenset(Holiday.objects.values_list("day", flat=True))
    scope = _Scope(measure_ids, since, at, on, holidays, settings)
    now, before = _totals(scope, at), _totals(scope, since)
    waiting = list(_waiting(scope))
    return CommitteeContent(
        committee=committee.name,
        currency=settings.currency,
        since=since,
        at=at,
        decisions=_decisions(scope, [one for one in waiting if one.to_stage == DoI.DECIDED]),
        take_overs=_take_overs(scope),
        divergences=_divergences(scope),
        committed=Figure(now[0], before[0]),
        forecast=Figure(now[1], before[1]),
        weighted=Figure(now[2], before[2]),
        confirmed=Figure(now[3], before[3]),
        movers=_movers(scope),
        milestones=_milestones(scope),
        closures=_decisions(scope, [one for one in waiting if one.to_stage == DoI.CLOSED]),
    )


def _waiting(scope: _Scope) -> QuerySet[GateSubmission, GateSubmission]:
    """Submissions that waited at that moment: open still, or decided only afterwards."""
    later = Q(state=SubmissionState.DECIDED, decisions__at__gt=scope.at)
    rows = GateSubmission.objects.filter(Q(state=SubmissionState.OPEN) | later, measure__in=scope.ids)
    return rows.filter(at__lte=scope.at).select_related("measure").order_by("on", "pk").distinct()


def _decisions(scope: _Scope, rows: Iterable[GateSubmission]) -> tuple[Line, ...]:
    waiting = list(rows)
    stake = _at_stake(scope, [row.measure_id for row in waiting])
    return tuple(_decision(scope, row, stake.get(row.measure_id)) for row in waiting)


def _decision(scope: _Scope, row: GateSubmission, money: Decimal | None) -> Line:
    return Line(
        code=row.measure.code,
        name=row.measure.name,
        detail=str(row.to_stage),
        on=row.due_on,
        days=working_days_between(row.on, scope.on, scope.holidays),
        money=money,
        per_day=round_cents(money / DAYS_OF_A_YEAR) if money is not None else None,
    )


def _at_stake(scope: _Scope, measure_ids: Iterable[int]) -> dict[int, Decimal]:
    """The commitment, before Decided the plan; only what recurs has a worth by the day."""
    rows = _statuses(scope.at).filter(measure__in=list(measure_ids), basis=Basis.RUN_RATE)
    return dict(rows.annotate(size=Coalesce("committed", "planned")).values_list("measure_id", "size"))


def _statuses(at: datetime) -> QuerySet[MeasureStatus, MeasureStatus]:
    return MeasureStatus.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=at), valid_from__lte=at)


def _take_overs(scope: _Scope) -> int:
    waiting = Q(ratified_at__isnull=True) | Q(ratified_at__gt=scope.at)
    return TakeOver.objects.filter(waiting, measure__in=scope.ids, batch__at__lte=scope.at).count()


def _divergences(scope: _Scope) -> tuple[Line, ...]:
    """What opened, or opened again, in the period: each measure and code once."""
    rows = DivergenceChange.objects.filter(
        after="open", at__gt=scope.since, at__lte=scope.at, divergence__code__in=NEW_CODES
    ).filter(divergence__measure__in=scope.ids)
    found = {row.divergence_id: row for row in rows.select_related("divergence__measure").order_by("at", "pk")}
    stake = _at_stake(scope, [row.divergence.measure_id for row in found.values()])
    return tuple(
        Line(
            code=row.divergence.measure.code,
            name=row.divergence.measure.name,
            detail=row.divergence.code,
            on=row.on,
            money=stake.get(row.divergence.measure_id),
        )
        for row in found.values()
    )


def _totals(scope: _Scope, at: datetime) -> tuple[Decimal, Decimal, Decimal, Decimal]:
    """Committed, forecast, risk-weighted and confirmed run-rate at that moment (domain §5 roll-up, §7 weights)."""
    weights = thresholds_of(scope.settings).roll_up.risk
    rows = _statuses(at).filter(measure__in=scope.ids, basis=Basis.RUN_RATE)
    names = ("stage", "lifecycle", "potential", "committed", "counted_forecast", "forecast", "confirmed")
    sums = [ZERO, ZERO, ZERO, ZERO]
    for row in rows.values(*names):
        for place, amount in enumerate(_amounts(row, weights)):
            sums[place] += amount
    return sums[0], sums[1], sums[2], sums[3]


def _amounts(row: dict[str, Any], weights: RiskWeights) -> tuple[Decimal, Decimal, Decimal, Decimal]:
    committed = row["committed"]
    p = probability(DoI(row["stage"]), Lifecycle(row["lifecycle"]), Light(row["potential"]), weights)
    expected = row["counted_forecast"] if row["stage"] == DoI.CLOSED else row["forecast"]
    return (
        committed if committed is not None else ZERO,
        row["counted_forecast"] if committed is not None else ZERO,
        round_cents(p * expected),
        row["confirmed"] or ZERO,
    )


def _movers(scope: _Scope) -> tuple[Mover, ...]:
    """First colour of the period and last one, where they differ."""
    rows = StatusChange.objects.filter(measure__in=scope.ids, at__gt=scope.since, at__lte=scope.at)
    first: dict[tuple[int, str], str] = {}
    last: dict[tuple[int, str], StatusChange] = {}
    for row in rows.select_related("measure").order_by("at", "pk"):
        first.setdefault((row.measure_id, row.light), row.before)
        last[row.measure_id, row.light] = row
    return tuple(
        Mover(row.measure.code, row.measure.name, row.light, first[key], row.after)
        for key, row in last.items()
        if first[key] != row.after
    )


def _milestones(scope: _Scope) -> tuple[Line, ...]:
    """Open milestones of running measures whose date, and the small slip beyond it, have passed."""
    stages = (DoI.DETAILED, DoI.DECIDED, DoI.IMPLEMENTED)
    rows = Milestone.objects.filter(
        measure__in=scope.ids, measure__stage__in=stages, measure__lifecycle=Lifecycle.ACTIVE, actual_on__isnull=True
    ).annotate(expected=Coalesce("forecast_on", "baseline_on"))
    slip = thresholds_of(scope.settings).implementation.small_slip_days
    late = rows.filter(expected__lt=scope.on).select_related("measure").order_by(F("expected"), "pk")
    return tuple(
        Line(row.measure.code, row.measure.name, row.name, row.expected, (scope.on - row.expected).days)
        for row in late
        if (scope.on - row.expected).days > slip
    )
