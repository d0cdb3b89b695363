"""The potential light: money and controller state, never milestones (domain §4).

Every threshold compares exactly, by cross-multiplication: ``att < t`` is judged as
``value − reference < −(1 − t) × |reference|``, so neither rounding nor a division decides a colour.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from finance.choices import Basis
from finance.money import ZERO, round_ratio
from finance.rules.figures import RecentMonth
from finance.rules.periods import add_months, period_name
from measures.choices import DoI, Lifecycle, Light
from measures.rules import Judgement, Reason, grey, judged

ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class PotentialInputs:
    """All the potential light may see (domain §4). No milestone date is among it.

    Amounts in the organization's currency at the plan rate of the decision, to the cent. ``committed`` is C,
    before Decided that of the last gate's snapshot, None without one. ``ytd_*`` are None without V. ``recent``:
    last closed month first. ``forecast_touched_on``: last update, *confirm unchanged* or start of the forecast;
    None means never. ``effect_starts_on``: first day of the first planned month. ``taken_over_in``: index of
    the month of the take-over, from which *unproven* counts.
    """

    on: date
    doi: DoI
    lifecycle: Lifecycle
    basis: Basis
    committed: Decimal | None
    forecast: Decimal = ZERO
    fy_reference: Decimal = ZERO
    fy_latest: Decimal = ZERO
    ytd_reference: Decimal | None = None
    ytd_actual: Decimal | None = None
    recent: tuple[RecentMonth, ...] = ()
    cost_reference: Decimal = ZERO
    cost_forecast: Decimal = ZERO
    dispute_open: bool = False
    proposal_unanswered: bool = False
    forecast_touched_on: date | None = None
    effect_starts_on: date | None = None
    taken_over_in: int | None = None
    eroded: bool = False
    sustainment_check_due_on: date | None = None


@dataclass(frozen=True, slots=True)
class PotentialThresholds:
    """The tenant's numbers with the defaults of domain §2 and §4; ``materiality`` in its own currency."""

    materiality: Decimal = Decimal(10_000)
    run_rate_red: Decimal = Decimal("0.80")
    run_rate_amber: Decimal = Decimal("0.95")
    fiscal_year_red: Decimal = Decimal("0.75")
    fiscal_year_amber: Decimal = Decimal("0.90")
    year_to_date_amber: Decimal = Decimal("0.90")
    last_month_red: Decimal = Decimal("0.50")
    last_month_amber: Decimal = Decimal("0.80")
    last_two_months_red: Decimal = Decimal("0.80")
    cost_amber: Decimal = Decimal("1.10")
    full_judgement_share: Decimal = Decimal("0.25")
    forecast_stale_months: int = 3
    check_overdue_days: int = 30


DEFAULT_POTENTIAL_THRESHOLDS = PotentialThresholds()


def attainment(value: Decimal, reference: Decimal) -> Decimal | None:
    """``att = 1 + (F − C)/|C|`` with four decimals for display; None when the reference is 0."""
    return round_ratio(1 + (value - reference) / abs(reference)) if reference else None


def falls_below(value: Decimal, reference: Decimal, threshold: Decimal) -> bool:
    """Whether the attainment lies below the threshold, exactly; for a reference other than 0."""
    return value - reference < -(ONE - threshold) * abs(reference)


def forecast_is_stale(
    on: date,
    touched_on: date | None,
    effect_starts_on: date | None,
    months: int = DEFAULT_POTENTIAL_THRESHOLDS.forecast_stale_months,
) -> bool:
    """Whether the forecast was neither updated nor confirmed for 3 calendar months.

    Asked from 3 months before the planned effect, that day included. A forecast touched 3 months ago to the
    day is not stale yet; one never touched is. Without a planned effect nothing is asked.
    """
    if effect_starts_on is None or on < add_months(effect_starts_on, -months):
        return False
    return touched_on is None or add_months(touched_on, months) < on


def is_hollow(doi: DoI, light: Light) -> bool:
    """Whether a light is drawn hollow: judged before Decided, against the last gate's snapshot."""
    return doi < DoI.DECIDED and light != Light.GREY


def potential_light(
    inputs: PotentialInputs, thresholds: PotentialThresholds = DEFAULT_POTENTIAL_THRESHOLDS
) -> Judgement:
    """The light of the money (domain §4): RED, AMBER, GREEN, or GREY where nothing is judged.

    GREY on hold, cancelled, without a basis, and without anything to compare with. After closure only
    sustainment counts. Otherwise the worst rule that holds; every rule that holds is listed once, at its
    strongest level, with the amounts it compared.
    """
    if inputs.lifecycle != Lifecycle.ACTIVE:
        return grey(str(inputs.lifecycle.value))
    if inputs.basis == Basis.NONE:
        return grey("no_basis")
    if inputs.doi == DoI.CLOSED:
        return judged([_after_closure(inputs, thresholds)])
    if inputs.committed is None:
        return grey("nothing_to_compare")
    case = _Case(inputs, thresholds, abs(inputs.committed))
    return judged(rule(case) for rule in _RULES)


@dataclass(frozen=True, slots=True)
class _Case:
    inputs: PotentialInputs
    limits: PotentialThresholds
    size: Decimal


def _after_closure(inputs: PotentialInputs, limits: PotentialThresholds) -> Reason | None:
    if inputs.eroded:
        return Reason("eroded", Light.RED)
    due = inputs.sustainment_check_due_on
    if due is not None and due + timedelta(days=limits.check_overdue_days) < inputs.on:
        return Reason("sustainment_check_overdue", Light.AMBER, (("days", (inputs.on - due).days),))
    return None


def _ratio(
    code: str,
    value: Decimal,
    reference: Decimal,
    materiality: Decimal,
    *,
    red: Decimal | None = None,
    amber: Decimal | None = None,
) -> Reason | None:
    shortfall = reference - value
    if not reference:
        counts = shortfall > 0 and shortfall >= materiality
        return _compared(code, Light.AMBER, value, reference, None) if counts else None
    if red is not None and falls_below(value, reference, red):
        light = Light.AMBER if shortfall < materiality else Light.RED
        return _compared(code, light, value, reference, red)
    if amber is not None and falls_below(value, reference, amber):
        return _compared(code, Light.AMBER, value, reference, amber)
    return None


def _compared(code: str, light: Light, value: Decimal, reference: Decimal, threshold: Decimal | None) -> Reason:
    amounts = (("value", f"{value:.2f}"), ("reference", f"{reference:.2f}"))
    limit = () if threshold is None else (("threshold", f"{threshold:.2f}"),)
    return Reason(code, light, amounts + limit)


def _run_rate(case: _Case) -> Reason | None:
    limits = case.limits
    return _ratio(
        "run_rate",
        case.inputs.forecast,
        case.inputs.committed or ZERO,
        limits.materiality,
        red=limits.run_rate_red,
        amber=limits.run_rate_amber,
    )


def _judges_fully(case: _Case, reference: Decimal) -> bool:
    return abs(reference) >= case.limits.full_judgement_share * case.size


def _capped(reason: Reason | None) -> Reason | None:
    return reason and Reason(reason.code, Light.AMBER, reason.params)


def _fiscal_year(case: _Case) -> Reason | None:
    inputs, limits = case.inputs, case.limits
    reason = _ratio(
        "fiscal_year",
        inputs.fy_latest,
        inputs.fy_reference,
        limits.materiality,
        red=limits.fiscal_year_red,
        amber=limits.fiscal_year_amber,
    )
    return reason if _judges_fully(case, inputs.fy_reference) else _capped(reason)


def _year_to_date(case: _Case) -> Reason | None:
    inputs, limits = case.inputs, case.limits
    if inputs.ytd_reference is None or inputs.ytd_actual is None:
        return None
    # Never asks for more than AMBER, so the cap for a small denominator has nothing to do here.
    return _ratio(
        "year_to_date",
        inputs.ytd_actual,
        inputs.ytd_reference,
        limits.materiality,
        amber=limits.year_to_date_amber,
    )


def _last_month(case: _Case) -> Reason | None:
    limits = case.limits
    months = _proven(case.inputs.recent[:1])
    if not months:
        return None
    forecast, actual = months[0]
    limit = {"red": limits.last_month_red, "amber": limits.last_month_amber}
    reason = _ratio("last_month", actual, forecast, limits.materiality, **limit)
    month = ("month", period_name(case.inputs.recent[0].period))
    return reason and Reason(reason.code, reason.light, (month, *reason.params))


def _last_two_months(case: _Case) -> Reason | None:
    limit = case.limits.last_two_months_red
    months = _proven(case.inputs.recent[:2])
    if len(months) < 2 or not all(falls_below(actual, forecast, limit) for forecast, actual in months):
        return None
    forecast = sum((month[0] for month in months), ZERO)
    actual = sum((month[1] for month in months), ZERO)
    light = Light.AMBER if forecast - actual < case.limits.materiality else Light.RED
    return _compared("last_two_months", light, actual, forecast, limit)


def _proven(recent: tuple[RecentMonth, ...]) -> list[tuple[Decimal, Decimal]]:
    return [(month.forecast, month.actual) for month in recent if month.forecast and month.actual is not None]


def _dispute(case: _Case) -> Reason | None:
    return Reason("dispute_open", Light.RED) if case.inputs.dispute_open else None


def _unproven(case: _Case) -> Reason | None:
    months, counted_from = case.inputs.recent[:2], case.inputs.taken_over_in
    if len(months) < 2 or not all(_is_unproven(month, counted_from) for month in months):
        return None
    return Reason(
        "unproven", Light.RED, (("from", period_name(months[1].period)), ("to", period_name(months[0].period)))
    )


def _is_unproven(month: RecentMonth, counted_from: int | None) -> bool:
    counts = counted_from is None or month.period >= counted_from
    return counts and bool(month.forecast) and month.actual is None


def _proposal(case: _Case) -> Reason | None:
    return Reason("proposal_unanswered", Light.AMBER) if case.inputs.proposal_unanswered else None


def _one_off_cost(case: _Case) -> Reason | None:
    inputs, limits = case.inputs, case.limits
    # A cost is negative, so an overrun of 10 % is an attainment below 90 %.
    overrun = inputs.cost_reference - inputs.cost_forecast
    allowed = (limits.cost_amber - ONE) * abs(inputs.cost_reference)
    counts = overrun > allowed if inputs.cost_reference else overrun >= limits.materiality and overrun > 0
    if not counts:
        return None
    return _compared("one_off_cost", Light.AMBER, inputs.cost_forecast, inputs.cost_reference, limits.cost_amber)


def _stale(case: _Case) -> Reason | None:
    inputs = case.inputs
    months = case.limits.forecast_stale_months
    if not forecast_is_stale(inputs.on, inputs.forecast_touched_on, inputs.effect_starts_on, months):
        return None
    return Reason("forecast_stale", Light.AMBER, (("months", months),))


_RULES: tuple[Callable[[_Case], Reason | None], ...] = (
    _run_rate,
    _fiscal_year,
    _last_month,
    _last_two_months,
    _dispute,
    _unproven,
    _year_to_date,
    _proposal,
    _one_off_cost,
    _stale,
)
