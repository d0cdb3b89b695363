"""Reading the record: what changed in a row, in which deed, by whom and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from django.db.models import Model

from portfolio.models import Deed, User

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

# Fields that change with others, or are kept for the machine.
SILENT = frozenset({"id", "organization", "version", "sort_key"})


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field before and after; values as a person reads them, people as `User`. `subject` names the row."""

    label: str | _StrPromise
    before: Any
    after: Any
    subject: str = ""


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One line of a timeline: a deed with what it changed, or a fact without a person (`actor` is None)."""

    at: datetime
    kind: str
    actor: User | None = None
    on_behalf_of: User | None = None
    reason: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)
    changes: tuple[FieldChange, ...] = ()
    deed_id: int | None = None


@dataclass(frozen=True, slots=True)
class RecordedChange:
    """A field change with the deed, the person's id and the time it was recorded with."""

    deed_id: int | None
    user_id: int | None
    at: datetime
    field: str
    change: FieldChange


def deeds_by_id(ids: Iterable[int]) -> dict[int, Deed]:
    """Deeds with their people; one statement."""
    wanted = Deed.objects.filter(pk__in=set(ids)).select_related("actor", "on_behalf_of")
    return {deed.pk: deed for deed in wanted}


def recorded_changes(model: type[Model], ids: Iterable[int], *, limit: int) -> list[RecordedChange]:
    """What the newest `limit` history rows of these rows changed, oldest first.

    Creation and removal are changes too: every filled field from or to None. Keys are shown as what they point to,
    with one statement for each kind of thing pointed to.
    """
    history: Any = model.history.model  # type: ignore[attr-defined]
    rows = list(history.objects.filter(id__in=list(ids)).order_by("-history_id")[: limit + 1])
    found = [
        change
        for _id, versions in _by_row(rows).items()
        for before, after in pairwise(_with_start(versions, complete=len(rows) <= limit))
        for change in _differences(model, before, after)
    ]
    return sorted(_readable(model, found), key=lambda change: change.at)


def _by_row(rows: Iterable[Any]) -> dict[int, list[Any]]:
    versions: dict[int, list[Any]] = {}
    for row in sorted(rows, key=lambda row: row.history_id):
        versions.setdefault(row.id, []).append(row)
    return versions


def _with_start(versions: list[Any], *, complete: bool) -> list[Any]:
    """Nothing stands before the creation; where older rows were not read, the first one is only compared with."""
    return [None, *versions] if complete or versions[0].history_type == "+" else versions


def _differences(model: type[Model], before: Any, after: Any) -> Iterable[RecordedChange]:
    removed = after.history_type == "-"
    subject = getattr(after, "name", "") or getattr(after, "text", "")
    for one in model._meta.concrete_fields:
        if one.name in SILENT:
            continue
        old = None if before is None else getattr(before, one.attname)
        new = None if removed else getattr(after, one.attname)
        if old != new and not (old in (None, "") and new in (None, "")):
            change = FieldChange(one.verbose_name, old, new, str(subject)[:80])
            yield RecordedChange(after.deed_id, after.history_user_id, after.history_date, one.name, change)


def _readable(model: type[Model], changes: list[RecordedChange]) -> list[RecordedChange]:
    """The same changes with the things behind keys, and the words behind choices."""
    fields = {one.name: one for one in model._meta.concrete_fields}
    known: dict[type[Model], dict[Any, Any]] = {}
    for related in {fields[change.field].related_model for change in changes if fields[change.field].is_relation}:
        wanted = {value for c in changes if fields[c.field].related_model is related for value in _values(c)}
        known[related] = related._default_manager.in_bulk(list(wanted))  # type: ignore[union-attr, index]
    return [_read(change, fields[change.field], known) for change in changes]


def _values(change: RecordedChange) -> list[Any]:
    return [value for value in (change.change.before, change.change.after) if value is not None]


def _read(recorded: RecordedChange, one: Any, known: Mapping[Any, Mapping[Any, Any]]) -> RecordedChange:
    def word(value: Any) -> Any:
        if value is None:
            return None
        if one.is_relation:
            return known[one.related_model].get(value, value)
        return dict(one.flatchoices).get(value, value) if one.choices else value

    change = recorded.change
    readable = FieldChange(change.label, word(change.before), word(change.after), change.subject)
    return RecordedChange(recorded.deed_id, recorded.user_id, recorded.at, recorded.field, readable)
