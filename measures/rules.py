"""Judgements with reasons, and the implementation light: dates and freshness, never money (domain §3)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from math import ceil

from measures.choices import DoI, Lifecycle, Light

Param = str | int
Params = tuple[tuple[str, Param], ...]

_BADNESS = {Light.GREY: 0, Light.GREEN: 1, Light.AMBER: 2, Light.RED: 3}


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a light is not green: a code with parameters, never a sentence, and the colour it asks for."""

    code: str
    light: Light
    params: Params = ()

    def as_json(self) -> dict[str, object]:
        """The reason as it is stored: code, colour, parameters by name."""
        return {"code": self.code, "light": self.light.value, "params": dict(self.params)}


@dataclass(frozen=True, slots=True)
class Judgement:
    """A light with every reason that holds, those of the deciding colour first."""

    light: Light
    reasons: tuple[Reason, ...] = ()

    @property
    def deciding(self) -> tuple[Reason, ...]:
        """The reasons that made the light what it is."""
        return tuple(reason for reason in self.reasons if reason.light == self.light)

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(reason.code for reason in self.reasons)


def badness(light: Light) -> int:
    """0 grey, 1 green, 2 amber, 3 red: a larger number is worse."""
    return _BADNESS[light]


def worst(lights: Iterable[Light]) -> Light:
    """The worst of the lights; GREY when there is none, for grey says nothing."""
    return max(lights, key=badness, default=Light.GREY)


def judged(reasons: Iterable[Reason | None]) -> Judgement:
    """GREEN without a reason, else the worst colour asked for, worst reasons first, else in the given order."""
    held = sorted((reason for reason in reasons if reason), key=lambda reason: -badness(reason.light))
    return Judgement(held[0].light if held else Light.GREEN, tuple(held))


def grey(code: str) -> Judgement:
    """No judgement, and the one reason why."""
    return Judgement(Light.GREY, (Reason(code, Light.GREY),))


@dataclass(frozen=True, slots=True)
class MilestoneDates:
    """One milestone: open until it has an actual date; a blank forecast means the baseline date.

    ``weight`` is that of the baseline; a milestone added after it has weight 0.
    """

    is_critical: bool
    baseline_on: date
    forecast_on: date | None = None
    actual_on: date | None = None
    weight: Decimal = Decimal(1)

    @property
    def is_open(self) -> bool:
        return self.actual_on is None

    @property
    def expected_on(self) -> date:
        return self.forecast_on or self.baseline_on


@dataclass(frozen=True, slots=True)
class ImplementationInputs:
    """All the implementation light may see (domain §3). Nothing here is money.

    ``next_gate_due_on``: target date of the next gate. ``last_update_on``: the last day a milestone was
    updated or confirmed (the take-over and the start of the record count as one); None means never.
    ``condition_unmet``: a condition of an earlier gate expired unfulfilled.
    """

    on: date
    doi: DoI
    lifecycle: Lifecycle
    milestones: tuple[MilestoneDates, ...] = ()
    next_gate_due_on: date | None = None
    last_update_on: date | None = None
    condition_unmet: bool = False


@dataclass(frozen=True, slots=True)
class ImplementationThresholds:
    """The tenant's numbers with the defaults of domain §3: days, percentage points, a share of duration."""

    small_slip_days: int = 7
    large_slip_days: int = 30
    large_slip_share: Decimal = Decimal("0.10")
    critical_overdue_red: int = 2
    progress_gap_red: Decimal = Decimal(20)
    progress_gap_amber: Decimal = Decimal(10)
    gate_overdue_red_days: int = 60
    gate_overdue_amber_days: int = 14
    stale_days: int = 45


DEFAULT_IMPLEMENTATION_THRESHOLDS = ImplementationThresholds()


def slip_days(milestones: Iterable[MilestoneDates], on: date, *, critical: bool) -> int:
    """Days by which the latest open milestone of that kind misses its baseline; negative is ahead of it.

    A forecast that has passed counts as the as-of date. 0 without an open milestone (domain §3).
    """
    slips = ((max(m.expected_on, on) - m.baseline_on).days for m in milestones if _counts(m, critical))
    return max(slips, default=0)


def _counts(milestone: MilestoneDates, critical: bool) -> bool:
    return milestone.is_open and milestone.is_critical == critical


def planned_duration_days(milestones: Iterable[MilestoneDates]) -> int:
    """Days from the first to the last baseline date of all milestones (domain §3)."""
    baselines = [m.baseline_on for m in milestones]
    return (max(baselines) - min(baselines)).days if baselines else 0


def large_slip_limit(milestones: Iterable[MilestoneDates], thresholds: ImplementationThresholds) -> int:
    """T2 = max(30 d, 10 % of the planned duration) in whole days; slips are whole days, so cutting is exact."""
    share = int(thresholds.large_slip_share * planned_duration_days(milestones))
    return max(thresholds.large_slip_days, share)


def is_due(milestone: MilestoneDates, on: date, small_slip_days: int) -> bool:
    """Open, and its baseline + T1 lies before the as-of date."""
    return milestone.is_open and milestone.baseline_on + timedelta(days=small_slip_days) < on


def is_overdue(milestone: MilestoneDates, on: date, small_slip_days: int) -> bool:
    """Open, and its forecast + T1 lies before the as-of date."""
    return milestone.is_open and milestone.expected_on + timedelta(days=small_slip_days) < on


def implementation_light(
    inputs: ImplementationInputs, thresholds: ImplementationThresholds = DEFAULT_IMPLEMENTATION_THRESHOLDS
) -> Judgement:
    """The light of the work (domain §3): RED, AMBER, GREEN, or GREY where nothing is judged.

    GREY before Detailed, on hold, cancelled and closed. Otherwise the worst rule that holds; every rule that
    holds is listed once, at its strongest level.
    """
    silent = _silent(inputs)
    if silent:
        return grey(silent)
    work = _Work(inputs, thresholds)
    return judged(rule(work) for rule in _RULES)


def _silent(inputs: ImplementationInputs) -> str:
    if inputs.lifecycle != Lifecycle.ACTIVE:
        return str(inputs.lifecycle.value)
    if inputs.doi == DoI.CLOSED:
        return "closed"
    return "before_detailed" if inputs.doi < DoI.DETAILED else ""


@dataclass(frozen=True, slots=True)
class _Work:
    inputs: ImplementationInputs
    limits: ImplementationThresholds

    @property
    def due(self) -> tuple[MilestoneDates, ...]:
        small, on = self.limits.small_slip_days, self.inputs.on
        return tuple(m for m in self.inputs.milestones if is_due(m, on, small))

    @property
    def large_slip(self) -> int:
        return large_slip_limit(self.inputs.milestones, self.limits)


def _critical_slip(work: _Work) -> Reason | None:
    slip = slip_days(work.inputs.milestones, work.inputs.on, critical=True)
    if slip > work.large_slip:
        return Reason("critical_slip", Light.RED, (("days", slip), ("limit", work.large_slip)))
    if slip > work.limits.small_slip_days:
        return Reason("critical_slip", Light.AMBER, (("days", slip), ("limit", work.limits.small_slip_days)))
    return None


def _critical_overdue(work: _Work) -> Reason | None:
    inputs, limits = work.inputs, work.limits
    late = sum(is_overdue(m, inputs.on, limits.small_slip_days) for m in inputs.milestones if m.is_critical)
    if late < limits.critical_overdue_red:
        return None
    return Reason("critical_overdue", Light.RED, (("count", late), ("limit", limits.critical_overdue_red)))


def _progress_gap(work: _Work) -> Reason | None:
    late = work.due
    due = sum((m.weight for m in late), Decimal(0))
    total = sum((m.weight for m in work.inputs.milestones), Decimal(0))
    critical_due = any(m.is_critical for m in late)
    if critical_due and 100 * due > work.limits.progress_gap_red * total:
        return _gap_reason(Light.RED, due, total)
    if 100 * due > work.limits.progress_gap_amber * total:
        return _gap_reason(Light.AMBER, due, total)
    return None


def _gap_reason(light: Light, due: Decimal, total: Decimal) -> Reason:
    # Whole points, rounded up, so that a gap beyond a threshold never reads as the threshold itself.
    return Reason("progress_gap", light, (("points", ceil(100 * due / total)),))


def _gate_overdue(work: _Work) -> Reason | None:
    inputs, limits = work.inputs, work.limits
    # An overdue closure is D13: money may be what blocks it, and money never enters here.
    if inputs.next_gate_due_on is None or inputs.doi >= DoI.IMPLEMENTED:
        return None
    late = (inputs.on - inputs.next_gate_due_on).days
    if late > limits.gate_overdue_red_days:
        return Reason("gate_overdue", Light.RED, (("days", late), ("limit", limits.gate_overdue_red_days)))
    if late > limits.gate_overdue_amber_days:
        return Reason("gate_overdue", Light.AMBER, (("days", late), ("limit", limits.gate_overdue_amber_days)))
    return None


def _other_slip(work: _Work) -> Reason | None:
    slip = slip_days(work.inputs.milestones, work.inputs.on, critical=False)
    if slip <= work.large_slip:
        return None
    return Reason("noncritical_slip", Light.AMBER, (("days", slip), ("limit", work.large_slip)))


def _condition_unmet(work: _Work) -> Reason | None:
    return Reason("condition_unmet", Light.AMBER) if work.inputs.condition_unmet else None


def _stale(work: _Work) -> Reason | None:
    limit = work.limits.stale_days
    if work.inputs.last_update_on is None:
        return Reason("milestones_never_updated", Light.AMBER)
    days = (work.inputs.on - work.inputs.last_update_on).days
    if days <= limit:
        return None
    return Reason("milestones_stale", Light.AMBER, (("days", days), ("limit", limit)))


_RULES: tuple[Callable[[_Work], Reason | None], ...] = (
    _critical_slip,
    _critical_overdue,
    _progress_gap,
    _gate_overdue,
    _other_slip,
    _condition_unmet,
    _stale,
)
