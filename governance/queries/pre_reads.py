"""The pre-read of a meeting: items and figures as of a moment, and what has changed since."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from finance.queries.plans import canonical_json
from governance.models import MeasureStatus, PreRead
from governance.queries.meetings import Line, MeetingPage

Content = dict[str, Any]
FIGURES = ("planned", "committed", "forecast", "confirmed", "one_off_plan", "one_off_forecast")


def content_of(page: MeetingPage, *, now: datetime) -> Content:
    """What the members read: people by id, amounts as text in the organization's currency."""
    measures = [line.item.measure_id for line in page.lines if line.item.measure_id]
    statuses = {
        row.measure_id: row for row in MeasureStatus.objects.filter(measure_id__in=measures, valid_to__isnull=True)
    }
    meeting = page.meeting
    return {
        "committee": meeting.committee.name,
        "starts_at": meeting.starts_at.isoformat(),
        "zone": meeting.zone,
        "place": meeting.place,
        "as_of": now.isoformat(),
        "items": [_item(line, statuses.get(line.item.measure_id or 0)) for line in page.lines],
    }


def _item(line: Line, status: MeasureStatus | None) -> dict[str, Any]:
    item, measure = line.item, line.item.measure
    return {
        "kind": item.kind,
        "ref": item.ref,
        "title": item.title,
        "consent": item.consent,
        "code": measure.code if measure else "",
        "name": measure.name if measure else "",
        "owner_id": measure.owner_id if measure else None,
        "stage": measure.stage if measure else None,
        "submission_sha256": item.submission.sha256 if item.submission else "",
        "due_on": item.submission.due_on.isoformat() if item.submission else "",
        "vetoed": line.veto is not None,
        "implementation": status.implementation if status else "",
        "potential": status.potential if status else "",
        "figures": {name: _plain(getattr(status, name)) for name in FIGURES} if status else {},
    }


def _plain(amount: Decimal | None) -> str:
    return "" if amount is None else str(amount.quantize(Decimal("0.01")))


def frozen_text(content: Content) -> str:
    """The canonical text that is stored and hashed."""
    return canonical_json(content)


def read(pre_read: PreRead) -> Content:
    """What was frozen."""
    found: Content = json.loads(pre_read.body)
    return found


@dataclass(frozen=True)
class Change:
    """One value of an item that is no longer what was read; `what` is `added` or `removed` for a whole item."""

    code: str
    name: str
    what: str
    before: str = ""
    now: str = ""


def changes_since(frozen: Content, current: Content) -> list[Change]:
    """What differs between the pre-read and the agenda as it stands, item by item."""
    before = {_identity(item): item for item in frozen["items"]}
    after = {_identity(item): item for item in current["items"]}
    found = [Change(_code(item), _name(item), "removed") for key, item in before.items() if key not in after]
    found += [Change(_code(item), _name(item), "added") for key, item in after.items() if key not in before]
    for key, item in after.items():
        if key in before:
            found += _differences(before[key], item)
    return found


def _identity(item: Mapping[str, Any]) -> tuple[str, str, str, str]:
    title = "" if item["code"] else item["title"]
    return (item["kind"], item["code"], item["ref"], title)


def _code(item: Mapping[str, Any]) -> str:
    return str(item["code"])


def _name(item: Mapping[str, Any]) -> str:
    return str(item["name"] or item["title"])


def _differences(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[Change]:
    old, new = _flat(before), _flat(now)
    return [
        Change(_code(now), _name(now), field, old.get(field, ""), new.get(field, ""))
        for field in sorted({*old, *new})
        if old.get(field, "") != new.get(field, "")
    ]


def _flat(item: Mapping[str, Any]) -> dict[str, str]:
    plain = {name: str(value) for name, value in item.items() if name not in ("figures", "owner_id")}
    return plain | {name: str(value) for name, value in item["figures"].items()}
