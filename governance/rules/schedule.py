"""When a mail by the calendar is due: a weekday or a day of the month at an hour of a time zone, once a period."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Schedule:
    """Weekly on `weekday` (Monday = 0), or monthly on `day` where `weekday` is None; at `hour` of `zone`.

    A month without that day has it on its last one.
    """

    weekday: int | None
    day: int | None
    hour: int
    zone: str

    def __post_init__(self) -> None:
        if (self.weekday is None) == (self.day is None):
            raise ValueError("a schedule has either a weekday or a day of the month")


def moment_of(schedule: Schedule, on: date) -> datetime:
    """The moment on that day, in UTC.

    In the hour that daylight saving leaves out it is the moment at which the clock jumps on, in the hour that comes
    twice the first of both; so there is exactly one on every day.
    """
    local = datetime.combine(on, time(schedule.hour), tzinfo=ZoneInfo(schedule.zone))
    return local.astimezone(UTC)


def day_of_month(day: int, year: int, month: int) -> date:
    return date(year, month, min(day, calendar.monthrange(year, month)[1]))


def latest_due(schedule: Schedule, now: datetime) -> date:
    """The last day whose moment has come; it names the period, of which there is one mail."""
    here = now.astimezone(ZoneInfo(schedule.zone)).date()
    # A day of grace forwards, because zones differ from UTC by more than the hour.
    day = _on_or_before(schedule, here + timedelta(days=1))
    while moment_of(schedule, day) > now:
        day = _on_or_before(schedule, day - timedelta(days=1))
    return day


def next_due(schedule: Schedule, now: datetime) -> date:
    """The first day whose moment is still to come."""
    day = latest_due(schedule, now)
    while moment_of(schedule, day) <= now:
        day = _after(schedule, day)
    return day


def _on_or_before(schedule: Schedule, day: date) -> date:
    if schedule.weekday is not None:
        return day - timedelta(days=(day.weekday() - schedule.weekday) % 7)
    assert schedule.day is not None
    found = day_of_month(schedule.day, day.year, day.month)
    if found <= day:
        return found
    before = day.replace(day=1) - timedelta(days=1)
    return day_of_month(schedule.day, before.year, before.month)


def _after(schedule: Schedule, day: date) -> date:
    if schedule.weekday is not None:
        return day + timedelta(days=7)
    assert schedule.day is not None
    following = day.replace(day=28) + timedelta(days=4)
    return day_of_month(schedule.day, following.year, following.month)
