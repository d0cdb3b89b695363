"""What a person chooses for their own eyes: language and theme."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from portfolio.models import User


class ProfileForm(forms.ModelForm):
    """Name and address stay: they say who somebody is, in every record."""

    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)

    class Meta:
        model = User
        fields = ("language", "theme")
