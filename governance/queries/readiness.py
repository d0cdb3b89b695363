"""What an organization still lacks before it can work by itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Q

from finance.models import PlanRate
from finance.rules.periods import fiscal_year_of
from governance.choices import Lack
from governance.models import Invitation, TakeOverGap
from governance.queries.blueprints import meant_for_seats
from measures.choices import Lifecycle
from measures.models import Measure
from portfolio.models import Membership, OrganizationSettings, Role, RoleGrant, SteeringCommittee
from portfolio.tenancy import current_organization_id

# Without one of each nothing is decided, confirmed or administrated.
NEEDED_ROLES = ("tenant_admin", "transformation_office", "controller", "sponsor")


@dataclass(frozen=True)
class Gap:
    """One thing that is missing; `where` names the page that mends it."""

    lack: Lack
    where: str
    params: Mapping[str, Any] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        return str(self.lack.label) % self.params


def readiness(*, on: date, now: datetime) -> list[Gap]:
    """Everything that is missing, people first."""
    return [*_people(now), *_committees(), *_measures(), *_money(on)]


def _people(now: datetime) -> Iterator[Gap]:
    active = Membership.objects.filter(
        organization_id=current_organization_id(), is_active=True, user__is_active=True
    ).values("user_id")
    held = set(RoleGrant.objects.filter(user__in=active).values_list("role__code", flat=True))
    names = dict(Role.objects.filter(code__in=NEEDED_ROLES).values_list("code", "name"))
    for code in NEEDED_ROLES:
        if code not in held:
            yield Gap(Lack.ROLE_VACANT, "people", {"role": names.get(code, code)})
    waiting = Invitation.objects.filter(accepted_at=None, revoked_at=None)
    for invitation in waiting.order_by("pk"):
        lack = Lack.INVITATION_EXPIRED if invitation.expires_at <= now else Lack.INVITATION_OPEN
        yield Gap(lack, "people", {"name": invitation.name})


def _committees() -> Iterator[Gap]:
    meant = meant_for_seats()
    serving = Count("members", filter=Q(members__until__isnull=True))
    committees = list(SteeringCommittee.objects.annotate(serving=serving).order_by("sort_key", "pk"))
    if not committees:
        yield Gap(Lack.COMMITTEE_MISSING, "committees")
    for one in committees:
        for seat, lack in (("chair", Lack.CHAIR_MISSING), ("secretary", Lack.SECRETARY_MISSING)):
            if getattr(one, f"{seat}_id") is None:
                who = meant.get(one.name, {}).get(seat, "")
                yield Gap(lack, "committees", {"committee": one.name, "meant": f" ({who})" if who else ""})
        officers = {one.chair_id, one.deputy_chair_id} - {None}
        if max(one.serving, len(officers)) < one.quorum:
            yield Gap(Lack.QUORUM_UNREACHABLE, "committees", {"committee": one.name, "quorum": one.quorum})


def _measures() -> Iterator[Gap]:
    running = Measure.objects.exclude(lifecycle=Lifecycle.CANCELLED)
    counts = running.aggregate(
        controller=Count("pk", filter=Q(controller__isnull=True)),
        sponsor=Count("pk", filter=Q(sponsor__isnull=True)),
        committee=Count("pk", filter=Q(committee__isnull=True)),
    )
    for office, lack in (
        ("controller", Lack.MEASURES_WITHOUT_CONTROLLER),
        ("sponsor", Lack.MEASURES_WITHOUT_SPONSOR),
        ("committee", Lack.MEASURES_WITHOUT_COMMITTEE),
    ):
        if counts[office]:
            yield Gap(lack, "measures", {"count": counts[office]})
    if gaps := TakeOverGap.objects.filter(closed_on__isnull=True).count():
        yield Gap(Lack.TAKE_OVER_GAPS, "takeover", {"count": gaps})


def _money(on: date) -> Iterator[Gap]:
    settings = OrganizationSettings.objects.get()
    year = fiscal_year_of(on.year * 12 + on.month - 1, settings.fiscal_year_start)
    known = set(PlanRate.objects.filter(fiscal_year=year).values_list("currency", flat=True)) | {settings.currency}
    used = Measure.objects.exclude(lifecycle=Lifecycle.CANCELLED).values_list("currency", flat=True).distinct()
    for currency in sorted(set(used.order_by("currency")) - known):
        yield Gap(Lack.PLAN_RATE_MISSING, "money", {"currency": currency, "year": str(year)})
