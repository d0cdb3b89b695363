"""People: one sign-in, memberships in several organizations, roles and committees in each."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from guardian.models import UserObjectPermissionBase

from portfolio.choices import Right, Theme, VotingRule
from portfolio.fields import TenantForeignKey

from .base import GovernedModel, TenantModel, governed_history, sort_key


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save()
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in; what the person may do is said by each organization alone."""

    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("name"), max_length=200)
    is_active = models.BooleanField(_("active"), default=True)
    is_staff = models.BooleanField(_("staff"), default=False)
    # May found organizations and so become their consultant for a time; given by `manage.py allow_founding` alone.
    may_found = models.BooleanField(_("may found organizations"), default=False, editable=False)
    language = models.CharField(_("language"), max_length=10, default="en")
    theme = models.CharField(_("theme"), max_length=10, choices=Theme.choices, default=Theme.SYSTEM)
    date_joined = models.DateTimeField(auto_now_add=True)

    objects = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")

    def __str__(self) -> str:
        return self.name or self.email

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.email = self.email.strip().lower()
        super().save(*args, **kwargs)


class Membership(models.Model):
    """That a person belongs to an organization; an inactive member is named but may do nothing."""

    organization = models.ForeignKey("portfolio.Organization", on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    is_active = models.BooleanField(default=True)
    since = models.DateField()
    # Kept by the database: the last day of the person's role as consultant; null for who is none.
    consulting_until = models.DateField(null=True, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "user"], name="membership_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}@{self.organization_id}"


class Role(GovernedModel):
    """A named set of rights, data of the tenant."""

    code = models.CharField(max_length=40)
    name = models.CharField(max_length=200)
    rights = ArrayField(models.CharField(max_length=40, choices=Right.choices), default=list)
    history = governed_history()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "code"], name="role_code")]

    def __str__(self) -> str:
        return self.name


class RoleGrant(TenantModel):
    """That a person holds a role on a node; its rights stand as permission rows, which are the truth."""

    role = TenantForeignKey(Role, on_delete=models.PROTECT, related_name="grants")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    node = TenantForeignKey("portfolio.Node", on_delete=models.PROTECT, related_name="grants")
    ends_on = models.DateField(null=True, blank=True)
    history = governed_history()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "role", "user", "node"], name="role_grant_once"),
        ]

    def __str__(self) -> str:
        return f"{self.role_id}:{self.user_id}@{self.node_id}"


class NodePermission(UserObjectPermissionBase, TenantModel):
    """One right of one person on one node: guardian's table, carrying the tenant."""

    content_object = TenantForeignKey("portfolio.Node", on_delete=models.CASCADE, related_name="permission_rows")

    class Meta(UserObjectPermissionBase.Meta):
        abstract = False
        unique_together: ClassVar[Any] = ()
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "user", "permission", "content_object"], name="node_permission_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.permission_id}:{self.user_id}@{self.content_object_id}"


class SteeringCommittee(GovernedModel):
    """The body that decides; its chair speaks for it, its deputy when the chair is recused."""

    name = models.CharField(_("name"), max_length=200)
    sort_key = models.CharField(max_length=200, editable=False, default="")
    chair = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    deputy_chair = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    secretary = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    quorum = models.PositiveSmallIntegerField(_("quorum"), default=2)
    voting_rule = models.CharField(max_length=20, choices=VotingRule.choices, default=VotingRule.MAJORITY)
    history = governed_history()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "name"], name="committee_name")]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.sort_key = sort_key(self.name)
        super().save(*args, **kwargs)


class CommitteeMember(TenantModel):
    committee = TenantForeignKey(SteeringCommittee, on_delete=models.PROTECT, related_name="members")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    since = models.DateField()
    until = models.DateField(null=True, blank=True)
    history = governed_history()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "committee", "user"], name="committee_member_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}@{self.committee_id}"
