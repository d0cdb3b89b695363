"""Which day it is in an organization."""

from __future__ import annotations

from datetime import UTC, date, datetime

from portfolio.middleware import today
from portfolio.models import Organization

LATE_EVENING = datetime(2026, 10, 15, 23, 30, tzinfo=UTC)


def test_today_is_the_day_of_the_organizations_zone():
    assert today(Organization(time_zone="Europe/Berlin"), LATE_EVENING) == date(2026, 10, 16)
    assert today(Organization(time_zone="America/New_York"), LATE_EVENING) == date(2026, 10, 15)


def test_today_where_time_stands_still_is_the_day_it_stands_on():
    sample = Organization(time_zone="America/New_York", stands_on=date(2012, 6, 30))
    assert today(sample, LATE_EVENING) == date(2012, 6, 30)
