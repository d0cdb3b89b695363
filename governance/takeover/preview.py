"""What people look at before they take a program over: what is in the workbook, and what it would create."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from finance.choices import Hardness, Nature, Recurrence, Scenario
from finance.models import PlanRate
from finance.money import ZERO
from finance.rules.periods import fiscal_year_of, parse_period
from finance.rules.run_rate import run_rate, shape_of, sum_of
from governance.takeover.outline import LEVEL_FIELDS, Outline, outline_workbook
from governance.workbook.findings import CellError, Findings
from governance.workbook.reading import Workbook
from governance.workbook.tables import EffectRow
from measures.choices import DoI

SHOWN = 12
LEVELS = list(enumerate(LEVEL_FIELDS, 1))
KINDS = {
    "portfolio": _("Portfolios"),
    "program": _("Programs"),
    "project": _("Projects"),
    "package": _("Measure packages"),
    "people": _("People, inactive until invited"),
    "committees": _("Committees, still without a chair"),
    "business_unit": _("Business units"),
    "function": _("Functions"),
    "legal_entity": _("Legal entities"),
    "pnl_line": _("P&L lines"),
    "gl_account": _("GL accounts"),
    "cost_centre": _("Cost centres"),
    "rates": _("Plan rates"),
}


@dataclass
class StageSum:
    """Measures of one stage; plan run-rate and one-off EBITDA in the organization's currency, rounded per month."""

    stage: DoI
    count: int
    run_rate: Decimal = ZERO
    one_off: Decimal = ZERO


@dataclass(frozen=True)
class Additions:
    """New entries of one kind: how many, and the first of them."""

    kind: str
    count: int
    shown: list[str]

    @property
    def label(self) -> str:
        return str(KINDS[self.kind])

    @property
    def rest(self) -> int:
        return self.count - len(self.shown)


@dataclass(frozen=True)
class Preview:
    """Everything the page shows; `stages` only where the workbook may be taken over."""

    on: date
    outline: Outline
    findings: Findings
    additions: list[Additions]
    stages: list[StageSum] = field(default_factory=list)

    @property
    def refused(self) -> bool:
        return self.findings.refused

    @property
    def errors(self) -> list[CellError]:
        return self.findings.in_order(self.findings.errors)

    @property
    def warnings(self) -> list[CellError]:
        return self.findings.in_order(self.findings.warnings)

    @property
    def total(self) -> StageSum:
        """Of all stages together; the `stage` means nothing."""
        rows = self.stages
        sums = (sum((row.run_rate for row in rows), ZERO), sum((row.one_off for row in rows), ZERO))
        return StageSum(DoI.DEFINED, sum(row.count for row in rows), *sums)


def preview_workbook(workbook: Workbook, *, on: date) -> Preview:
    """What a take-over of this workbook would do and what speaks against it. Nothing is written."""
    findings = Findings()
    outline = outline_workbook(workbook, on=on, findings=findings)
    stages = [] if findings.refused else _stages(workbook, outline)
    return Preview(on, outline, findings, list(_additions(outline)), stages)


def _additions(outline: Outline) -> Iterator[Additions]:
    named = {
        **{level: [path[-1] for path in outline.places.new if len(path) == depth] for depth, level in LEVELS},
        "people": list(outline.people.new),
        "committees": list(outline.committees.new),
        **{name: list(names.new) for name, names in outline.master_data.items()},
        "rates": [f"{currency} {year}: {rate.normalize():f}" for (currency, year), rate in outline.rates.items()],
    }
    for kind, names in named.items():
        if names:
            yield Additions(kind, len(names), names[:SHOWN])


def _stages(workbook: Workbook, outline: Outline) -> list[StageSum]:
    """Plan value per stage: run-rates where a measure has one, else the sum of its one-off effects (domain §1)."""
    sums = {stage: StageSum(stage, count) for stage, count in sorted(outline.stages.items())}
    rates = _rates_of_year(outline)
    terms = {row.code: (row.stage, rates[row.currency]) for row in workbook.measures()}
    months = [parse_period(month) for month in outline.months]
    values: dict[str, tuple[bool, Decimal]] = {}
    for effect in workbook.effects():
        if _counts(effect):
            recurring, value = _value(effect, months, terms[effect.measure][1])
            known, so_far = values.get(effect.measure, (recurring, ZERO))
            if recurring >= known:
                values[effect.measure] = (recurring, value + (so_far if recurring == known else ZERO))
    for code, (recurring, value) in values.items():
        total = sums[terms[code][0]]
        if recurring:
            total.run_rate += value
        else:
            total.one_off += value
    return list(sums.values())


def _rates_of_year(outline: Outline) -> dict[str, Decimal]:
    year = fiscal_year_of(outline.on.year * 12 + outline.on.month - 1, outline.fiscal_year_start)
    stored = dict(PlanRate.objects.filter(fiscal_year=year).values_list("currency", "rate"))
    given = {currency: rate for (currency, of), rate in outline.rates.items() if of == year}
    return {**stored, **given, outline.currency: Decimal(1)}


def _counts(effect: EffectRow) -> bool:
    is_ebitda = effect.nature == Nature.EBITDA and effect.hardness == Hardness.BOTTOM_LINE
    return is_ebitda and effect.scenario == Scenario.PLAN


def _value(effect: EffectRow, months: list[int], rate: Decimal) -> tuple[bool, Decimal]:
    series = {month: Decimal(text) for month, text in zip(months, effect.amounts, strict=True) if text}
    if effect.recurrence == Recurrence.RECURRING:
        return True, run_rate(series, shape_of(series), rate)
    return False, sum_of(series.values(), rate)
