"""Money: the one rounding rule, conversion, spreading, and an amount that knows its currency."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
STORED = Decimal("0.0001")
RATIO = Decimal("0.0001")
ZERO = Decimal("0.00")


def round_cents(amount: Decimal) -> Decimal:
    """The amount in whole cents, half away from zero, as PostgreSQL rounds a numeric (domain §1, FX)."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def round_amount(amount: Decimal) -> Decimal:
    """The amount with four decimals, half away from zero, as the amount tables store it."""
    return amount.quantize(STORED, rounding=ROUND_HALF_UP)


def round_ratio(ratio: Decimal) -> Decimal:
    """A ratio with four decimals for display; thresholds never compare rounded ratios (domain §4)."""
    return ratio.quantize(RATIO, rounding=ROUND_HALF_UP)


def convert(amount: Decimal, rate: Decimal) -> Decimal:
    """One row (effect, month) in the organization's currency, in whole cents (domain §1, FX).

    ``rate`` is units of the organization's currency for one unit of the measure's. Totals are sums of
    converted rows, never conversions of sums.
    """
    return round_cents(amount * rate)


def spread(total: Decimal, months: int) -> tuple[Decimal, ...]:
    """The total as equal monthly shares in whole cents, the rest of the cents in the last (examples T21).

    Shares are cut towards zero, so the last month never changes its sign. The shares sum exactly to
    ``total``. Refused: fewer than one month, a total with fractions of a cent.
    """
    if months < 1:
        raise ValueError("an amount is spread over at least one month")
    if total != round_cents(total):
        raise ValueError("only whole cents can be spread")
    share = (total / months).quantize(CENT, rounding=ROUND_DOWN)
    return (share,) * (months - 1) + (total - share * (months - 1),)


class CurrencyMismatch(ValueError):
    """Two amounts in different currencies were about to be added or compared."""


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in one currency. Adding, subtracting or comparing two currencies is refused (domain §5)."""

    amount: Decimal
    currency: str

    def __add__(self, other: Money) -> Money:
        return Money(self.amount + self._amount_of(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.amount - self._amount_of(other), self.currency)

    def __neg__(self) -> Money:
        return Money(-self.amount, self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.amount < self._amount_of(other)

    def __le__(self, other: Money) -> bool:
        return self.amount <= self._amount_of(other)

    def converted(self, rate: Decimal, currency: str) -> Money:
        """This amount in another currency, rounded half-up to cents."""
        return Money(convert(self.amount, rate), currency)

    def _amount_of(self, other: Money) -> Decimal:
        if other.currency != self.currency:
            raise CurrencyMismatch(f"{self.currency} and {other.currency} are never added unconverted")
        return other.amount
