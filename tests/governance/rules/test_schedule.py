"""When a digest is due: weekday or day of month, hour and zone, and once only when clocks change."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.rules.schedule import Schedule, latest_due, moment_of, next_due

BERLIN = "Europe/Berlin"
MONDAY = date(2026, 3, 30)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("schedule", "now", "due"),
    [
        # Weekly: up to the hour the week before, from the hour on the day itself.
        (Schedule(0, None, 7, "UTC"), "2026-03-30T06:59:59", date(2026, 3, 23)),
        (Schedule(0, None, 7, "UTC"), "2026-03-30T07:00:00", date(2026, 3, 30)),
        (Schedule(6, None, 0, "UTC"), "2026-03-29T00:00:00", date(2026, 3, 29)),
        # The day is that of the zone, not of UTC.
        (Schedule(0, None, 7, "Asia/Tokyo"), "2026-03-29T22:00:00", date(2026, 3, 30)),
        (Schedule(0, None, 20, "America/Los_Angeles"), "2026-03-31T03:00:00", date(2026, 3, 30)),
        (Schedule(0, None, 20, "America/Los_Angeles"), "2026-03-31T02:59:59", date(2026, 3, 23)),
        # Monthly, and in a short month on its last day.
        (Schedule(None, 5, 7, "UTC"), "2026-03-05T07:00:00", date(2026, 3, 5)),
        (Schedule(None, 5, 7, "UTC"), "2026-03-05T06:59:00", date(2026, 2, 5)),
        (Schedule(None, 31, 7, "UTC"), "2026-02-28T07:00:00", date(2026, 2, 28)),
        (Schedule(None, 31, 7, "UTC"), "2026-03-30T07:00:00", date(2026, 2, 28)),
        (Schedule(None, 31, 7, "UTC"), "2026-01-01T00:00:00", date(2025, 12, 31)),
        # Berlin, 29 March 2026: 02:00 to 03:00 does not exist; it is due when the clock jumps, at 01:00 UTC.
        (Schedule(6, None, 2, BERLIN), "2026-03-29T00:59:59", date(2026, 3, 22)),
        (Schedule(6, None, 2, BERLIN), "2026-03-29T01:00:00", date(2026, 3, 29)),
        (Schedule(6, None, 2, BERLIN), "2026-03-29T02:30:00", date(2026, 3, 29)),
        # Berlin, 25 October 2026: 02:00 comes at 00:00 UTC and again at 01:00 UTC; it is due at the first.
        (Schedule(6, None, 2, BERLIN), "2026-10-24T23:59:59", date(2026, 10, 18)),
        (Schedule(6, None, 2, BERLIN), "2026-10-25T00:00:00", date(2026, 10, 25)),
        (Schedule(6, None, 2, BERLIN), "2026-10-25T01:00:00", date(2026, 10, 25)),
    ],
)
def test_latest_due_day(schedule: Schedule, now: str, due: date) -> None:
    assert latest_due(schedule, utc(now)) == due


@pytest.mark.parametrize(("weekday", "day"), [(None, None), (0, 5)])
def test_schedule_has_either_weekday_or_day(weekday: int | None, day: int | None) -> None:
    with pytest.raises(ValueError, match="either"):
        Schedule(weekday, day, 7, "UTC")


SCHEDULES = st.one_of(
    st.builds(Schedule, st.integers(0, 6), st.none(), st.integers(0, 23), st.sampled_from([BERLIN, "Asia/Kathmandu"])),
    st.builds(Schedule, st.none(), st.integers(1, 31), st.integers(0, 23), st.sampled_from([BERLIN, "Pacific/Apia"])),
)
MOMENTS = st.datetimes(datetime(2025, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@given(SCHEDULES, MOMENTS)
def test_now_lies_between_the_latest_and_the_next(schedule: Schedule, now: datetime) -> None:
    latest, following = latest_due(schedule, now), next_due(schedule, now)
    assert moment_of(schedule, latest) <= now < moment_of(schedule, following)
    assert timedelta(days=5) < following - latest <= timedelta(days=31)


@given(SCHEDULES)
def test_every_hour_of_a_change_of_clocks_gives_one_period(schedule: Schedule) -> None:
    """Asked each quarter of an hour around both changes of the year, no day is left out and none comes back."""
    for start in (datetime(2026, 3, 27, tzinfo=UTC), datetime(2026, 10, 23, tzinfo=UTC)):
        found = [latest_due(schedule, start + timedelta(minutes=15 * number)) for number in range(4 * 24 * 4)]
        assert found == sorted(found)
        assert len(set(found)) <= 2
