"""Asking people in: a signed link that works once, for one person, until a day."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from hashlib import sha256
from uuid import UUID

import structlog
from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.core.validators import validate_email
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as now_in_words
from django.utils.translation import gettext_lazy as _

from governance.models import Invitation
from portfolio import tenancy
from portfolio.access import require
from portfolio.actions.members import role_objections, write_grant
from portfolio.actions.organizations import add_member, add_person
from portfolio.choices import Right
from portfolio.deeds import deed
from portfolio.errors import Conflict, NotAllowed, Objection, Refused
from portfolio.models import Node, Organization, Role, User

log = structlog.get_logger()

VALID = timedelta(days=14)
SALT = "invitation"

UNKNOWN = Objection("invitation_unknown", _("This link is not valid. Ask for a new invitation."))
STATES = {
    "used": Objection("invitation_used", _("This invitation was already accepted. Sign in instead.")),
    "revoked": Objection("invitation_revoked", _("This invitation was withdrawn.")),
    "expired": Objection("invitation_expired", _("This invitation has expired. Ask for a new one.")),
}
WRONG_PERSON = Objection(
    "invitation_of_another", _("This invitation is for somebody else. Sign out, and open the link again.")
)


@dataclass(frozen=True)
class Guest:
    """An invitation as the person who holds the link sees it. `known` when the person has a password already."""

    invitation: Invitation
    organization: Organization
    known: bool


def invite(
    email: str,
    *,
    name: str,
    role_code: str,
    node: Node,
    by: User,
    now: datetime,
    on: date,
    ends_on: date | None = None,
    key: UUID | None = None,
) -> Invitation:
    """The person has a mail with a link that lets them in with this role, once and for 14 days.

    Refused: without the right to manage members there; an address that is none; one's own; a role that may not be
    given (see `grant_role`); somebody who is invited to it already. Recorded: deed and invitation, of the link only
    a hash.
    """
    require(by, Right.MANAGE_MEMBERS, node.pk)
    email = email.strip().lower()
    with deed("person_invited", by=by, subject=node, key=key, details={"role": role_code}):
        objections = [*_address_objections(email, by), *role_objections(role_code, by=by, ends_on=ends_on, on=on)]
        waiting = Invitation.objects.filter(email=email, role__code=role_code, node=node, accepted_at=None)
        if waiting.filter(revoked_at=None, expires_at__gt=now).exists():
            objections.append(Objection("already_invited", _("This person is already invited to this role.")))
        if objections:
            raise Refused(*objections)
        waiting.filter(revoked_at=None).update(revoked_at=now)
        secret = secrets.token_urlsafe(32)
        invitation = Invitation.objects.create(
            email=email,
            name=name.strip() or email.split("@")[0],
            role=Role.objects.get(code=role_code),
            node=node,
            ends_on=ends_on,
            secret_sha256=_hashed(secret),
            invited_by=by,
            invited_at=now,
            expires_at=now + VALID,
        )
        send_invitation(invitation, _link(secret))
        return invitation


def _address_objections(email: str, by: User) -> list[Objection]:
    try:
        validate_email(email)
    except ValidationError:
        return [Objection("email_invalid", _("This is no e-mail address."))]
    if email == by.email:
        return [Objection("own_roles", _("Nobody grants or withdraws roles of their own."))]
    return []


def send_again(invitation: Invitation, *, by: User, now: datetime, key: UUID | None = None) -> None:
    """A new link is on its way and holds for another 14 days; the former one no longer opens anything.

    Refused: without the right; an invitation that was accepted or withdrawn. Recorded: the deed.
    """
    require(by, Right.MANAGE_MEMBERS, invitation.node_id)
    with deed("invitation_sent_again", by=by, subject=invitation.node, key=key, details={"invitation": invitation.pk}):
        row = _locked(invitation.pk)
        if (state := _state(row, now)) in ("used", "revoked"):
            raise Refused(STATES[state])
        secret = secrets.token_urlsafe(32)
        row.secret_sha256, row.expires_at = _hashed(secret), now + VALID
        row.save(update_fields=["secret_sha256", "expires_at"])
        send_invitation(row, _link(secret))


def revoke(invitation: Invitation, *, by: User, now: datetime, key: UUID | None = None) -> None:
    """The link opens nothing any more. Refused: without the right; one that was accepted. Recorded: the deed."""
    require(by, Right.MANAGE_MEMBERS, invitation.node_id)
    with deed("invitation_revoked", by=by, subject=invitation.node, key=key, details={"invitation": invitation.pk}):
        row = _locked(invitation.pk)
        if row.accepted_at is not None:
            raise Refused(STATES["used"])
        row.revoked_at = row.revoked_at or now
        row.save(update_fields=["revoked_at"])


def send_invitation(invitation: Invitation, link: str) -> None:
    """The link is mailed once the transaction holds; whether it arrived is not known here, and it can be sent again."""
    organization = Organization.objects.get(pk=tenancy.current_organization_id())
    known = User.objects.filter(email=invitation.email).first()
    with translation.override(known.language if known else translation.get_language()):
        subject = now_in_words("Invitation to %(organization)s") % {"organization": organization.name}
        text = now_in_words(
            "Good day %(name)s,\n\n%(host)s invites you to work with %(organization)s as %(role)s.\n\n%(link)s\n\n"
            "The link works once, until %(day)s, and for you alone."
        ) % {
            "name": invitation.name,
            "host": invitation.invited_by.name,
            "organization": organization.name,
            "role": invitation.role.name,
            "link": link,
            "day": date_format(invitation.expires_at, "DATE_FORMAT"),
        }
    # A line break in a subject would end the head of the mail.
    letter = EmailMessage(" ".join(subject.split()), text + "\n", to=[invitation.email])
    transaction.on_commit(partial(_send, letter, invitation.pk))


def _send(letter: EmailMessage, invitation_id: int) -> None:
    try:
        letter.send()
    except OSError as error:
        log.warning("invitation_not_sent", invitation=invitation_id, error=type(error).__name__)


def _link(secret: str) -> str:
    token = signing.dumps([tenancy.current_organization_id(), secret], salt=SALT)
    return f"{settings.BASE_URL}{reverse('join', args=[token])}"


def _hashed(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()


def _locked(pk: int) -> Invitation:
    return Invitation.objects.select_for_update(of=("self",)).select_related("role", "node").get(pk=pk)


def _state(invitation: Invitation, now: datetime) -> str:
    if invitation.accepted_at is not None:
        return "used"
    if invitation.revoked_at is not None:
        return "revoked"
    return "expired" if invitation.expires_at <= now else "open"


@contextmanager
def opened(token: str, *, now: datetime, user_id: int | None = None) -> Iterator[Guest]:
    """The invitation behind a link, inside its organization, locked. Refused: a link that is forged, unknown, used,
    withdrawn or expired, each with its sentence."""
    try:
        organization_id, secret = signing.loads(token, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        raise Refused(UNKNOWN) from None
    organization = Organization.objects.filter(pk=organization_id).first()
    if organization is None:
        raise Refused(UNKNOWN)
    with tenancy.tenant(organization.pk, user_id=user_id):
        rows = Invitation.objects.select_for_update(of=("self",)).select_related("role", "node", "invited_by")
        row = rows.filter(secret_sha256=_hashed(str(secret))).first()
        if row is None:
            raise Refused(UNKNOWN)
        if (state := _state(row, now)) != "open":
            raise Refused(STATES[state])
        person = User.objects.filter(email=row.email).first()
        yield Guest(row, organization, person is not None and person.has_usable_password())


def accept(token: str, *, user: User, now: datetime, on: date) -> Organization:
    """The person belongs to the organization with the role of the invitation, whose link is used up.

    Refused: see `opened`; a person of another address; one whose sign-in is switched off; a last day that has
    passed. Recorded: the deed, in the person's own name, and the grant.
    """
    with opened(token, now=now, user_id=user.pk) as guest:
        invitation = guest.invitation
        if user.email != invitation.email:
            raise NotAllowed(WRONG_PERSON)
        if not user.is_active:
            raise NotAllowed(Objection("sign_in_off", _("Your sign-in is switched off. Ask your administrator.")))
        if invitation.ends_on is not None and invitation.ends_on < on:
            raise Refused(STATES["expired"])
        with deed("invitation_accepted", by=user, subject=invitation.node, details={"invitation": invitation.pk}):
            membership = add_member(user, on=on)
            if not membership.is_active:
                membership.is_active = True
                membership.save(update_fields=["is_active"])
            write_grant(user, role_code=invitation.role.code, node=invitation.node, ends_on=invitation.ends_on)
            invitation.accepted_at, invitation.accepted_by = now, user
            invitation.save(update_fields=["accepted_at", "accepted_by"])
        return guest.organization


def accept_with_password(token: str, *, password: str, name: str, now: datetime, on: date) -> tuple[User, Organization]:
    """The same for somebody without a password: the person has this one from now on.

    Refused as well: a person who has a password already and must sign in with it.
    """
    with transaction.atomic():
        with opened(token, now=now) as guest:
            if guest.known:
                raise Conflict(Objection("sign_in_first", _("You have a password already. Sign in with it first.")))
            user = add_person(guest.invitation.email, name=name or guest.invitation.name)
        if not user.is_active:
            raise NotAllowed(Objection("sign_in_off", _("Your sign-in is switched off. Ask your administrator.")))
        user.set_password(password)
        user.name = name or user.name
        user.save(update_fields=["password", "name"])
        return user, accept(token, user=user, now=now, on=on)
