"""Plan rates and targets: the numbers that are set from above."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from finance.actions.amounts import is_storable
from finance.models import PlanRate, Target
from portfolio.access import require
from portfolio.choices import NodeKind, Right
from portfolio.deeds import deed, refuse_stale
from portfolio.errors import Objection, Refused
from portfolio.models import Node, OrganizationSettings, User


def set_plan_rate(
    currency: str, fiscal_year: int, rate: Decimal, *, by: User, expected_version: int | None = None
) -> PlanRate:
    """The currency has this plan rate to the organization's in that fiscal year.

    What was decided at an earlier rate keeps it: a baseline carries its own. Refused: without the right on the
    organization, a stale form, a locked rate, the organization's own currency, a malformed currency, a rate that is
    not positive. Recorded: deed and history.
    """
    root = Node.objects.get(kind=NodeKind.ORGANIZATION)
    require(by, Right.MANAGE_SETTINGS, root.pk)
    with deed("plan_rate_set", by=by, subject=root, details={"currency": currency, "fiscal_year": fiscal_year}):
        return write_plan_rate(currency, fiscal_year, rate, expected_version=expected_version)


def write_plan_rate(currency: str, fiscal_year: int, rate: Decimal, *, expected_version: int | None = None) -> PlanRate:
    """Writes the rate without asking for a right: for set-up and import, which asked before."""
    settings = OrganizationSettings.objects.select_for_update().get()
    known = PlanRate.objects.select_for_update().filter(currency=currency, fiscal_year=fiscal_year).first()
    row = known or PlanRate(currency=currency, fiscal_year=fiscal_year, version=0)
    if known is not None:
        refuse_stale(known, expected_version)
    _refuse_rate(row, rate, settings)
    row.rate = rate
    row.version += 1
    row.save()
    return row


def _refuse_rate(row: PlanRate, rate: Decimal, settings: OrganizationSettings) -> None:
    named = {"currency": row.currency, "year": str(row.fiscal_year)}
    objections = []
    if row.locked and row.rate != rate:
        objections.append(
            Objection("plan_rate_locked", _("The plan rate of %(currency)s for %(year)s is locked."), named)
        )
    if row.currency == settings.currency:
        objections.append(Objection("own_currency", _("%(currency)s is the organization's own currency."), named))
    if len(row.currency) != 3 or not row.currency.isascii() or not row.currency.isupper():
        objections.append(Objection("currency_invalid", _("A currency has three capital letters, such as EUR.")))
    if not (rate.is_finite() and 0 < rate < Decimal(10) ** 10 and rate == rate.quantize(Decimal("1E-8"))):
        objections.append(Objection("rate_invalid", _("A rate is positive, with at most 10 digits and 8 decimals.")))
    if objections:
        raise Refused(*objections)


def lock_plan_rates(fiscal_year: int, *, by: User) -> int:
    """The plan rates of the fiscal year stay as they are from now on; returns how many were locked.

    Refused without the right on the organization. Recorded: deed and history.
    """
    root = Node.objects.get(kind=NodeKind.ORGANIZATION)
    require(by, Right.MANAGE_SETTINGS, root.pk)
    with deed("plan_rates_locked", by=by, subject=root, details={"fiscal_year": fiscal_year}):
        rows = list(PlanRate.objects.select_for_update().filter(fiscal_year=fiscal_year, locked=False).order_by("pk"))
        for row in rows:
            row.locked = True
            row.version += 1
            row.save(update_fields=["locked", "version"])
        return len(rows)


def set_target(
    node: Node, fiscal_year: int, amount: Decimal, *, by: User, expected_version: int | None = None
) -> Target:
    """The node is to reach this amount in that fiscal year, in the organization's currency.

    Refused: without the right there, a stale form, an archived node, an amount that cannot be stored. Recorded:
    deed and history.
    """
    require(by, Right.SET_TARGETS, node.pk)
    with deed("target_set", by=by, subject=node, details={"fiscal_year": fiscal_year}):
        node = Node.objects.select_for_update().get(pk=node.pk)
        known = Target.objects.select_for_update().filter(node=node, fiscal_year=fiscal_year).first()
        if known is not None:
            refuse_stale(known, expected_version)
        _refuse_target(node, amount)
        row = known or Target(node=node, fiscal_year=fiscal_year, version=0)
        row.amount = amount
        row.version += 1
        row.save()
        return row


def _refuse_target(node: Node, amount: Decimal) -> None:
    objections = []
    if node.archived:
        objections.append(Objection("node_archived", _("“%(name)s” is archived."), {"name": node.name}))
    if not is_storable(amount):
        objections.append(Objection("amount_invalid_here", _("An amount has at most 15 digits and 4 decimals.")))
    if objections:
        raise Refused(*objections)
