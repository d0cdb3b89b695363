"""The signed link in an optional mail: whose subscription to which event it changes, and for how long it holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.core import signing

SALT = "countersign.unsubscribe"
HOLDS = timedelta(days=180)


@dataclass(frozen=True)
class Leaving:
    """Ids and the event's code; nothing a reader of the address could learn a name from."""

    organization_id: int
    user_id: int
    event: str


def unsubscribe_token(organization_id: int, user_id: int, event: str) -> str:
    return signing.dumps([organization_id, user_id, event], salt=SALT, compress=False)


def read_token(token: str) -> Leaving | None:
    """What the link says; None when it is forged, damaged or too old."""
    try:
        organization_id, user_id, event = signing.loads(token, salt=SALT, max_age=HOLDS)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return Leaving(organization_id, user_id, event)
