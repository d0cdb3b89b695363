"""Entering the master data that effects and cuts refer to."""

from __future__ import annotations

from typing import TypeVar

from django.utils.translation import gettext_lazy as _

from portfolio.access import require
from portfolio.choices import NodeKind, Right
from portfolio.deeds import deed
from portfolio.errors import Objection, Refused
from portfolio.models import Node, User
from portfolio.models.master_data import MasterDatum

Entry = TypeVar("Entry", bound=MasterDatum)


def enter_master_data(kind: type[Entry], *, code: str, name: str, by: User) -> Entry:
    """The entry exists under its code and name.

    Refused: without the right on the organization, a blank code or name, a taken code. Recorded: deed and history.
    """
    root = Node.objects.get(kind=NodeKind.ORGANIZATION)
    require(by, Right.MANAGE_SETTINGS, root.pk)
    details = {"kind": str(kind._meta.model_name), "code": code}
    with deed("master_data_entered", by=by, subject=root, details=details):
        objections = []
        if not (code.strip() and name.strip()):
            objections.append(Objection("name_missing", _("An entry needs a code and a name.")))
        if kind._default_manager.filter(code=code.strip()).exists():
            objections.append(Objection("code_taken", _("The code “%(code)s” is already taken."), {"code": code}))
        if objections:
            raise Refused(*objections)
        return kind._default_manager.create(code=code.strip(), name=name.strip())
