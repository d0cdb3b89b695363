"""Asking for the password again before a decision that counts: at most five minutes ago (domain §1)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.account.forms import ReauthenticateForm
from allauth.account.internal.flows.reauthentication import reauthenticate_by_password
from allauth.core import ratelimit
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from governance.sentences import objection
from portfolio.errors import Objection

WRONG = Objection("password_wrong", _("This is not your password."))
TOO_MANY = Objection("too_many_passwords", _("Too many passwords were tried. Wait a minute and try again."))


def reauthenticated_at(request: Any) -> datetime | None:
    """When the person last gave the password in this session, be it to sign in; None when never."""
    given = [one["at"] for one in get_authentication_records(request, request.user) if one["method"] == "password"]
    return datetime.fromtimestamp(max(given), tz=UTC) if given else None


def is_recent(request: Any) -> bool:
    """True while the password need not be asked for again."""
    given = reauthenticated_at(request)
    return given is not None and timezone.now() - given <= timedelta(seconds=settings.ACCOUNT_REAUTHENTICATION_TIMEOUT)


def reauthenticate(request: Any) -> Objection | None:
    """Takes the password of the posted form where one is needed; the objection when it is missing or wrong."""
    if is_recent(request):
        return None
    password = request.POST.get("password", "")
    if not password:
        return objection("reauthentication_missing")
    if not ratelimit.consume(request, action="reauthenticate", user=request.user):
        return TOO_MANY
    form = ReauthenticateForm({"password": password}, user=request.user)
    if not form.is_valid():
        wrong = any(error.code == "incorrect_password" for error in form.errors.as_data()["password"])
        return WRONG if wrong else TOO_MANY
    reauthenticate_by_password(request)
    return None
