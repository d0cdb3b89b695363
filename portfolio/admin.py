"""Set-up by staff, in the organization visited last. What is governed can be read here and nothing more."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from portfolio.models import (
    BusinessUnit,
    CommitteeMember,
    CostCentre,
    Deed,
    Function,
    GLAccount,
    Holiday,
    LegalEntity,
    Node,
    OrganizationSettings,
    PnlLine,
    Role,
    SteeringCommittee,
)

admin.site.site_header = "Countersign"
admin.site.site_title = "Countersign"


class InOrganization(admin.ModelAdmin):
    """Rows of the active organization; without one there is nothing to administer."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self._inside(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._inside(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._inside(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._inside(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def _inside(self, request: Any) -> bool:
        return request.user.is_active and request.user.is_staff and request.organization is not None


class ReadOnly(InOrganization):
    """Governed rows: every change goes through an action, so the admin only shows them."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class MemberInline(admin.TabularInline):
    model = CommitteeMember
    extra = 0
    has_add_permission = has_change_permission = has_view_permission = lambda *_: True


@admin.register(BusinessUnit, CostCentre, Function, GLAccount, LegalEntity, PnlLine)
class MasterDataAdmin(InOrganization):
    list_display = ("code", "name", "archived")
    search_fields = ("code", "name")


@admin.register(SteeringCommittee)
class CommitteeAdmin(InOrganization):
    list_display = ("name", "chair", "deputy_chair", "quorum", "voting_rule")
    inlines = (MemberInline,)


@admin.register(OrganizationSettings)
class SettingsAdmin(InOrganization):
    list_display = ("currency", "fiscal_year_start", "materiality", "de_minimis", "four_eyes_limit")
    readonly_fields = ("currency", "fiscal_year_start")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Holiday)
class HolidayAdmin(InOrganization):
    list_display = ("day", "name")


@admin.register(Role, Node, Deed)
class GovernedAdmin(ReadOnly):
    pass
