"""The story of a measure as people read and export it: deeds, lights and divergences, newest first."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext, gettext_lazy

from finance.queries.timeline import LIGHT_CHANGED, measure_timeline
from governance.choices import DivergenceState
from governance.models import DivergenceChange
from governance.sentences import DEEDS, deed_sentence, light_sentence, sentence
from governance.workbook.writing import csv_cell
from measures.choices import DoI, Light, LightKind
from measures.models import Measure
from portfolio.choices import Office
from portfolio.models import User
from portfolio.queries import FieldChange, TimelineEntry

SHOWN = 200
# More than any measure will ever have; an export leaves nothing out.
EVERYTHING = 100_000
DIVERGENCE_CHANGED = "divergence_changed"


class Theme(TextChoices):
    """What an entry is about, for the filter."""

    DECISIONS = "decisions", gettext_lazy("Decisions")
    MONEY = "money", gettext_lazy("Money")
    WORK = "work", gettext_lazy("Work")
    PEOPLE = "people", gettext_lazy("People")
    JUDGEMENTS = "judgements", gettext_lazy("Lights and divergences")
    OTHER = "other", gettext_lazy("Other")


_THEMES = (
    (Theme.DECISIONS, ("gate", "submission", "closure", "take_over", "program_taken", "value_", "baseline")),
    (Theme.JUDGEMENTS, (LIGHT_CHANGED, "light_", "divergence")),
    (Theme.PEOPLE, ("owner_", "controller_")),
    (Theme.WORK, ("milestone", "risk", "dependency", "measure_")),
    (
        Theme.MONEY,
        ("amounts", "plan_", "forecast_", "actual_", "claims_", "effect", "dispute", "month_end", "my_", "update_"),
    ),
)


# Parameters of deeds that are words of their own.
_WORDS: dict[str, type[TextChoices]] = {"office": Office, "light": LightKind, "colour": Light}


@dataclass(frozen=True)
class StoryEntry:
    """One entry with its words: what was done, and the sentences of the reasons a light changed for."""

    entry: TimelineEntry
    theme: Theme
    what: str
    reasons: tuple[str, ...] = ()


def story(measure: Measure, *, theme: str = "", limit: int = SHOWN, currency: str = "") -> list[StoryEntry]:
    """The newest entries first, at most `limit`, of one theme or all; `currency` is the organization's."""
    entries = [*measure_timeline(measure, limit), *_divergences(measure, limit)]
    told = [_told(entry, currency) for entry in sorted(entries, key=lambda entry: entry.at, reverse=True)]
    return [entry for entry in told if not theme or entry.theme == theme][:limit]


def _told(entry: TimelineEntry, currency: str) -> StoryEntry:
    reasons = entry.details.get("reasons", ())
    return StoryEntry(
        entry=entry,
        theme=theme_of(entry.kind),
        what=deed_words(entry.kind, entry.details),
        reasons=tuple(light_sentence(reason, currency) for reason in reasons),
    )


def theme_of(kind: str) -> Theme:
    """The theme of a kind of deed, by how its name begins."""
    return next((theme for theme, starts in _THEMES if kind.startswith(starts)), Theme.OTHER)


def deed_words(kind: str, details: Mapping[str, Any]) -> str:
    """The sentence of a deed; a kind without one reads as its name."""
    if kind not in DEEDS:
        return kind.replace("_", " ")
    return deed_sentence(kind, {name: _word(name, value) for name, value in details.items()})


def _word(name: str, value: Any) -> Any:
    if name == "stage" and str(value).upper() in DoI.__members__:
        return DoI[str(value).upper()].label
    if name in _WORDS and value in _WORDS[name].values:
        return _WORDS[name](value).label
    return value


def _divergences(measure: Measure, limit: int) -> Iterator[TimelineEntry]:
    rows = DivergenceChange.objects.filter(divergence__measure=measure).select_related("divergence").order_by("-pk")
    found = list(rows[:limit])
    people = User.objects.in_bulk({row.user_id for row in found if row.user_id is not None})
    for row in found:
        code = row.divergence.code
        before = DivergenceState(row.before).label if row.before else None
        yield TimelineEntry(
            at=row.at,
            kind=DIVERGENCE_CHANGED,
            actor=people.get(row.user_id) if row.user_id is not None else None,
            reason=row.reason,
            details={"code": code, "meaning": sentence(code, row.divergence.params)},
            changes=(FieldChange(code, before, DivergenceState(row.after).label),),
            deed_id=row.deed_id,
        )


def story_csv(entries: Iterable[StoryEntry]) -> str:
    """The entries as CSV, a row for each change; a text a spreadsheet would run is escaped."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    heads = ("at", "who", "on behalf of", "kind", "what", "about", "field", "before", "after", "why")
    writer.writerow(heads)
    for told in entries:
        for row in _csv_rows(told):
            writer.writerow([csv_cell(value) for value in row])
    return out.getvalue()


def _csv_rows(told: StoryEntry) -> Iterator[list[Any]]:
    entry = told.entry
    who = str(entry.actor) if entry.actor else gettext("Countersign")
    behalf = str(entry.on_behalf_of) if entry.on_behalf_of else None
    why = " ".join(filter(None, (entry.reason, *told.reasons)))
    for change in entry.changes or (FieldChange("", None, None),):
        about = [change.subject, str(change.label), _plain(change.before), _plain(change.after)]
        yield [entry.at.isoformat(timespec="seconds"), who, behalf, entry.kind, told.what, *about, why]


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, str | Decimal | date) else str(value)
