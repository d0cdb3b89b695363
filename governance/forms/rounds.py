"""The two monthly rounds as people fill them: a controller's month end and an owner's update."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from finance.actions.month_end import Proof
from finance.actions.updates import MeasureChanges, UpdateRefused
from finance.models import Effect, FiscalPeriod
from finance.queries.rounds import ForecastRow, MeasureUpdate, MonthEndRow, MonthState
from governance.forms.amounts import NoNumber, parse_amount, written
from governance.forms.stamped import StampedForm, digest
from measures.choices import DoI
from measures.models import Measure, Milestone
from portfolio.errors import DomainError


@dataclass
class ProofLine:
    """One effect of the month: what is stored, what the controller typed, and what is wrong with it."""

    row: MonthEndRow
    is_ticked: bool
    amount: str
    source: str
    error: str = ""

    @property
    def key(self) -> int:
        return self.row.effect.pk

    @property
    def proposed(self) -> Decimal | None:
        """What the amount field shows first: the claim that waits, else what is validated."""
        return proposed(self.row)

    @property
    def has_changed(self) -> bool:
        return self.amount != written(self.proposed)


def proposed(row: MonthEndRow) -> Decimal | None:
    return row.claimed if row.state == MonthState.CLAIMED else row.validated


class MonthEndForm(StampedForm):
    """Ticked rows are validated at the amount beside them; with `all`, every claim that waits."""

    def __init__(self, data: Any = None, *, rows: Iterable[MonthEndRow], month: FiscalPeriod) -> None:
        known = list(rows)
        self.month = month
        self.now = digest((r.effect.pk, r.claimed, r.validated, r.state) for r in known)
        super().__init__(data, initial={"stamp": self.now})
        self.lines = [self._line(row) for row in known]

    def _line(self, row: MonthEndRow) -> ProofLine:
        amount, source = written(proposed(row)), row.source
        if not self.is_bound:
            return ProofLine(row, is_ticked=False, amount=amount, source=source)
        return ProofLine(
            row,
            is_ticked=str(row.effect.pk) in self.sent("row") or self._all(row),
            amount=self.data.get(f"amount-{row.effect.pk}", amount),
            source=self.data.get(f"source-{row.effect.pk}", source),
        )

    def _all(self, row: MonthEndRow) -> bool:
        return "all" in self.data and row.state == MonthState.CLAIMED

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        ticked = [line for line in self.lines if line.is_ticked]
        if not ticked:
            self.add_error(None, _("Tick the rows you validate."))
        self.proofs = [proof for line in ticked if (proof := self._proof(line)) is not None]
        return values

    def _proof(self, line: ProofLine) -> Proof | None:
        row = line.row
        try:
            amount = parse_amount(line.amount)
            if amount is None:
                raise NoNumber(_("an amount is missing"))
        except NoNumber as error:
            line.error = str(error)
            place = {"code": row.measure.code, "effect": row.effect.name, "what": line.error}
            self.add_error(None, _("%(code)s, %(effect)s: %(what)s.") % place)
            return None
        holds = row.state == MonthState.CLAIMED and amount == row.claimed and line.source == row.source
        return Proof(row.effect, amount, line.source, as_claimed=holds)


@dataclass
class ForecastCell:
    """One month of one effect as the owner sees it."""

    name: str
    month: FiscalPeriod
    plan: Decimal | None
    amount: Decimal | None
    typed: str | None = None
    error: str = ""

    @property
    def stored(self) -> str:
        return written(self.amount)

    @property
    def text(self) -> str:
        return self.stored if self.typed is None else self.typed

    @property
    def is_changed(self) -> bool:
        return self.typed is not None and self.typed != self.stored


@dataclass
class MilestoneLine:
    """An open milestone with the two dates an owner may enter, as text of the browser's date field."""

    milestone: Milestone
    forecast_on: str
    actual_on: str
    errors: list[str] = field(default_factory=list)


@dataclass
class Card:
    """One measure of the update with everything typed into it and everything wrong with it."""

    update: MeasureUpdate
    effects: list[tuple[Effect, list[ForecastCell]]]
    milestones: list[MilestoneLine]
    reason: str = ""
    is_confirmed: bool = False
    errors: list[str] = field(default_factory=list)

    @property
    def measure(self) -> Measure:
        return self.update.measure


class MyUpdateForm(StampedForm):
    """Every measure of an owner on one page, saved at once."""

    def __init__(
        self,
        data: Any = None,
        *,
        updates: Iterable[MeasureUpdate],
        months: Iterable[FiscalPeriod],
        everything: bool = False,
    ) -> None:
        known, self.months = list(updates), list(months)
        self.everything = everything
        self.now = digest(part for update in known for part in self._shown(update))
        super().__init__(data, initial={"stamp": self.now})
        self.cards = [self._card(update) for update in known]

    def _shown(self, update: MeasureUpdate) -> Iterable[object]:
        for row in update.effects:
            yield row.effect.pk
            yield from row.forecast[: len(self.months)]
        for milestone in update.milestones:
            yield (milestone.pk, milestone.version)

    def _is_live(self, row: ForecastRow) -> bool:
        """An effect with nothing in the months shown is looked after in its month grid."""
        shown = len(self.months)
        return any(amount is not None for amount in (*row.plan[:shown], *row.forecast[:shown]))

    def _typed(self, name: str, stored: str = "") -> str:
        return self.data.get(name, stored) if self.is_bound else stored

    def _card(self, update: MeasureUpdate) -> Card:
        pk = update.measure.pk
        return Card(
            update=update,
            effects=[(row.effect, self._cells(row)) for row in update.effects if self._is_live(row)],
            milestones=[self._milestone(m) for m in update.milestones if m.actual_on is None],
            reason=self._typed(f"reason-{pk}"),
            is_confirmed=str(pk) in self.sent("confirm"),
        )

    def _cells(self, row: ForecastRow) -> list[ForecastCell]:
        cells = []
        for month, plan, amount in zip(self.months, row.plan, row.forecast, strict=False):
            name = f"forecast-{row.effect.pk}-{month.ordinal}"
            typed = self.data.get(name) if self.is_bound else None
            cells.append(ForecastCell(name, month, plan, amount, typed))
        return cells

    def _milestone(self, milestone: Milestone) -> MilestoneLine:
        stored = (milestone.forecast_on or milestone.baseline_on).isoformat()
        return MilestoneLine(milestone, self._typed(f"due-{milestone.pk}", stored), self._typed(f"done-{milestone.pk}"))

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        read = [self._changes(card) for card in self.cards]
        self.changes = [change for change in read if _has_changes(change)]
        changed = {change.measure.pk for change in self.changes}
        self.confirmed = [
            card.measure
            for card in self.cards
            if card.is_confirmed or (self.everything and card.measure.pk not in changed)
        ]
        if not self.changes and not self.confirmed and not self.errors:
            self.add_error(None, _("Nothing was changed, and nothing is ticked as unchanged."))
        return values

    def _changes(self, card: Card) -> MeasureChanges:
        change = MeasureChanges(card.measure, card.reason.strip())
        for effect, cells in card.effects:
            if found := self._amounts(card, effect, cells):
                change.forecasts.append((effect, found))
        for line in card.milestones:
            self._dates(card, line, change)
        if change.forecasts and not change.reason and card.measure.stage >= DoI.DECIDED:
            self._wrong(card, _("Say why the forecast changes; the timeline keeps it."))
        return change

    def _amounts(self, card: Card, effect: Effect, cells: list[ForecastCell]) -> dict[int, Decimal | None]:
        found: dict[int, Decimal | None] = {}
        for cell in cells:
            if cell.typed is None:
                continue
            try:
                amount = parse_amount(cell.typed)
            except NoNumber as error:
                cell.error = str(error)
                place = {"effect": effect.name, "month": cell.month.name, "what": cell.error}
                self._wrong(card, _("%(effect)s, %(month)s: %(what)s.") % place)
                continue
            if amount != cell.amount:
                found[cell.month.ordinal] = amount
        return found

    def _dates(self, card: Card, line: MilestoneLine, change: MeasureChanges) -> None:
        milestone = line.milestone
        due = self._day(card, line, line.forecast_on)
        if due is not None and due != (milestone.forecast_on or milestone.baseline_on):
            change.forecast_dates.append((milestone, due))
        if done := self._day(card, line, line.actual_on):
            change.done_dates.append((milestone, done))

    def _day(self, card: Card, line: MilestoneLine, text: str) -> date | None:
        try:
            return date.fromisoformat(text) if text else None
        except ValueError:
            line.errors.append(_("“%(text)s” is no date") % {"text": text})
            place = {"milestone": line.milestone.name, "what": line.errors[-1]}
            self._wrong(card, _("%(milestone)s: %(what)s.") % place)
            return None

    def _wrong(self, card: Card, what: str) -> None:
        card.errors.append(what)
        self.add_error(None, f"{card.measure.code}: {what}")

    def refuse(self, error: DomainError) -> None:
        """Objections of the action stand at their measure, and all of them above the page."""
        by_measure: Mapping[int, Any] = error.by_measure if isinstance(error, UpdateRefused) else {}
        if not by_measure:
            super().refuse(error)
        for card in self.cards:
            for objection in by_measure.get(card.measure.pk, ()):
                self._wrong(card, objection.sentence)


def _has_changes(change: MeasureChanges) -> bool:
    return bool(change.forecasts or change.forecast_dates or change.done_dates)
