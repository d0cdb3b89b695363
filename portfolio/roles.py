"""The roles a new organization starts with: rows of the tenant from then on, which it may rename."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from portfolio.choices import Right

READ = [Right.VIEW]

# code, name, rights. Offices on a measure (owner, controller, sponsor, committee) carry their rights by being
# named there; these roles are what is granted on nodes.
DEFAULT_ROLES = [
    ("member", _("Member"), READ),
    ("project_lead", _("Project lead"), [*READ, Right.CREATE_MEASURE, Right.EDIT_WORK]),
    ("controller", _("Controller"), [*READ, Right.VALIDATE, Right.CONFIRM_CLOSURE]),
    ("sponsor", _("Sponsor"), [*READ, Right.CREATE_MEASURE, Right.SET_TARGETS]),
    ("committee_member", _("Committee member"), READ),
    (
        "transformation_office",
        _("Transformation office"),
        [
            *READ,
            Right.EDIT_STRUCTURE,
            Right.CREATE_MEASURE,
            Right.EDIT_WORK,
            Right.DECIDE_AS_OFFICE,
            Right.TAKE_OVER,
            Right.SET_TARGETS,
            Right.VIEW_AUDIT,
        ],
    ),
    ("auditor", _("Auditor"), [*READ, Right.VIEW_AUDIT]),
    (
        "consultant",
        _("Consultant"),
        [*READ, Right.EDIT_STRUCTURE, Right.TAKE_OVER, Right.MANAGE_MEMBERS, Right.MANAGE_SETTINGS],
    ),
    (
        "tenant_admin",
        _("Tenant administrator"),
        [
            *READ,
            Right.EDIT_STRUCTURE,
            Right.CREATE_MEASURE,
            Right.TAKE_OVER,
            Right.MANAGE_MEMBERS,
            Right.MANAGE_SETTINGS,
            Right.VIEW_AUDIT,
        ],
    ),
]
