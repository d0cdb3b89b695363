"""Input of the inbox: what to show, until when to put off, how to be told."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from governance.choices import Way
from governance.events import DIGESTS, EVENTS
from governance.queries.notices import STATES, Choice


class InboxFilter(forms.Form):
    """What stands in the address; anything else counts as nothing chosen."""

    state = forms.ChoiceField(
        label=_("Show"),
        required=False,
        choices=list(zip(STATES, (_("Not read"), _("Put off"), _("All")), strict=True)),
    )
    event = forms.ChoiceField(
        label=_("Event"),
        required=False,
        choices=[("", _("Any")), *((one.code, one.happened) for one in EVENTS.values() if one.code not in DIGESTS)],
    )

    @property
    def chosen(self) -> dict[str, str]:
        """The valid values, by name."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class SnoozeForm(forms.Form):
    notice = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    until = forms.DateField(label=_("Until"), widget=forms.DateInput(attrs={"type": "date"}))


class SubscriptionForm(forms.Form):
    """One field for each event that a person may choose for, with the ways it offers."""

    def __init__(self, choices: list[Choice], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for choice in choices:
            if choice.ways:
                self.fields[choice.event.code] = forms.ChoiceField(
                    label=choice.event.happened,
                    choices=[(way.value, Way(way).label) for way in choice.ways],
                    initial=choice.chosen,
                )
