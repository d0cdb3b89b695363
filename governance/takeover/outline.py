"""What a workbook would bring into the organization, and what speaks against it beyond the workbook itself.

`check_workbook` judges the workbook alone. Here it is held against what the organization has: codes, places, plan
rates, targets, inherited offices. Nothing is written.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import islice

from finance.models import PlanRate, Target
from finance.rules.periods import fiscal_year_of, parse_period
from governance.takeover.names import MASTER_DATA, Names, known_committees, known_master_data, known_people
from governance.takeover.places import Path, Places
from governance.workbook.cells import column_letters
from governance.workbook.checks import check_workbook
from governance.workbook.findings import Findings
from governance.workbook.reading import Workbook
from governance.workbook.tables import EffectRow, MeasureRow, RateRow, Row, TargetRow
from measures.choices import DoI, Lifecycle
from measures.models import Measure
from portfolio.models import OrganizationSettings

CHUNK = 1000
# A month further away than this is a slip of the pen, and would open centuries of periods.
YEARS = 30
# In the organization's currency per month; far below what the sums of a whole organization may reach.
LARGEST = Decimal(10) ** 13
LEVEL_FIELDS = ("portfolio", "program", "project", "package")


@dataclass
class Outline:
    """What the workbook holds and what has to be created for it; keys of `rates` are currency and fiscal year."""

    on: date
    currency: str
    fiscal_year_start: int
    places: Places
    people: Names
    committees: Names
    master_data: dict[str, Names]
    rates: dict[tuple[str, int], Decimal] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    stages: Counter[DoI] = field(default_factory=Counter)
    lifecycles: Counter[Lifecycle] = field(default_factory=Counter)
    months: tuple[str, ...] = ()

    @property
    def ordinals(self) -> list[int]:
        """The months of the workbook and the one of the take-over, as period indexes."""
        return [*map(parse_period, self.months), self.on.year * 12 + self.on.month - 1]

    def offices(self, row: MeasureRow) -> dict[str, int | None]:
        """Controller, sponsor, committee and master data of a measure: its own, else what its place inherits."""
        inherited = self.places.responsible(row.node_names)
        own: dict[str, int | None] = {
            "controller": self.people.id_of(row.controller),
            "sponsor": self.people.id_of(row.sponsor),
            "committee": self.committees.id_of(row.committee),
            **{name: self.master_data[name].id_of(getattr(row, name)) for name in LINKS},
        }
        return {name: inherited.get(name) if value is None else value for name, value in own.items()}


LINKS = ("business_unit", "function", "legal_entity")
ADDRESS = ("pnl_line", "gl_account", "cost_centre")


def outline_workbook(workbook: Workbook, *, on: date, findings: Findings) -> Outline:
    """What the workbook brings; everything that is wrong with it, alone or in this organization, is in `findings`."""
    check_workbook(workbook, on=on, findings=findings)
    settings = OrganizationSettings.objects.get()
    outline = Outline(
        on=on,
        currency=settings.currency,
        fiscal_year_start=settings.fiscal_year_start,
        places=Places(),
        people=known_people(),
        committees=known_committees(),
        master_data={name: known_master_data(model) for name, model in MASTER_DATA.items()},
    )
    _Outliner(workbook, outline, findings).run()
    return outline


class _Outliner:
    """One pass over each table; rates come first, because measures ask for them."""

    def __init__(self, workbook: Workbook, outline: Outline, findings: Findings) -> None:
        self.workbook = workbook
        self.outline = outline
        self.findings = findings
        self.year = fiscal_year_of(outline.on.year * 12 + outline.on.month - 1, outline.fiscal_year_start)
        self.refused_rates: set[tuple[str, int]] = set()
        self.first_cell: dict[str, str] = {}
        self.stored = {(rate.currency, rate.fiscal_year): rate for rate in PlanRate.objects.all()}

    def run(self) -> None:
        for rate in self.workbook.rates():
            self._rate(rate)
        self.rates = {*self.stored, *self.outline.rates, *self.refused_rates}
        self.limit = LARGEST / max([Decimal(1), *self.outline.rates.values(), *(r.rate for r in self.stored.values())])
        for rows in _chunks(self.workbook.measures()):
            self._measures(rows)
        if not self.outline.counts["measures"] and not self.findings.refused:
            self.findings.refuse("measures", "A1", "no_measures")
        self.outline.counts["milestones"] = sum(1 for _ in self.workbook.milestones())
        for effect in self.workbook.effects():
            self._effect(effect)
        self._warn_of_years()
        targets = {(t.node_id, t.fiscal_year): t.amount for t in Target.objects.all()}
        for target in self.workbook.targets():
            self._target(target, targets)

    def _rate(self, row: RateRow) -> None:
        if not row.currency or row.fiscal_year is None:
            return
        self.outline.counts["rates"] += 1
        key = (row.currency, row.fiscal_year)
        if row.plan_rate is None:
            # one error at the rate is enough; the measures need not repeat it
            self.refused_rates.add(key)
            return
        stored = self.stored.get(key)
        if row.currency == self.outline.currency:
            if row.plan_rate != 1:
                self._refuse(row, "plan_rate", "rate_of_own_currency", currency=row.currency)
        elif stored is None or (stored.rate != row.plan_rate and not stored.locked):
            self.outline.rates[key] = row.plan_rate
        elif stored.rate != row.plan_rate:
            params = {"currency": row.currency, "year": row.fiscal_year, "rate": f"{stored.rate.normalize():f}"}
            self._refuse(row, "plan_rate", "rate_locked", **params)

    def _measures(self, rows: list[MeasureRow]) -> None:
        codes = [row.code for row in rows if row.code]
        taken = set(Measure.objects.filter(code__in=codes).values_list("code", flat=True))
        for row in rows:
            if row.code in taken:
                self._refuse(row, "code", "code_exists", code=row.code)
            self._measure(row)

    def _measure(self, row: MeasureRow) -> None:
        outline = self.outline
        outline.counts["measures"] += 1
        outline.stages[row.stage] += 1
        outline.lifecycles[row.lifecycle] += 1
        for address in (row.owner, row.controller, row.sponsor):
            outline.people.want(address)
        outline.committees.want(row.committee)
        for name in LINKS:
            outline.master_data[name].want(getattr(row, name))
        if all(row.node_names):
            self._place(row, row.node_names)
            self._offices(row)
        if row.currency and row.currency != outline.currency:
            self.first_cell.setdefault(row.currency, row.cell("currency"))
            if (row.currency, self.year) not in self.rates:
                self._refuse(row, "currency", "plan_rate_missing", currency=row.currency, year=self.year)

    def _place(self, row: MeasureRow | TargetRow, path: Path) -> None:
        depth = self.outline.places.archived_at(path)
        if depth is not None:
            self._refuse(row, LEVEL_FIELDS[depth - 1], "place_archived", name=path[depth - 1])
        self.outline.places.want(path)

    def _offices(self, row: MeasureRow) -> None:
        """Segregation of duties where the workbook alone cannot see it: inherited offices, and before Detailed."""
        inherited = self.outline.places.responsible(row.node_names)
        names = self.outline.people
        if row.controller and row.controller == row.owner and row.stage < DoI.DETAILED:
            self._refuse(row, "controller", "owner_is_controller")
        controller = names.id_of(row.controller) if row.controller else inherited.get("controller")
        sponsor = names.id_of(row.sponsor) if row.sponsor else inherited.get("sponsor")
        if controller is None:
            return
        if not row.controller and "controller" not in row.refused and controller == names.id_of(row.owner):
            self._refuse(row, "controller", "inherited_controller_owns")
        if controller == sponsor and not (row.controller and row.sponsor):
            self._refuse(row, "controller", "inherited_controller_sponsors")

    def _effect(self, row: EffectRow) -> None:
        if not self.outline.counts["effects"]:
            self._months(row)
        self.outline.counts["effects"] += 1
        for name in ADDRESS:
            self.outline.master_data[name].want(getattr(row, name))

        # a text this short is below the limit, and nearly all are
        short = len(str(int(self.limit))) - 1
        for place, text in enumerate(row.amounts):
            if len(text) > short and abs(Decimal(text)) >= self.limit:
                address = f"{column_letters(row.header.month_positions[place])}{row.row}"
                self.findings.refuse("effects", address, "amount_too_large")

    def _months(self, row: EffectRow) -> None:
        near = range(self.outline.on.year - YEARS, self.outline.on.year + YEARS + 1)
        for month, position in zip(row.months, row.header.month_positions, strict=True):
            if int(month[:4]) not in near:
                self.findings.refuse("effects", f"{column_letters(position)}1", "month_far", month=month, years=YEARS)
        self.outline.months = row.months

    def _warn_of_years(self) -> None:
        """Fiscal years with months but without a rate: their in-year figures use the rate of the nearest year."""
        years = {fiscal_year_of(ordinal, self.outline.fiscal_year_start) for ordinal in self.outline.ordinals}
        for currency, cell in self.first_cell.items():
            for year in sorted(years - {self.year}):
                if (currency, year) not in self.rates:
                    self.findings.warn("measures", cell, "rate_year_missing", currency=currency, year=year)

    def _target(self, row: TargetRow, targets: dict[tuple[int, int], Decimal]) -> None:
        if not row.portfolio or row.fiscal_year is None or row.amount is None:
            return
        self.outline.counts["targets"] += 1
        places = self.outline.places
        if (depth := places.unknown_at(row.node_names)) is not None:
            self._refuse(row, LEVEL_FIELDS[depth - 1], "target_place_unknown", name=row.node_names[depth - 1])
            return
        self._place(row, row.node_names)
        node_id = places.id_of(row.node_names)
        if node_id is not None and targets.get((node_id, row.fiscal_year), row.amount) != row.amount:
            self.findings.warn("targets", row.cell("amount"), "target_replaced", year=row.fiscal_year)

    def _refuse(self, row: Row, field: str, code: str, /, **params: object) -> None:
        self.findings.refuse(row.header.table, row.cell(field), code, **params)


def _chunks(rows: Iterable[MeasureRow]) -> Iterator[list[MeasureRow]]:
    iterator = iter(rows)
    while chunk := list(islice(iterator, CHUNK)):
        yield chunk
