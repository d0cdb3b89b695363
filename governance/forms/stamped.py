"""Forms over many amounts that notice when somebody else was faster."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from governance.forms.refusal import DeedForm


def digest(parts: Iterable[object]) -> str:
    """A short digest of what a page showed; equal when nothing changed in between."""
    return sha256("|".join(map(str, parts)).encode()).hexdigest()[:16]


class StampedForm(DeedForm):
    """Refuses, and keeps what was typed, when the page was filled from amounts that somebody has changed since."""

    stamp = forms.CharField(required=False, widget=forms.HiddenInput)
    now = ""
    is_stale = False

    def sent(self, name: str) -> list[str]:
        """Every value the page sent under this name, such as the ticked rows."""
        data: Any = self.data
        return list(data.getlist(name)) if self.is_bound else []

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        self.is_stale = values.get("stamp", "") != self.now
        if self.is_stale:
            self.add_error(
                None, _("Somebody else changed amounts meanwhile. What you typed is kept; look at it and save again.")
            )
        return values

    @property
    def refusal_status(self) -> int:
        """0 for a valid form, else how the page is answered."""
        if self.is_valid():
            return 0
        return 409 if self.is_stale else 422
