"""How a person wants to hear of events."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from governance.choices import Way
from governance.events import EVENTS, ways_of
from governance.models import Notice, Subscription
from governance.sentences import objection
from portfolio.errors import Refused
from portfolio.models import User


def subscribe(choices: Mapping[str, str], *, by: User, at: datetime) -> int:
    """The person hears of each of these events in the way given, from the next one on; returns how many changed.

    What has happened and was to be mailed follows a choice against mail too. Refused: a mandatory event, and a way
    that the event does not offer. No deed is opened: it concerns the person's own mail only.
    """
    for code, way in choices.items():
        event = EVENTS.get(code)
        if event is None or way not in ways_of(event):
            raise Refused(objection("subscription_fixed"))
    known = dict(Subscription.objects.filter(user=by).values_list("event", "way"))
    changed = {code: way for code, way in choices.items() if known.get(code, EVENTS[code].way) != way}
    for code, way in changed.items():
        Subscription.objects.update_or_create(user=by, event=code, defaults={"way": way, "changed_at": at})
        if way != Way.NOW:
            waiting = Notice.objects.filter(user=by, code=code, mailed_at__isnull=True, way=Way.NOW)
            waiting.update(way=way)
    return len(changed)


def unsubscribe(user: User, event: str, *, at: datetime) -> bool:
    """The person has no more mail of the event, which stands in the inbox all the same; False when so already."""
    return bool(subscribe({event: Way.INBOX}, by=user, at=at))
