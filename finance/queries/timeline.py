"""The story of a measure: deeds with what they changed, and lights that changed by themselves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from finance.choices import EvidenceTier, Scenario
from finance.models import ActualEntry, AmountChange, Dispute, Effect, FiscalPeriod
from measures.models import Dependency, Measure, Milestone, Risk, StatusChange
from portfolio.models import Deed, User
from portfolio.queries import FieldChange, RecordedChange, TimelineEntry, deeds_by_id, recorded_changes

# Results of reconciliation are told as changes of a light, with their reasons.
_RESULTS = frozenset(
    {
        "implementation_status",
        "implementation_reasons",
        "potential_status",
        "potential_reasons",
        "potential_hollow",
    }
)
LIGHT_CHANGED = "light_changed"


def measure_timeline(measure: Measure, limit: int = 200) -> list[TimelineEntry]:
    """The newest entries first, at most `limit`: what happened to the measure, its milestones, risks and money.

    Every change stands in the deed it belongs to. Changes of a light carry their reasons as codes in `details`.
    Decisions with their words are added from above.
    """
    changes = [*_field_changes(measure, limit), *_amount_changes(measure, limit), *_bookings(measure, limit)]
    deeds = deeds_by_id([change.deed_id for change in changes if change.deed_id is not None])
    own = Deed.objects.filter(subject_kind="measure", subject_id=measure.pk).order_by("-pk")[:limit]
    deeds |= {deed.pk: deed for deed in own.select_related("actor", "on_behalf_of")}
    entries = [*_deed_entries(deeds, changes), *_bare_entries(changes), *_light_entries(measure, limit)]
    return sorted(entries, key=lambda entry: entry.at, reverse=True)[:limit]


def _field_changes(measure: Measure, limit: int) -> Iterable[RecordedChange]:
    parts: list[type[Model]] = [Milestone, Risk, Dependency, Effect, Dispute]
    for change in recorded_changes(Measure, [measure.pk], limit=limit):
        if change.field not in _RESULTS:
            yield change
    for model in parts:
        yield from recorded_changes(model, _ever_part_of(model, measure), limit=limit)


def _ever_part_of(model: Any, measure: Measure) -> list[int]:
    """Ids of all rows that belong or once belonged to the measure; removed ones live on in the history."""
    return list(model.history.filter(measure_id=measure.pk).values_list("id", flat=True).distinct())


def _amount_changes(measure: Measure, limit: int) -> list[RecordedChange]:
    effects = _effect_names(measure)
    rows = list(AmountChange.objects.filter(effect_id__in=effects).order_by("-pk")[:limit])
    months = FiscalPeriod.objects.in_bulk({row.period_id for row in rows})
    scenarios = dict(Scenario.choices)
    return [
        RecordedChange(
            row.deed_id,
            row.user_id,
            row.at,
            "amount",
            FieldChange(
                _month_label(scenarios.get(row.scenario, row.scenario), months[row.period_id]),
                row.before,
                row.after,
                effects[row.effect_id],
            ),
        )
        for row in reversed(rows)
    ]


def _effect_names(measure: Measure) -> dict[int, str]:
    rows = Effect.history.filter(measure_id=measure.pk).order_by("history_id")
    return dict(rows.values_list("id", "name"))


def _month_label(what: object, month: FiscalPeriod) -> str:
    return f"{what} {month.name}"


def _bookings(measure: Measure, limit: int) -> list[RecordedChange]:
    entries = ActualEntry.objects.filter(effect__measure=measure).select_related("effect", "period").order_by("-pk")
    tiers = dict(EvidenceTier.choices)
    return [
        RecordedChange(
            entry.deed_id,
            entry.entered_by_id,
            entry.at,
            "actual",
            FieldChange(_month_label(tiers[entry.tier], entry.period), None, entry.amount, entry.effect.name),
        )
        for entry in entries[:limit]
    ]


def _deed_entries(deeds: dict[int, Deed], changes: Iterable[RecordedChange]) -> Iterable[TimelineEntry]:
    by_deed: dict[int, list[FieldChange]] = defaultdict(list)
    for change in changes:
        if change.deed_id is not None:
            by_deed[change.deed_id].append(change.change)
    for deed in deeds.values():
        yield TimelineEntry(
            at=deed.at,
            kind=deed.kind,
            actor=deed.actor,
            on_behalf_of=deed.on_behalf_of,
            reason=deed.reason,
            details=deed.details,
            changes=tuple(by_deed.get(deed.pk, ())),
            deed_id=deed.pk,
        )


def _bare_entries(changes: Iterable[RecordedChange]) -> Iterable[TimelineEntry]:
    """Changes outside any deed: nobody's action wrote them, which is itself worth seeing."""
    loose: dict[tuple[datetime, int | None], list[FieldChange]] = defaultdict(list)
    for change in changes:
        if change.deed_id is None:
            loose[(change.at, change.user_id)].append(change.change)
    people = User.objects.in_bulk({user for _at, user in loose if user is not None})
    for (at, user), found in loose.items():
        yield TimelineEntry(
            at=at, kind="changed", actor=people.get(user) if user is not None else None, changes=tuple(found)
        )


def _light_entries(measure: Measure, limit: int) -> Iterable[TimelineEntry]:
    for row in StatusChange.objects.filter(measure=measure).order_by("-at", "-pk")[:limit]:
        label = _("Implementation light") if row.light == "implementation" else _("Potential light")
        yield TimelineEntry(
            at=row.at,
            kind=LIGHT_CHANGED,
            details={"light": row.light, "reasons": row.reasons, "on": row.on.isoformat()},
            changes=(FieldChange(label, row.get_before_display(), row.get_after_display()),),
            deed_id=row.deed_id,
        )
