"""Keeping one's own inbox."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from governance.models import Notice
from portfolio.models import User


def mark_read(notices: Iterable[int], *, by: User, at: datetime) -> int:
    """These notices of the person count as read; those of others stay as they are. Returns how many.

    No deed is opened: reading changes nothing but the person's own list.
    """
    rows = Notice.objects.filter(pk__in=list(notices), user=by, read_at__isnull=True)
    return rows.update(read_at=at)
