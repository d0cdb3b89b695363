from .base import GovernedModel, TenantModel, governed_history, sort_key
from .deed import Deed, StoredFile
from .master_data import (
    BusinessUnit,
    CostCentre,
    Function,
    GLAccount,
    Holiday,
    LegalEntity,
    PnlLine,
)
from .node import Node, NodeClosure
from .organization import CodeCounter, Organization, OrganizationSettings
from .people import (
    CommitteeMember,
    Membership,
    NodePermission,
    Role,
    RoleGrant,
    SteeringCommittee,
    User,
)

__all__ = [
    "BusinessUnit",
    "CodeCounter",
    "CommitteeMember",
    "CostCentre",
    "Deed",
    "Function",
    "GLAccount",
    "GovernedModel",
    "Holiday",
    "LegalEntity",
    "Membership",
    "Node",
    "NodeClosure",
    "NodePermission",
    "Organization",
    "OrganizationSettings",
    "PnlLine",
    "Role",
    "RoleGrant",
    "SteeringCommittee",
    "StoredFile",
    "TenantModel",
    "User",
    "governed_history",
    "sort_key",
]
