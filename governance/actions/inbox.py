"""Keeping one's own inbox. No deed is opened: reading changes nothing but the person's own list."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from governance.models import Notice
from governance.sentences import objection
from portfolio.errors import Refused
from portfolio.models import User


def mark_read(notices: Iterable[int], *, by: User, at: datetime) -> int:
    """These notices of the person count as read; those of others stay as they are. Returns how many."""
    rows = Notice.objects.filter(pk__in=list(notices), user=by, read_at__isnull=True)
    return rows.update(read_at=at)


def mark_all_read(*, by: User, on: date, at: datetime) -> int:
    """Whatever the person has not read and not put off counts as read. Returns how many."""
    rows = Notice.objects.filter(user=by, read_at__isnull=True).exclude(snoozed_until__gt=on)
    return rows.update(read_at=at)


def mark_unread(notice: int, *, by: User) -> int:
    """The notice of the person stands in the list again, and is no longer put off."""
    return Notice.objects.filter(pk=notice, user=by).update(read_at=None, snoozed_until=None)


def snooze(notice: int, *, until: date, by: User, on: date) -> int:
    """The notice of the person is out of sight until that day. Refused: a day that is not to come."""
    if until <= on:
        raise Refused(objection("snooze_past"))
    return Notice.objects.filter(pk=notice, user=by, read_at__isnull=True).update(snoozed_until=until)
