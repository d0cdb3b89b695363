"""What a controller may confirm, and at which amount (domain §6)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from finance.choices import Basis, ClosureOutcome, LeakageReason
from finance.money import ZERO
from finance.rules.run_rate import mean_run_rate

CLOSING_MONTHS = 3
ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class ClosingThresholds:
    """The tenant's numbers with the defaults of domain §6."""

    confirm_share: Decimal = Decimal("0.95")
    overrun_share: Decimal = Decimal("1.05")


DEFAULT_CLOSING_THRESHOLDS = ClosingThresholds()


def closing_months(
    evidenced: Iterable[int],
    *,
    last_closed: int | None,
    full_effect: int | None,
    count: int = CLOSING_MONTHS,
) -> tuple[int, ...] | None:
    """The latest three consecutive closed months with validated or ledger actuals, oldest first.

    All at or after the full-effect month (of several effects: the latest of theirs). None when there are not.
    """
    if last_closed is None or full_effect is None:
        return None
    known = {month for month in evidenced if full_effect <= month <= last_closed}
    for last in sorted(known, reverse=True):
        months = tuple(range(last - count + 1, last + 1))
        if known.issuperset(months):
            return months
    return None


def reaches_baseline(
    actuals: Iterable[Decimal], baselines: Iterable[Decimal], share: Decimal = Decimal("0.95")
) -> bool:
    """Whether the sum of the months is at least 95 % of the same months of the current baseline, exactly."""
    actual, baseline = sum(actuals, ZERO), sum(baselines, ZERO)
    return actual - baseline >= -(ONE - share) * abs(baseline)


def proposed_run_rate(actuals: Iterable[Decimal]) -> Decimal:
    """The run-rate proposed for confirmation: mean of the three months × 12, to the cent."""
    return mean_run_rate(actuals)


def leakage(committed: Decimal, confirmed: Decimal) -> Decimal:
    """Committed − confirmed: positive is value lost, negative is value beyond the commitment."""
    return committed - confirmed


def leakage_adds_up(explained: Mapping[LeakageReason, Decimal], committed: Decimal, confirmed: Decimal) -> bool:
    """Whether the amounts by reason add up to the leakage, to the cent."""
    return sum(explained.values(), ZERO) == leakage(committed, confirmed)


def exceeds_commitment(confirmed: Decimal, committed: Decimal, share: Decimal = Decimal("1.05")) -> bool:
    """Whether more than 105 % of the commitment is confirmed, which asks for one sentence why."""
    return confirmed - committed > (share - ONE) * abs(committed)


@dataclass(frozen=True, slots=True)
class ClosingInputs:
    """A controller's proposal to close: amounts in the organization's currency, improvement positive.

    ``actuals`` and ``baselines`` are the same three months; ``leakage`` explains committed − confirmed.
    """

    outcome: ClosureOutcome
    basis: Basis
    committed: Decimal
    confirmed: Decimal
    actuals: tuple[Decimal, ...] = ()
    baselines: tuple[Decimal, ...] = ()
    leakage: Mapping[LeakageReason, Decimal] = field(default_factory=dict)
    overrun_explained: bool = False


def closing_objections(
    inputs: ClosingInputs, thresholds: ClosingThresholds = DEFAULT_CLOSING_THRESHOLDS
) -> tuple[str, ...]:
    """Every objection of the figures to the outcome, as codes; empty means the figures allow it (domain §6).

    ``below_baseline``: CONFIRM with less than 95 % of the three months. ``leakage_differs``: the reasons of a
    shortfall do not add up. ``overrun_unexplained``: above 105 % without a sentence. ``avoidance_only``,
    ``not_for_avoidance``: outcome and basis do not fit. REJECT is always allowed.
    """
    if inputs.outcome == ClosureOutcome.REJECT:
        return ()
    checks = {
        "avoidance_only": _is_avoidance_outcome(inputs) and inputs.basis != Basis.AVOIDANCE,
        "not_for_avoidance": not _is_avoidance_outcome(inputs) and inputs.basis == Basis.AVOIDANCE,
        "below_baseline": inputs.outcome == ClosureOutcome.CONFIRM
        and not reaches_baseline(inputs.actuals, inputs.baselines, thresholds.confirm_share),
        "leakage_differs": inputs.outcome == ClosureOutcome.CONFIRM_WITH_SHORTFALL
        and not leakage_adds_up(inputs.leakage, inputs.committed, inputs.confirmed),
        "overrun_unexplained": not inputs.overrun_explained
        and exceeds_commitment(inputs.confirmed, inputs.committed, thresholds.overrun_share),
    }
    return tuple(code for code, holds in checks.items() if holds)


def _is_avoidance_outcome(inputs: ClosingInputs) -> bool:
    return inputs.outcome == ClosureOutcome.CONFIRM_AVOIDANCE
