"""How a committee came to be as it is: who changed its officers, its rules and its seats, when and why."""

from __future__ import annotations

from governance.queries.timeline import StoryEntry, Theme
from governance.sentences import deed_sentence
from portfolio.models import CommitteeMember, SteeringCommittee, User
from portfolio.queries import RecordedChange, TimelineEntry, deeds_by_id, recorded_changes

READ, SHOWN = 200, 20
# A seat says which committee it belongs to; the page is about that one.
UNSAID = frozenset({"committee"})


def committee_story(committee: SteeringCommittee) -> list[StoryEntry]:
    """The newest changes first, one entry for each deed."""
    seats = CommitteeMember.objects.filter(committee=committee).values_list("pk", flat=True)
    changes = recorded_changes(SteeringCommittee, [committee.pk], limit=READ)
    changes += [one for one in recorded_changes(CommitteeMember, seats, limit=READ) if one.field not in UNSAID]
    by_deed: dict[tuple[int | None, object], list[RecordedChange]] = {}
    for change in changes:
        # What was written outside any deed belongs together when it happened together.
        by_deed.setdefault((change.deed_id, None if change.deed_id else change.at), []).append(change)
    deeds = deeds_by_id(deed_id for deed_id, _at in by_deed if deed_id is not None)
    people = User.objects.in_bulk({one.user_id for one in changes if one.user_id is not None})
    entries = []
    for (deed_id, _at), found in by_deed.items():
        deed = deeds.get(deed_id) if deed_id is not None else None
        entry = TimelineEntry(
            at=found[-1].at,
            kind=deed.kind if deed else "changed",
            actor=deed.actor if deed else people.get(found[-1].user_id or 0),
            reason=deed.reason if deed else "",
            details=deed.details if deed else {},
            changes=tuple(one.change for one in found),
            deed_id=deed_id,
        )
        entries.append(StoryEntry(entry, Theme.PEOPLE, deed_sentence(entry.kind, entry.details)))
    return sorted(entries, key=lambda told: told.entry.at, reverse=True)[:SHOWN]
