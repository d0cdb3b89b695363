"""Who may do what where. guardian's permission rows are the truth; this module is the only reader of them.

Superuser and staff flags grant nothing here.
"""

from __future__ import annotations

from typing import Any, TypeVar

from django.db.models import Exists, Model, QuerySet
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from portfolio.choices import NodeKind, Right
from portfolio.errors import NotAllowed, Objection
from portfolio.models import Membership, Node, NodeClosure, NodePermission, User
from portfolio.tenancy import current_organization_id

M = TypeVar("M", bound=Model)


def is_active_member(user: User) -> bool:
    """True when the person may act in the active organization at all."""
    return Membership.objects.filter(
        organization_id=current_organization_id(), user_id=user.pk, is_active=True, user__is_active=True
    ).exists()


def active_people() -> QuerySet[User, User]:
    """Active members of the organization, by name: the only people a form offers."""
    members = User.objects.filter(
        is_active=True, memberships__organization_id=current_organization_id(), memberships__is_active=True
    )
    return members.order_by("name", "email")


def rights_on(user: User, node_id: int) -> frozenset[Right]:
    """The rights of a person on a node, those granted on any node above included."""
    codes = NodePermission.objects.filter(user_id=user.pk, content_object__below__descendant_id=node_id).values_list(
        "permission__codename", flat=True
    )
    return frozenset(Right(code) for code in codes)


def granted_nodes(user: User, right: Right = Right.VIEW) -> QuerySet[NodeClosure, Any]:
    """Ids of all nodes on which the person holds the right, as a subquery for set-based lists."""
    return NodeClosure.objects.filter(ancestor_id__in=_grants(user, right)).values("descendant_id")


def everywhere(user: User, right: Right) -> Exists:
    """That the person holds the right on the organization itself, and so on every node."""
    return Exists(_grants(user, right).filter(content_object__kind=NodeKind.ORGANIZATION))


def _grants(user: User, right: Right) -> QuerySet[NodePermission, Any]:
    rows = NodePermission.objects.filter(user_id=user.pk, permission__codename=right.value)
    return rows.values("content_object_id")


def visible_nodes(user: User) -> QuerySet[Node, Node]:
    """Nodes the person may see."""
    return Node.objects.filter(pk__in=granted_nodes(user))


def not_allowed(right: Right) -> NotAllowed:
    return NotAllowed(
        Objection(
            "right_missing", _("You need the right “%(right)s” here. Ask your administrator."), {"right": right.label}
        )
    )


def require(user: User, right: Right, node_id: int) -> None:
    """Raises `NotAllowed` unless the person holds the right on the node."""
    if right not in rights_on(user, node_id):
        raise not_allowed(right)


def fetch_node_for(user: User, right: Right, **lookup: Any) -> Node:
    """First line of a view on a node: 404 when the organization has none, 403 when the person lacks the right."""
    node = fetch_or_404(Node.objects.all(), **lookup)
    require(user, right, node.pk)
    return node


def fetch_or_404(queryset: QuerySet[M, M], **lookup: Any) -> M:
    """The one row, or 404; row policies make another tenant's row not exist."""
    row = queryset.filter(**lookup).first()
    if row is None:
        raise Http404
    return row
