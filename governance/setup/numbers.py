"""Every number an organization may set, with its default, its bounds, and where it acts."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from finance.rules import DEFAULT_POTENTIAL_THRESHOLDS
from governance.criteria.case import Limits
from governance.rules import DEFAULT_DIVERGENCE_THRESHOLDS, DEFAULT_RISK_WEIGHTS, DEFAULT_ROLL_UP_THRESHOLDS
from measures.rules import DEFAULT_IMPLEMENTATION_THRESHOLDS

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

LARGEST = Decimal(10) ** 12


class Unit(TextChoices):
    """How a number is written."""

    AMOUNT = "amount", _("amount in the organization's currency")
    DAYS = "days", _("days")
    MONTHS = "months", _("months")
    COUNT = "count", _("number")
    POINTS = "points", _("percentage points")
    SHARE = "share", _("share of 1")

    @property
    def is_whole(self) -> bool:
        return self in (Unit.DAYS, Unit.MONTHS, Unit.COUNT)


class Acts(TextChoices):
    """Where a number acts."""

    LIMITS = "limits", _("Gates and closure: who decides, and how much evidence is asked for")
    IMPLEMENTATION = "implementation", _("Implementation light of every measure")
    POTENTIAL = "potential", _("Potential light of every measure")
    DIVERGENCE = "divergence", _("Divergences")
    ROLL_UP = "roll_up", _("Lights of nodes, in the tree and every other cut")
    RISK = "risk", _("Risk-weighted value in pipeline and roll-up")


@dataclass(frozen=True, slots=True)
class Number:
    """One number. `guards_closure`: a higher one would loosen closure, so the default is the most there may be."""

    name: str
    unit: Unit
    acts: Acts
    default: Decimal | int
    least: Decimal
    most: Decimal
    label: str | _StrPromise
    guards_closure: bool = False


def _table(acts: Acts, defaults: Any, *rows: tuple[str, Unit, str, str, Any]) -> list[Number]:
    return [
        Number(name, unit, acts, getattr(defaults, name), Decimal(least), Decimal(most), label)
        for name, unit, least, most, label in rows
    ]


def _guard(name: str, unit: Unit, acts: Acts, default: Decimal | int, least: str, label: Any) -> Number:
    return Number(name, unit, acts, default, Decimal(least), Decimal(default), label, guards_closure=True)


_LIMITS = Limits()

NUMBERS: dict[str, Number] = {
    number.name: number
    for number in [
        _guard(
            "materiality",
            Unit.AMOUNT,
            Acts.LIMITS,
            _LIMITS.materiality,
            "0",
            _("Materiality: below it a shortfall is at most amber and a sentence is evidence enough"),
        ),
        Number(
            "de_minimis",
            Unit.AMOUNT,
            Acts.LIMITS,
            _LIMITS.de_minimis,
            Decimal(0),
            LARGEST,
            _("De minimis: below it the chair decides alone"),
        ),
        _guard(
            "four_eyes_limit",
            Unit.AMOUNT,
            Acts.LIMITS,
            _LIMITS.four_eyes_limit,
            "0",
            _("Four-eyes limit: above it two controllers are needed"),
        ),
        *_table(
            Acts.IMPLEMENTATION,
            DEFAULT_IMPLEMENTATION_THRESHOLDS,
            ("small_slip_days", Unit.DAYS, "0", "90", _("Slip that is still green")),
            ("large_slip_days", Unit.DAYS, "1", "365", _("Slip from which a critical milestone is red")),
            ("large_slip_share", Unit.SHARE, "0", "1", _("The same as a share of the planned duration")),
            ("critical_overdue_red", Unit.COUNT, "1", "20", _("Overdue critical milestones from which it is red")),
            ("progress_gap_amber", Unit.POINTS, "0", "100", _("Progress gap above which it is amber")),
            ("progress_gap_red", Unit.POINTS, "0", "100", _("Progress gap above which it is red")),
            ("gate_overdue_amber_days", Unit.DAYS, "0", "365", _("Days a gate is overdue before it is amber")),
            ("gate_overdue_red_days", Unit.DAYS, "1", "730", _("Days a gate is overdue before it is red")),
            ("stale_days", Unit.DAYS, "7", "180", _("Days without an update before it is amber")),
        ),
        *_table(
            Acts.POTENTIAL,
            DEFAULT_POTENTIAL_THRESHOLDS,
            ("run_rate_red", Unit.SHARE, "0.10", "1", _("Run-rate attainment below which it is red")),
            ("run_rate_amber", Unit.SHARE, "0.10", "1", _("Run-rate attainment below which it is amber")),
            ("fiscal_year_red", Unit.SHARE, "0.10", "1", _("Fiscal-year attainment below which it is red")),
            ("fiscal_year_amber", Unit.SHARE, "0.10", "1", _("Fiscal-year attainment below which it is amber")),
            ("year_to_date_amber", Unit.SHARE, "0.10", "1", _("Year-to-date attainment below which it is amber")),
            ("last_month_red", Unit.SHARE, "0.10", "1", _("Last month against forecast below which it is red")),
            ("last_month_amber", Unit.SHARE, "0.10", "1", _("Last month against forecast below which it is amber")),
            ("last_two_months_red", Unit.SHARE, "0.10", "1", _("Last two months, both below: red")),
            ("cost_amber", Unit.SHARE, "1", "2", _("One-off cost against plan above which it is amber")),
            (
                "full_judgement_share",
                Unit.SHARE,
                "0",
                "1",
                _("Share of the commitment from which a year is judged fully"),
            ),
            (
                "forecast_stale_months",
                Unit.MONTHS,
                "1",
                "12",
                _("Months until an untouched forecast counts as stale (D8 too)"),
            ),
            ("check_overdue_days", Unit.DAYS, "0", "180", _("Days a sustainment check is overdue before it is red")),
        ),
        _guard(
            "unproven_days",
            Unit.DAYS,
            Acts.DIVERGENCE,
            DEFAULT_DIVERGENCE_THRESHOLDS.unproven_days,
            "1",
            _("D5: days after Implemented without a validated actual"),
        ),
        _guard(
            "overclaim_share",
            Unit.SHARE,
            Acts.DIVERGENCE,
            DEFAULT_DIVERGENCE_THRESHOLDS.overclaim_share,
            "1",
            _("D6: actuals against plan above which it is an over-claim"),
        ),
        *_table(
            Acts.DIVERGENCE,
            DEFAULT_DIVERGENCE_THRESHOLDS,
            ("gate_forgotten_days", Unit.DAYS, "1", "180", _("D7: days after the last milestone without the gate")),
            ("closure_overdue_days", Unit.DAYS, "1", "365", _("D13: days a closure is overdue")),
        ),
        *_table(
            Acts.ROLL_UP,
            DEFAULT_ROLL_UP_THRESHOLDS,
            ("attainment_red", Unit.SHARE, "0.10", "1", _("Attainment below which a node is red")),
            ("attainment_amber", Unit.SHARE, "0.10", "1", _("Attainment below which a node is amber")),
            ("exposed_amber", Unit.SHARE, "0.01", "1", _("Exposed share from which a node is amber")),
            ("exposed_red", Unit.SHARE, "0.01", "1", _("Exposed share from which a node is red")),
            ("red_share_amber", Unit.SHARE, "0.01", "1", _("Share of red measures from which a node is amber")),
            ("red_share_red", Unit.SHARE, "0.01", "1", _("Share of red measures from which a node is red")),
            ("troubled_share_amber", Unit.SHARE, "0.01", "1", _("Share of red and amber from which a node is amber")),
        ),
        Number(
            "risk_amber",
            Unit.SHARE,
            Acts.RISK,
            DEFAULT_RISK_WEIGHTS.amber,
            Decimal(0),
            Decimal(1),
            _("Discount while the potential is amber"),
        ),
        Number(
            "risk_red",
            Unit.SHARE,
            Acts.RISK,
            DEFAULT_RISK_WEIGHTS.red,
            Decimal(0),
            Decimal(1),
            _("Discount while the potential is red"),
        ),
    ]
}

# Fields of their own in the settings; all others stand in `thresholds`.
OWN_FIELDS = ("materiality", "de_minimis", "four_eyes_limit")

# The first is never greater than the second.
ORDERED = (
    ("de_minimis", "four_eyes_limit"),
    ("small_slip_days", "large_slip_days"),
    ("progress_gap_amber", "progress_gap_red"),
    ("gate_overdue_amber_days", "gate_overdue_red_days"),
    ("run_rate_red", "run_rate_amber"),
    ("fiscal_year_red", "fiscal_year_amber"),
    ("last_month_red", "last_month_amber"),
    ("attainment_red", "attainment_amber"),
    ("exposed_amber", "exposed_red"),
    ("red_share_amber", "red_share_red"),
    ("risk_red", "risk_amber"),
)

# Probability of realisation by stage (domain §7).
PROBABILITIES: dict[str, Decimal] = {doi.name.lower(): p for doi, p in DEFAULT_RISK_WEIGHTS.probabilities.items()}
