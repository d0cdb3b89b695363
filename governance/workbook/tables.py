"""The tables of a workbook: their columns, how each cell is read, and the rows that come out."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from finance.choices import Hardness, Nature, Recurrence, Scenario
from governance.workbook import cells
from governance.workbook.cells import Reader, column_letters
from measures.choices import DoI, Lifecycle

NAME_LENGTH = 200
CODE_LENGTH = 40
TEXT_LENGTH = 10_000

read_name = cells.text_up_to(NAME_LENGTH)
read_code = cells.text_up_to(CODE_LENGTH)
read_text = cells.text_up_to(TEXT_LENGTH)


class _Refused:
    """Stands for: a blank cell is an error."""


REFUSED = _Refused()


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name, its reader, the value of a blank cell and the one that stands in for a refused cell."""

    name: str
    read: Reader
    neutral: object = ""
    blank: object = REFUSED
    may_be_missing: bool = False


@dataclass(frozen=True, slots=True)
class Header:
    """Where the columns of one table stand; positions count from 0."""

    table: str
    positions: Mapping[str, int]
    width: int
    unnamed: tuple[int, ...] = ()
    months: tuple[str, ...] = ()
    month_positions: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table. The fields in `refused` hold a neutral value: "", None, False, DEFINED, ACTIVE, PLAN, …"""

    columns: ClassVar[tuple[Column, ...]]
    header: Header
    row: int
    refused: frozenset[str]

    def cell(self, field: str) -> str:
        """The address of a field in this row, such as P17; of column A where the table lacks the column."""
        return f"{column_letters(self.header.positions.get(field, 0))}{self.row}"


@dataclass(frozen=True, slots=True)
class MeasureRow(Row):
    code: str
    portfolio: str
    program: str
    project: str
    package: str
    name: str
    description: str
    owner: str
    controller: str
    sponsor: str
    committee: str
    business_unit: str
    function: str
    legal_entity: str
    stage: DoI
    lifecycle: Lifecycle
    currency: str
    problem: str
    reference_base: Decimal | None
    reference_source: str
    likely_potential: Decimal | None
    due_identified: datetime.date | None
    due_detailed: datetime.date | None
    due_decided: datetime.date | None
    due_implemented: datetime.date | None
    due_closed: datetime.date | None

    columns = (
        Column("code", read_code),
        Column("portfolio", read_name),
        Column("program", read_name),
        Column("project", read_name),
        Column("package", read_name),
        Column("name", read_name),
        Column("description", read_text, blank=""),
        Column("owner", cells.read_email),
        Column("controller", cells.read_email, blank=""),
        Column("sponsor", cells.read_email, blank=""),
        Column("committee", read_name, blank=""),
        Column("business_unit", read_name, blank=""),
        Column("function", read_name, blank=""),
        Column("legal_entity", read_name, blank=""),
        Column("stage", cells.word_among({stage.name.lower(): stage for stage in DoI}), neutral=DoI.DEFINED),
        Column(
            "lifecycle",
            cells.word_among({word.value: word for word in Lifecycle}),
            neutral=Lifecycle.ACTIVE,
            blank=Lifecycle.ACTIVE,
        ),
        Column("currency", cells.read_currency),
        Column("problem", read_text, blank="", may_be_missing=True),
        Column("reference_base", cells.read_amount, neutral=None, blank=None, may_be_missing=True),
        Column("reference_source", read_name, blank="", may_be_missing=True),
        Column("likely_potential", cells.read_amount, neutral=None, blank=None, may_be_missing=True),
        *(
            Column(f"due_{stage}", cells.read_date, neutral=None, blank=None, may_be_missing=True)
            for stage in ("identified", "detailed", "decided", "implemented", "closed")
        ),
    )

    @property
    def node_names(self) -> tuple[str, str, str, str]:
        """Portfolio, program, project, package: the way down to the measure."""
        return (self.portfolio, self.program, self.project, self.package)

    @property
    def due_dates(self) -> dict[DoI, datetime.date]:
        """The target dates given, by the stage to be reached."""
        named = {stage: getattr(self, f"due_{stage.name.lower()}") for stage in DoI if stage > DoI.DEFINED}
        return {stage: day for stage, day in named.items() if day is not None}


@dataclass(frozen=True, slots=True)
class MilestoneRow(Row):
    measure: str
    name: str
    critical: bool
    weight: Decimal
    baseline_on: datetime.date | None
    forecast_on: datetime.date | None
    actual_on: datetime.date | None

    columns = (
        Column("measure", read_code),
        Column("name", read_name),
        Column("critical", cells.read_flag, neutral=False),
        Column("weight", cells.read_weight, neutral=Decimal(1), blank=Decimal(1)),
        Column("baseline_on", cells.read_date, neutral=None),
        Column("forecast_on", cells.read_date, neutral=None, blank=None),
        Column("actual_on", cells.read_date, neutral=None, blank=None),
    )

    @property
    def expected_on(self) -> datetime.date | None:
        """The forecast date; a blank one means the baseline date (domain §3)."""
        return self.forecast_on or self.baseline_on


@dataclass(frozen=True, slots=True)
class EffectRow(Row):
    """One scenario of one effect; `amounts` are plain decimal texts beside `months`, "" where there is no amount.

    Texts, because the table is by far the largest: once checked they can be copied into the database as they are.
    """

    measure: str
    effect: str
    nature: Nature
    recurrence: Recurrence
    hardness: Hardness
    pnl_line: str
    gl_account: str
    cost_centre: str
    scenario: Scenario
    amounts: tuple[str, ...]

    columns = (
        Column("measure", read_code),
        Column("effect", read_name),
        Column("nature", cells.word_among({word.value: word for word in Nature}), neutral=Nature.EBITDA),
        Column(
            "recurrence",
            cells.word_among({word.value: word for word in Recurrence}),
            neutral=Recurrence.RECURRING,
        ),
        Column(
            "hardness",
            cells.word_among({word.value: word for word in Hardness}),
            neutral=Hardness.BOTTOM_LINE,
        ),
        Column("pnl_line", read_name, blank=""),
        Column("gl_account", read_name, blank=""),
        Column("cost_centre", read_name, blank=""),
        Column("scenario", cells.word_among({word.value: word for word in Scenario}), neutral=Scenario.PLAN),
    )

    @property
    def months(self) -> tuple[str, ...]:
        return self.header.months

    def given(self) -> Iterator[tuple[str, str]]:
        """Month and amount, for the months that have one."""
        return ((month, amount) for month, amount in zip(self.header.months, self.amounts, strict=True) if amount)


@dataclass(frozen=True, slots=True)
class RateRow(Row):
    currency: str
    fiscal_year: int | None
    plan_rate: Decimal | None

    columns = (
        Column("currency", cells.read_currency),
        Column("fiscal_year", cells.read_year, neutral=None),
        Column("plan_rate", cells.read_rate, neutral=None),
    )


@dataclass(frozen=True, slots=True)
class TargetRow(Row):
    """A target of the node whose names are filled; the levels below it are blank."""

    portfolio: str
    program: str
    project: str
    package: str
    fiscal_year: int | None
    amount: Decimal | None

    columns = (
        Column("portfolio", read_name),
        Column("program", read_name, blank=""),
        Column("project", read_name, blank=""),
        Column("package", read_name, blank=""),
        Column("fiscal_year", cells.read_year, neutral=None),
        Column("amount", cells.read_amount, neutral=None),
    )

    @property
    def node_names(self) -> tuple[str, ...]:
        """The names from the portfolio down to the node that carries the target."""
        return tuple(part for part in (self.portfolio, self.program, self.project, self.package) if part)


TABLES: dict[str, type[Row]] = {
    "measures": MeasureRow,
    "milestones": MilestoneRow,
    "effects": EffectRow,
    "rates": RateRow,
    "targets": TargetRow,
}
REQUIRED_TABLES = ("measures", "milestones", "effects")
