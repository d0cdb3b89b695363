"""The effects of a measure by its kind, and their planned amounts by month."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from random import Random

from finance.choices import Hardness, Nature, Recurrence
from finance.money import CENT
from governance.demo.catalogue import Idea
from governance.demo.choices import Kind
from governance.demo.scripts import Script

THOUSAND = Decimal(1000)
# Months from the first month to full effect, and from there to the end of the plan.
RAMP, FULL_MONTHS = 2, 13

Months = dict[int, Decimal]


@dataclass(frozen=True, slots=True)
class Line:
    """One effect: its terms and its plan, by months from the last closed one."""

    name: str
    nature: Nature
    recurrence: Recurrence
    plan: Months
    hardness: Hardness | str = ""
    # Which of the five accounts of the P&L line, counted from the measure's own.
    account: int = 0

    @property
    def is_ebitda(self) -> bool:
        return self.nature == Nature.EBITDA

    @property
    def is_cost(self) -> bool:
        return self.nature == Nature.ONE_OFF_COST


def lines_of(idea: Idea, script: Script, chance: Random) -> list[Line]:
    """The effects a measure of this kind is planned with."""
    return _LINES[idea.kind](idea, script, chance)


def _full(idea: Idea, chance: Random) -> Decimal:
    """The monthly amount at full effect; plans are not round."""
    return (idea.thousands * THOUSAND * Decimal(chance.randint(960, 1040)) / 1000).quantize(CENT)


def _recurring(full: Decimal, starts: int) -> Months:
    ramp = {starts + step: (full * (step + 1) / (RAMP + 1)).quantize(CENT) for step in range(RAMP)}
    return ramp | dict.fromkeys(range(starts + RAMP, starts + RAMP + FULL_MONTHS), full)


def _saving(idea: Idea, script: Script, chance: Random, name: str = "Saving") -> Line:
    plan = _recurring(_full(idea, chance), script.starts)
    return Line(name, Nature.EBITDA, Recurrence.RECURRING, plan, Hardness.BOTTOM_LINE)


def _cost(idea: Idea, script: Script, months: int, name: str = "One-off cost") -> Line:
    amount = -abs(idea.thousands) * THOUSAND * months
    return Line(name, Nature.ONE_OFF_COST, Recurrence.ONE_OFF, {script.starts - 1: amount})


def _savings(idea: Idea, script: Script, chance: Random) -> list[Line]:
    lines = [_saving(idea, script, chance)]
    return [*lines, _cost(idea, script, 2)] if chance.random() < 0.6 else lines


def _price(idea: Idea, script: Script, chance: Random) -> list[Line]:
    lost = {
        month: -(amount / 8).quantize(CENT) for month, amount in _recurring(_full(idea, chance), script.starts).items()
    }
    return [
        _saving(idea, script, chance, "Better price"),
        Line("Lost volume", Nature.EBITDA, Recurrence.RECURRING, lost, Hardness.BOTTOM_LINE, account=4),
    ]


def _capex(idea: Idea, script: Script, chance: Random) -> list[Line]:
    spent = {script.starts - 1: -20 * idea.thousands * THOUSAND}
    return [
        _saving(idea, script, chance),
        Line("Investment", Nature.CAPEX, Recurrence.ONE_OFF, spent),
        _cost(idea, script, 1, "Installation"),
    ]


def _headcount(idea: Idea, script: Script, chance: Random) -> list[Line]:
    places = Decimal(max(1, idea.thousands // 6))
    return [
        _saving(idea, script, chance, "Personnel cost"),
        Line(
            "Positions",
            Nature.HEADCOUNT,
            Recurrence.RECURRING,
            dict.fromkeys(range(script.starts, script.starts + RAMP + FULL_MONTHS), places),
        ),
        _cost(idea, script, 5, "Severance"),
    ]


def _avoidance(idea: Idea, script: Script, chance: Random) -> list[Line]:
    plan = _recurring(_full(idea, chance), script.starts)
    return [Line("Cost avoided", Nature.EBITDA, Recurrence.RECURRING, plan, Hardness.AVOIDANCE)]


def _soft(idea: Idea, script: Script, chance: Random) -> list[Line]:
    plan = _recurring(_full(idea, chance), script.starts)
    return [Line("Time gained", Nature.EBITDA, Recurrence.RECURRING, plan, Hardness.SOFT)]


def _one_off(idea: Idea, script: Script, chance: Random) -> list[Line]:
    plan = {script.starts: (_full(idea, chance) * Decimal("0.4")).quantize(CENT)}
    plan[script.starts + 1] = _full(idea, chance) - plan[script.starts]
    return [Line("Gain", Nature.EBITDA, Recurrence.ONE_OFF, plan, Hardness.BOTTOM_LINE)]


def _released(idea: Idea, script: Script) -> Line:
    plan = {script.starts + step: 6 * idea.thousands * THOUSAND for step in range(3)}
    return Line("Cash released", Nature.WORKING_CAPITAL, Recurrence.ONE_OFF, plan)


def _working_capital(idea: Idea, script: Script, _chance: Random) -> list[Line]:
    return [_released(idea, script)]


def _stocks(idea: Idea, script: Script, chance: Random) -> list[Line]:
    return [_saving(idea, script, chance, "Cost of stock"), _released(idea, script)]


def _cash(idea: Idea, script: Script, _chance: Random) -> list[Line]:
    plan = dict.fromkeys(range(script.starts, script.starts + 12), idea.thousands * THOUSAND)
    return [Line("Cash", Nature.CASH, Recurrence.RECURRING, plan)]


_LINES: dict[Kind, Callable[[Idea, Script, Random], list[Line]]] = {
    Kind.SAVING: _savings,
    Kind.PRICE: _price,
    Kind.CAPEX: _capex,
    Kind.HEADCOUNT: _headcount,
    Kind.AVOIDANCE: _avoidance,
    Kind.SOFT: _soft,
    Kind.ONE_OFF: _one_off,
    Kind.WORKING_CAPITAL: _working_capital,
    Kind.STOCKS: _stocks,
    Kind.CASH: _cash,
    Kind.COUNTER: lambda idea, script, chance: [_saving(idea, script, chance, "Running cost")],
}
