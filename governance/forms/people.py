"""Forms about people: a role on a place, an invitation, a first password."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from governance.forms.refusal import DeedForm
from portfolio.access import active_people
from portfolio.models import Node, Role, User


def _day(label: Any) -> forms.DateField:
    return forms.DateField(
        label=label,
        required=False,
        help_text=gettext_lazy("Needed for a consultant, at most 180 days ahead."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d"],
    )


class _RoleForm(DeedForm):
    """A role, where it holds, and until when."""

    role = forms.ModelChoiceField(queryset=Role.objects.none(), label=gettext_lazy("Role"))
    node = forms.ModelChoiceField(queryset=Node.objects.none(), label=gettext_lazy("Where"))
    ends_on = _day(gettext_lazy("Last day"))
    field_of = {
        "consulting_too_long": "ends_on",
        "end_passed": "ends_on",
        "own_roles": "person",
        "consultant_by_tenant": "role",
        "already_invited": "email",
        "email_invalid": "email",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        nodes = Node.objects.filter(archived=False).order_by("kind", "sort_key")
        self.fields["role"].queryset = Role.objects.order_by("name")  # type: ignore[attr-defined]
        self.fields["node"].queryset = nodes  # type: ignore[attr-defined]


class GrantForm(_RoleForm):
    person = forms.ModelChoiceField(queryset=User.objects.none(), label=gettext_lazy("Person"))
    field_order = ("person", "role", "node", "ends_on")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = active_people()  # type: ignore[attr-defined]


class InviteForm(_RoleForm):
    email = forms.CharField(label=gettext_lazy("E-mail address"), max_length=254)
    name = forms.CharField(label=gettext_lazy("Name"), max_length=200)
    field_order = ("email", "name", "role", "node", "ends_on")
    field_of = {**_RoleForm.field_of, "own_roles": "email"}


class FirstPasswordForm(DeedForm):
    """A password for somebody who comes in for the first time."""

    name = forms.CharField(label=gettext_lazy("Your name"), max_length=200)
    password = forms.CharField(
        label=gettext_lazy("Password"), strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )
    again = forms.CharField(
        label=gettext_lazy("Password again"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email = email

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password, User(email=self.email, name=self.data.get("name", "")))
        return password

    def clean_again(self) -> str:
        again: str = self.cleaned_data["again"]
        if again != self.cleaned_data.get("password", again):
            raise ValidationError(_("The two passwords differ."))
        return again
