"""Set-up by staff, in the organization visited last. What is governed can be read here and nothing more."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from portfolio.access import active_people, rights_on
from portfolio.choices import NodeKind, Right
from portfolio.deeds import deed
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
    User,
)

admin.site.site_header = "Countersign"
admin.site.site_title = "Countersign"


def staff_rights(request: Any) -> frozenset[Right]:
    """What the staff member may do in the organization visited last: what any member may, by grants on its root.

    The staff flag opens the door of these pages and grants nothing behind it.
    """
    if not hasattr(request, "staff_rights"):
        known = request.user.is_active and request.user.is_staff and request.organization is not None
        request.staff_rights = rights_on(request.user, _root().pk) if known else frozenset()
    rights: frozenset[Right] = request.staff_rights
    return rights


def _root() -> Node:
    return Node.objects.get(kind=NodeKind.ORGANIZATION)


class MembersOnly:
    """People are chosen among the members of the organization; whoever else signs in here stays unknown."""

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.related_model is User:
            kwargs["queryset"] = active_people()
        return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]


class InOrganization(MembersOnly, admin.ModelAdmin):
    """Rows of the active organization: seen with the right to see it, changed with the right to change settings."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return Right.VIEW in staff_rights(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_change_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return Right.MANAGE_SETTINGS in staff_rights(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: Any, obj: Any, form: Any, change: bool) -> None:
        """Recorded: a deed of who changed what here, and the history of the row."""
        with self._deed(request, obj, form.changed_data):
            super().save_model(request, obj, form, change)

    def save_related(self, request: Any, form: Any, formsets: Any, change: bool) -> None:
        changed = [formset.prefix for formset in formsets if formset.has_changed()]
        with self._deed(request, form.instance, changed) if changed else nullcontext():
            super().save_related(request, form, formsets, change)

    def _deed(self, request: Any, obj: Any, changed: list[str]) -> AbstractContextManager[Deed]:
        subject = obj if obj.pk else _root()
        details = {"kind": self.opts.model_name, "fields": sorted(changed)}
        return deed("set_up_changed", by=request.user, subject=subject, details=details)


class ReadOnly(InOrganization):
    """Governed rows: every change goes through an action, so the admin only shows them."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class MemberInline(MembersOnly, admin.TabularInline):
    """Seats of a committee; a seat ends on a day and is never removed."""

    model = CommitteeMember
    extra = 0

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return Right.VIEW in staff_rights(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return Right.MANAGE_SETTINGS in staff_rights(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return Right.MANAGE_SETTINGS in staff_rights(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(BusinessUnit, CostCentre, Function, GLAccount, LegalEntity, PnlLine)
class MasterDataAdmin(InOrganization):
    list_display = ("code", "name", "archived")
    search_fields = ("code", "name")


@admin.register(SteeringCommittee)
class CommitteeAdmin(InOrganization):
    list_display = ("name", "chair", "deputy_chair", "quorum", "voting_rule")
    inlines = (MemberInline,)


@admin.register(OrganizationSettings)
class SettingsAdmin(ReadOnly):
    """Only shown: the set-up changes them, within the limits of a blueprint."""

    list_display = ("currency", "fiscal_year_start", "materiality", "de_minimis", "four_eyes_limit")


@admin.register(Holiday)
class HolidayAdmin(InOrganization):
    list_display = ("day", "name")


@admin.register(Role, Node, Deed)
class GovernedAdmin(ReadOnly):
    pass
