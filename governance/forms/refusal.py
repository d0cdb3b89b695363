"""Forms that can say what an action refused."""

from __future__ import annotations

from django import forms

from portfolio.errors import DomainError


class DeedForm(forms.Form):
    """A form whose errors may come from the rules as well as from the fields."""

    # Objection codes that belong to one field; all others stand above the form.
    field_of: dict[str, str] = {}

    def refuse(self, error: DomainError) -> None:
        """Every objection appears on the form, at its field where there is one."""
        for objection in error.objections:
            field = self.field_of.get(objection.code)
            self.add_error(field if field in self.fields else None, objection.sentence)
