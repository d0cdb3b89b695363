"""What people are told: the one table from event to reader, and whether it comes at once.

The sentence of each stands in `governance/sentences.py:NOTICES` under the same code. A person may choose another way
for every event that is not mandatory; a mandatory one asks a person to act on a gate or says what became of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from governance.choices import Reader, Way

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

OWNER, CONTROLLER, SPONSOR = Reader.OWNER, Reader.CONTROLLER, Reader.SPONSOR
CHAIR, SECRETARY, DECIDER, SUBMITTER = Reader.CHAIR, Reader.SECRETARY, Reader.DECIDER, Reader.SUBMITTER
CONCERNED = Reader.CONCERNED

# Silent leakage, drift, erosion and control failures are told at once; the other divergences wait for the digest.
CRITICAL_CODES = ("D1", "D9", "D11", "D12")


@dataclass(frozen=True)
class Event:
    """Something that happens, in words, who is told of it, and how they hear unless they chose otherwise."""

    code: str
    happened: str | _StrPromise
    readers: tuple[Reader, ...]
    way: Way
    mandatory: bool = False
    # Told in one mail a day at most; what comes later waits for the next day.
    once_a_day: bool = False


def _gate(code: str, happened: _StrPromise, *readers: Reader) -> Event:
    return Event(code, happened, readers, Way.NOW, mandatory=True)


def _at_once(code: str, happened: _StrPromise, *readers: Reader, once_a_day: bool = False) -> Event:
    return Event(code, happened, readers, Way.NOW, once_a_day=once_a_day)


def _later(code: str, happened: _StrPromise, *readers: Reader) -> Event:
    return Event(code, happened, readers, Way.DIGEST)


_TABLE = (
    # Gates: nobody can say that nobody said so.
    _gate("gate_submitted", _("A gate waits for a decision"), DECIDER),
    _gate("gate_reminder", _("A decision is due in five working days"), DECIDER),
    _gate("gate_escalated", _("A decision is due and not taken"), CHAIR),
    _gate("gate_decided", _("A gate was decided"), OWNER, SUBMITTER),
    _gate("gate_returned", _("A gate was returned"), OWNER, SUBMITTER),
    _gate("gate_stale", _("A submission became stale"), OWNER, SUBMITTER),
    _gate("gate_vetoed", _("The controller vetoed a gate"), OWNER, SUBMITTER, CHAIR, SECRETARY),
    _gate("consent_asked", _("A closure needs a second consent"), Reader.SECOND_CONTROLLER),
    _gate("closure_confirmed", _("A value was confirmed"), CONTROLLER, Reader.CONFIRMER, SPONSOR, SECRETARY),
    _gate("closure_rejected", _("A closure was sent back"), OWNER, SUBMITTER),
    _gate("take_over_to_ratify", _("A take-over waits for ratification"), CHAIR, SECRETARY),
    _later("approval_given", _("One of two offices has approved a gate"), OWNER, DECIDER),
    _later("consent_given", _("The second consent to a closure was given"), CONTROLLER),
    # Contradictions between the two lights.
    _at_once(
        "divergence_opened",
        _("A critical divergence has opened (D1, D9, D11, D12)"),
        OWNER,
        CONTROLLER,
        CHAIR,
        SECRETARY,
        once_a_day=True,
    ),
    _later("divergence_found", _("Another divergence has opened"), OWNER, CONTROLLER),
    # Doubts about an effect.
    _at_once("dispute_opened", _("The controller disputes an effect"), OWNER),
    _later("dispute_answered", _("A dispute was answered"), Reader.DISPUTER, CONTROLLER),
    _later("dispute_closed", _("A dispute was closed"), OWNER, Reader.DISPUTER),
    # Who is responsible, and what a person may do.
    _at_once("owner_changed", _("A measure has another owner"), CONCERNED, CONTROLLER, SPONSOR),
    _at_once("controller_changed", _("A measure has another controller"), CONCERNED, OWNER, SPONSOR),
    _at_once("role_granted", _("A role was given to you"), CONCERNED),
    _at_once("role_ended", _("A role of yours has ended"), CONCERNED),
    # Mails themselves. Never a mail about a mail, or two wrong addresses would write to each other for ever.
    Event("mail_refused", _("A person's mail address does not work"), (Reader.ADMIN,), Way.INBOX),
    # Digests are mails of their own; unsubscribing from one is a subscription like any other.
    Event("committee_digest", _("Digest of a steering committee"), (CHAIR, SECRETARY), Way.NOW),
    Event("weekly_digest", _("What waits for you, once a week"), (CONCERNED,), Way.NOW),
    Event("month_end_reminder", _("Reminder of the month end"), (CONTROLLER,), Way.NOW),
)
EVENTS: dict[str, Event] = {event.code: event for event in _TABLE}
# These are mails by the calendar, never notices.
DIGESTS = ("committee_digest", "weekly_digest", "month_end_reminder")


def event_of(code: str) -> Event:
    """The event of a notice's code; one that the table does not know waits in the inbox and for the digest."""
    return EVENTS.get(code) or Event(code, code, (), Way.DIGEST)


def ways_of(event: Event) -> tuple[Way, ...]:
    """What a person may choose for the event: nothing for a mandatory one, and a digest never waits for a digest."""
    if event.mandatory:
        return ()
    if event.code in DIGESTS:
        return (Way.NOW, Way.INBOX)
    return (Way.DIGEST, Way.INBOX) if event.code == "mail_refused" else (Way.NOW, Way.DIGEST, Way.INBOX)
